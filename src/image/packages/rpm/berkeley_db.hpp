#pragma once

#include <string_view>

#include "core/result.hpp"
#include "image/packages/rpm/byte_order.hpp"

namespace yagura::image {

// A Berkeley DB file whose access method is the hash table, of either byte order.
[[nodiscard]] bool is_berkeley_hash(std::string_view bytes);

// The blobs of Packages as rpm kept it before 4.16: a hash table from numbers of headers to headers
// (Berkeley DB, src/dbinc/db_page.h and src/dbinc/hash.h; versions 7 to 10 of the hash format).
// Pages are read in the order of the file rather than by bucket, for all rows are wanted. Row 0 is
// rpm's counter and no header. No more is taken than the file has bytes. Fails where the file is no
// such database or is encrypted, and after having given what could be read where it is damaged.
[[nodiscard]] Result<void> each_berkeley_package(std::string_view bytes, const TakeBlob& take);

}  // namespace yagura::image
