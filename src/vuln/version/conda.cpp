// conda's VersionOrder (docs.conda.io, "Version ordering"): epoch, then components between ".",
// "-" and "_", each a turn of numbers and words. "dev" is oldest, then words, then numbers, "post"
// is newest; what is missing is 0; a component that begins with a word has a 0 in front. The local
// part behind "+" comes last.

#include "vuln/version/internal/orders.hpp"
#include "vuln/version/internal/text.hpp"

namespace yagura::vuln::version {
namespace {

enum Rank : int { kDev, kUnderscore, kWord, kNumber, kPost };

bool is_separator(char c) { return c == '.' || c == '-' || c == '_'; }

struct CondaToken {
  Token token;
  friend std::strong_ordering operator<=>(const CondaToken& a, const CondaToken& b) {
    if (a.token.rank != b.token.rank || a.token.is_number) return a.token <=> b.token;
    return text_order_any_case(a.token.value, b.token.value);
  }
};

// The runs of one component; 0 where they end.
class Runs {
 public:
  explicit Runs(std::string_view text)
      : rest_(text), zero_first_(!text.empty() && !is_digit(text.front())) {}

  CondaToken next() {
    if (zero_first_) {
      zero_first_ = false;
      return {{.rank = kNumber, .is_number = true}};
    }
    if (rest_.empty()) {
      ended_ = true;
      return {{.rank = kNumber, .is_number = true}};
    }
    if (is_digit(rest_.front())) {
      return {{.rank = kNumber, .is_number = true, .value = take_while(rest_, is_digit)}};
    }
    const std::string_view word = take_while(rest_, [](char c) { return !is_digit(c); });
    if (equal_any_case(word, "dev")) return {{.rank = kDev}};
    if (equal_any_case(word, "post")) return {{.rank = kPost}};
    return {{.rank = kWord, .value = word}};
  }
  [[nodiscard]] bool at_end() const { return ended_; }

 private:
  std::string_view rest_;
  bool zero_first_;
  bool ended_ = false;
};

std::string_view take_component(std::string_view& text) {
  const std::string_view component = take_while(text, [](char c) { return !is_separator(c); });
  // "1.0.1_": an underscore at the end is a word of its own.
  if (!text.empty() && text != "_") text.remove_prefix(1);
  return component;
}

std::strong_ordering compare_components(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const bool a_underscore = a == "_";
    const bool b_underscore = b == "_";
    if (a_underscore || b_underscore) {
      // It belongs to the component before: older than the end of the other's component.
      return a_underscore && b_underscore ? std::strong_ordering::equal
             : a_underscore               ? std::strong_ordering::less
                                          : std::strong_ordering::greater;
    }
    if (const auto order = lockstep(Runs(take_component(a)), Runs(take_component(b))); order != 0) {
      return order;
    }
  }
  return std::strong_ordering::equal;
}

struct Conda {
  std::string_view epoch;
  std::string_view version;
  std::string_view local;
};

Conda split(std::string_view text) {
  text = trimmed(text);
  Conda parts;
  if (const auto bang = text.find('!');
      bang != std::string_view::npos && all_digits(text.substr(0, bang))) {
    parts.epoch = text.substr(0, bang);
    text.remove_prefix(bang + 1);
  }
  const auto plus = text.find('+');
  parts.version = text.substr(0, plus);
  if (plus != std::string_view::npos) parts.local = text.substr(plus + 1);
  return parts;
}

}  // namespace

std::strong_ordering compare_conda(std::string_view a, std::string_view b) {
  const Conda x = split(a);
  const Conda y = split(b);
  if (const auto order = number_order(x.epoch, y.epoch); order != 0) return order;
  if (const auto order = compare_components(x.version, y.version); order != 0) return order;
  return compare_components(x.local, y.local);
}

}  // namespace yagura::vuln::version
