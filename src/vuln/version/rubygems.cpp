// Gem::Version: runs of digits and of letters, a "-" stands for ".pre."; words are older than
// numbers, and what is missing is 0. Zeros that end the numbers before the first word, or the whole
// version, don't count.

#include "vuln/version/internal/orders.hpp"
#include "vuln/version/internal/text.hpp"

namespace yagura::vuln::version {
namespace {

constexpr int kWord = 0;
constexpr int kNumber = 1;

class Segments {
 public:
  explicit Segments(std::string_view text) : rest_(trimmed(text)) {}

  Token next() {
    Token token = raw();
    if (seen_word_) return token;
    if (token.rank == kWord) {
      seen_word_ = true;
      return token;
    }
    // Zeros right before the first word are as if they weren't there: look once where they end.
    if (token.is_number && without_zeros(token.value).empty() && !ended_ && !kept(rest_)) {
      do {
        token = raw();
      } while (token.rank == kNumber && !ended_ && without_zeros(token.value).empty());
      seen_word_ = token.rank == kWord;
    }
    return token;
  }
  [[nodiscard]] bool at_end() const { return ended_; }

 private:
  Token raw() {
    while (!rest_.empty() && !is_digit(rest_.front()) && !is_letter(rest_.front())) {
      const bool hyphen = rest_.front() == '-';
      rest_.remove_prefix(1);
      if (hyphen) return {.rank = kWord, .value = "pre"};
    }
    if (rest_.empty()) {
      ended_ = true;
      return {.rank = kNumber, .is_number = true};  // as 0
    }
    if (is_digit(rest_.front())) {
      return {.rank = kNumber, .is_number = true, .value = take_while(rest_, is_digit)};
    }
    return {.rank = kWord, .value = take_while(rest_, is_letter)};
  }

  // Whether a number that is not 0 comes before the next word. What was found holds until there.
  bool kept(std::string_view behind) {
    if (behind.size() > kept_until_) return true;
    for (std::size_t i = 0; i < behind.size(); ++i) {
      if (is_letter(behind[i]) || behind[i] == '-') return false;
      if (is_digit(behind[i]) && behind[i] != '0') {
        kept_until_ = behind.size() - i;
        return true;
      }
    }
    return false;
  }

  std::string_view rest_;
  std::size_t kept_until_ = static_cast<std::size_t>(-1);  // length of the rest
  bool seen_word_ = false;
  bool ended_ = false;
};

}  // namespace

std::strong_ordering compare_rubygems(std::string_view a, std::string_view b) {
  return lockstep(Segments(a), Segments(b));
}

}  // namespace yagura::vuln::version
