#pragma once

// The regression tests of OWASP CRS: YAML files of go-ftw's form (schema: ftw-tests-schema 2.x).
// A file has tests, a test has stages, a stage is one request and what is expected of it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/node.hpp"
#include "kube/reader.hpp"

namespace yagura::wafcheck {

struct StageInput {
  std::string dest_addr = "localhost";
  std::uint16_t port = 80;
  std::string method = "GET";
  std::string uri = "/";
  std::string version = "HTTP/1.1";
  std::vector<std::pair<std::string, std::string>> headers;  // in the order written
  std::string data;      // templates are expanded, encoded_data is decoded
  bool complete = true;  // autocomplete_headers; `stop_magic: true` is the older way to say no
  std::optional<std::string> raw;  // encoded_request, decoded: the whole request, sent as it is
};

struct StageOutput {
  std::optional<bool> expect_error;
  std::optional<int> status;
  std::string response_contains;  // regular expression; empty: none
  std::vector<std::uint64_t> expect_ids, no_expect_ids;
  std::string match_regex, no_match_regex;  // RE2 syntax, of one log line; empty: none
  bool isolated = false;                    // exactly one rule is logged
  bool retry_once = false;                  // a failure may be tried once more
};

struct Stage {
  StageInput input;
  StageOutput output;
};

struct FtwTest {
  std::uint64_t rule_id = 0;
  std::uint32_t test_id = 0;
  std::string description;
  std::vector<Stage> stages;
  std::string file;  // as found
  std::uint32_t line = 0;
  [[nodiscard]] std::string title() const;  // "920100-4"
};

// Of every *.yaml and *.yml below `path` (or of that one file), in the order of rule and test ids.
// What is no test of that form, or asks for something not supported, goes to the diagnostics; the
// other tests are still read. Files without a document are passed over, as go-ftw does.
[[nodiscard]] std::vector<FtwTest> read_tests(const std::filesystem::path& path,
                                              Diagnostics& diagnostics);
// The tests of one text; `name` stands in the diagnostics.
[[nodiscard]] std::vector<FtwTest> read_test_text(std::string name, std::string text,
                                                  Diagnostics& diagnostics);

// What a platform answers otherwise than the tests say: replaces the whole expected output of the
// stages named, as go-ftw's --overrides does.
struct Override {
  std::uint64_t rule_id = 0;
  std::vector<std::uint64_t> test_ids;
  std::vector<std::uint64_t> stage_ids;  // from 0; empty: all
  std::string reason;
  StageOutput output;
};
[[nodiscard]] std::vector<Override> read_overrides(const std::filesystem::path& path,
                                                   Diagnostics& diagnostics);
// Returns how many stages were given another output.
std::size_t apply_overrides(const std::vector<Override>& overrides, std::vector<FtwTest>& tests);

}  // namespace yagura::wafcheck
