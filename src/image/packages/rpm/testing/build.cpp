#include "image/packages/rpm/testing/build.hpp"

#include <algorithm>

namespace yagura::image::testing_rpm {
namespace {

constexpr ByteOrder kBig = ByteOrder::kBig;
constexpr ByteOrder kLittle = ByteOrder::kLittle;

void put(std::string& out, std::size_t at, std::uint64_t value, std::size_t size, ByteOrder order) {
  std::string bytes;
  append_number(bytes, value, size, order);
  out.replace(at, size, bytes);
}

std::string varint(std::uint64_t value) {
  std::string out;
  do {
    out.insert(out.begin(), static_cast<char>((value & 0x7f) | (out.empty() ? 0 : 0x80)));
    value >>= 7;
  } while (value != 0);
  return out;
}

}  // namespace

void append_number(std::string& out, std::uint64_t value, std::size_t size, ByteOrder order) {
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t byte = order == kBig ? size - 1 - i : i;
    out.push_back(static_cast<char>(value >> (8 * byte)));
  }
}

void HeaderBuilder::align(std::size_t to) { data_.resize((data_.size() + to - 1) / to * to, '\0'); }

void HeaderBuilder::entry(RpmTag tag, std::uint32_t type, std::size_t count) {
  raw(static_cast<std::uint32_t>(tag), type, static_cast<std::uint32_t>(data_.size()),
      static_cast<std::uint32_t>(count));
}

HeaderBuilder& HeaderBuilder::raw(std::uint32_t tag, std::uint32_t type, std::uint32_t offset,
                                  std::uint32_t count) {
  for (const std::uint32_t number : {tag, type, offset, count})
    append_number(index_, number, 4, kBig);
  return *this;
}

HeaderBuilder& HeaderBuilder::text(RpmTag tag, std::string_view value) {
  entry(tag, 6, 1);
  data_.append(value).push_back('\0');
  return *this;
}

HeaderBuilder& HeaderBuilder::texts(RpmTag tag, const std::vector<std::string>& values) {
  entry(tag, 8, values.size());
  for (const std::string& value : values) data_.append(value).push_back('\0');
  return *this;
}

HeaderBuilder& HeaderBuilder::int16s(RpmTag tag, const std::vector<std::uint16_t>& values) {
  align(2);
  entry(tag, 3, values.size());
  for (const std::uint16_t value : values) append_number(data_, value, 2, kBig);
  return *this;
}

HeaderBuilder& HeaderBuilder::int32s(RpmTag tag, const std::vector<std::uint32_t>& values) {
  align(4);
  entry(tag, 4, values.size());
  for (const std::uint32_t value : values) append_number(data_, value, 4, kBig);
  return *this;
}

HeaderBuilder& HeaderBuilder::int64(RpmTag tag, std::uint64_t value) {
  align(8);
  entry(tag, 5, 1);
  append_number(data_, value, 8, kBig);
  return *this;
}

HeaderBuilder& HeaderBuilder::bytes(RpmTag tag, const std::vector<std::uint8_t>& values) {
  entry(tag, 1, values.size());
  for (const std::uint8_t value : values) data_.push_back(static_cast<char>(value));
  return *this;
}

std::string HeaderBuilder::build() const {
  std::string out;
  append_number(out, index_.size() / 16, 4, kBig);
  append_number(out, data_.size(), 4, kBig);
  return out + index_ + data_;
}

std::string simple_header(std::string_view name, int files) {
  HeaderBuilder builder;
  builder.text(RpmTag::kName, name)
      .text(RpmTag::kVersion, "1.0")
      .text(RpmTag::kRelease, "1")
      .text(RpmTag::kArch, "x86_64")
      .text(RpmTag::kSourceRpm, std::string(name) + "-1.0-1.src.rpm");
  if (files > 0) {
    std::vector<std::uint32_t> indexes;
    std::vector<std::string> names;
    for (int i = 0; i < files; ++i) {
      indexes.push_back(static_cast<std::uint32_t>(i % 2));
      names.push_back("file-" + std::to_string(i));
    }
    builder.int32s(RpmTag::kDirIndexes, indexes)
        .texts(RpmTag::kBaseNames, names)
        .texts(RpmTag::kDirNames, {"/usr/bin/", "/usr/share/" + std::string(name) + "/"});
  }
  return builder.build();
}

std::string build_ndb(const std::vector<std::string>& blobs) {
  constexpr std::size_t kSlotsAPage = 4096 / 16;
  const std::size_t pages = (blobs.size() + 2 + kSlotsAPage - 1) / kSlotsAPage;
  std::string slots("RpmP");
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{blobs.size()},
                                     std::uint64_t{pages}, std::uint64_t{blobs.size() + 1}}) {
    append_number(slots, number, 4, kLittle);
  }
  slots.resize(32, '\0');
  std::string body;
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    const std::size_t begin = body.size();
    body += "BlbS";
    append_number(body, i + 1, 4, kLittle);
    append_number(body, 1, 4, kLittle);
    append_number(body, blobs[i].size(), 4, kLittle);
    body += blobs[i];
    body.resize((body.size() + 12 + 15) / 16 * 16 - 12, '\0');
    append_number(body, 0, 4, kLittle);
    append_number(body, blobs[i].size(), 4, kLittle);
    body += "BlbE";
    slots += "Slot";
    append_number(slots, i + 1, 4, kLittle);
    append_number(slots, (pages * 4096 + begin) / 16, 4, kLittle);
    append_number(slots, (body.size() - begin) / 16, 4, kLittle);
  }
  while (slots.size() < pages * 4096) {
    slots += "Slot";
    slots.resize(slots.size() + 12, '\0');
  }
  return slots + body;
}

std::string build_berkeley(const std::vector<std::string>& blobs, ByteOrder order,
                           std::size_t page_size) {
  std::string file(page_size, '\0');
  put(file, 12, 0x061561, 4, order);
  put(file, 16, 9, 4, order);
  put(file, 20, page_size, 4, order);
  file[25] = 8;
  const auto new_page = [&](std::uint8_t type) {
    const std::size_t at = file.size();
    file.resize(at + page_size, '\0');
    put(file, at + 8, at / page_size, 4, order);
    put(file, at + 22, page_size, 2, order);
    file[at + 25] = static_cast<char>(type);
    return at;
  };
  std::size_t hash = new_page(13);
  std::size_t used = 0;
  std::size_t items = 0;
  const auto add_item = [&](const std::string& bytes) {
    used += bytes.size();
    put(file, hash + page_size - used, 0, 0, order);
    file.replace(hash + page_size - used, bytes.size(), bytes);
    put(file, hash + 26 + 2 * items, page_size - used, 2, order);
    ++items;
    put(file, hash + 20, items, 2, order);
  };
  const auto add_pair = [&](std::uint32_t key, const std::string& value) {
    if (26 + 2 * (items + 2) + used + 5 + value.size() > page_size) {
      hash = new_page(13);
      used = 0;
      items = 0;
    }
    std::string key_item("\x01");
    append_number(key_item, key, 4, order);
    add_item(key_item);
    add_item(value);
  };
  add_pair(0, std::string("\x01") + std::string(4, '\x02'));  // rpm's counter
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    if (blobs[i].size() <= page_size / 4) {
      add_pair(static_cast<std::uint32_t>(i + 1), "\x01" + blobs[i]);
      continue;
    }
    std::string item("\x03\0\0\0", 4);
    append_number(item, file.size() / page_size, 4, order);
    append_number(item, blobs[i].size(), 4, order);
    const std::size_t room = page_size - 26;
    for (std::size_t from = 0; from < blobs[i].size(); from += room) {
      const std::size_t at = new_page(7);
      const std::string part = blobs[i].substr(from, room);
      file.replace(at + 26, part.size(), part);
      put(file, at + 22, part.size(), 2, order);
      if (from + room < blobs[i].size()) put(file, at + 16, file.size() / page_size, 4, order);
    }
    add_pair(static_cast<std::uint32_t>(i + 1), item);
  }
  put(file, 32, file.size() / page_size - 1, 4, order);
  return file;
}

namespace {

// A table's leaves and their overflow pages, then the pages above them.
class SqliteBuilder {
 public:
  explicit SqliteBuilder(std::size_t page_size) : page_size_(page_size), file_(page_size, '\0') {}

  // The number of the page that is the root.
  std::size_t add_table(const std::vector<std::string>& records) {
    std::vector<std::pair<std::size_t, std::uint64_t>> children;  // page, its last row
    std::size_t leaf = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
      std::string cell = varint(records[i].size()) + varint(i + 1);
      append_payload(cell, records[i]);
      if (leaf == 0 || !add_cell(leaf, 8, cell)) {
        leaf = new_tree_page(0x0d);
        add_cell(leaf, 8, cell);
        children.emplace_back(leaf, 0);
      }
      children.back().second = i + 1;
    }
    if (children.empty()) return new_tree_page(0x0d);
    while (children.size() > 1) children = add_level(children);
    return children.front().first;
  }

  std::string finish(std::size_t root) {
    std::string file = std::move(file_);
    file.replace(0, 16, std::string("SQLite format 3\0", 16));
    put(file, 16, page_size_ == 65536 ? 1 : page_size_, 2, kBig);
    file[18] = file[19] = 1;
    put(file, 56, 1, 4, kBig);
    const std::string_view sql =
        "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)";
    std::string header;
    for (const std::uint64_t type :
         {2 * 5 + 13, 2 * 8 + 13, 2 * 8 + 13, 4, static_cast<int>(2 * sql.size() + 13)}) {
      header += varint(type);
    }
    std::string record(1, static_cast<char>(header.size() + 1));
    record += header + "tablePackagesPackages";
    append_number(record, root, 4, kBig);
    record += sql;
    const std::string cell = varint(record.size()) + varint(1) + record;
    const std::size_t at = page_size_ - cell.size();
    file.replace(at, cell.size(), cell);
    file[100] = 0x0d;
    put(file, 103, 1, 2, kBig);
    put(file, 105, at, 2, kBig);
    put(file, 108, at, 2, kBig);
    return file;
  }

 private:
  std::size_t new_page() {
    file_.resize(file_.size() + page_size_, '\0');
    return file_.size() / page_size_;
  }
  std::size_t new_tree_page(std::uint8_t type) {
    const std::size_t number = new_page();
    file_[(number - 1) * page_size_] = static_cast<char>(type);
    put(file_, (number - 1) * page_size_ + 5, page_size_ == 65536 ? 0 : page_size_, 2, kBig);
    return number;
  }
  bool add_cell(std::size_t page, std::size_t header, const std::string& cell) {
    const std::size_t base = (page - 1) * page_size_;
    const ByteView view(std::string_view(file_).substr(base, page_size_), kBig);
    const std::size_t cells = view.u16(3);
    const std::size_t content = view.u16(5) == 0 ? 65536 : view.u16(5);
    if (header + 2 * (cells + 1) + cell.size() > content) return false;
    const std::size_t at = content - cell.size();
    file_.replace(base + at, cell.size(), cell);
    put(file_, base + 5, at, 2, kBig);
    put(file_, base + header + 2 * cells, at, 2, kBig);
    put(file_, base + 3, cells + 1, 2, kBig);
    return true;
  }
  void append_payload(std::string& cell, const std::string& record) {
    const std::size_t most = page_size_ - 35;
    if (record.size() <= most) {
      cell += record;
      return;
    }
    const std::size_t least = (page_size_ - 12) * 32 / 255 - 23;
    const std::size_t fitting = least + (record.size() - least) % (page_size_ - 4);
    const std::size_t local = fitting <= most ? fitting : least;
    cell += record.substr(0, local);
    std::size_t before = 0;
    for (std::size_t from = local; from < record.size(); from += page_size_ - 4) {
      const std::size_t page = new_page();
      const std::string part = record.substr(from, page_size_ - 4);
      file_.replace((page - 1) * page_size_ + 4, part.size(), part);
      if (before == 0) {
        append_number(cell, page, 4, kBig);
      } else {
        put(file_, (before - 1) * page_size_, page, 4, kBig);
      }
      before = page;
    }
  }
  std::vector<std::pair<std::size_t, std::uint64_t>> add_level(
      const std::vector<std::pair<std::size_t, std::uint64_t>>& children) {
    std::vector<std::pair<std::size_t, std::uint64_t>> parents;
    std::size_t page = 0;
    for (const auto& [child, row] : children) {
      std::string cell;
      append_number(cell, child, 4, kBig);
      cell += varint(row);
      if (page == 0 || !add_cell(page, 12, cell)) {
        page = new_tree_page(0x05);
        parents.emplace_back(page, row);
        put(file_, (page - 1) * page_size_ + 8, child, 4, kBig);
        continue;  // the rightmost child until another comes
      }
      // The new child becomes the rightmost, and the one before gets the cell.
      const std::size_t base = (page - 1) * page_size_;
      const ByteView view(std::string_view(file_).substr(base, page_size_), kBig);
      const std::size_t at = view.u16(12 + 2 * (std::size_t{view.u16(3)} - 1));
      const std::uint32_t rightmost = view.u32(8);
      put(file_, base + at, rightmost, 4, kBig);
      put(file_, base + 8, child, 4, kBig);
      parents.back().second = row;
    }
    return parents;
  }

  std::size_t page_size_;
  std::string file_;
};

}  // namespace

std::string build_sqlite(const std::vector<std::string>& blobs, std::size_t page_size) {
  SqliteBuilder builder(page_size);
  std::vector<std::string> records;
  for (const std::string& blob : blobs) {
    const std::string type = varint(2 * blob.size() + 12);
    std::string record(1, static_cast<char>(type.size() + 2));
    record.push_back('\0');  // hnum: the row's number
    records.push_back(record + type + blob);
  }
  const std::size_t root = builder.add_table(records);
  return builder.finish(root);
}

}  // namespace yagura::image::testing_rpm
