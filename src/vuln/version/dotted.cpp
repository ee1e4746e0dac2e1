// R's package_version and Haskell's Data.Version: lists of numbers, compared as lists. Tags of
// either ("-beta") are no part of the order unless all numbers are alike.

#include "vuln/version/internal/orders.hpp"
#include "vuln/version/internal/text.hpp"

namespace yagura::vuln::version {
namespace {

// End before words before numbers, so that "1.0" < "1.0.x" < "1.0.0".
class Parts {
 public:
  explicit Parts(std::string_view text) : rest_(trimmed(text)) {}

  Token next() {
    while (!rest_.empty() && !is_digit(rest_.front()) && !is_letter(rest_.front())) {
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) {
      ended_ = true;
      return {};
    }
    if (is_digit(rest_.front())) {
      return {.rank = 2, .is_number = true, .value = take_while(rest_, is_digit)};
    }
    return {.rank = 1, .value = take_while(rest_, is_letter)};
  }
  [[nodiscard]] bool at_end() const { return ended_; }

 private:
  std::string_view rest_;
  bool ended_ = false;
};

}  // namespace

std::strong_ordering compare_dotted(std::string_view a, std::string_view b) {
  return lockstep(Parts(a), Parts(b));
}

}  // namespace yagura::vuln::version
