// Addresses are looked up through the program headers, as the loader does: section headers may be
// stripped. Every offset is checked against the file before it is used.

#include "image/programs/elf.hpp"

#include <algorithm>

namespace yagura::image {
namespace {

constexpr std::size_t kMaxText = 4096;
constexpr std::size_t kMaxList = 1000;
constexpr std::size_t kMaxHeaders = 10'000;

enum : std::uint32_t { kLoad = 1, kDynamic = 2, kInterp = 3, kNote = 4 };
enum : std::uint64_t {
  kNeeded = 1,
  kStrTab = 5,
  kStrSize = 10,
  kSoName = 14,
  kRPath = 15,
  kRunPath = 29
};

class Elf {
 public:
  explicit Elf(std::string_view bytes) : bytes_(bytes) {}

  std::optional<Executable> read() {
    if (bytes_.size() < 52 || !bytes_.starts_with("\x7f"
                                                  "ELF"))
      return std::nullopt;
    wide_ = bytes_[4] == 2;
    big_ = bytes_[5] == 2;
    if (wide_ && bytes_.size() < 64) return std::nullopt;
    const std::uint64_t type = number(16, 2);
    if (type != 2 && type != 3) return std::nullopt;  // an object file, a core dump
    segments();
    Executable out;
    if (interp_ != nullptr) out.interpreter = text_at(interp_->offset, interp_->file_size);
    dynamic(out);
    build_id(out);
    const bool is_library = type == 3 && interp_ == nullptr && has_dynamic_;
    out.kind = is_library ? Executable::Kind::kLibrary : Executable::Kind::kProgram;
    out.is_static = interp_ == nullptr && out.needed.empty() && !is_library;
    return out;
  }

 private:
  struct Segment {
    std::uint32_t type = 0;
    std::uint64_t offset = 0;
    std::uint64_t address = 0;
    std::uint64_t file_size = 0;
  };

  // Beyond the end: 0.
  [[nodiscard]] std::uint64_t number(std::uint64_t at, std::size_t size) const {
    if (at > bytes_.size() || bytes_.size() - at < size) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const auto byte = static_cast<unsigned char>(bytes_[at + (big_ ? i : size - 1 - i)]);
      value = value << 8 | byte;
    }
    return value;
  }
  [[nodiscard]] std::uint64_t word(std::uint64_t at) const { return number(at, wide_ ? 8 : 4); }

  [[nodiscard]] std::string text_at(std::uint64_t at, std::uint64_t most) const {
    if (at >= bytes_.size()) return {};
    std::string_view text = bytes_.substr(at, std::min<std::uint64_t>(most, kMaxText));
    return std::string(text.substr(0, text.find('\0')));
  }

  void segments() {
    const std::uint64_t table = word(wide_ ? 32 : 28);
    const std::uint64_t size = number(wide_ ? 54 : 42, 2);
    const std::uint64_t count = std::min<std::uint64_t>(number(wide_ ? 56 : 44, 2), kMaxHeaders);
    if (size < (wide_ ? 56U : 32U)) return;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t at = table + i * size;
      if (at < table || at >= bytes_.size()) break;
      segments_.push_back({.type = static_cast<std::uint32_t>(number(at, 4)),
                           .offset = word(at + (wide_ ? 8 : 4)),
                           .address = word(at + (wide_ ? 16 : 8)),
                           .file_size = word(at + (wide_ ? 32 : 16))});
    }
    for (const Segment& segment : segments_) {
      if (segment.type == kInterp && interp_ == nullptr) interp_ = &segment;
    }
  }

  // Where in the file an address is loaded from.
  [[nodiscard]] std::optional<std::uint64_t> offset_of(std::uint64_t address) const {
    for (const Segment& segment : segments_) {
      if (segment.type == kLoad && address >= segment.address &&
          address - segment.address < segment.file_size)
        return segment.offset + (address - segment.address);
    }
    return std::nullopt;
  }

  void dynamic(Executable& out) {
    for (const Segment& segment : segments_) {
      if (segment.type != kDynamic) continue;
      has_dynamic_ = true;
      read_dynamic(segment, out);
      return;
    }
  }

  void read_dynamic(const Segment& segment, Executable& out) {
    struct Entry {
      std::uint64_t tag = 0;
      std::uint64_t value = 0;
    };
    std::vector<Entry> entries;
    const std::size_t size = wide_ ? 8 : 4;
    std::uint64_t strings = 0;
    std::uint64_t strings_size = 0;
    for (std::uint64_t at = segment.offset;
         at < bytes_.size() && at - segment.offset < segment.file_size &&
         entries.size() < kMaxHeaders;
         at += 2 * size) {
      const Entry entry{word(at), word(at + size)};
      if (entry.tag == 0) break;
      if (entry.tag == kStrTab) strings = offset_of(entry.value).value_or(0);
      if (entry.tag == kStrSize) strings_size = entry.value;
      entries.push_back(entry);
    }
    if (strings == 0) return;
    const auto text = [&](std::uint64_t at) {
      return at < strings_size ? text_at(strings + at, strings_size - at) : std::string();
    };
    std::string run_path;
    std::string r_path;
    for (const Entry& entry : entries) {
      if (entry.tag == kNeeded && out.needed.size() < kMaxList)
        out.needed.push_back(text(entry.value));
      if (entry.tag == kSoName) out.soname = text(entry.value);
      if (entry.tag == kRunPath) run_path = text(entry.value);
      if (entry.tag == kRPath) r_path = text(entry.value);
    }
    std::erase(out.needed, "");
    std::string_view path = run_path.empty() ? r_path : run_path;
    while (!path.empty() && out.run_path.size() < kMaxList) {
      const auto colon = path.find(':');
      if (colon != 0) out.run_path.emplace_back(path.substr(0, colon));
      path = colon == path.npos ? std::string_view() : path.substr(colon + 1);
    }
  }

  void build_id(Executable& out) {
    for (const Segment& segment : segments_) {
      if (segment.type != kNote) continue;
      std::uint64_t at = segment.offset;
      const std::uint64_t end = at + std::min<std::uint64_t>(segment.file_size, 64 << 10);
      while (at >= segment.offset && at + 12 <= end && at + 12 <= bytes_.size()) {
        const std::uint64_t name_size = number(at, 4);
        const std::uint64_t size = number(at + 4, 4);
        const std::uint64_t type = number(at + 8, 4);
        const std::uint64_t value = at + 12 + ((name_size + 3) & ~std::uint64_t{3});
        if (type == 3 && name_size == 4 && text_at(at + 12, 4) == "GNU" && size <= 64 &&
            value + size <= bytes_.size()) {
          constexpr std::string_view kHex = "0123456789abcdef";
          for (const char c : bytes_.substr(value, size)) {
            out.build_id += kHex[static_cast<unsigned char>(c) >> 4];
            out.build_id += kHex[static_cast<unsigned char>(c) & 15];
          }
          return;
        }
        at = value + ((size + 3) & ~std::uint64_t{3});
      }
    }
  }

  std::string_view bytes_;
  std::vector<Segment> segments_;
  const Segment* interp_ = nullptr;
  bool wide_ = false;
  bool big_ = false;
  bool has_dynamic_ = false;
};

}  // namespace

std::optional<Executable> read_program(std::string_view bytes) { return Elf(bytes).read(); }

std::optional<Executable> read_script(std::string_view bytes) {
  if (!bytes.starts_with("#!")) return std::nullopt;
  std::string_view line = bytes.substr(2, 4096);
  line = line.substr(0, line.find('\n'));
  std::vector<std::string> words;
  while (words.size() < 20) {
    const auto begin = line.find_first_not_of(" \t\r");
    if (begin == line.npos) break;
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find_first_of(" \t\r"), line.size());
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  if (words.empty() || !words.front().starts_with('/')) return std::nullopt;
  Executable out;
  out.kind = Executable::Kind::kScript;
  out.interpreter = std::move(words.front());
  out.arguments.assign(words.begin() + 1, words.end());
  return out;
}

}  // namespace yagura::image
