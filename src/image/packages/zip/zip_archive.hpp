#pragma once

// ZIP archives that lie in memory (PKWARE's APPNOTE 6.3): the central directory alone is read, and
// members one by one as they are asked for. Stored and deflated members, ZIP64, archives with
// something before them (executable jars). Encrypted members, other methods and archives of several
// disks are refused.
//
// Every offset is checked, no size is believed: a member that claims more than deflate could make
// of its bytes is refused before memory is taken.

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "image/packages/zip/zip_bytes.hpp"

namespace yagura::image {

struct ZipMember {
  std::string_view name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint64_t compressed_size = 0;
  std::uint64_t size = 0;
  std::uint64_t header = 0;  // offset of its local header in the archive's bytes
};

class ZipArchive {
 public:
  struct Limits {
    std::uint64_t max_members = 1'000'000;
    std::size_t max_kept = 100'000;  // of those that are wanted
  };

  // Keeps the members whose names are wanted, in the directory's order. The bytes outlive the
  // archive. Fails where there is no directory, or it is damaged; O(members).
  [[nodiscard]] static Result<ZipArchive> open(
      std::string_view bytes, const std::function<bool(std::string_view name)>& wanted,
      const Limits& limits);
  [[nodiscard]] static Result<ZipArchive> open(
      std::string_view bytes, const std::function<bool(std::string_view name)>& wanted) {
    return open(bytes, wanted, Limits());
  }

  [[nodiscard]] const std::vector<ZipMember>& members() const { return members_; }
  // All that the directory names, wanted or not.
  [[nodiscard]] std::uint64_t member_count() const { return member_count_; }

  // The member's whole content.
  [[nodiscard]] Result<ZipBytes> read(const ZipMember& member, InflateBudget& budget) const;

 private:
  explicit ZipArchive(std::string_view bytes) : bytes_(bytes) {}

  std::string_view bytes_;
  std::vector<ZipMember> members_;
  std::uint64_t member_count_ = 0;
};

}  // namespace yagura::image
