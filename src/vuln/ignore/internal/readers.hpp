#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "vuln/ignore/ignore.hpp"

namespace yagura::vuln::ignore {

// "2024-12-31", also as the beginning of a time.
[[nodiscard]] std::optional<Day> day_of(std::string_view text);
// "*" stands for any text. Linear but for the number of stars.
[[nodiscard]] bool matches_stars(std::string_view pattern, std::string_view text);

// Takes rules out of one file and says what is wrong with it.
class RuleReader {
 public:
  RuleReader(std::string_view file, Diagnostics& diagnostics, std::size_t max_rules)
      : file_(file), diagnostics_(diagnostics), max_rules_(max_rules) {}

  void read_lines(std::string_view text);              // .trivyignore
  void read_document(const kube::Document& document);  // the YAML formats
  [[nodiscard]] std::vector<IgnoreRule> take() { return std::move(rules_); }

 private:
  struct Entry;  // a rule's node with its place

  void read_own(const Entry& entry);
  void read_trivy(const Entry& entry);
  void read_grype(const Entry& entry);
  bool read_grype_package(const Entry& entry, const kube::Node& package, IgnoreRule& rule);

  // Texts of a member that is one or a list of them; false (and said) where it is neither.
  bool texts(const Entry& entry, std::string_view key, std::vector<std::string>& out);
  bool only_has(const Entry& entry, const kube::Node& node,
                std::initializer_list<std::string_view> keys);
  bool read_day(const Entry& entry, std::string_view key, int shift, IgnoreRule& rule);
  bool wrong(const Entry& entry, const kube::Node& at, std::string message, std::string hint = {});
  void keep(IgnoreRule rule);

  std::string_view file_;
  Diagnostics& diagnostics_;
  std::size_t max_rules_;
  std::vector<IgnoreRule> rules_;
};

}  // namespace yagura::vuln::ignore
