#include "policy/library/kubernetes/semantic_version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace yagura::policy {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_identifier_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

// Cuts the part up to the next dot off `rest`.
std::string_view next_identifier(std::string_view& rest) {
  const std::size_t dot = rest.find('.');
  const std::string_view part = rest.substr(0, dot);
  rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  return part;
}

// "" where the identifiers are fine.
std::string check_identifiers(std::string_view text, bool numbers_are_strict) {
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t dot = std::min(text.find('.', at), text.size());
    const std::string_view part = text.substr(at, dot - at);
    if (part.empty()) return "an identifier is empty";
    if (!std::all_of(part.begin(), part.end(), is_identifier_character)) {
      return fmt::format("identifier {:?} has other characters than letters, digits and '-'", part);
    }
    if (numbers_are_strict && all_digits(part)) {
      if (part.size() > 1 && part[0] == '0')
        return fmt::format("numeric identifier {:?} has a leading zero", part);
      std::uint64_t number = 0;
      const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
      if (error != std::errc()) return fmt::format("numeric identifier {:?} is out of range", part);
    }
    at = dot + 1;
  }
  return {};
}

std::string read_number(std::string_view text, std::string_view name, bool allow_zeros,
                        std::uint64_t& number) {
  if (!all_digits(text)) return fmt::format("the {} number {:?} is not a number", name, text);
  if (!allow_zeros && text.size() > 1 && text[0] == '0') {
    return fmt::format("the {} number {:?} has a leading zero", name, text);
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() ? std::string()
                              : fmt::format("the {} number {:?} is out of range", name, text);
}

struct Parts {
  std::string_view numbers[3];
  int count = 0;          // of the numbers written
  std::string_view tail;  // the '-' or '+' and all behind it
};

// The first two dots separate numbers; what comes behind the second holds the patch number and the
// tail.
Parts split(std::string_view text) {
  Parts parts;
  while (parts.count < 2) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) break;
    parts.numbers[parts.count++] = text.substr(0, dot);
    text.remove_prefix(dot + 1);
  }
  if (parts.count == 2) {
    const std::size_t tail = std::min(text.find_first_of("+-"), text.size());
    parts.tail = text.substr(tail);
    text = text.substr(0, tail);
  }
  parts.numbers[parts.count++] = text;
  return parts;
}

std::string read_tail(std::string_view tail, SemanticVersion& version) {
  if (const std::size_t plus = tail.find('+'); plus != std::string_view::npos) {
    version.build = tail.substr(plus + 1);
    tail = tail.substr(0, plus);
    if (auto problem = check_identifiers(version.build, false); !problem.empty())
      return "build metadata: " + problem;
  }
  if (tail.empty()) return {};
  version.pre_release = tail.substr(1);
  if (auto problem = check_identifiers(version.pre_release, true); !problem.empty())
    return "pre-release: " + problem;
  return {};
}

std::weak_ordering compare_identifiers(std::string_view a, std::string_view b) {
  const bool a_number = all_digits(a);
  const bool b_number = all_digits(b);
  if (a_number != b_number)
    return a_number ? std::weak_ordering::less : std::weak_ordering::greater;
  // No leading zeros: the longer number is the larger.
  if (a_number && a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

}  // namespace

std::optional<SemanticVersion> SemanticVersion::parse(std::string_view text,
                                                      SemverNormalize normalize,
                                                      std::string* problem) {
  const auto refuse = [&](std::string why) -> std::optional<SemanticVersion> {
    if (problem != nullptr) *problem = std::move(why);
    return std::nullopt;
  };
  const bool lenient = normalize == SemverNormalize::kYes;
  if (lenient && text.starts_with('v')) text.remove_prefix(1);
  if (text.empty()) return refuse("the version is empty");
  Parts parts = split(text);
  if (parts.count < 3 && !lenient) return refuse("a version has three numbers: major.minor.patch");
  for (int i = parts.count; i < 3; ++i) parts.numbers[i] = "0";

  SemanticVersion version;
  std::string why = read_number(parts.numbers[0], "major", lenient, version.major);
  if (why.empty()) why = read_number(parts.numbers[1], "minor", lenient, version.minor);
  // "1.2.-a" is lenient for "1.2.0-a" only where zeros were stripped to nothing, never where
  // nothing stood there.
  if (why.empty()) why = read_number(parts.numbers[2], "patch", lenient, version.patch);
  if (why.empty()) why = read_tail(parts.tail, version);
  if (!why.empty()) return refuse(std::move(why));
  return version;
}

std::weak_ordering SemanticVersion::operator<=>(const SemanticVersion& other) const {
  if (major != other.major) return major <=> other.major;
  if (minor != other.minor) return minor <=> other.minor;
  if (patch != other.patch) return patch <=> other.patch;
  if (pre_release.empty() || other.pre_release.empty()) {
    return pre_release.empty() <=>
           other.pre_release.empty();  // a release is above its pre-releases
  }
  std::string_view a = pre_release;
  std::string_view b = other.pre_release;
  while (!a.empty() && !b.empty()) {
    const auto order = compare_identifiers(next_identifier(a), next_identifier(b));
    if (order != 0) return order;
  }
  return !a.empty() <=> !b.empty();
}

std::string SemanticVersion::to_string() const {
  std::string text = fmt::format("{}.{}.{}", major, minor, patch);
  if (!pre_release.empty()) text.append("-").append(pre_release);
  if (!build.empty()) text.append("+").append(build);
  return text;
}

}  // namespace yagura::policy
