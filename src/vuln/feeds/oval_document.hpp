#pragma once

// An OVAL document as it is written: definitions with their criteria, and the tables that tests
// refer to, which stand behind them. For read_oval() alone.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace yagura::vuln {

struct OvalCriterion {
  std::string comment;
  std::string test;
};

// A node of a definition's criteria; children are positions in OvalDefinition::nodes.
struct OvalNode {
  bool is_and = true;
  bool is_negated = false;
  std::vector<std::size_t> children;
  std::vector<OvalCriterion> criteria;
};

struct OvalDefinition {
  std::string id;
  std::string kind;  // "patch", "vulnerability"
  std::string title;
  std::string description;
  std::string severity;
  std::string issued;
  std::string updated;
  std::vector<std::string> platforms;
  std::vector<std::string> cpes;
  std::vector<std::pair<std::string, std::string>> references;  // source, id
  std::vector<std::string> urls;
  std::vector<std::string> vectors;  // CVSS, as "7.5/CVSS:3.1/…"
  std::vector<std::string> weaknesses;
  std::vector<std::pair<std::string, std::string>> resolutions;  // component, state
  std::vector<OvalNode> nodes;                                   // the first is the root
};

struct OvalTest {
  std::string object;
  std::vector<std::string> states;
};
struct OvalObject {
  std::string name;
  std::string variable;  // the names are its values
};
struct OvalState {
  std::string operation;  // of the evr: "less than"
  std::string evr;        // empty: asks for something else (a signature, an architecture)
};

struct OvalDocument {
  std::vector<OvalDefinition> definitions;
  std::unordered_map<std::string, OvalTest> tests;
  std::unordered_map<std::string, OvalObject> objects;
  std::unordered_map<std::string, OvalState> states;
  std::unordered_map<std::string, std::vector<std::string>> variables;
  std::string timestamp;
  std::string error;       // not empty: the document ends here for us
  std::uint64_t line = 0;  // of the error
};

inline constexpr int kMaxOvalDepth = 64;
inline constexpr std::size_t kMaxOvalItems = 20'000'000;  // definitions, criteria, tests, …

[[nodiscard]] OvalDocument read_oval_document(std::string_view bytes);

}  // namespace yagura::vuln
