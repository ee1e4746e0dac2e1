#include "image/packages/rpm/berkeley_db.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace yagura::image {
namespace {

constexpr std::uint32_t kHashMagic = 0x061561;
constexpr std::uint32_t kOldestVersion = 7;
constexpr std::uint32_t kNewestVersion = 10;
constexpr std::size_t kMetadataSize = 72;

// Types of pages.
constexpr std::uint8_t kHashUnsorted = 2;
constexpr std::uint8_t kOverflow = 7;
constexpr std::uint8_t kHashMetadata = 8;
constexpr std::uint8_t kHash = 13;

// Types of items on hash pages.
constexpr std::uint8_t kKeyData = 1;
constexpr std::uint8_t kOffPage = 3;

// The header of each page: where it was logged (8), its own number, the previous and the next, the
// count of items, the offset of the free room (on overflow pages: how many bytes it holds), level,
// type.
constexpr std::size_t kPageHeaderSize = 26;
constexpr std::size_t kNextAt = 16;
constexpr std::size_t kEntriesAt = 20;
constexpr std::size_t kLengthAt = 22;
constexpr std::size_t kTypeAt = 25;

std::optional<ByteOrder> order_of(std::string_view bytes) {
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    if (ByteView(bytes, order).u32(12) == kHashMagic) return order;
  }
  return std::nullopt;
}

class HashFile {
 public:
  static Result<HashFile> open(std::string_view bytes) {
    const auto order = order_of(bytes);
    if (!order || bytes.size() < kMetadataSize) {
      return fail(ErrorCode::kInvalidInput, "is no Berkeley DB hash table");
    }
    const ByteView view(bytes, *order);
    const std::uint32_t version = view.u32(16);
    if (version < kOldestVersion || version > kNewestVersion) {
      return fail(ErrorCode::kUnsupported, "is of a version that is not known");
    }
    if (view.u8(24) != 0) return fail(ErrorCode::kUnsupported, "is encrypted");
    const std::size_t page_size = view.u32(20);
    if (page_size < 512 || page_size > 65536 || (page_size & (page_size - 1)) != 0) {
      return fail(ErrorCode::kInvalidInput, "has pages of an impossible size");
    }
    return HashFile(view, *order, page_size);
  }

  Result<void> each_row(const TakeBlob& take) {
    const std::size_t pages = file_.size() / page_size_;
    for (std::size_t number = 1; number < pages; ++number) {
      const ByteView page = page_at(number);
      const std::uint8_t type = page.u8(kTypeAt);
      if (type == kHash || type == kHashUnsorted) take_page(page, take);
    }
    if (damaged_) return fail(ErrorCode::kInvalidInput, "is damaged");
    return {};
  }

 private:
  HashFile(const ByteView& file, ByteOrder order, std::size_t page_size)
      : file_(file), order_(order), page_size_(page_size), budget_(file.size()) {}

  [[nodiscard]] ByteView page_at(std::size_t number) const {
    const std::size_t at = number * page_size_;
    if (!file_.has(at, page_size_)) return {{}, order_};
    return {file_.bytes().substr(at, page_size_), order_};
  }

  // Items stand at the end of the page, the first last: each ends where the one before begins.
  [[nodiscard]] std::string_view item(const ByteView& page, std::size_t index) const {
    const std::size_t begin = page.u16(kPageHeaderSize + 2 * index);
    const std::size_t end = index == 0 ? page_size_ : page.u16(kPageHeaderSize + 2 * (index - 1));
    if (begin < kPageHeaderSize || begin >= end || end > page.size()) return {};
    return page.bytes().substr(begin, end - begin);
  }

  void take_page(const ByteView& page, const TakeBlob& take) {
    const std::size_t entries = page.u16(kEntriesAt);
    if (!page.has(kPageHeaderSize, 2 * entries)) {
      damaged_ = true;
      return;
    }
    for (std::size_t i = 0; i + 1 < entries; i += 2) {
      const std::string_view key = item(page, i);
      const std::string_view value = item(page, i + 1);
      if (key.empty() || value.empty()) {
        damaged_ = true;
        continue;
      }
      if (!is_counter(key)) take_value(value, take);
    }
  }

  [[nodiscard]] bool is_counter(std::string_view key) const {
    return key.size() == 5 && ByteView(key, order_).u32(1) == 0;
  }

  void take_value(std::string_view value, const TakeBlob& take) {
    const ByteView view(value, order_);
    if (view.u8(0) == kKeyData) {
      spend(value.size() - 1) ? take(value.substr(1)) : note_damage();
    } else if (view.u8(0) == kOffPage && view.has(0, 12)) {
      read_chain(view.u32(4), view.u32(8)) ? take(record_) : note_damage();
    } else {
      note_damage();
    }
  }

  // The chain of overflow pages from `number`, which holds `size` bytes.
  bool read_chain(std::uint32_t number, std::size_t size) {
    record_.clear();
    if (!spend(size)) return false;
    while (record_.size() < size) {
      const ByteView page = page_at(number);
      const std::size_t length = page.u16(kLengthAt);
      // The metadata is page 0: no chain leads there.
      if (number == 0 || page.u8(kTypeAt) != kOverflow || length == 0 ||
          !page.has(kPageHeaderSize, length)) {
        return false;
      }
      const std::size_t wanted = std::min(length, size - record_.size());
      record_.append(page.bytes().substr(kPageHeaderSize, wanted));
      number = page.u32(kNextAt);
    }
    return true;
  }

  bool spend(std::size_t size) {
    if (size > budget_) return false;
    budget_ -= size;
    return true;
  }
  void note_damage() { damaged_ = true; }

  ByteView file_;
  ByteOrder order_;
  std::size_t page_size_;
  std::size_t budget_;
  bool damaged_ = false;
  std::string record_;
};

}  // namespace

bool is_berkeley_hash(std::string_view bytes) {
  const auto order = order_of(bytes);
  return order && ByteView(bytes, *order).u8(kTypeAt) == kHashMetadata;
}

Result<void> each_berkeley_package(std::string_view bytes, const TakeBlob& take) {
  YAGURA_TRY(HashFile file, HashFile::open(bytes));
  return file.each_row(take);
}

}  // namespace yagura::image
