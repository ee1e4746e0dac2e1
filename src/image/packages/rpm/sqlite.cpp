#include "image/packages/rpm/sqlite.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// One page after the other from the root of a table's tree: interior pages have the numbers of
// their children, leaves have rows. A row is a record: a header of serial types, then the values
// one behind the other. What does not fit a page goes on in a chain of overflow pages.

namespace yagura::image {
namespace {

constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::size_t kFileHeaderSize = 100;
constexpr std::uint8_t kInteriorTable = 0x05;
constexpr std::uint8_t kLeafTable = 0x0d;
constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxColumns = 64;

struct Varint {
  std::uint64_t value = 0;
  std::size_t size = 0;  // 0: did not fit
};

// 1.6 of the format: up to nine bytes, most significant first; the ninth has eight bits.
Varint read_varint(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 9 && i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (i == 8) return {.value = value << 8 | byte, .size = 9};
    value = value << 7 | (byte & 0x7fU);
    if ((byte & 0x80U) == 0) return {.value = value, .size = i + 1};
  }
  return {};
}

// One column of a record.
struct Value {
  std::uint64_t type = 0;
  std::string_view bytes;

  [[nodiscard]] bool is_text() const { return type >= 13 && type % 2 == 1; }
  [[nodiscard]] bool is_blob() const { return type >= 12 && type % 2 == 0; }
  // Types 1 to 6 are big-endian integers, 8 and 9 are the constants 0 and 1.
  [[nodiscard]] std::uint64_t integer() const {
    if (type == 9) return 1;
    std::uint64_t value = 0;
    if (type >= 1 && type <= 6) {
      for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    }
    return value;
  }
};

std::uint64_t size_of_type(std::uint64_t type) {
  constexpr std::uint64_t kSizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
  return type < std::size(kSizes) ? kSizes[type] : (type - 12) / 2;
}

// 2.1 of the format. Empty where the record does not fit its bytes.
std::vector<Value> read_record(std::string_view record) {
  const Varint header_size = read_varint(record);
  if (header_size.size == 0 || header_size.value > record.size() ||
      header_size.value < header_size.size) {
    return {};
  }
  std::string_view header = record.substr(0, header_size.value).substr(header_size.size);
  std::string_view body = record.substr(header_size.value);
  std::vector<Value> values;
  while (!header.empty() && values.size() < kMaxColumns) {
    const Varint type = read_varint(header);
    const std::uint64_t size = size_of_type(type.value);
    if (type.size == 0 || size > body.size()) return {};
    header.remove_prefix(type.size);
    values.push_back({.type = type.value, .bytes = body.substr(0, size)});
    body.remove_prefix(size);
  }
  return values;
}

class Database {
 public:
  using TakeRow = std::function<void(std::string_view record)>;

  static Result<Database> open(std::string_view bytes) {
    if (!is_sqlite(bytes) || bytes.size() < kFileHeaderSize) {
      return fail(ErrorCode::kInvalidInput, "is no SQLite database");
    }
    const ByteView view(bytes, ByteOrder::kBig);
    const std::size_t stated = view.u16(16);
    const std::size_t page_size = stated == 1 ? 65536 : stated;
    if (page_size < 512 || (page_size & (page_size - 1)) != 0) {
      return fail(ErrorCode::kInvalidInput, "has pages of an impossible size");
    }
    const std::size_t usable = page_size - view.u8(20);
    if (usable < 480) return fail(ErrorCode::kInvalidInput, "has pages of an impossible size");
    return Database(bytes, page_size, usable);
  }

  // The rows of the tree at `root`.
  Result<void> each_row(std::uint32_t root, const TakeRow& take) {
    std::vector<bool> entered(page_count_ + 1, false);
    std::vector<Step> path;
    YAGURA_TRY_VOID(enter(root, entered, path, take));
    while (!path.empty()) {
      Step& step = path.back();
      if (step.next > step.cells) {
        path.pop_back();
        continue;
      }
      const std::uint32_t child = child_of(step);
      ++step.next;
      if (auto done = enter(child, entered, path, take); !done) damaged_ = true;
    }
    if (damaged_) return fail(ErrorCode::kInvalidInput, "is damaged");
    return {};
  }

 private:
  // An interior page on the way down.
  struct Step {
    std::string_view page;
    std::size_t header = 0;  // where the tree's header begins in it
    std::uint16_t cells = 0;
    std::uint32_t next = 0;  // which child comes next; == cells: the rightmost
  };

  Database(std::string_view bytes, std::size_t page_size, std::size_t usable)
      : bytes_(bytes),
        page_size_(page_size),
        usable_(usable),
        page_count_(bytes.size() / page_size),
        budget_(bytes.size()) {}

  // Pages are numbered from 1.
  [[nodiscard]] std::string_view page(std::uint32_t number) const {
    if (number == 0 || number > page_count_) return {};
    return bytes_.substr((number - 1) * page_size_, page_size_);
  }

  Result<void> enter(std::uint32_t number, std::vector<bool>& entered, std::vector<Step>& path,
                     const TakeRow& take) {
    const std::string_view bytes = page(number);
    if (bytes.empty() || entered[number] || path.size() >= kMaxDepth) {
      return fail(ErrorCode::kInvalidInput, "has a broken tree");
    }
    entered[number] = true;
    const std::size_t header = number == 1 ? kFileHeaderSize : 0;
    const ByteView view(bytes, ByteOrder::kBig);
    const std::uint8_t type = view.u8(header);
    const std::uint16_t cells = cell_count(view, header, type == kInteriorTable ? 12 : 8);
    if (type == kInteriorTable) {
      path.push_back({.page = bytes, .header = header, .cells = cells, .next = 0});
      return {};
    }
    if (type != kLeafTable) return fail(ErrorCode::kInvalidInput, "has a broken tree");
    for (std::uint32_t i = 0; i < cells; ++i) {
      if (!take_cell(bytes, view.u16(header + 8 + 2 * std::size_t{i}), take)) damaged_ = true;
    }
    return {};
  }

  // As many as the page says, and as their offsets, which stand behind the header, have room for.
  [[nodiscard]] std::uint16_t cell_count(const ByteView& page, std::size_t header,
                                         std::size_t header_size) {
    const std::uint16_t stated = page.u16(header + 3);
    const std::size_t room = (usable_ - header - header_size) / 2;
    if (stated <= room) return stated;
    damaged_ = true;
    return static_cast<std::uint16_t>(room);
  }

  [[nodiscard]] static std::uint32_t child_of(const Step& step) {
    const ByteView view(step.page, ByteOrder::kBig);
    if (step.next == step.cells) return view.u32(step.header + 8);
    return view.u32(view.u16(step.header + 12 + 2 * std::size_t{step.next}));
  }

  // 1.6: the size of the record, the row's number, the record or its beginning, an overflow page.
  bool take_cell(std::string_view page_bytes, std::size_t at, const TakeRow& take) {
    if (at == 0 || at >= usable_) return false;
    std::string_view cell = page_bytes.substr(at, usable_ - at);
    const Varint size = read_varint(cell);
    if (size.size == 0) return false;
    cell.remove_prefix(size.size);
    const Varint row = read_varint(cell);
    if (row.size == 0) return false;
    cell.remove_prefix(row.size);
    if (size.value > budget_) return false;
    budget_ -= size.value;
    const std::size_t local = local_size(size.value);
    if (local > cell.size()) return false;
    if (local == size.value) {
      take(cell.substr(0, local));
      return true;
    }
    if (local + 4 > cell.size()) return false;
    record_.assign(cell.substr(0, local));
    if (!append_overflow(ByteView(cell, ByteOrder::kBig).u32(local), size.value)) return false;
    take(record_);
    return true;
  }

  // How much of a record of `size` bytes stands in a leaf of a table.
  [[nodiscard]] std::size_t local_size(std::uint64_t size) const {
    const std::size_t most = usable_ - 35;
    if (size <= most) return size;
    const std::size_t least = (usable_ - 12) * 32 / 255 - 23;
    const std::size_t fitting = least + (size - least) % (usable_ - 4);
    return fitting <= most ? fitting : least;
  }

  // The budget bounds the sum of all records, so chains that run in circles end.
  bool append_overflow(std::uint32_t number, std::uint64_t size) {
    while (record_.size() < size) {
      const std::string_view bytes = page(number);
      if (bytes.empty()) return false;
      const std::size_t wanted = std::min<std::uint64_t>(size - record_.size(), usable_ - 4);
      record_.append(bytes.substr(4, wanted));
      number = ByteView(bytes, ByteOrder::kBig).u32(0);
    }
    return true;
  }

  std::string_view bytes_;
  std::size_t page_size_;
  std::size_t usable_;
  std::size_t page_count_;
  std::uint64_t budget_;
  bool damaged_ = false;
  std::string record_;
};

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return std::ranges::equal(
      text, lower, {}, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}

// 2.6: sqlite_schema is the table at page 1: type, name, tbl_name, rootpage, sql.
std::optional<std::uint32_t> root_of_packages(std::string_view record) {
  const std::vector<Value> row = read_record(record);
  if (row.size() < 4 || !row[0].is_text() || !row[1].is_text()) return std::nullopt;
  if (row[0].bytes != "table" || !equals_ignoring_case(row[1].bytes, "packages"))
    return std::nullopt;
  return static_cast<std::uint32_t>(row[3].integer());
}

}  // namespace

bool is_sqlite(std::string_view bytes) { return bytes.starts_with(kMagic); }

Result<void> each_sqlite_package(std::string_view bytes, const TakeBlob& take) {
  YAGURA_TRY(Database schema, Database::open(bytes));
  std::optional<std::uint32_t> root;
  const auto read_schema = schema.each_row(1, [&root](std::string_view record) {
    if (!root) root = root_of_packages(record);
  });
  if (!root) {
    YAGURA_TRY_VOID(read_schema);
    return fail(ErrorCode::kInvalidInput, "has no table Packages");
  }
  YAGURA_TRY(Database packages, Database::open(bytes));
  return packages.each_row(*root, [&take](std::string_view record) {
    // hnum, which is the row's number and NULL here; the header.
    const std::vector<Value> row = read_record(record);
    if (row.size() >= 2 && row[1].is_blob()) take(row[1].bytes);
  });
}

}  // namespace yagura::image
