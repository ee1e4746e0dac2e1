#pragma once

// The system's time zone database (/usr/share/zoneinfo, Debian's tzdata), read directly: GCC 12 has
// no std::chrono::tzdb. Format: RFC 8536.

#include <cstdint>
#include <optional>
#include <string_view>

namespace yagura::policy {

// Seconds east of UTC at that moment; nothing: no such zone. Names have letters, digits, '_', '-',
// '+' and single slashes, so that no name leaves the database. Zones are read once and kept; their
// number is bounded by kMaxZones (the database has about 600, some of the same content).
// Thread-safe.
inline constexpr std::size_t kMaxZones = 1024;
[[nodiscard]] std::optional<std::int32_t> zone_offset(std::string_view name,
                                                      std::int64_t unix_seconds);

// What a TZif file says: for zone_offset() and its fuzz test. Nothing: not a valid file.
[[nodiscard]] std::optional<std::int32_t> offset_of_tzif(std::string_view file,
                                                         std::int64_t unix_seconds);

}  // namespace yagura::policy
