// deb-version(7), "Sorting algorithm": epoch as a number, then upstream version, then revision,
// each as turns of other characters and digits. "~" sorts before the end, letters before the rest.

#include <array>

#include "vuln/version/internal/orders.hpp"
#include "vuln/version/internal/text.hpp"

namespace yagura::vuln::version {
namespace {

constexpr int kEnd = 1;

// The places of characters between digits; digits themselves end the run, as the end does.
constexpr std::array<short, 256> kOrder = [] {
  std::array<short, 256> order{};
  for (int c = 0; c < 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    order[c] = static_cast<short>(letter ? c + 1 : c + 257);
  }
  for (int c = '0'; c <= '9'; ++c) order[c] = kEnd;
  order['~'] = 0;
  return order;
}();

int order_at(std::string_view text, std::size_t i) {
  return i < text.size() ? kOrder[static_cast<unsigned char>(text[i])] : kEnd;
}

std::string_view digits_at(std::string_view text, std::size_t& i) {
  while (i < text.size() && text[i] == '0') ++i;
  const std::size_t begin = i;
  while (i < text.size() && is_digit(text[i])) ++i;
  return begin < text.size() ? text.substr(begin, i - begin) : std::string_view();
}

std::strong_ordering compare_part(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    for (;;) {
      const int x = order_at(a, i);
      const int y = order_at(b, j);
      if (x != y) return x <=> y;
      if (x == kEnd) break;
      ++i;
      ++j;
    }
    const std::string_view m = digits_at(a, i);
    const std::string_view n = digits_at(b, j);
    if (m.size() != n.size()) return m.size() <=> n.size();
    if (const int order = m.compare(n); order != 0) return order <=> 0;
  }
  return std::strong_ordering::equal;
}

struct Parts {
  std::string_view epoch;
  std::string_view upstream;
  std::string_view revision;
};

// An epoch that is no number is none: the colon then belongs to the upstream version.
Parts split(std::string_view text) {
  text = trimmed(text);
  Parts parts;
  if (const auto colon = text.find(':');
      colon != std::string_view::npos && all_digits(text.substr(0, colon))) {
    parts.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const auto hyphen = text.rfind('-');
  parts.upstream = text.substr(0, hyphen);
  if (hyphen != std::string_view::npos) parts.revision = text.substr(hyphen + 1);
  return parts;
}

}  // namespace

std::strong_ordering compare_debian(std::string_view a, std::string_view b) {
  const Parts x = split(a);
  const Parts y = split(b);
  if (const auto order = number_order(x.epoch, y.epoch); order != 0) return order;
  if (const auto order = compare_part(x.upstream, y.upstream); order != 0) return order;
  return compare_part(x.revision, y.revision);
}

}  // namespace yagura::vuln::version
