#pragma once

// Reads SecLang: quoting, line continuations, comments, Include and IncludeOptional with globs
// (sorted by name, relative to the including file), bounded in depth and size. Reference:
// ModSecurity Reference Manual (v3.x), "Configuration directives" and "SecRule syntax".

#include <filesystem>
#include <string_view>

#include "core/diagnostics.hpp"
#include "waf/seclang/ast.hpp"

namespace yagura::waf::seclang {

struct ParseLimits {
  std::size_t max_file = std::size_t{16} << 20;
  std::size_t max_files = 4096;
  std::size_t max_include_depth = 16;  // 0: includes are refused
  std::size_t max_directives = 200'000;
};

// What is wrong goes to `diagnostics` with file, line and column, every problem at once; the rest
// of the file is read on. Directives that are not SecLang at all are errors with the nearest name;
// those of ModSecurity that have no meaning here are errors or warnings, never silent (see
// seclang/directives.hpp).
[[nodiscard]] Document parse_file(const std::filesystem::path& path, Diagnostics& diagnostics,
                                  const ParseLimits& limits = {});
// `name` stands in positions; includes are relative to `folder`.
[[nodiscard]] Document parse_text(std::string_view text, std::string_view name,
                                  const std::filesystem::path& folder, Diagnostics& diagnostics,
                                  const ParseLimits& limits = {});
// Adds to `document` what a further file holds (for rule folders: crs-setup.conf, then
// rules/*.conf).
void parse_file_into(Document& document, const std::filesystem::path& path,
                     Diagnostics& diagnostics, const ParseLimits& limits = {});

}  // namespace yagura::waf::seclang
