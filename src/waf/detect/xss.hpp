#pragma once

// @detectXSS: would a browser run a script if this text were pasted into a page? A linear HTML
// tokenizer over the contexts that a value may land in (text, unquoted, single-, double- and
// back-quoted attribute value). Bytes are hostile; time linear, memory constant.

#include <string_view>

#include "waf/base/byte_set.hpp"

namespace yagura::waf {

[[nodiscard]] bool detect_xss(std::string_view text);

[[nodiscard]] const ByteCondition& xss_condition();

}  // namespace yagura::waf
