// @detectXSS on any text: what is found meets the condition on bytes, stays found with a blank
// behind it, and does not depend on letters' case.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "waf/detect/xss.hpp"

namespace {

using namespace yagura::waf;

constexpr std::size_t kMaxText = 8192;

bool detect(std::string_view text) {
  const bool attack = detect_xss(text);
  YAGURA_CHECK(!attack || xss_condition().may_match(bytes_in(text), text.size()),
               "the condition is necessary");
  return attack;
}

// Both directions, so that "VERSION" and "version" are the only spellings compared.
std::string with_case(std::string_view text, bool upper) {
  std::string out(text);
  for (char& c : out) {
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMaxText) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool attack = detect(text);
  if (attack) YAGURA_CHECK(detect(std::string(text) + " "), "what is found stays found");
  if (text.find('&') == std::string_view::npos) {  // names of character references know case
    YAGURA_CHECK(detect(with_case(text, true)) == detect(with_case(text, false)),
                 "case does not matter");
  }
  return 0;
}
