#include "image/packages/golang/build_info.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "image/packages/collect/path.hpp"
#include "image/packages/object/field_reader.hpp"

namespace yagura::image {
namespace {

constexpr std::string_view kMagic = "\xff Go buildinf:";
constexpr std::size_t kAlignment = 16;
constexpr std::size_t kHeaderSize = 32;
constexpr std::uint8_t kBigEndianFlag = 1;
constexpr std::uint8_t kInlineFlag = 2;
constexpr std::size_t kLongestText = std::size_t{16} << 20;

// The header and everything behind it; empty where the magic is not there.
std::string_view find_header(std::string_view data) {
  for (std::size_t at = data.find(kMagic); at != std::string_view::npos;
       at = data.find(kMagic, at + 1)) {
    if (at % kAlignment == 0 && data.size() - at >= kHeaderSize) return data.substr(at);
  }
  return {};
}

std::string_view find_header(const ObjectFile& object) {
  for (const std::string_view name : {".go.buildinfo", "__go_buildinfo"}) {
    const ObjectSection* section = object.section(name);
    if (section == nullptr) continue;
    // What the header points to may lie behind the section, so the segment's bytes are taken.
    if (const auto header = find_header(section->bytes); !header.empty()) {
      const auto offset = static_cast<std::size_t>(header.data() - object.bytes.data());
      return object.bytes.substr(offset);
    }
  }
  for (const ObjectSection& segment : object.segments) {
    if (!segment.is_writable && object.format != ObjectFormat::kPe) continue;
    if (const auto header = find_header(segment.bytes); !header.empty()) return header;
  }
  return {};
}

// Takes a text that its length in LEB128 precedes.
std::optional<std::string_view> take_text(std::string_view& bytes) {
  std::uint64_t size = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    if (bytes.empty()) return std::nullopt;
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    size |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) != 0) continue;
    if (size > bytes.size() || size > kLongestText) return std::nullopt;
    const std::string_view text = bytes.substr(0, size);
    bytes.remove_prefix(size);
    return text;
  }
  return std::nullopt;
}

// The Go string whose header is at `address`.
std::string_view pointed_text(const ObjectFile& object, std::uint64_t address, unsigned word,
                              bool big_endian) {
  FieldReader header(object.at_address(address), big_endian);
  const std::uint64_t data = header.number(0, word);
  const std::uint64_t size = header.number(word, word);
  if (!header.ok() || size > kLongestText) return {};
  const std::string_view text = object.at_address(data);
  return size <= text.size() ? text.substr(0, size) : std::string_view();
}

struct Texts {
  std::string_view go_version;
  std::string_view modules;
};

std::optional<Texts> read_texts(const ObjectFile& object, std::string_view header) {
  const auto flags = static_cast<std::uint8_t>(header[15]);
  if ((flags & kInlineFlag) != 0) {
    header.remove_prefix(kHeaderSize);
    const auto version = take_text(header);
    const auto modules = version ? take_text(header) : std::nullopt;
    if (!version) return std::nullopt;
    return Texts{.go_version = *version, .modules = modules.value_or(std::string_view())};
  }
  const auto word = static_cast<std::uint8_t>(header[14]);
  if (word != 4 && word != 8) return std::nullopt;
  const bool big_endian = (flags & kBigEndianFlag) != 0;
  FieldReader fields(header, big_endian);
  return Texts{.go_version = pointed_text(object, fields.number(16, word), word, big_endian),
               .modules = pointed_text(object, fields.number(16 + word, word), word, big_endian)};
}

// The text stands between marks of 16 bytes, by which it is found in a running program.
std::string_view without_marks(std::string_view text) {
  constexpr std::size_t kMark = 16;
  if (text.size() < 2 * kMark + 1 || text[text.size() - kMark - 1] != '\n') return {};
  return text.substr(kMark, text.size() - 2 * kMark);
}

std::string_view take_field(std::string_view& line) {
  const auto tab = line.find('\t');
  const std::string_view field = line.substr(0, tab);
  line = tab == std::string_view::npos ? std::string_view() : line.substr(tab + 1);
  return field;
}

GoModule take_module(std::string_view line) {
  GoModule module;
  module.path = take_field(line);
  module.version = take_field(line);
  return module;
}

// A value of settings may be quoted as Go's strings are.
std::string unquoted(std::string_view value) {
  if (value.size() >= 2 && value.front() == '`' && value.back() == '`') {
    return std::string(value.substr(1, value.size() - 2));
  }
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
  std::string out;
  for (std::size_t i = 1; i + 1 < value.size(); ++i) {
    if (value[i] == '\\' && i + 2 < value.size()) ++i;
    out.push_back(value[i]);
  }
  return out;
}

void read_setting(std::string_view line, GoBuildInfo& out) {
  constexpr std::size_t kMostSettings = 256;
  const auto equals = line.find('=');
  if (equals == std::string_view::npos || out.settings.size() >= kMostSettings) return;
  out.settings.emplace_back(unquoted(line.substr(0, equals)), unquoted(line.substr(equals + 1)));
}

void read_modules(std::string_view text, GoBuildInfo& out) {
  GoDependency* last = nullptr;
  while (auto line = next_line(text)) {
    const std::string_view kind = take_field(*line);
    if (kind == "path") {
      out.main_package = *line;
    } else if (kind == "mod") {
      out.main = GoDependency{.module = take_module(*line)};
      last = &*out.main;
    } else if (kind == "dep" && out.dependencies.size() < kMaxGoModules) {
      last = &out.dependencies.emplace_back(GoDependency{.module = take_module(*line)});
    } else if (kind == "=>" && last != nullptr) {
      last->replacement = take_module(*line);
    } else if (kind == "build") {
      read_setting(*line, out);
    }
  }
}

}  // namespace

std::string_view GoBuildInfo::setting(std::string_view key) const {
  for (const auto& [own_key, value] : settings) {
    if (own_key == key) return value;
  }
  return {};
}

std::optional<GoBuildInfo> read_go_build_info(const ObjectFile& object) {
  const std::string_view header = find_header(object);
  if (header.empty()) return std::nullopt;
  const auto texts = read_texts(object, header);
  if (!texts || texts->go_version.empty()) return std::nullopt;
  GoBuildInfo out;
  out.go_version = texts->go_version;
  out.modules_text = without_marks(texts->modules);
  read_modules(out.modules_text, out);
  return out;
}

bool is_go_program(const ObjectFile& object) {
  constexpr std::array<std::string_view, 5> kSections{
      ".go.buildinfo", "__go_buildinfo", ".gopclntab", "__gopclntab", ".note.go.buildid"};
  if (std::ranges::any_of(kSections, [&](auto name) { return object.section(name) != nullptr; })) {
    return true;
  }
  // Formats without notes have the build id at the beginning of the code.
  constexpr std::size_t kNear = 4096;
  for (const ObjectSection& segment : object.segments) {
    if (!segment.is_executable) continue;
    const std::string_view begin = segment.bytes.substr(0, kNear);
    if (begin.find("\xff Go build ID: \"") != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace yagura::image
