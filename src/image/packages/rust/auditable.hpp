#pragma once

#include <cstddef>
#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

// Inflated size: the largest that its format lets readers take.
inline constexpr std::size_t kMaxAuditBytes = std::size_t{8} << 20;

// The content of a ".dep-v0" section: JSON, deflated with zlib's header. Crates that only built the
// program are development.
// https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md
void read_audit_section(std::string_view section, FileFacts& facts);

}  // namespace yagura::image
