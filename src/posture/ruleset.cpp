#include "posture/ruleset.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "kube/reader.hpp"
#include "posture/control_metadata.hpp"
#include "posture/policy_checks.hpp"
#include "posture/pss/pss.hpp"
#include "posture/relations/relations.hpp"
#include "posture/shipped_rules.hpp"

namespace yagura::posture {

namespace {

// A shipped rule, read but not compiled.
struct ReadRule {
  kube::Document document;
  ControlPtr control;
  bool relation = false;
};

std::vector<ReadRule> read_shipped(Diagnostics& diagnostics) {
  std::vector<ReadRule> rules;
  rules.reserve(shipped_rules().size());
  for (const ShippedRule& rule : shipped_rules()) {
    const auto source = std::make_shared<const kube::Source>(
        "rules/" + std::string(rule.path), std::string(rule.text), kube::SourceFormat::kYaml);
    for (kube::Document& document : kube::read_documents(source, diagnostics)) {
      auto control = read_control(document, diagnostics);
      if (!control) {
        diagnostics.error(source->name(), 0, 0, control.error().message);
        continue;
      }
      rules.push_back({.document = std::move(document),
                       .control = std::make_shared<const model::Control>(*std::move(control)),
                       .relation = rule.path.starts_with("relations/")});
    }
  }
  return rules;
}

void add_to_index(ControlIndex& index, const ControlPtr& control, const kube::Document& document,
                  Diagnostics& diagnostics) {
  if (index.add(control)) return;
  const kube::Place place = document.position_of(document.root());
  diagnostics.error(std::string(place.file), place.position.line, 0,
                    "there are two controls \"" + control->id + "\"",
                    "give one of them another name");
}

std::string hint_for(const ControlIndex& index, std::string_view id) {
  std::string hint;
  for (const std::string& name : index.similar(id))
    hint += (hint.empty() ? "did you mean " : ", ") + name;
  return hint.empty() ? "`yagura policy list` shows every control" : hint + "?";
}

// What configuration and command line say of each control, by our id.
class Selection {
 public:
  Selection(const Config& config, const RulesetOptions& options, const ControlIndex& index,
            Diagnostics& diagnostics) {
    for (const std::string& id : options.controls)
      resolve(id, index, "--control", 0, diagnostics, only_);
    for (const std::string& id : options.skipped_controls) {
      resolve(id, index, "--skip-control", 0, diagnostics, skipped_);
    }
    restricted_ = !options.controls.empty();
    for (const auto& [id, settings] : config.controls) {
      std::unordered_set<std::string> ids;
      resolve(id, index, config.file, settings.line, diagnostics, ids);
      for (const std::string& own : ids) settings_[own] = &settings;
    }
  }

  [[nodiscard]] bool active(const model::Control& control) const {
    if (skipped_.contains(control.id)) return false;
    if (restricted_) return only_.contains(control.id);
    const ControlSettings* settings = settings_of(control.id);
    if (settings != nullptr && settings->enabled) return *settings->enabled;
    return control.in_default_set;
  }

  [[nodiscard]] const ControlSettings* settings_of(const std::string& id) const {
    const auto found = settings_.find(id);
    return found == settings_.end() ? nullptr : found->second;
  }

  // The control with its configured severity.
  [[nodiscard]] ControlPtr configured(const ControlPtr& control) const {
    const ControlSettings* settings = settings_of(control->id);
    if (settings == nullptr || !settings->severity || *settings->severity == control->severity)
      return control;
    auto changed = std::make_shared<model::Control>(*control);
    changed->severity = *settings->severity;
    return changed;
  }

 private:
  static void resolve(const std::string& id, const ControlIndex& index, const std::string& where,
                      std::uint32_t line, Diagnostics& diagnostics,
                      std::unordered_set<std::string>& ids) {
    const std::vector<ControlPtr> found = index.find(id);
    if (found.empty()) {
      diagnostics.error(where, line, 0,
                        "\"" + id + "\" is no control, nor an id that another tool gives one",
                        hint_for(index, id));
    }
    for (const ControlPtr& control : found) ids.insert(control->id);
  }

  bool restricted_ = false;
  std::unordered_set<std::string> only_;
  std::unordered_set<std::string> skipped_;
  std::unordered_map<std::string, const ControlSettings*> settings_;
};

}  // namespace

Ruleset::Ruleset() : policies_(std::make_unique<PolicyChecks>()) {}
Ruleset::Ruleset(Ruleset&&) noexcept = default;
Ruleset& Ruleset::operator=(Ruleset&&) noexcept = default;
Ruleset::~Ruleset() = default;

Ruleset Ruleset::load(const Config& config, const RulesetOptions& options,
                      Diagnostics& diagnostics) {
  Ruleset rules;
  std::vector<ReadRule> shipped = read_shipped(diagnostics);
  for (const ReadRule& rule : shipped)
    add_to_index(rules.index_, rule.control, rule.document, diagnostics);
  for (const ControlPtr& control : pss::controls()) rules.index_.add(control);
  const std::vector<ControlPtr> user =
      rules.policies_->add_user_policies(options.user_policies, rules.index_, diagnostics);
  const Selection selection(config, options, rules.index_, diagnostics);
  for (ReadRule& rule : shipped) {
    if (!options.shipped || !selection.active(*rule.control)) continue;
    const ControlPtr control = selection.configured(rule.control);
    rules.active_.push_back(control);
    if (rule.relation) {
      rules.relations_.push_back(control);
    } else {
      rules.policies_->add_shipped(std::move(rule.document), control,
                                   selection.settings_of(control->id), diagnostics);
    }
  }
  rules.active_.insert(rules.active_.end(), user.begin(), user.end());
  std::ranges::sort(rules.active_, {}, [](const ControlPtr& control) { return control->id; });
  rules.policies_->finish(diagnostics);
  return rules;
}

ControlIndex shipped_controls(Diagnostics& diagnostics) {
  ControlIndex index;
  for (const ReadRule& rule : read_shipped(diagnostics)) {
    add_to_index(index, rule.control, rule.document, diagnostics);
  }
  return index;
}

}  // namespace yagura::posture
