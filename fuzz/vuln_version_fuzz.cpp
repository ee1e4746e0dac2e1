// Orders of versions: the laws of an order; ranges end with an answer or none.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "vuln/version/range.hpp"
#include "vuln/version/scheme.hpp"

namespace {

using yagura::vuln::compare;
using yagura::vuln::Scheme;

void check(bool holds) {
  if (!holds) std::abort();
}

// Those whose relation is an order for every text.
bool is_total(Scheme scheme) { return scheme != Scheme::kMaven && scheme != Scheme::kPackagist; }

void check_order(Scheme scheme, std::string_view a, std::string_view b, std::string_view c) {
  const auto ab = compare(scheme, a, b);
  const auto bc = compare(scheme, b, c);
  const auto ac = compare(scheme, a, c);
  check(compare(scheme, a, a) == 0);
  check(compare(scheme, b, a) == 0 <=> ab);
  if (!is_total(scheme)) return;
  if (ab <= 0 && bc <= 0) check((ab < 0 || bc < 0) ? ac < 0 : ac == 0);
  if (ab >= 0 && bc >= 0) check((ab > 0 || bc > 0) ? ac > 0 : ac == 0);
}

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return line;
}

}  // namespace

// The first byte chooses the scheme; then three versions, a line each, and a range.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto scheme = static_cast<Scheme>(static_cast<unsigned char>(text.front()) %
                                          (static_cast<unsigned>(Scheme::kGeneric) + 1));
  text.remove_prefix(1);
  const std::string_view a = take_line(text);
  const std::string_view b = take_line(text);
  const std::string_view c = take_line(text);
  check_order(scheme, a, b, c);
  const auto first = yagura::vuln::satisfies(scheme, a, text);
  // Whether a range is one doesn't depend on the version, but for "===" of Python.
  const auto second = yagura::vuln::satisfies(scheme, b, text);
  check(first.has_value() == second.has_value());
  return 0;
}
