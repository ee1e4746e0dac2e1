#pragma once

#include <string>
#include <string_view>

namespace yagura::image::sbom {

// A JSON string with its quotes, and nothing behind it. False: it is none.
[[nodiscard]] bool parse_json_string(std::string_view text, std::string& out);

}  // namespace yagura::image::sbom
