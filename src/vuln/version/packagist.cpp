// PHP's version_compare (php.net/version_compare), which Composer compares with: parts between
// ".", "-", "_", "+" and turns of digits to letters. Unknown words are oldest and all alike, then
// dev, alpha, beta, RC, the end, numbers, pl.

#include <array>

#include "vuln/version/internal/orders.hpp"
#include "vuln/version/internal/text.hpp"

namespace yagura::vuln::version {
namespace {

enum Rank : int { kUnknown, kDev, kAlpha, kBeta, kCandidate, kEnd, kNumber, kPatch };

struct Known {
  std::string_view word;
  Rank rank;
};
// By beginnings, as PHP does ("patch" is "p"); the first that fits counts.
constexpr std::array kWords{
    Known{"dev", kDev},      Known{"alpha", kAlpha}, Known{"a", kAlpha},
    Known{"beta", kBeta},    Known{"b", kBeta},      Known{"RC", kCandidate},
    Known{"rc", kCandidate}, Known{"pl", kPatch},    Known{"p", kPatch}};

class Parts {
 public:
  explicit Parts(std::string_view text) : rest_(trimmed(text)) {
    if (!rest_.empty() && lower(rest_.front()) == 'v') rest_.remove_prefix(1);
  }

  Token next() {
    while (!rest_.empty() && !is_digit(rest_.front()) && !is_letter(rest_.front()) &&
           rest_.front() != '#') {
      rest_.remove_prefix(1);
    }
    any_number_ = false;
    if (rest_.empty()) {
      ended_ = true;
      return {.rank = kEnd};
    }
    if (is_digit(rest_.front())) {
      return {.rank = kNumber, .is_number = true, .value = take_while(rest_, is_digit)};
    }
    if (rest_.front() == '#') {
      rest_.remove_prefix(1);
      any_number_ = true;
      return {.rank = kEnd};
    }
    const std::string_view word = take_while(rest_, is_letter);
    for (const Known& known : kWords) {
      if (word.starts_with(known.word)) return {.rank = known.rank};
    }
    return {.rank = kUnknown};
  }
  [[nodiscard]] bool at_end() const { return ended_; }
  // Whether the last part was "#".
  [[nodiscard]] bool any_number() const { return any_number_; }

 private:
  std::string_view rest_;
  bool any_number_ = false;
  bool ended_ = false;
};

}  // namespace

std::strong_ordering compare_packagist(std::string_view a, std::string_view b) {
  Parts x(a);
  Parts y(b);
  for (;;) {
    const Token m = x.next();
    const Token n = y.next();
    const bool any = (x.any_number() && n.rank == kNumber) || (y.any_number() && m.rank == kNumber);
    if (const auto order = m <=> n; order != 0 && !any) return order;
    if (x.at_end() && y.at_end()) return std::strong_ordering::equal;
  }
}

}  // namespace yagura::vuln::version
