#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "vuln/index/manifest.hpp"

namespace yagura::vuln {

struct SourceAge {
  SourceInfo source;
  std::optional<std::chrono::days> age;  // of its newest data; nothing: it tells none
};

struct IndexInfo {
  Manifest manifest;
  std::vector<std::string> signed_by;    // ids of keys, as the file says: not checked here
  std::optional<std::chrono::days> age;  // since it was built
  std::vector<SourceAge> sources;
  std::uint64_t size = 0;  // bytes of all shards
  std::uint64_t records = 0;
  std::vector<std::string> warnings;  // what is old, as sentences
};

struct InfoOptions {
  std::chrono::sys_seconds now;
  std::chrono::days old_index{7};    // built longer ago: told
  std::chrono::days old_source{30};  // newest data is older: told
};

[[nodiscard]] Result<IndexInfo> index_info(const std::filesystem::path& directory,
                                           const InfoOptions& options);

// "2024-05-01", "2024-05-01T10:00:00Z" (fractions and offsets are left out): the day. Nothing: no
// date.
[[nodiscard]] std::optional<std::chrono::sys_days> day_of(std::string_view time);

}  // namespace yagura::vuln
