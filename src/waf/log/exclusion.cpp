// The narrowest exclusion that lets a value pass a rule, in SecLang.

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "waf/log/internal/cause.hpp"
#include "waf/log/internal/text.hpp"
#include "waf/log/log.hpp"

namespace yagura::waf {

namespace {

// Names and paths come from clients, and an operator pastes the result into a configuration: only
// these stand in it as they are.
bool is_plain(std::string_view text, std::string_view more) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  });
}

constexpr std::size_t kMaxExact = 256;  // of a name or path that is written out

// "^a\x20b$": matches `text` and nothing else, in letters, digits and escapes alone.
std::string exact_regex(std::string_view text) {
  std::string out = "^";
  for (const char c : text) {
    if (is_plain({&c, 1}, "_-")) {
      out.push_back(c);
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out + "$";
}

// In the range that the Core Rule Set leaves to its users (1 to 99,999), the same for the same
// exclusion.
std::uint64_t id_for(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return 10'000 + hash % 90'000;
}

struct Parts {
  std::string_view variable, name;
};

Parts split(std::string_view address) {
  if (address.starts_with('&')) address.remove_prefix(1);
  const std::size_t colon = address.find(':');
  if (colon == std::string_view::npos) return {.variable = address, .name = {}};
  return {.variable = address.substr(0, colon), .name = address.substr(colon + 1)};
}

// "ARGS:q"; the whole variable where its member's name is too long to be written; empty where there
// is nothing to exclude.
std::string target_of(std::string_view address) {
  const Parts parts = split(address);
  if (parts.variable.empty() || parts.variable == "TX" || parts.variable.starts_with("MATCHED_VAR"))
    return {};
  std::string target(parts.variable);
  if (parts.name.empty() || parts.name.size() > kMaxExact) return target;
  if (parts.variable == "XML") return target + ":" + std::string(parts.name);
  if (is_plain(parts.name, "_.-[]$")) return target + ":" + std::string(parts.name);
  return target + ":/" + exact_regex(parts.name) + "/";
}

// The request's path as an operator on REQUEST_FILENAME; empty: it is too long, or there is none.
std::string path_operator(const Transaction& transaction) {
  const std::string_view path = transaction.single(Variable::kRequestFilename);
  if (path.empty() || path.size() > kMaxExact) return {};
  if (path.starts_with('/') && is_plain(path, "/_.-~+:@=")) return fmt::format("@streq {}", path);
  return fmt::format("@rx {}", exact_regex(path));
}

// What has to be excluded for the rule not to match.
struct Targets {
  std::uint32_t link = 0;          // of a chain: the rule that looked at them
  std::vector<std::string> names;  // empty: only the whole rule can be excluded
};

// A chain often ends in what its first rule captured or counted, which no exclusion names.
Targets targets_of(const Detection& detection) {
  const bool is_chain = detection.rule->next_in_chain != kNone;
  log::ChainTargets found = log::chain_targets(detection);
  // A rule that counts a collection has no target of a member.
  if (!is_chain && !detection.address.starts_with('&'))
    found.addresses.emplace_back(detection.address);
  Targets targets{.link = found.link, .names = {}};
  for (const std::string& address : found.addresses) {
    std::string target = target_of(address);
    if (target.empty()) return {};
    if (std::ranges::find(targets.names, target) == targets.names.end())
      targets.names.push_back(std::move(target));
  }
  return targets;
}

// For every path.
std::string update_of(RuleId rule, const Targets& targets) {
  if (targets.names.empty()) return fmt::format("SecRuleRemoveById {}", rule);
  const std::string place =
      targets.link == 0 ? std::to_string(rule) : fmt::format("{}:{}", rule, targets.link);
  return fmt::format("SecRuleUpdateTargetById {} \"!{}\"", place, fmt::join(targets.names, "|!"));
}

std::string controls_of(RuleId rule, const std::vector<std::string>& targets) {
  if (targets.empty()) return fmt::format("ctl:ruleRemoveById={}", rule);
  std::string controls;
  for (const std::string& target : targets) {
    if (!controls.empty()) controls += ',';
    controls += fmt::format("ctl:ruleRemoveTargetById={};{}", rule, target);
  }
  return controls;
}

std::string exclusion_of_cause(const Transaction& transaction, const Detection& detection) {
  const Targets targets = targets_of(detection);
  const std::string path = path_operator(transaction);
  if (path.empty()) return update_of(detection.rule->id, targets);
  const std::string ctl = controls_of(detection.rule->id, targets.names);
  return fmt::format("SecRule REQUEST_FILENAME \"{}\" \"id:{},phase:1,pass,nolog,t:none,{}\"", path,
                     id_for(path + ctl), ctl);
}

// What decides (949110) compares a score: what raised the score is what may be excluded. A line
// each, none twice.
std::string exclusions_of_causes(const Transaction& transaction) {
  std::vector<std::string> lines;
  for (const Detection& detection : transaction.detections()) {
    if (!is_cause(detection)) continue;
    std::string line = exclusion_of_cause(transaction, detection);
    if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace

std::string exclusion_for(const Transaction& transaction, const Detection& detection) {
  if (!is_cause(detection)) {
    return detection.disrupted || detection.would_disrupt ? exclusions_of_causes(transaction) : "";
  }
  return exclusion_of_cause(transaction, detection);
}

}  // namespace yagura::waf
