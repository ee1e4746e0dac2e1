#pragma once

// tar archives by hand, for tests, fuzz targets and benchmarks.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "image/blob/chunk.hpp"

namespace yagura::image::testing {

struct TarMember {
  std::string name;
  std::string content;
  char type = '0';
  std::string link;
  unsigned mode = 0644;
  std::uint64_t uid = 0;
  std::uint64_t gid = 0;
  std::int64_t modified = 0;
  std::string prefix;
  std::vector<std::pair<std::string, std::string>> pax;  // an extended header before it
  std::string magic = std::string("ustar\00000", 8);
  std::int64_t size = -1;  // as told; -1: the content's
};

[[nodiscard]] std::string tar_member(const TarMember& member);
// With two blocks of zeros at the end.
[[nodiscard]] std::string tar_archive(const std::vector<TarMember>& members);
// Writes the checksum of the header that stands at `at`.
void mend_checksum(std::string& archive, std::size_t at);
[[nodiscard]] std::string pax_record(std::string_view key, std::string_view value);

// Gives the bytes in pieces whose sizes go round in `steps`, each in memory of its own: so a
// sanitizer sees what is kept too long.
class PieceSource final : public ChunkSource {
 public:
  explicit PieceSource(std::string_view bytes, std::vector<std::size_t> steps = {1 << 20})
      : bytes_(bytes), steps_(std::move(steps)) {}
  [[nodiscard]] Result<Chunk> next() override;

 private:
  std::string_view bytes_;
  std::vector<std::size_t> steps_;
  std::size_t step_ = 0;
};

}  // namespace yagura::image::testing
