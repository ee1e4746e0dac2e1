#pragma once

// Extended headers (POSIX.1-2017 pax, "pax Extended Header"): records "LENGTH KEY=VALUE\n".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/tar/header.hpp"

namespace yagura::image {

// What is looked at. An empty value takes the header's own back, as the standard says.
struct PaxRecords {
  std::optional<std::string> path;
  std::optional<std::string> link;
  std::optional<std::uint64_t> size;
  std::optional<std::uint64_t> uid;
  std::optional<std::uint64_t> gid;
  std::optional<std::int64_t> modified;  // seconds; parts of a second are cut
  bool has_capabilities = false;         // SCHILY.xattr.security.capability, or LIBARCHIVE's

  // GNU sparse files: 0.0 and 0.1 keep the map here, 1.0 keeps it before the content.
  std::vector<SparsePart> sparse_map;
  std::optional<std::uint64_t> sparse_offset;  // of a part whose size is still to come (0.0)
  std::optional<std::uint64_t> sparse_real_size;
  std::uint64_t sparse_major = 0;
  std::uint64_t sparse_minor = 0;
  bool is_sparse = false;
};

// Reads records into `records`, over what is there. False: one was damaged; those before it count.
// Linear; keeps no more parts than `max_parts` (more is damage).
[[nodiscard]] bool parse_pax(std::string_view text, std::size_t max_parts, PaxRecords& records);

}  // namespace yagura::image
