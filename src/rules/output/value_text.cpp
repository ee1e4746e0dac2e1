#include "rules/output/value_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "core/json_text.hpp"
#include "core/visible_text.hpp"
#include "rules/match/ip_set.hpp"

namespace yagura::rules {
namespace {

void append_integer(std::string& out, std::int64_t number) {
  fmt::format_to(std::back_inserter(out), "{}", number);
}

void append_double(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
    return;
  }
  core::append_json_double(out, number);
}

// Calls `element` for each and puts commas between.
template <typename List, typename Element>
void append_list(std::string& out, char open, char close, const List& list, Element element) {
  out += open;
  bool first = true;
  for (const auto& item : list) {
    if (!first) out += ',';
    first = false;
    element(item);
  }
  out += close;
}

constexpr core::EscapeTable escapes() {
  core::EscapeTable table{};
  table['\n'] = "\\n";
  table['\r'] = "\\r";
  table['\t'] = "\\t";
  return table;
}
constexpr core::EscapeTable kEscapes = escapes();

}  // namespace

void append_clean(std::string& out, std::string_view text) {
  core::append_visible(out, text, kEscapes);
}

void append_text(std::string& out, const Value& value) {
  const auto text = [&out](std::string_view item) { append_clean(out, item); };
  switch (value.kind()) {
    case Value::Kind::kAbsent:
      out += "<NA>";
      return;
    case Value::Kind::kString:
      append_clean(out, value.as_string());
      return;
    case Value::Kind::kInteger:
      append_integer(out, value.as_integer());
      return;
    case Value::Kind::kDouble:
      append_double(out, value.as_double());
      return;
    case Value::Kind::kBoolean:
      out += value.as_boolean() ? "true" : "false";
      return;
    case Value::Kind::kIp:
      out += address_text(value.as_ip());
      return;
    case Value::Kind::kStringList:
      append_list(out, '(', ')', value.as_strings(), text);
      return;
    case Value::Kind::kIntegerList:
      append_list(out, '(', ')', value.as_integers(),
                  [&out](std::int64_t item) { append_integer(out, item); });
      return;
    case Value::Kind::kIpList:
      append_list(out, '(', ')', value.as_ips(),
                  [&out](std::string_view item) { out += address_text(item); });
      return;
  }
}

void append_json(std::string& out, const Value& value) {
  const auto text = [&out](std::string_view item) { core::append_json_string(out, item); };
  switch (value.kind()) {
    case Value::Kind::kAbsent:
      out += "null";
      return;
    case Value::Kind::kString:
      text(value.as_string());
      return;
    case Value::Kind::kInteger:
      append_integer(out, value.as_integer());
      return;
    case Value::Kind::kDouble:
      core::append_json_double(out, value.as_double());
      return;
    case Value::Kind::kBoolean:
      out += value.as_boolean() ? "true" : "false";
      return;
    case Value::Kind::kIp:
      text(address_text(value.as_ip()));
      return;
    case Value::Kind::kStringList:
      append_list(out, '[', ']', value.as_strings(), text);
      return;
    case Value::Kind::kIntegerList:
      append_list(out, '[', ']', value.as_integers(),
                  [&out](std::int64_t item) { append_integer(out, item); });
      return;
    case Value::Kind::kIpList:
      append_list(out, '[', ']', value.as_ips(),
                  [&](std::string_view item) { text(address_text(item)); });
      return;
  }
}

}  // namespace yagura::rules
