// What each variable of the language holds at this moment of the exchange.

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <ctime>

#include "waf/engine/internal/state.hpp"

namespace yagura::waf::internal {

namespace {

std::string_view boolean(bool value) { return value ? "1" : "0"; }

std::tm local_time(State& state) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(state.now());
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return parts;
}

std::string_view formatted_time(State& state) {
  const std::tm parts = local_time(state);
  std::array<char, 16> text{};
  return state.keep({text.data(), std::strftime(text.data(), text.size(), "%H:%M:%S", &parts)});
}

std::string_view time_part(State& state, Variable variable) {
  const std::tm parts = local_time(state);
  switch (variable) {
    case Variable::kTimeDay:
      return state.keep_number(parts.tm_mday);
    case Variable::kTimeHour:
      return state.keep_number(parts.tm_hour);
    case Variable::kTimeMin:
      return state.keep_number(parts.tm_min);
    case Variable::kTimeMon:
      return state.keep_number(parts.tm_mon);
    case Variable::kTimeSec:
      return state.keep_number(parts.tm_sec);
    case Variable::kTimeWday:
      return state.keep_number(parts.tm_wday);
    default:
      return state.keep_number(parts.tm_year + 1900);
  }
}

std::string_view multipart_flag(const MultipartFlags& flags, Variable variable) {
  switch (variable) {
    case Variable::kMultipartBoundaryQuoted:
      return boolean(flags.boundary_quoted);
    case Variable::kMultipartBoundaryWhitespace:
      return boolean(flags.boundary_whitespace);
    case Variable::kMultipartCrlfLfLines:
      return boolean(flags.crlf_lf_lines);
    case Variable::kMultipartDataAfter:
      return boolean(flags.data_after);
    case Variable::kMultipartDataBefore:
      return boolean(flags.data_before);
    case Variable::kMultipartFileLimitExceeded:
      return boolean(flags.file_limit_exceeded);
    case Variable::kMultipartHeaderFolding:
      return boolean(flags.header_folding);
    case Variable::kMultipartInvalidHeaderFolding:
      return boolean(flags.invalid_header_folding);
    case Variable::kMultipartInvalidPart:
      return boolean(flags.invalid_part);
    case Variable::kMultipartInvalidQuoting:
      return boolean(flags.invalid_quoting);
    case Variable::kMultipartLfLine:
      return boolean(flags.lf_line);
    case Variable::kMultipartMissingSemicolon:
      return boolean(flags.missing_semicolon);
    case Variable::kMultipartStrictError:
      return boolean(flags.strict_error());
    default:
      return boolean(flags.unmatched_boundary);
  }
}

std::string_view full_request(State& state) {
  std::string text(state.singles[static_cast<std::size_t>(Variable::kRequestLine)]);
  text += "\n";
  for (const Value& header : state.values.of(Variable::kRequestHeaders)) {
    text.append(header.name).append(": ").append(header.text).append("\n");
  }
  text += "\n";
  if (state.request_store) {
    if (const auto body = state.request_store->view()) text += *body;
  }
  return state.keep(text);
}

std::string_view rule_field(State& state, std::string_view name) {
  const Rule* rule = state.current;
  if (rule == nullptr) return {};
  if (equal_ignoring_case(name, "id"))
    return state.keep_number(static_cast<std::int64_t>(rule->id));
  if (equal_ignoring_case(name, "msg")) return expand(state, rule->message);
  if (equal_ignoring_case(name, "logdata")) return expand(state, rule->log_data);
  if (equal_ignoring_case(name, "rev")) return rule->revision;
  if (equal_ignoring_case(name, "ver")) return rule->version;
  if (equal_ignoring_case(name, "severity")) return state.keep_number(rule->severity);
  return {};
}

void add_member(std::vector<Member>& out, const RuleTarget& target, const Member& member) {
  if (selects(target.selector, target.variable, member.name) &&
      !excluded(target, target.variable, member.name)) {
    out.push_back(member);
  }
}

void collect_store(State& state, const RuleTarget& target, std::vector<Member>& out) {
  const View view = view_of(target.variable);
  for (std::uint8_t i = 0; i < view.count; ++i) {
    for (const Value& value : state.values.of(view.homes[i])) {
      add_member(out, target,
                 {.variable = target.variable,
                  .name = value.name,
                  .text = view.names ? value.name : value.text,
                  .offset = view.names ? kNoOffset : value.offset,
                  .in_body = value.in_body});
    }
  }
}

// The slots whose names a selector's pattern matches: the names are the rule set's, so that one
// look is enough for good.
const std::vector<std::uint32_t>& slots_matching(State& state, const Pattern& pattern) {
  const auto found = state.slots_by_pattern.find(&pattern);
  if (found != state.slots_by_pattern.end()) return found->second;
  std::vector<std::uint32_t> slots;
  for (std::uint32_t slot = 0; slot < state.rules->tx_names.size(); ++slot) {
    if (pattern.match(state.rules->tx_names[slot], nullptr) != OperatorResult::kNoMatch)
      slots.push_back(slot);
  }
  return state.slots_by_pattern.emplace(&pattern, std::move(slots)).first->second;
}

void collect_tx_slot(State& state, const RuleTarget& target, std::uint32_t slot,
                     std::vector<Member>& out) {
  if (!state.tx.is_set(slot)) return;
  const std::string_view name = state.rules->tx_names[slot];
  if (excluded(target, Variable::kTx, name)) return;
  out.push_back(
      {.variable = Variable::kTx, .name = name, .text = state.tx.text(slot, state.arena)});
}

void collect_tx(State& state, const RuleTarget& target, std::vector<Member>& out) {
  switch (target.selector.kind) {
    case Selector::Kind::kName:
      if (target.selector.slot != kNone)
        return collect_tx_slot(state, target, target.selector.slot, out);
      break;
    case Selector::Kind::kRegex:
      for (const std::uint32_t slot : slots_matching(state, *target.selector.pattern)) {
        collect_tx_slot(state, target, slot, out);
      }
      break;
    default:
      for (std::uint32_t slot = 0; slot < state.rules->tx_names.size(); ++slot)
        collect_tx_slot(state, target, slot, out);
  }
  state.tx.for_each_dynamic(state.arena, [&](std::string_view name, std::string_view text) {
    add_member(out, target, {.variable = Variable::kTx, .name = name, .text = text});
  });
}

void collect_persistent(State& state, const RuleTarget& target, std::vector<Member>& out) {
  const std::string_view key = collection_key(state, target.variable);
  if (key.empty() || state.services.collections == nullptr) return;
  state.services.collections->read(
      target.variable, key, state.now(), [&](std::string_view name, std::string_view text) {
        if (!selects(target.selector, target.variable, name) ||
            excluded(target, target.variable, name))
          return;
        out.push_back(
            {.variable = target.variable, .name = state.keep(name), .text = state.keep(text)});
      });
}

void collect_matched_vars(State& state, const RuleTarget& target, std::vector<Member>& out) {
  for (const Match& match : state.matched_vars) {
    const std::string_view address = state.keep(address_text(match.variable, match.name));
    add_member(out, target,
               {.variable = target.variable,
                .name = address,
                .text = target.variable == Variable::kMatchedVars ? match.text : address,
                .offset = match.offset,
                .in_body = match.in_body});
  }
}

void collect_xml(State& state, const RuleTarget& target, std::vector<Member>& out) {
  const std::string& path = target.selector.name;
  const auto add_all = [&](const std::vector<std::string_view>& texts) {
    for (const std::string_view text : texts) {
      out.push_back({.variable = Variable::kXml, .name = path, .text = text, .in_body = true});
    }
  };
  if (excluded(target, Variable::kXml, path)) return;
  if (path.empty() || path == "/*") return add_all(state.parsed.xml_text);
  if (path == "//@*") return add_all(state.parsed.xml_attributes);
}

void collect_pairs(const std::vector<std::pair<std::string_view, std::string_view>>& pairs,
                   const RuleTarget& target, std::vector<Member>& out) {
  for (const auto& [name, text] : pairs)
    add_member(out, target, {.variable = target.variable, .name = name, .text = text});
}

void collect_environment(State& state, const RuleTarget& target, std::vector<Member>& out) {
  collect_pairs(state.environment, target, out);
  if (target.selector.kind != Selector::Kind::kName) return;
  const char* value = std::getenv(target.selector.name.c_str());
  if (value != nullptr)
    add_member(out, target,
               {.variable = Variable::kEnv, .name = target.selector.name, .text = value});
}

}  // namespace

std::string_view single_value(State& state, Variable variable) {
  using enum Variable;
  switch (variable) {
    case kDuration:
      return state.keep_number(
          std::chrono::duration_cast<std::chrono::microseconds>(state.now() - state.started)
              .count());
    case kFullRequest:
      return full_request(state);
    case kFullRequestLength:
      return state.keep_number(static_cast<std::int64_t>(full_request(state).size()));
    case kHighestSeverity:
      return state.keep_number(state.highest_severity);
    case kMatchedVar:
      return state.matched_vars.empty() ? std::string_view{} : state.matched_vars.back().text;
    case kMatchedVarName: {
      if (state.matched_vars.empty()) return {};
      const Match& match = state.matched_vars.back();
      return state.keep((match.counted ? "&" : "") + address_text(match.variable, match.name));
    }
    case kModsecBuild:
      return "030009100";
    case kRequestBodyLength:
      return state.keep_number(static_cast<std::int64_t>(state.request_body_size));
    case kTime:
      return formatted_time(state);
    case kTimeEpoch:
      return state.keep_number(std::chrono::system_clock::to_time_t(state.now()));
    case kTimeDay:
    case kTimeHour:
    case kTimeMin:
    case kTimeMon:
    case kTimeSec:
    case kTimeWday:
    case kTimeYear:
      return time_part(state, variable);
    default:
      break;
  }
  if (variable >= kMultipartBoundaryQuoted && variable <= kMultipartUnmatchedBoundary) {
    return multipart_flag(state.parsed.multipart, variable);
  }
  return state.singles[static_cast<std::size_t>(variable)];
}

std::string address_text(Variable variable, std::string_view name) {
  std::string text(name_of(variable));
  if (is_collection(variable) && !name.empty() && variable != Variable::kMatchedVars)
    text.append(":").append(name);
  if (variable == Variable::kMatchedVars || variable == Variable::kMatchedVarsNames)
    return std::string(name);
  return text;
}

std::string_view collection_key(const State& state, Variable collection) {
  if (collection < Variable::kGlobal || collection > Variable::kUser) return {};
  return state.collection_keys[static_cast<std::size_t>(collection) -
                               static_cast<std::size_t>(Variable::kGlobal)];
}

bool selects(const Selector& selector, Variable variable, std::string_view name) {
  switch (selector.kind) {
    case Selector::Kind::kAll:
      return true;
    case Selector::Kind::kName:
      return equal_ignoring_case(selector.name, name);
    // A pattern that gave up must not hide a value from a rule.
    case Selector::Kind::kRegex:
      return selector.pattern->match(name, nullptr) != OperatorResult::kNoMatch;
    case Selector::Kind::kXPath:
      return variable == Variable::kXml && selector.name == name;
  }
  return false;
}

bool excluded(const RuleTarget& target, Variable variable, std::string_view name) {
  for (const Selector& exclusion : target.exclusions) {
    // Here the careful answer is the other one: a pattern that gave up excludes nothing.
    if (exclusion.kind == Selector::Kind::kRegex) {
      if (exclusion.pattern->match(name, nullptr) == OperatorResult::kMatch) return true;
    } else if (selects(exclusion, variable, name)) {
      return true;
    }
  }
  return false;
}

void collect_members(State& state, const RuleTarget& target, std::vector<Member>& out) {
  using enum Variable;
  switch (target.variable) {
    case kTx:
      return collect_tx(state, target, out);
    case kGlobal:
    case kIp:
    case kResource:
    case kSession:
    case kUser:
      return collect_persistent(state, target, out);
    case kMatchedVars:
    case kMatchedVarsNames:
      return collect_matched_vars(state, target, out);
    case kXml:
      return collect_xml(state, target, out);
    case kGeo:
      return collect_pairs(state.geo, target, out);
    case kEnv:
      return collect_environment(state, target, out);
    case kRule:
      out.push_back({.variable = kRule,
                     .name = target.selector.name,
                     .text = rule_field(state, target.selector.name)});
      return;
    default:
      break;
  }
  if (is_collection(target.variable)) return collect_store(state, target, out);
  if (excluded(target, target.variable, {})) return;
  out.push_back({.variable = target.variable,
                 .name = {},
                 .text = single_value(state, target.variable),
                 .in_body = target.variable == kRequestBody});
}

}  // namespace yagura::waf::internal
