// An or of ands of comparators; "^", "~" and partial versions become a lower bound that counts and
// an upper one that doesn't. Intervals and PEP 440 specifiers have files of their own.

#include "vuln/version/range.hpp"

#include <array>
#include <string>

#include "vuln/version/internal/ranges.hpp"
#include "vuln/version/internal/text.hpp"

namespace yagura::vuln {
namespace version {
namespace {

constexpr std::size_t kMaxRange = 4096;

// Ranges of these know partial versions ("1.2" stands for all of 1.2).
bool has_partials(Scheme scheme) {
  return scheme == Scheme::kNpm || scheme == Scheme::kCargo || scheme == Scheme::kSemver ||
         scheme == Scheme::kPackagist || scheme == Scheme::kPub || scheme == Scheme::kGo;
}

// "~" of these takes all but the last number as given ("~1.2" reaches up to 2.0).
bool is_pessimistic(Scheme scheme) {
  return scheme != Scheme::kNpm && scheme != Scheme::kCargo && scheme != Scheme::kSemver;
}

bool is_any(std::string_view text) {
  return text == "*" || text == "x" || text == "X" || text == "any" || text == "latest";
}

std::string incremented(std::string_view digits) {
  std::string out(digits.empty() ? std::string_view("0") : digits);
  for (std::size_t i = out.size(); i-- > 0;) {
    if (out[i] != '9') {
      ++out[i];
      return out;
    }
    out[i] = '0';
  }
  return "1" + out;
}

// The numbers that a range gives: "1.2.x" has two.
struct Partial {
  std::array<std::string_view, 4> numbers{};
  std::size_t given = 0;
  bool has_wildcard = false;
  bool has_tail = false;  // pre-release
};

Partial parse_partial(std::string_view text) {
  Partial partial;
  while (!text.empty() && lower(text.front()) == 'v') text.remove_prefix(1);
  while (partial.given < partial.numbers.size()) {
    const std::string_view digits = take_while(text, is_digit);
    if (digits.empty()) {
      partial.has_wildcard = !text.empty() && is_any(text.substr(0, 1));
      return partial;
    }
    partial.numbers[partial.given++] = digits;
    if (text.empty() || text.front() != '.') break;
    text.remove_prefix(1);
  }
  partial.has_tail = !text.empty() && text.front() != '+';
  return partial;
}

// The first `count` numbers with the last one raised, as the bound before which a range ends. With
// "-0", nothing older than the release itself passes.
std::string above(Scheme scheme, const Partial& partial, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += '.';
    out += i + 1 == count ? incremented(partial.numbers[i]) : std::string(partial.numbers[i]);
  }
  if (scheme == Scheme::kRubygems) return out + ".a";
  if (scheme == Scheme::kPackagist) return out + ".dev";
  for (std::size_t i = count; i < 3; ++i) out += ".0";
  return out + "-0";
}

std::string lowest(Scheme scheme, const Partial& partial) {
  std::string out;
  for (std::size_t i = 0; i < partial.given; ++i) {
    if (i > 0) out += '.';
    out += partial.numbers[i];
  }
  if (scheme == Scheme::kPackagist) return out;
  for (std::size_t i = partial.given; i < 3; ++i) out += ".0";
  return out + "-0";
}

bool in_caret(Scheme scheme, std::string_view version, std::string_view bound,
              const Partial& partial) {
  if (partial.given == 0) return true;
  // The first number that is not 0 stays; of zeros alone, the last one given.
  std::size_t count = 1;
  while (count < partial.given && count < 3 && without_zeros(partial.numbers[count - 1]).empty()) {
    ++count;
  }
  const bool full = partial.given >= 3 || partial.has_tail;
  const std::string low = full ? std::string(bound) : lowest(scheme, partial);
  return compare(scheme, version, low) >= 0 &&
         compare(scheme, version, above(scheme, partial, count)) < 0;
}

bool in_tilde(Scheme scheme, std::string_view version, std::string_view bound,
              const Partial& partial, bool pessimistic) {
  if (partial.given == 0) return true;
  std::size_t count = partial.given < 2 ? partial.given : std::size_t{2};
  if (pessimistic) count = partial.given > 1 ? partial.given - 1 : std::size_t{1};
  const bool full = pessimistic || partial.given >= 3 || partial.has_tail;
  const std::string low = full ? std::string(bound) : lowest(scheme, partial);
  return compare(scheme, version, low) >= 0 &&
         compare(scheme, version, above(scheme, partial, count)) < 0;
}

// All versions that begin with the numbers given.
bool in_partial(Scheme scheme, std::string_view version, const Partial& partial) {
  if (partial.given == 0) return true;
  return compare(scheme, version, lowest(scheme, partial)) >= 0 &&
         compare(scheme, version, above(scheme, partial, partial.given)) < 0;
}

bool is_whole(Scheme scheme, const Partial& partial) {
  if (partial.has_wildcard) return false;
  // A Packagist version without wildcard is exact, however short.
  return partial.given >= 3 || partial.has_tail || scheme == Scheme::kPackagist ||
         scheme == Scheme::kPub || scheme == Scheme::kGo;
}

std::optional<bool> compare_partial(Scheme scheme, std::string_view version, std::string_view op,
                                    const Partial& partial) {
  if (op.empty() || op == "=" || op == "==") return in_partial(scheme, version, partial);
  if (op == "!=") return !in_partial(scheme, version, partial);
  if (partial.given == 0) return op == ">=" || op == "<=";
  if (op == ">=") return compare(scheme, version, lowest(scheme, partial)) >= 0;
  if (op == "<") return compare(scheme, version, lowest(scheme, partial)) < 0;
  const std::string end = above(scheme, partial, partial.given);
  if (op == ">") return compare(scheme, version, end) >= 0;
  if (op == "<=") return compare(scheme, version, end) < 0;
  return std::nullopt;
}

std::optional<bool> test(Scheme scheme, std::string_view version, std::string_view op,
                         std::string_view bound) {
  if (bound.empty()) return std::nullopt;
  if (op.empty() && is_any(bound)) return true;
  const Partial partial = parse_partial(bound);
  if (op == "^") return in_caret(scheme, version, bound, partial);
  if (op == "~") return in_tilde(scheme, version, bound, partial, is_pessimistic(scheme));
  if (op == "~>") {
    return in_tilde(scheme, version, bound, partial, scheme != Scheme::kNpm);
  }
  if (op.empty() && scheme == Scheme::kCargo && !partial.has_wildcard) {
    return in_caret(scheme, version, bound, partial);
  }
  if (has_partials(scheme) && !is_whole(scheme, partial)) {
    return compare_partial(scheme, version, op, partial);
  }
  const auto order = compare(scheme, version, bound);
  if (op.empty() || op == "=" || op == "==") return order == 0;
  if (op == "!=" || op == "<>") return order != 0;
  if (op == "<" || op == "<<") return order < 0;
  if (op == "<=") return order <= 0;
  if (op == ">" || op == ">>") return order > 0;
  if (op == ">=") return order >= 0;
  return std::nullopt;
}

bool is_space(char c) { return is_blank(c) || c == ','; }

struct Comparator {
  std::string_view op;
  std::string_view bound;
};

std::optional<Comparator> take_comparator(std::string_view& text) {
  take_while(text, is_space);
  if (text.empty()) return std::nullopt;
  Comparator comparator;
  comparator.op = take_while(text, [](char c) { return std::string_view("<>=!~^").contains(c); });
  take_while(text, is_blank);
  comparator.bound = take_while(text, [](char c) { return !is_space(c); });
  return comparator;
}

// "A - B" at the beginning of the text, blanks around the hyphen.
std::optional<std::string_view> take_hyphen(std::string_view& text) {
  std::string_view rest = text;
  take_while(rest, is_blank);
  if (!rest.starts_with("- ")) return std::nullopt;
  rest.remove_prefix(2);
  take_while(rest, is_blank);
  const std::string_view to = take_while(rest, [](char c) { return !is_space(c); });
  text = rest;
  return to;
}

std::optional<bool> test_all(Scheme scheme, std::string_view version, std::string_view text) {
  if (trimmed(text).empty()) return has_partials(scheme) ? std::optional(true) : std::nullopt;
  bool all = true;
  bool any_comparator = false;
  while (auto comparator = take_comparator(text)) {
    any_comparator = true;
    std::optional<bool> holds;
    if (const auto to = comparator->op.empty() ? take_hyphen(text) : std::nullopt) {
      const auto from = test(scheme, version, ">=", comparator->bound);
      const auto until = test(scheme, version, "<=", *to);
      if (from && until) holds = *from && *until;
    } else {
      holds = test(scheme, version, comparator->op, comparator->bound);
    }
    if (!holds) return std::nullopt;
    all = all && *holds;
  }
  return any_comparator ? std::optional(all) : std::nullopt;
}

}  // namespace

std::optional<bool> in_comparators(Scheme scheme, std::string_view version,
                                   std::string_view range) {
  bool any = false;
  for (;;) {
    const auto bar = range.find('|');
    const auto holds = test_all(scheme, version, range.substr(0, bar));
    if (!holds) return std::nullopt;
    any = any || *holds;
    if (bar == std::string_view::npos) return any;
    range.remove_prefix(bar + 1);
    if (!range.empty() && range.front() == '|') range.remove_prefix(1);
  }
}

}  // namespace version

std::optional<bool> satisfies(Scheme scheme, std::string_view version, std::string_view range) {
  range = version::trimmed(range);
  if (range.size() > version::kMaxRange) return std::nullopt;
  if (scheme == Scheme::kPypi) return version::in_specifiers(version, range);
  const bool has_intervals = scheme == Scheme::kMaven || scheme == Scheme::kNuget;
  if (has_intervals && !range.empty() && !std::string_view("<>=!").contains(range.front())) {
    return version::in_intervals(scheme, version, range);
  }
  return version::in_comparators(scheme, version, range);
}

}  // namespace yagura::vuln
