#pragma once

// Base64 as !!binary holds it (RFC 4648, 4; line ends and blanks between are passed over). Internal
// to src/kube/yaml.

#include <string>
#include <string_view>

namespace yagura::kube::yaml {

// False: not base64; `out` may hold a part then.
[[nodiscard]] bool append_base64_decoded(std::string_view text, std::string& out);

}  // namespace yagura::kube::yaml
