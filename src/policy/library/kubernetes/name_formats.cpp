#include "policy/library/kubernetes/name_formats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "policy/library/kubernetes/url.hpp"

namespace yagura::policy {

namespace {

using Messages = std::vector<std::string>;

constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxSubdomain = 253;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alphanumeric(char c) { return is_digit(c) || is_lower(c) || is_upper(c); }
bool is_lower_alphanumeric(char c) { return is_digit(c) || is_lower(c); }

bool is_label(std::string_view text) {
  return !text.empty() && is_lower_alphanumeric(text.front()) &&
         is_lower_alphanumeric(text.back()) && std::all_of(text.begin(), text.end(), [](char c) {
           return is_lower_alphanumeric(c) || c == '-';
         });
}

bool is_subdomain(std::string_view text) {
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

// Letters, digits, '-', '_' and '.', the first and last of them alphanumeric.
bool is_name(std::string_view text) {
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

void check_length(std::string_view text, std::size_t most, Messages& messages) {
  if (text.size() > most) messages.push_back(fmt::format("must be no more than {} bytes", most));
}

// A prefix may end in dashes, since what is generated goes on behind it.
std::string without_trailing_dash(std::string_view text) {
  if (text.size() > 1 && text.ends_with('-'))
    return std::string(text.substr(0, text.size() - 2)) + "a";
  return std::string(text);
}

template <FormatCheck check>
Messages check_prefix(std::string_view text) {
  return check(without_trailing_dash(text));
}

Messages check_uri(std::string_view text) {
  std::string problem = check_request_uri(text);
  if (problem.empty()) return {};
  return {fmt::format("must be a URI: {}", problem)};
}

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// 8-4-4-4-12 hexadecimal digits, each dash optional.
Messages check_uuid(std::string_view text) {
  constexpr std::array<std::size_t, 5> kGroups = {8, 4, 4, 4, 12};
  bool fits = true;
  for (std::size_t i = 0; i < kGroups.size() && fits; ++i) {
    if (i > 0 && text.starts_with('-')) text.remove_prefix(1);
    const std::string_view group = text.substr(0, kGroups[i]);
    fits = group.size() == kGroups[i] && std::all_of(group.begin(), group.end(), is_hex);
    text.remove_prefix(group.size());
  }
  if (fits && text.empty()) return {};
  return {"must be a UUID"};
}

Messages check_byte(std::string_view text) {
  std::string_view digits = text;
  for (int padding = 0; padding < 2 && digits.ends_with('='); ++padding) digits.remove_suffix(1);
  const bool fits = !text.empty() && text.size() % 4 == 0 &&
                    std::all_of(digits.begin(), digits.end(),
                                [](char c) { return is_alphanumeric(c) || c == '+' || c == '/'; });
  if (fits) return {};
  return {"must be base64"};
}

// Reads two digits at `at`; 100 where there are none.
int two_digits(std::string_view text, std::size_t at) {
  if (at + 2 > text.size() || !is_digit(text[at]) || !is_digit(text[at + 1])) return 100;
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const int century = two_digits(text, 0);
  const int year_of_century = two_digits(text, 2);
  const int month = two_digits(text, 5);
  const int day = two_digits(text, 8);
  if (century > 99 || year_of_century > 99 || month < 1 || month > 12 || day < 1) return false;
  const int year = century * 100 + year_of_century;
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return day <= kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

// "hh:mm:ss", a fraction, then "z" or an offset.
bool is_time(std::string_view text) {
  if (text.size() < 9 || text[2] != ':' || text[5] != ':') return false;
  if (two_digits(text, 0) > 23 || two_digits(text, 3) > 59 || two_digits(text, 6) > 59)
    return false;
  text.remove_prefix(8);
  if (text.size() >= 2 && text[0] == '.' && is_digit(text[1])) {
    const auto end = std::find_if_not(text.begin() + 1, text.end(), is_digit);
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
  }
  if (text == "z" || text == "Z") return true;
  return text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':' &&
         two_digits(text, 1) < 100 && two_digits(text, 4) < 100;
}

Messages check_date(std::string_view text) {
  if (is_date(text)) return {};
  return {"must be a date such as 2026-01-31"};
}

Messages check_date_time(std::string_view text) {
  const bool separated = text.size() > 11 && (text[10] == 'T' || text[10] == 't');
  if (separated && is_date(text.substr(0, 10)) && is_time(text.substr(11))) return {};
  return {"must be a date and time such as 2026-01-31T12:00:00Z"};
}

constexpr NameFormat kFormats[] = {
    {.name = "dns1123Label", .check = check_dns1123_label, .regex_size = 30},
    {.name = "dns1123Subdomain", .check = check_dns1123_subdomain, .regex_size = 60},
    {.name = "dns1035Label", .check = check_dns1035_label, .regex_size = 30},
    {.name = "qualifiedName", .check = check_qualified_name, .regex_size = 60},
    {.name = "dns1123LabelPrefix", .check = check_prefix<check_dns1123_label>, .regex_size = 30},
    {.name = "dns1123SubdomainPrefix",
     .check = check_prefix<check_dns1123_subdomain>,
     .regex_size = 60},
    {.name = "dns1035LabelPrefix", .check = check_prefix<check_dns1035_label>, .regex_size = 30},
    {.name = "labelValue", .check = check_label_value, .regex_size = 40},
    {.name = "uri", .check = check_uri, .regex_size = 1000},
    {.name = "uuid", .check = check_uuid, .regex_size = 70},
    {.name = "byte", .check = check_byte, .regex_size = 84},
    {.name = "date", .check = check_date, .regex_size = 71},
    {.name = "datetime", .check = check_date_time, .regex_size = 71},
};

}  // namespace

Messages check_dns1123_label(std::string_view text) {
  Messages messages;
  check_length(text, kMaxLabel, messages);
  if (is_label(text)) return messages;
  messages.emplace_back(is_subdomain(text) ? "must not contain dots"
                                           : "must be a DNS label (RFC 1123): lower case letters, "
                                             "digits and '-', the first and last "
                                             "of them no '-'");
  return messages;
}

Messages check_dns1123_subdomain(std::string_view text) {
  Messages messages;
  check_length(text, kMaxSubdomain, messages);
  if (!is_subdomain(text)) {
    messages.emplace_back(
        "must be a DNS subdomain (RFC 1123): labels of lower case letters, digits and '-', "
        "separated "
        "by dots");
  }
  return messages;
}

Messages check_dns1035_label(std::string_view text) {
  Messages messages;
  check_length(text, kMaxLabel, messages);
  if (!is_label(text) || !is_lower(text.front())) {
    messages.emplace_back(
        "must be a DNS label (RFC 1035): lower case letters, digits and '-', beginning with a "
        "letter "
        "and not ending in '-'");
  }
  return messages;
}

Messages check_qualified_name(std::string_view text) {
  Messages messages;
  std::string_view name = text;
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    const std::string_view prefix = text.substr(0, slash);
    name = text.substr(slash + 1);
    if (prefix.empty()) {
      messages.emplace_back("the part before '/' must not be empty");
    } else {
      for (const std::string& problem : check_dns1123_subdomain(prefix)) {
        messages.push_back("the part before '/' " + problem);
      }
    }
  }
  if (name.find('/') != std::string_view::npos) {
    return {"must have at most one '/', between a DNS subdomain and a name"};
  }
  if (name.empty()) {
    messages.emplace_back("the name must not be empty");
    return messages;
  }
  if (name.size() > kMaxLabel) messages.emplace_back("the name must be no more than 63 bytes");
  if (!is_name(name)) {
    messages.emplace_back(
        "the name must consist of letters, digits, '-', '_' and '.', the first and last of them "
        "alphanumeric");
  }
  return messages;
}

Messages check_label_value(std::string_view text) {
  Messages messages;
  check_length(text, kMaxLabel, messages);
  if (!text.empty() && !is_name(text)) {
    messages.emplace_back(
        "must be empty or consist of letters, digits, '-', '_' and '.', the first and last of them "
        "alphanumeric");
  }
  return messages;
}

std::span<const NameFormat> name_formats() { return kFormats; }

const NameFormat* find_name_format(std::string_view name) {
  for (const NameFormat& format : kFormats) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

}  // namespace yagura::policy
