#pragma once

#include <string_view>

#include "core/result.hpp"
#include "image/packages/rpm/byte_order.hpp"

namespace yagura::image {

[[nodiscard]] bool is_ndb(std::string_view bytes);

// The blobs of Packages.db, rpm's own "new database": a page or more of slots that point to blobs
// in blocks of 16 bytes (rpm, lib/backend/ndb/rpmpkg.c). Little-endian. No more is taken than the
// file has bytes. Fails where the file is no such database, and after having given what could be
// read where it is damaged.
[[nodiscard]] Result<void> each_ndb_package(std::string_view bytes, const TakeBlob& take);

}  // namespace yagura::image
