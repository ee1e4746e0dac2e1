// Maven's ComparableVersion as maven.apache.org/pom.html, "Version Order Specification", tells it:
// tokens between ".", "-" and turns of digits to letters (which are as a "-"); an empty token is 0;
// what means nothing ("0", "ga", "final", "release") before a "-" or the end goes; then tokens are
// compared, a shorter version being filled up with nothings of the other's kind.
//
// That relation has circles where a word stands behind a dot: "1" < "1-1" < "1.0.rc" < "1".

#include <array>

#include "vuln/version/internal/orders.hpp"
#include "vuln/version/internal/text.hpp"

namespace yagura::vuln::version {
namespace {

// Words from old to new.
enum WordRank : int {
  kAlpha,
  kBeta,
  kMilestone,
  kCandidate,
  kSnapshot,
  kNothing,
  kServicePack,
  kOtherWord,
};

struct Known {
  std::string_view word;
  WordRank rank;
};
constexpr std::array kWords{Known{"alpha", kAlpha},         Known{"beta", kBeta},
                            Known{"milestone", kMilestone}, Known{"rc", kCandidate},
                            Known{"cr", kCandidate},        Known{"snapshot", kSnapshot},
                            Known{"ga", kNothing},          Known{"final", kNothing},
                            Known{"release", kNothing},     Known{"sp", kServicePack}};

struct MavenToken {
  // From old to new, where two tokens differ in it.
  enum Kind : int { kDotWord, kHyphenWord, kHyphenNumber, kDotNumber };
  Kind kind = kDotNumber;
  WordRank word = kNothing;
  std::string_view value;  // digits, or another word

  [[nodiscard]] bool is_number() const { return kind >= kHyphenNumber; }
  [[nodiscard]] bool after_hyphen() const { return kind == kHyphenWord || kind == kHyphenNumber; }
  [[nodiscard]] bool is_nothing() const {
    return is_number() ? without_zeros(value).empty() : word == kNothing;
  }
};

std::strong_ordering order_of(const MavenToken& a, const MavenToken& b) {
  if (a.kind != b.kind) return a.kind <=> b.kind;
  if (a.is_number()) return number_order(a.value, b.value);
  if (a.word != b.word) return a.word <=> b.word;
  return text_order_any_case(a.value, b.value);
}

// Tokens as they stand in the text.
class Raw {
 public:
  explicit Raw(std::string_view text) : rest_(trimmed(text)) {}

  // Only before the end.
  MavenToken next() {
    const MavenToken token = piece();
    if (rest_.empty()) {
      ended_ = true;
    } else if (rest_.front() == '.' || rest_.front() == '-') {
      hyphen_ = rest_.front() == '-';
      rest_.remove_prefix(1);
    } else {
      hyphen_ = true;
    }
    return token;
  }
  [[nodiscard]] bool at_end() const { return ended_; }
  // Where it is: bytes not yet read.
  [[nodiscard]] std::size_t left() const { return ended_ ? 0 : rest_.size() + 1; }

 private:
  MavenToken piece() {
    const auto number = hyphen_ ? MavenToken::kHyphenNumber : MavenToken::kDotNumber;
    if (rest_.empty() || rest_.front() == '.' || rest_.front() == '-') return {.kind = number};
    if (is_digit(rest_.front())) return {.kind = number, .value = take_while(rest_, is_digit)};
    const auto kind = hyphen_ ? MavenToken::kHyphenWord : MavenToken::kDotWord;
    const std::string_view word =
        take_while(rest_, [](char c) { return !is_digit(c) && c != '.' && c != '-'; });
    if (word.size() == 1 && !rest_.empty() && is_digit(rest_.front())) {
      if (lower(word.front()) == 'a') return {.kind = kind, .word = kAlpha};
      if (lower(word.front()) == 'b') return {.kind = kind, .word = kBeta};
      if (lower(word.front()) == 'm') return {.kind = kind, .word = kMilestone};
    }
    for (const Known& known : kWords) {
      if (equal_any_case(word, known.word)) return {.kind = kind, .word = known.rank};
    }
    return {.kind = kind, .word = kOtherWord, .value = word};
  }

  std::string_view rest_;
  bool hyphen_ = false;
  bool ended_ = false;
};

// Tokens without the nothings that go: a run of them stays only where something follows it behind a
// dot.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : raw_(text) {}

  bool next(MavenToken& token) {
    while (!raw_.at_end()) {
      token = raw_.next();
      if (!token.is_nothing() || stays()) return true;
    }
    return false;
  }

 private:
  // Looks for the end of the run once for all of it.
  bool stays() {
    if (raw_.left() >= run_end_) return run_stays_;
    Raw ahead = raw_;
    run_stays_ = false;
    while (!ahead.at_end()) {
      run_end_ = ahead.left();
      const MavenToken token = ahead.next();
      if (token.after_hyphen()) return false;
      if (!token.is_nothing()) {
        run_stays_ = true;
        return true;
      }
    }
    run_end_ = 0;
    return false;
  }

  Raw raw_;
  std::size_t run_end_ = static_cast<std::size_t>(-1);
  bool run_stays_ = false;
};

}  // namespace

std::strong_ordering compare_maven(std::string_view a, std::string_view b) {
  Tokens x(a);
  Tokens y(b);
  for (;;) {
    MavenToken m;
    MavenToken n;
    const bool has_m = x.next(m);
    const bool has_n = y.next(n);
    if (!has_m && !has_n) return std::strong_ordering::equal;
    if (!has_m) m = {.kind = n.kind};
    if (!has_n) n = {.kind = m.kind};
    if (const auto order = order_of(m, n); order != 0) return order;
  }
}

}  // namespace yagura::vuln::version
