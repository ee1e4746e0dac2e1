#include "waf/compile/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

#include "waf/compile/internal/actions.hpp"
#include "waf/compile/internal/defaults.hpp"
#include "waf/compile/internal/outline.hpp"

namespace yagura::waf {
namespace {

using internal::OutlineStep;

std::string described(const seclang::PlainDirective& directive) {
  std::string text =
      fmt::format("{}:{}: {}", directive.position.file ? *directive.position.file : std::string(),
                  directive.position.line, directive.name);
  for (const std::string& argument : directive.arguments) text += " " + argument;
  return text;
}

unsigned paranoia_level(const std::vector<std::string>& tags) {
  constexpr std::string_view kTag = "paranoia-level/";
  for (const std::string& tag : tags) {
    if (!tag.starts_with(kTag)) continue;
    const auto level = internal::read_number(std::string_view(tag).substr(kTag.size()));
    if (level && *level <= 4) return static_cast<unsigned>(*level);
  }
  return 0;
}

ScanUse scan_use(const Rule& rule) {
  if (rule.targets.empty()) return ScanUse::kNothingToScan;
  if (rule.prefilter_item == kNone) return ScanUse::kNoTarget;
  const bool all = std::ranges::all_of(
      rule.targets, [](const RuleTarget& target) { return target.class_bit != 0; });
  return all ? ScanUse::kAllTargets : ScanUse::kSomeTargets;
}

class Cataloguer {
 public:
  Cataloguer(const seclang::Document& document, const RuleSet& set)
      : steps_(internal::make_outline(document, state_)),
        defaults_(internal::read_default_actions(document, state_)) {
    for (const Rule& rule : set.rules) {
      if (rule.id != 0) loaded_.emplace(rule.id, &rule);
    }
  }

  std::vector<CatalogueEntry> entries() {
    std::vector<CatalogueEntry> entries;
    for (const OutlineStep& step : steps_) {
      if (!step.links.empty()) entries.push_back(entry(step));
    }
    return entries;
  }

 private:
  CatalogueEntry entry(const OutlineStep& step) {
    const seclang::RuleDirective& head = step.links.front();
    CatalogueEntry entry{.id = step.id, .line = head.position.line, .links = step.links.size()};
    if (head.position.file) entry.file = *head.position.file;
    describe(head, entry);
    if (step.removed_by != nullptr) entry.removed_by = described(*step.removed_by);
    for (const auto* directive : step.updated_by) entry.updated_by.push_back(described(*directive));
    if (const auto found = loaded_.find(step.id); found != loaded_.end()) {
      entry.shadow = found->second->shadow;
      entry.scan = scan_use(*found->second);
    }
    return entry;
  }

  void describe(const seclang::RuleDirective& head, CatalogueEntry& entry) {
    entry.phase = internal::phase_of(head.actions, entry.phase, state_);
    internal::ActionSet actions = defaults_[entry.phase - 1U];
    internal::apply_actions(head.actions, internal::ActionScope::kHead, actions, state_);
    for (const MacroText& tag : actions.tags) entry.tags.push_back(tag.text);
    entry.paranoia_level = paranoia_level(entry.tags);
    entry.severity = actions.severity;
    entry.message = actions.message.text;
  }

  // What the readers of actions number and complain of is nobody's business here: the document has
  // been compiled, and a rule that was removed may be broken.
  RuleSet scratch_;
  Diagnostics unheard_;
  internal::BuildState state_{.set = scratch_, .diagnostics = unheard_};
  std::vector<OutlineStep> steps_;
  internal::DefaultActions defaults_;
  std::unordered_map<RuleId, const Rule*> loaded_;
};

}  // namespace

std::vector<CatalogueEntry> catalogue(const seclang::Document& document, const RuleSet& set) {
  return Cataloguer(document, set).entries();
}

std::string_view severity_name(int severity) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG"};
  return severity < 0 || severity > 7 ? std::string_view()
                                      : kNames[static_cast<std::size_t>(severity)];
}

}  // namespace yagura::waf
