// tar archives: however the bytes are cut the listing is the same, paths are safe, contents have
// the size that was told.

#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "image/tar/tar_reader.hpp"
#include "image/tar/testing/archive.hpp"

namespace {

using namespace yagura::image;  // NOLINT(google-build-using-namespace)

const TarLimits kLimits{.max_entries = 1000, .max_holes = 1 << 20};

void check_path(std::string_view path) {
  std::string again;
  YAGURA_CHECK(normalise_path(path, kLimits.path, again) == PathVerdict::kFine && again == path,
               "a path is normalised");
}

struct Listing {
  std::vector<std::string> lines;
  std::vector<std::string> notes;
  friend bool operator==(const Listing&, const Listing&) = default;
};

Listing list(std::string_view archive, std::vector<std::size_t> steps) {
  testing::PieceSource source(archive, std::move(steps));
  TarReader reader(source, kLimits);
  Listing listing;
  for (;;) {
    const auto entry = reader.next();
    YAGURA_CHECK(entry.has_value(), "a source in memory has no errors");
    if (*entry == nullptr) break;
    check_path((*entry)->path);
    if ((*entry)->kind == FileKind::kHardLink) check_path((*entry)->link);
    YAGURA_CHECK((*entry)->mode <= 07777, "the mode has permissions alone");
    // Every third is passed over unread.
    std::uint64_t size = 0;
    std::uint64_t hash = 0;
    if (listing.lines.size() % 3 != 2) {
      XXH3_state_t* state = XXH3_createState();
      XXH3_64bits_reset(state);
      for (;;) {
        const auto piece = reader.content();
        YAGURA_CHECK(piece.has_value(), "a source in memory has no errors");
        if (piece->bytes.empty()) break;
        size += piece->bytes.size();
        XXH3_64bits_update(state, piece->bytes.data(), piece->bytes.size());
      }
      hash = XXH3_64bits_digest(state);
      XXH3_freeState(state);
      YAGURA_CHECK(size <= (*entry)->size, "no more content than was told");
      YAGURA_CHECK(reader.content_complete() == (size == (*entry)->size),
                   "what is missing is said");
    }
    listing.lines.push_back(std::string((*entry)->path) + '\0' + std::string((*entry)->link) +
                            '\0' + std::to_string((*entry)->size) + " " + std::to_string(size) +
                            " " + std::to_string(hash) + " " + std::to_string((*entry)->modified));
  }
  listing.notes = reader.take_notes();
  YAGURA_CHECK(listing.notes.size() <= Notes::kMaxKept + 1, "notes are bounded");
  return listing;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string archive(reinterpret_cast<const char*>(data), size);
  // Right checksums, so that more than the first header is reached.
  for (std::size_t at = 0; at + kTarBlock <= archive.size(); at += kTarBlock) {
    const std::string_view block = std::string_view(archive).substr(at, kTarBlock);
    if (has_magic(block)) testing::mend_checksum(archive, at);
  }
  const Listing whole = list(archive, {std::size_t{1} << 20});
  YAGURA_CHECK(list(archive, {1, 511, 512, 3}) == whole,
               "the cut of the bytes makes no difference");
  return 0;
}
