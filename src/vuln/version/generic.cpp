// For what has no ecosystem: runs of digits as numbers, runs of letters as words, separators only
// separate. Words that everybody uses for pre-releases are older than the end, others newer, and
// numbers newest ("1.0rc1" < "1.0" < "1.0a" < "1.0.1"). A hash behind "+" doesn't count.

#include <array>

#include "vuln/version/internal/orders.hpp"
#include "vuln/version/internal/text.hpp"

namespace yagura::vuln::version {
namespace {

constexpr std::array<std::string_view, 8> kPreReleases{"dev", "snapshot", "alpha", "beta",
                                                       "pre", "preview",  "cr",    "rc"};
constexpr int kEnd = kPreReleases.size();
constexpr int kWord = kEnd + 1;
constexpr int kNumber = kEnd + 2;

struct AnyCaseToken {
  Token token;
  friend std::strong_ordering operator<=>(const AnyCaseToken& a, const AnyCaseToken& b) {
    if (a.token.rank != b.token.rank || a.token.is_number) return a.token <=> b.token;
    return text_order_any_case(a.token.value, b.token.value);
  }
};

class Parts {
 public:
  explicit Parts(std::string_view text) : rest_(trimmed(text)) {
    if (rest_.size() > 1 && lower(rest_.front()) == 'v' && is_digit(rest_[1])) {
      rest_.remove_prefix(1);
    }
    rest_ = rest_.substr(0, rest_.find('+'));
  }

  AnyCaseToken next() {
    while (!rest_.empty() && !is_digit(rest_.front()) && !is_letter(rest_.front())) {
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) {
      ended_ = true;
      return {{.rank = kEnd}};
    }
    if (is_digit(rest_.front())) {
      return {{.rank = kNumber, .is_number = true, .value = take_while(rest_, is_digit)}};
    }
    const std::string_view word = take_while(rest_, is_letter);
    for (std::size_t i = 0; i < kPreReleases.size(); ++i) {
      if (equal_any_case(word, kPreReleases[i])) return {{.rank = static_cast<int>(i)}};
    }
    return {{.rank = kWord, .value = word}};
  }
  [[nodiscard]] bool at_end() const { return ended_; }

 private:
  std::string_view rest_;
  bool ended_ = false;
};

}  // namespace

std::strong_ordering compare_generic(std::string_view a, std::string_view b) {
  return lockstep(Parts(a), Parts(b));
}

}  // namespace yagura::vuln::version
