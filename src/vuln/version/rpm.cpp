// rpm's order (rpm-version(7), "rpmvercmp"): runs of digits and of letters, everything else only
// separates them; a run of digits is newer than one of letters; "~" sorts before the end, "^" right
// behind it. An epoch is digits before the first colon; a missing release is older than any.

#include "vuln/version/internal/orders.hpp"
#include "vuln/version/internal/text.hpp"

namespace yagura::vuln::version {
namespace {

struct Evr {
  std::string_view epoch;
  std::string_view version;
  std::string_view release;
  bool has_release = false;
};

Evr split(std::string_view text) {
  text = trimmed(text);
  Evr evr;
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits < text.size() && text[digits] == ':') {
    evr.epoch = text.substr(0, digits);
    text.remove_prefix(digits + 1);
    digits = 0;
  }
  // Only what stands behind the first digits is searched for the hyphen, which is the same.
  const auto hyphen = text.rfind('-');
  evr.version = text.substr(0, hyphen);
  if (hyphen != std::string_view::npos) {
    evr.has_release = true;
    evr.release = text.substr(hyphen + 1);
  }
  return evr;
}

enum Kind : int { kTilde, kEnd, kCaret, kLetters, kDigits };

class Segments {
 public:
  explicit Segments(std::string_view text) : text_(text) {}

  Token next() {
    while (i_ < text_.size() && kind_of(text_[i_]) == kEnd) ++i_;
    if (i_ == text_.size()) {
      ended_ = true;
      return {.rank = kEnd};
    }
    const Kind kind = kind_of(text_[i_]);
    const std::size_t begin = i_++;
    if (kind == kTilde || kind == kCaret) return {.rank = kind};
    while (i_ < text_.size() && kind_of(text_[i_]) == kind) ++i_;
    return {.rank = kind, .is_number = kind == kDigits, .value = text_.substr(begin, i_ - begin)};
  }
  [[nodiscard]] bool at_end() const { return ended_; }

 private:
  static Kind kind_of(char c) {
    if (is_digit(c)) return kDigits;
    if (is_letter(c)) return kLetters;
    if (c == '~') return kTilde;
    return c == '^' ? kCaret : kEnd;
  }

  std::string_view text_;
  std::size_t i_ = 0;
  bool ended_ = false;
};

}  // namespace

std::strong_ordering compare_rpm(std::string_view a, std::string_view b) {
  const Evr x = split(a);
  const Evr y = split(b);
  if (const auto order = number_order(x.epoch, y.epoch); order != 0) return order;
  if (const auto order = lockstep(Segments(x.version), Segments(y.version)); order != 0) {
    return order;
  }
  if (x.has_release != y.has_release) return x.has_release <=> y.has_release;
  return lockstep(Segments(x.release), Segments(y.release));
}

}  // namespace yagura::vuln::version
