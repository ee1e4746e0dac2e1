// semver.org 2.0.0, clause 11: numbers, then the pre-release, which is older than its release.
// Missing numbers are 0; a fourth and further ones count too (NuGet's; others never have them). A
// "v" in front and a pre-release without its hyphen are read as npm's loose mode does.

#include "vuln/version/internal/orders.hpp"
#include "vuln/version/internal/text.hpp"

namespace yagura::vuln::version {
namespace {

struct Semver {
  std::string_view numbers;  // "1.2.3"
  std::string_view pre;
  std::string_view build;
  bool has_pre = false;
  bool words = false;  // "rc1" of Go's releases stands for "rc.1"
  bool has_build = false;
};

Semver parse(std::string_view text, SemverKind kind) {
  text = trimmed(text);
  if (kind == SemverKind::kGo && text.starts_with("go")) text.remove_prefix(2);
  while (!text.empty() && (text.front() == '=' || lower(text.front()) == 'v')) {
    text.remove_prefix(1);
  }
  Semver version;
  version.numbers = take_while(text, [](char c) { return is_digit(c) || c == '.'; });
  if (text.empty()) return version;
  if (text.front() != '+') {
    version.has_pre = true;
    if (text.front() == '-') {
      text.remove_prefix(1);
    } else {
      version.words = kind == SemverKind::kGo;
    }
    const auto plus = text.find('+');
    version.pre = text.substr(0, plus);
    text = plus == std::string_view::npos ? std::string_view() : text.substr(plus);
  }
  if (!text.empty()) {
    version.has_build = true;
    version.build = text.substr(1);
  }
  return version;
}

std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    if (const auto order = number_order(take_until(a, "."), take_until(b, ".")); order != 0) {
      return order;
    }
  }
  return std::strong_ordering::equal;
}

class Identifiers {
 public:
  Identifiers(std::string_view text, bool words) : rest_(text), words_(words) {}

  // An identifier, and whether there was one.
  bool next(std::string_view& identifier) {
    if (ended_) return false;
    if (words_ && !rest_.empty() && rest_.front() != '.') {
      const bool digits = is_digit(rest_.front());
      identifier =
          take_while(rest_, [digits](char c) { return c != '.' && is_digit(c) == digits; });
      if (!rest_.empty() && rest_.front() == '.') rest_.remove_prefix(1);
      ended_ = rest_.empty();
      return true;
    }
    const auto dot = rest_.find('.');
    identifier = rest_.substr(0, dot);
    ended_ = dot == std::string_view::npos;
    rest_.remove_prefix(ended_ ? rest_.size() : dot + 1);
    return true;
  }

 private:
  std::string_view rest_;
  bool words_;
  bool ended_ = false;
};

std::strong_ordering compare_identifiers(Identifiers a, Identifiers b, bool any_case) {
  for (;;) {
    std::string_view x;
    std::string_view y;
    const bool has_x = a.next(x);
    const bool has_y = b.next(y);
    if (!has_x || !has_y) return has_x <=> has_y;
    const bool x_number = !x.empty() && all_digits(x);
    const bool y_number = !y.empty() && all_digits(y);
    if (x_number != y_number) return y_number <=> x_number;
    const auto order = x_number   ? number_order(x, y)
                       : any_case ? text_order_any_case(x, y)
                                  : text_order(x, y);
    if (order != 0) return order;
  }
}

}  // namespace

std::strong_ordering compare_semver(std::string_view a, std::string_view b, SemverKind kind) {
  const Semver x = parse(a, kind);
  const Semver y = parse(b, kind);
  if (const auto order = compare_numbers(x.numbers, y.numbers); order != 0) return order;
  if (x.has_pre != y.has_pre) return y.has_pre <=> x.has_pre;
  if (x.has_pre) {
    const auto order =
        compare_identifiers({x.pre, x.words}, {y.pre, y.words}, kind == SemverKind::kNuget);
    if (order != 0) return order;
  }
  if (kind != SemverKind::kPub) return std::strong_ordering::equal;
  if (x.has_build != y.has_build) return x.has_build <=> y.has_build;
  if (!x.has_build) return std::strong_ordering::equal;
  return compare_identifiers({x.build, false}, {y.build, false}, false);
}

}  // namespace yagura::vuln::version
