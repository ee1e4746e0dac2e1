#pragma once

#include <string_view>

#include "core/result.hpp"
#include "image/packages/rpm/byte_order.hpp"

namespace yagura::image {

[[nodiscard]] bool is_sqlite(std::string_view bytes);

// The blobs of the table Packages of rpmdb.sqlite, in the order of their numbers. Reads the file
// format itself (sqlite.org/fileformat2.html): tables' trees and overflow chains, nothing else; the
// bytes may be anything. Each page is entered once and no more is taken than the file has bytes, so
// that the time is linear in the file.
//
// Fails where the file is not such a database, and after having given what could be read where it
// is damaged. What a write-ahead log beside the file holds is not seen.
[[nodiscard]] Result<void> each_sqlite_package(std::string_view bytes, const TakeBlob& take);

}  // namespace yagura::image
