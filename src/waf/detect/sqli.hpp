#pragma once

// @detectSQLi: is this text SQL that changes the meaning of a statement it is pasted into? A linear
// tokenizer of our own over the contexts of a value (bare, inside '…', inside "…"), folding, and a
// set of token patterns. Bytes are hostile; time is linear in the text, memory constant.

#include <string>
#include <string_view>

#include "waf/base/byte_set.hpp"

namespace yagura::waf {

struct SqliResult {
  bool is_attack = false;
  std::string fingerprint;  // letters of the token kinds ("s&1c"), for TX:0; set where is_attack
};

[[nodiscard]] bool detect_sqli(std::string_view text, SqliResult& result);

// Without a byte of each set no text is an attack.
[[nodiscard]] const ByteCondition& sqli_condition();

}  // namespace yagura::waf
