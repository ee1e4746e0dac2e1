// @detectSQLi on any text: what is found meets the condition on bytes and has a fingerprint, and
// neither letters' case nor a blank before the text changes the verdict.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "waf/detect/sqli.hpp"

namespace {

using namespace yagura::waf;

constexpr std::size_t kMaxText = 8192;

bool detect(std::string_view text) {
  SqliResult result;
  const bool attack = detect_sqli(text, result);
  YAGURA_CHECK(attack == result.is_attack, "one verdict");
  YAGURA_CHECK(attack == !result.fingerprint.empty(), "an attack has a fingerprint, others none");
  YAGURA_CHECK(result.fingerprint.size() <= 5, "a fingerprint is short");
  YAGURA_CHECK(!attack || sqli_condition().may_match(bytes_in(text), text.size()),
               "the condition is necessary");
  return attack;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMaxText) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool attack = detect(text);
  YAGURA_CHECK(detect(text) == attack, "the verdict is the text's alone");
  // \N and $tag$ know case, and so does the letter that ends Oracle's q'n...n'.
  const bool has_q_quote =
      text.find("q'") != std::string_view::npos || text.find("Q'") != std::string_view::npos;
  if (!has_q_quote && text.find_first_of("\\$") == std::string_view::npos) {
    YAGURA_CHECK(detect(upper(text)) == attack, "case does not matter");
  }
  YAGURA_CHECK(detect(" " + std::string(text)) == attack, "a blank before it does not matter");
  return 0;
}
