#include "image/packages/object/field_reader.hpp"
#include "image/packages/object/formats.hpp"

// System V ABI, chapters 4 and 5: the header, section headers (by name in a string table), program
// headers.

namespace yagura::image {
namespace {

constexpr std::uint16_t kRelocatable = 1;
constexpr std::uint16_t kExecutable = 2;
constexpr std::uint16_t kSharedObject = 3;
constexpr std::uint16_t kCore = 4;
constexpr std::uint32_t kNoBits = 8;
constexpr std::uint32_t kLoad = 1;

struct Table {
  std::uint64_t offset = 0;
  std::uint64_t entry_size = 0;
  std::uint64_t count = 0;
};

// The section header at `at`, without its name.
ObjectSection section_at(FieldReader& fields, std::uint64_t at, bool wide) {
  const auto type = fields.u32(at + 4);
  const std::uint64_t flags = fields.word(at + 8, wide);
  ObjectSection section;
  section.address = fields.word(at + (wide ? 16 : 12), wide);
  const std::uint64_t offset = fields.word(at + (wide ? 24 : 16), wide);
  const std::uint64_t size = fields.word(at + (wide ? 32 : 20), wide);
  if (type != kNoBits) section.bytes = fields.slice(offset, size);
  section.is_writable = (flags & 1) != 0;
  section.is_executable = (flags & 4) != 0;
  return section;
}

void read_sections(FieldReader& fields, Table table, std::uint64_t names_index, ObjectFile& out) {
  if (table.offset == 0 || table.entry_size < (out.is_64_bit ? 64U : 40U)) return;
  // With 0xff00 sections and more, count and index are in the first header.
  const auto first = [&](std::uint64_t narrow, std::uint64_t wide) {
    return table.offset + (out.is_64_bit ? wide : narrow);
  };
  if (table.count == 0) table.count = fields.word(first(20, 32), out.is_64_bit);
  if (names_index == 0xffff) names_index = fields.u32(first(24, 40));
  if (table.count > ObjectFile::kMaxSections) return;
  const std::string_view names =
      names_index >= table.count
          ? std::string_view()
          : section_at(fields, table.offset + names_index * table.entry_size, out.is_64_bit).bytes;
  const FieldReader name_fields(names, out.is_big_endian);
  for (std::uint64_t i = 1; i < table.count && fields.ok(); ++i) {
    const std::uint64_t at = table.offset + i * table.entry_size;
    ObjectSection section = section_at(fields, at, out.is_64_bit);
    section.name = name_fields.text(fields.u32(at), 256);
    if (fields.ok()) out.sections.push_back(section);
  }
}

void read_segments(FieldReader& fields, Table table, ObjectFile& out) {
  const bool wide = out.is_64_bit;
  if (table.offset == 0 || table.entry_size < (wide ? 56U : 32U)) return;
  if (table.count > ObjectFile::kMaxSections) return;
  for (std::uint64_t i = 0; i < table.count; ++i) {
    const std::uint64_t at = table.offset + i * table.entry_size;
    if (fields.u32(at) != kLoad) continue;
    const auto flags = fields.u32(at + (wide ? 4 : 24));
    ObjectSection segment;
    segment.address = fields.word(at + (wide ? 16 : 8), wide);
    segment.bytes = fields.slice(fields.word(at + (wide ? 8 : 4), wide),
                                 fields.word(at + (wide ? 32 : 16), wide));
    segment.is_executable = (flags & 1) != 0;
    segment.is_writable = (flags & 2) != 0;
    if (!fields.ok()) return;
    out.segments.push_back(segment);
  }
  out.header_size = table.offset + table.entry_size * table.count;
}

}  // namespace

std::optional<ObjectFile> read_elf(std::string_view bytes) {
  if (bytes.size() < 52 || !bytes.starts_with("\x7f"
                                              "ELF")) {
    return std::nullopt;
  }
  const auto word_size = static_cast<unsigned char>(bytes[4]);
  const auto order = static_cast<unsigned char>(bytes[5]);
  if ((word_size != 1 && word_size != 2) || (order != 1 && order != 2)) return std::nullopt;
  ObjectFile out{.format = ObjectFormat::kElf,
                 .is_64_bit = word_size == 2,
                 .is_big_endian = order == 2,
                 .bytes = bytes};
  const bool wide = out.is_64_bit;
  FieldReader fields(bytes, out.is_big_endian);
  const std::uint16_t type = fields.u16(16);
  if (type < kRelocatable || type > kCore) return std::nullopt;
  out.is_loadable = type == kExecutable || type == kSharedObject;
  const std::uint64_t sizes = wide ? 54 : 42;  // e_phentsize, …
  const Table segments{.offset = fields.word(wide ? 32 : 28, wide),
                       .entry_size = fields.u16(sizes),
                       .count = fields.u16(sizes + 2)};
  const Table sections{.offset = fields.word(wide ? 40 : 32, wide),
                       .entry_size = fields.u16(sizes + 4),
                       .count = fields.u16(sizes + 6)};
  const std::uint16_t names_index = fields.u16(sizes + 8);
  if (!fields.ok()) return std::nullopt;
  FieldReader segment_fields(bytes, out.is_big_endian);
  read_segments(segment_fields, segments, out);
  FieldReader section_fields(bytes, out.is_big_endian);
  read_sections(section_fields, sections, names_index, out);
  return out;
}

}  // namespace yagura::image
