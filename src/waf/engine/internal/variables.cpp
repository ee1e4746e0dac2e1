// What each variable of the language holds at this moment of the exchange.

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <ctime>

#include "waf/engine/internal/members.hpp"

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
  const auto two_digits = [&](int number) {
    const std::array<char, 2> text = {static_cast<char>('0' + number / 10),
                                      static_cast<char>('0' + number % 10)};
    return state.keep({text.data(), text.size()});
  };
  switch (variable) {
    case Variable::kTimeDay:
      return two_digits(parts.tm_mday);
    case Variable::kTimeHour:
      return two_digits(parts.tm_hour);
    case Variable::kTimeMin:
      return two_digits(parts.tm_min);
    case Variable::kTimeMon:
      return two_digits(parts.tm_mon + 1);
    case Variable::kTimeSec:
      return two_digits(parts.tm_sec);
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
      return std::string_view("012").substr(flags.unmatched_boundary, 1);
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

// "Basic dXNlcjpwYXNz": the name that the client gave; nobody has checked it.
std::string_view remote_user(State& state) {
  constexpr std::string_view kBasic = "Basic ";
  for (const Value& header : state.values.of(Variable::kRequestHeaders)) {
    if (!equal_ignoring_case(header.name, "Authorization")) continue;
    if (!equal_ignoring_case(header.text.substr(0, kBasic.size()), kBasic)) return {};
    std::string decoded;
    const std::string_view text =
        apply(Transform::kBase64Decode, header.text.substr(kBasic.size()), decoded);
    return state.keep(text.substr(0, text.find(':')));
  }
  return {};
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
      return state.has_last_match ? state.last_match.text : std::string_view{};
    case kMatchedVarName: {
      if (!state.has_last_match) return {};
      const Match& match = state.last_match;
      return state.keep((match.counted ? "&" : "") + address_text(match.variable, match.name));
    }
    case kModsecBuild:
      return "030009100";
    case kRemoteUser:
      return remote_user(state);
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

// A pattern that gave up must not hide a value from a rule.
bool matches_name(const Selector& selector, std::string_view name) {
  return selector.pattern->match(name, nullptr) != OperatorResult::kNoMatch;
}

// Here the careful answer is the other one: a pattern that gave up excludes nothing.
bool excludes(const std::vector<Selector>& exclusions, std::string_view name) {
  return std::ranges::any_of(exclusions, [&](const Selector& each) {
    if (each.kind != Selector::Kind::kRegex) return selects(each, name);
    return each.pattern->match(name, nullptr) == OperatorResult::kMatch;
  });
}

std::vector<std::string_view> find_xpath(State& state, const Rule& rule, const std::string& path) {
  void* document = state.request_reader == nullptr ? nullptr : state.request_reader->xml_document();
  if (document == nullptr) return {};
  std::vector<XmlNamespace> namespaces;
  namespaces.reserve(rule.xml_namespaces.size());
  for (const auto& [prefix, uri] : rule.xml_namespaces) namespaces.push_back({prefix, uri});
  auto found =
      evaluate_xpath(document, path, namespaces, state.arena, state.rules->options.request_limits);
  if (found) return *std::move(found);
  state.count_not_evaluated(false);
  return {};
}

}  // namespace yagura::waf::internal
