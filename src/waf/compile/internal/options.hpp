#pragma once

// The directives that set the engine, with ModSecurity's defaults (see EngineOptions). A later one
// replaces an earlier one.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "waf/compile/internal/build_state.hpp"

namespace yagura::waf::internal {

// What rules need while they are made and the rule set does not keep.
struct BuildOptions {
  std::filesystem::path geo_database;              // SecGeoLookupDb
  std::string http_bl_key;                         // SecHttpBlKey
  std::optional<std::uint32_t> unicode_code_page;  // SecUnicodeCodePage, SecUnicodeMapFile
  seclang::Position unicode_map_place;
  seclang::Position upload_place;  // SecUploadDir, else SecUploadKeepFiles
};

// Fills state.set.options.
[[nodiscard]] BuildOptions read_options(const seclang::Document& document, BuildState& state);

}  // namespace yagura::waf::internal
