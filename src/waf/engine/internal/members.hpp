#pragma once

// The members that a target of a rule selects, one after the other, exclusions applied.

#include <cstdlib>

#include "waf/engine/internal/state.hpp"

namespace yagura::waf::internal {

// "ARGS:q", "REQUEST_URI"; of a matched variable the name of what matched.
[[nodiscard]] std::string address_text(Variable variable, std::string_view name);
[[nodiscard]] std::string_view collection_key(const State& state, Variable collection);
// A field of the rule that runs: RULE:id.
[[nodiscard]] std::string_view rule_field(State& state, std::string_view name);
[[nodiscard]] bool matches_name(const Selector& selector, std::string_view name);

[[nodiscard]] inline bool selects(const Selector& selector, std::string_view name) {
  switch (selector.kind) {
    case Selector::Kind::kAll:
      return true;
    case Selector::Kind::kName:
    case Selector::Kind::kXPath:
      return selector.name.size() == name.size() && equal_ignoring_case(selector.name, name);
    case Selector::Kind::kRegex:
      break;
  }
  return matches_name(selector, name);
}
[[nodiscard]] bool excludes(const std::vector<Selector>& exclusions, std::string_view name);
[[nodiscard]] inline bool excluded(const RuleTarget& target, std::string_view name) {
  return !target.exclusions.empty() && excludes(target.exclusions, name);
}

// XPaths of which the body's reader has the results; others ask the document.
[[nodiscard]] inline bool is_kept_xpath(std::string_view path) {
  return path.empty() || path == "/*" || path == "//@*";
}
// The texts that another XPath finds; a wrong one counts as a rule that is not evaluated.
[[nodiscard]] std::vector<std::string_view> find_xpath(State& state, const Rule& rule,
                                                       const std::string& path);

// `each(member)` returns false to end the walk. `rule` is asked for its namespaces alone; null:
// none.
template <typename Each>
class MemberWalk {
 public:
  MemberWalk(State& state, const RuleTarget& target, const Rule* rule, Each& each)
      : state_(state), target_(target), rule_(rule), each_(each) {}

  void run() {
    using enum Variable;
    switch (target_.variable) {
      case kTx:
        return walk_tx();
      case kGlobal:
      case kIp:
      case kResource:
      case kSession:
      case kUser:
        return walk_persistent();
      case kMatchedVars:
      case kMatchedVarsNames:
        return walk_matches();
      case kXml:
        return walk_xml();
      case kGeo:
        return walk_pairs(state_.geo);
      case kEnv:
        return walk_environment();
      case kRule:
        give({.variable = kRule,
              .name = target_.selector.name,
              .text = rule_field(state_, target_.selector.name)});
        return;
      case kMatchedVar:
        if (state_.has_last_match) give_match(state_.last_match);
        return;
      default:
        break;
    }
    if (is_collection(target_.variable)) return walk_store();
    if (excluded(target_, {}) || is_absent()) return;
    give({.variable = target_.variable,
          .text = single_value(state_, target_.variable),
          .in_body = target_.variable == kRequestBody});
  }

 private:
  // Without credentials there is no user, which rules ask by &REMOTE_USER.
  [[nodiscard]] bool is_absent() const {
    return target_.variable == Variable::kRemoteUser &&
           state_.singles[static_cast<std::size_t>(Variable::kRemoteUser)].empty();
  }
  bool give(const Member& member) {
    if (!each_(member)) ended_ = true;
    return !ended_;
  }
  bool give_if_meant(const Member& member) {
    if (!selects(target_.selector, member.name) || excluded(target_, member.name)) return true;
    return give(member);
  }

  void walk_store() {
    const View view = view_of(target_.variable);
    for (std::uint8_t i = 0; i < view.count && !ended_; ++i) {
      const std::vector<Value>& values = state_.values.of(view.homes[i]);
      for (std::size_t at = 0; at < values.size() && !ended_; ++at) {
        const Value& value = values[at];
        give_if_meant({.variable = target_.variable,
                       .name = value.name,
                       .text = view.names ? value.name : value.text,
                       .offset = view.names ? kNoOffset : value.offset,
                       .in_body = value.in_body});
      }
    }
  }

  bool give_slot(std::uint32_t slot) {
    if (!state_.tx.is_set(slot) || excluded(target_, state_.tx.name(slot))) return true;
    return give(
        {.variable = Variable::kTx, .name = state_.tx.name(slot), .text = state_.tx.text(slot)});
  }

  void walk_tx() {
    const Selector& selector = target_.selector;
    if (selector.kind == Selector::Kind::kName && selector.slot != kNone) {
      give_slot(selector.slot);
      return;
    }
    const auto end = static_cast<std::uint32_t>(state_.tx.slot_count());  // not what a match adds
    std::uint32_t slot = 0;
    if (selector.kind == Selector::Kind::kRegex) {
      // The names of the rule set were looked at once for good.
      const auto known = state_.plan->slots_by_pattern.find(selector.pattern.get());
      if (known != state_.plan->slots_by_pattern.end()) {
        for (const std::uint32_t each : known->second) {
          if (!give_slot(each)) return;
        }
        slot = static_cast<std::uint32_t>(state_.rules->tx_names.size());
      }
    }
    for (; slot < end && !ended_; ++slot) {
      if (state_.tx.is_set(slot) && selects(selector, state_.tx.name(slot))) give_slot(slot);
    }
  }

  void walk_persistent() {
    const std::string_view key = collection_key(state_, target_.variable);
    if (key.empty() || state_.services.collections == nullptr) return;
    // Copied first: what a match sets goes to the same store.
    std::vector<Member> members;
    state_.services.collections->read(
        target_.variable, key, state_.now(), [&](std::string_view name, std::string_view text) {
          if (!selects(target_.selector, name) || excluded(target_, name)) return;
          members.push_back(
              {.variable = target_.variable, .name = state_.keep(name), .text = state_.keep(text)});
        });
    for (const Member& member : members) {
      if (!give(member)) return;
    }
  }

  // Reported as what it was when it matched first: a user knows ARGS:q, not MATCHED_VARS.
  bool give_match(const Match& match) {
    return give({.variable = match.variable,
                 .name = match.name,
                 .text = match.text,
                 .original = match.original,
                 .offset = match.offset,
                 .in_body = match.in_body,
                 .counted = match.counted,
                 .was_matched = target_.variable == Variable::kMatchedVars,
                 .is_last_match = target_.variable == Variable::kMatchedVar});
  }

  void walk_matches() {
    const bool all = target_.selector.kind == Selector::Kind::kAll && target_.exclusions.empty();
    const std::size_t count = state_.matched_vars.size();  // not what a match adds
    for (std::size_t i = 0; i < count && !ended_; ++i) {
      const Match match = state_.matched_vars[i];
      if (all && target_.variable == Variable::kMatchedVars) {
        give_match(match);
        continue;
      }
      const std::string_view address = state_.keep(address_text(match.variable, match.name));
      if (!selects(target_.selector, address) || excluded(target_, address)) continue;
      if (target_.variable == Variable::kMatchedVars) {
        give_match(match);
      } else {
        give({.variable = match.variable, .name = match.name, .text = address});
      }
    }
  }

  void walk_texts(const std::vector<std::string_view>& texts, std::string_view path) {
    for (std::size_t i = 0; i < texts.size() && !ended_; ++i) {
      give({.variable = Variable::kXml, .name = path, .text = texts[i], .in_body = true});
    }
  }

  void walk_xml() {
    const std::string& path = target_.selector.name;
    if (excluded(target_, path)) return;
    if (!is_kept_xpath(path)) {
      if (rule_ != nullptr) walk_texts(find_xpath(state_, *rule_, path), path);
      return;
    }
    if (path.empty() || path == "/*") walk_texts(state_.parsed.xml_text, "/*");
    if (path.empty() || path == "//@*") walk_texts(state_.parsed.xml_attributes, "//@*");
  }

  void walk_pairs(const std::vector<std::pair<std::string_view, std::string_view>>& pairs) {
    for (std::size_t i = 0; i < pairs.size() && !ended_; ++i) {
      give_if_meant(
          {.variable = target_.variable, .name = pairs[i].first, .text = pairs[i].second});
    }
  }

  void walk_environment() {
    walk_pairs(state_.environment);
    if (ended_ || target_.selector.kind != Selector::Kind::kName) return;
    const char* value = std::getenv(target_.selector.name.c_str());
    if (value == nullptr) return;
    give_if_meant({.variable = Variable::kEnv, .name = target_.selector.name, .text = value});
  }

  State& state_;
  const RuleTarget& target_;
  const Rule* rule_;
  Each& each_;
  bool ended_ = false;
};

template <typename Each>
void each_member(State& state, const RuleTarget& target, const Rule* rule, Each&& each) {
  MemberWalk<std::remove_reference_t<Each>>(state, target, rule, each).run();
}

}  // namespace yagura::waf::internal
