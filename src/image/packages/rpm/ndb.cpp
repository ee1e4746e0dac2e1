#include "image/packages/rpm/ndb.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace yagura::image {
namespace {

constexpr std::string_view kMagic = "RpmP";
constexpr std::string_view kSlotMagic = "Slot";
constexpr std::string_view kBlobMagic = "BlbS";
constexpr std::size_t kHeaderSize = 32;
constexpr std::size_t kPageSize = 4096;
constexpr std::size_t kSlotSize = 16;
constexpr std::size_t kBlockSize = 16;
constexpr std::size_t kBlobHeadSize = 16;
constexpr std::size_t kBlobTailSize = 12;

struct Slot {
  std::uint32_t package = 0;
  std::uint32_t block = 0;  // 0: free
  std::uint32_t block_count = 0;
};

// Empty where the slot points to no blob.
std::string_view blob_of(const ByteView& view, const Slot& slot) {
  const std::size_t at = std::size_t{slot.block} * kBlockSize;
  const std::size_t room = std::size_t{slot.block_count} * kBlockSize;
  if (room < kBlobHeadSize + kBlobTailSize || !view.has(at, room)) return {};
  if (view.bytes().substr(at, kBlobMagic.size()) != kBlobMagic ||
      view.u32(at + 4) != slot.package) {
    return {};
  }
  const std::size_t size = view.u32(at + 12);
  if (size > room - kBlobHeadSize - kBlobTailSize) return {};
  return view.bytes().substr(at + kBlobHeadSize, size);
}

}  // namespace

bool is_ndb(std::string_view bytes) { return bytes.starts_with(kMagic); }

Result<void> each_ndb_package(std::string_view bytes, const TakeBlob& take) {
  const ByteView view(bytes, ByteOrder::kLittle);
  if (!is_ndb(bytes) || !view.has(0, kHeaderSize)) {
    return fail(ErrorCode::kInvalidInput, "is no package database");
  }
  if (view.u32(4) != 0) return fail(ErrorCode::kUnsupported, "is of a version that is not known");
  const std::uint64_t slots_end = std::uint64_t{view.u32(12)} * kPageSize;
  bool damaged = slots_end > bytes.size();
  std::size_t budget = bytes.size();
  for (std::size_t at = kHeaderSize;
       at + kSlotSize <= std::min<std::uint64_t>(slots_end, bytes.size()); at += kSlotSize) {
    if (bytes.substr(at, kSlotMagic.size()) != kSlotMagic) {
      damaged = true;
      continue;
    }
    const Slot slot{
        .package = view.u32(at + 4), .block = view.u32(at + 8), .block_count = view.u32(at + 12)};
    if (slot.block == 0) continue;
    const std::string_view blob = blob_of(view, slot);
    if (blob.empty() || blob.size() > budget) {
      damaged = true;
      continue;
    }
    budget -= blob.size();
    take(blob);
  }
  if (damaged) return fail(ErrorCode::kInvalidInput, "is damaged");
  return {};
}

}  // namespace yagura::image
