// parityEven7bit, parityOdd7bit, parityZero7bit: bit 7 set by the parity of the other seven, or
// cleared.

#include <algorithm>
#include <bit>

#include "waf/transform/internal/functions.hpp"
#include "waf/transform/internal/write.hpp"

namespace yagura::waf::internal {
namespace {

template <typename Change>
std::string_view change_each(std::string_view input, std::string& out, Change change) {
  return write_to(out, input.size(),
                  [&](char* to) { return std::transform(input.begin(), input.end(), to, change); });
}

// The byte with bit 7 such that the number of its bits is odd or even as `wanted` is.
char with_parity(char byte, int wanted) {
  const unsigned seven = static_cast<unsigned char>(byte) & 0x7fU;
  return static_cast<char>(std::popcount(seven) % 2 == wanted ? seven : seven | 0x80U);
}

}  // namespace

std::string_view parity_even_7bit(std::string_view input, std::string& out) {
  return change_each(input, out, [](char byte) { return with_parity(byte, 0); });
}

std::string_view parity_odd_7bit(std::string_view input, std::string& out) {
  return change_each(input, out, [](char byte) { return with_parity(byte, 1); });
}

std::string_view parity_zero_7bit(std::string_view input, std::string& out) {
  return change_each(input, out, [](char byte) { return static_cast<char>(byte & 0x7f); });
}

}  // namespace yagura::waf::internal
