// apk-tools' order: number{.number}[letter]{_suffix[number]}[~hash][-rNUMBER], compared token by
// token. Where tokens differ in kind the one that may stand further left is newer, but the suffixes
// of pre-releases are older than anything.
//
// Versions that this grammar refuses exist in the wild ("0..8", "6.6.2p1", "0.8.21.r2"). Those that
// older apk-tools took are compared as they did; the rest of a version that can't be read is older
// than an end.

#include <array>

#include "vuln/version/internal/orders.hpp"
#include "vuln/version/internal/text.hpp"

namespace yagura::vuln::version {
namespace {

// From old to new.
enum Kind : int {
  kPreSuffix,
  kInvalid,
  kEnd,
  kRevision,
  kHash,
  kSuffixNumber,
  kPostSuffix,
  kLetter,
  kNumber,
  kZeroNumber,  // never a rank: marks numbers with leading zeros
};

constexpr std::array<std::string_view, 4> kPre{"alpha", "beta", "pre", "rc"};
constexpr std::array<std::string_view, 5> kPost{"cvs", "svn", "git", "hg", "p"};

struct ApkToken {
  Kind kind = kEnd;
  int weight = 0;          // suffixes, letters
  std::string_view value;  // digits, hash, unreadable rest
  bool first = false;      // the first number: zeros in front mean nothing

  friend std::strong_ordering operator<=>(const ApkToken& a, const ApkToken& b) {
    if (a.kind != b.kind) return a.kind <=> b.kind;
    if (a.weight != b.weight) return a.weight <=> b.weight;
    if (a.kind == kHash || a.kind == kInvalid) return text_order(a.value, b.value);
    // As fractions: 1.01 is older than 1.1. A number without digits is the oldest.
    const bool as_text = a.kind == kNumber && !a.first && !b.first &&
                         (a.value.starts_with('0') || b.value.starts_with('0'));
    if (as_text || a.value.empty() || b.value.empty()) return text_order(a.value, b.value);
    return number_order(a.value, b.value);
  }
};

class Tokens {
 public:
  explicit Tokens(std::string_view text) : rest_(trimmed(text)) {}

  ApkToken next() {
    if (before_ == kInvalid) rest_ = {};
    if (rest_.empty()) {
      before_ = kEnd;
      return {};
    }
    const ApkToken token = before_ == kStart ? first() : other();
    before_ = token.kind;
    return token;
  }
  [[nodiscard]] bool at_end() const { return before_ == kEnd; }

 private:
  static constexpr Kind kStart = kZeroNumber;

  ApkToken first() {
    if (!is_digit(rest_.front()) && rest_.front() != '.') return invalid();
    return {.kind = kNumber, .value = take_while(rest_, is_digit), .first = true};
  }

  ApkToken other() {
    const char c = rest_.front();
    const bool in_numbers = before_ == kNumber;
    if (is_lower(c) && in_numbers) {
      rest_.remove_prefix(1);
      return {.kind = kLetter, .weight = c};
    }
    if (c == '.' && in_numbers && rest_.size() > 1 && (is_digit(rest_[1]) || rest_[1] == '.')) {
      rest_.remove_prefix(1);
      return {.kind = kNumber, .value = take_while(rest_, is_digit)};
    }
    if (is_digit(c) && before_ == kLetter) {
      return {.kind = kNumber, .value = take_while(rest_, is_digit), .first = true};
    }
    if (is_digit(c) && (before_ == kPreSuffix || before_ == kPostSuffix)) {
      return {.kind = kSuffixNumber, .value = take_while(rest_, is_digit)};
    }
    if (c == '_' && before_ != kRevision && before_ != kHash) return suffix();
    if (c == '~' && before_ != kRevision && before_ != kHash) {
      rest_.remove_prefix(1);
      return {.kind = kHash, .value = take_while(rest_, [](char d) {
                               return is_digit(d) || (d >= 'a' && d <= 'f');
                             })};
    }
    if (c == '-' && before_ != kRevision) return revision();
    return invalid();
  }

  ApkToken suffix() {
    std::string_view behind = rest_.substr(1);
    const std::string_view word = take_while(behind, is_lower);
    for (std::size_t i = 0; i < kPre.size(); ++i) {
      if (word == kPre[i]) return known_suffix(kPreSuffix, i, behind);
    }
    for (std::size_t i = 0; i < kPost.size(); ++i) {
      if (word == kPost[i]) return known_suffix(kPostSuffix, i, behind);
    }
    return invalid();
  }
  ApkToken known_suffix(Kind kind, std::size_t weight, std::string_view behind) {
    rest_ = behind;
    return {.kind = kind, .weight = static_cast<int>(weight)};
  }

  // "-r" without digits is revision 0.
  ApkToken revision() {
    if (!rest_.starts_with("-r")) return invalid();
    std::string_view behind = rest_.substr(2);
    const std::string_view digits = take_while(behind, is_digit);
    if (digits.empty() && !behind.empty() && behind.front() != '-') return invalid();
    rest_ = behind;
    return {.kind = kRevision, .value = digits.empty() ? std::string_view("0") : digits};
  }

  // What stands in the place of a revision and is none compares equal.
  ApkToken invalid() const {
    return {.kind = kInvalid, .value = rest_.substr(0, rest_.front() == '-' ? 1 : rest_.size())};
  }

  std::string_view rest_;
  Kind before_ = kStart;
};

}  // namespace

std::strong_ordering compare_apk(std::string_view a, std::string_view b) {
  return lockstep(Tokens(a), Tokens(b));
}

}  // namespace yagura::vuln::version
