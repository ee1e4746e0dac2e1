#include "image/packages/object/field_reader.hpp"
#include "image/packages/object/formats.hpp"

// Microsoft's PE/COFF specification: the DOS stub's pointer, the COFF header, the optional header's
// image base, section headers of 40 bytes.

namespace yagura::image {
namespace {

constexpr std::uint32_t kExecute = 0x20000000;
constexpr std::uint32_t kWrite = 0x80000000;
constexpr std::uint16_t kExecutableImage = 0x0002;

}  // namespace

std::optional<ObjectFile> read_pe(std::string_view bytes) {
  if (bytes.size() < 64 || !bytes.starts_with("MZ")) return std::nullopt;
  FieldReader fields(bytes, false);
  const std::uint64_t header = fields.u32(0x3c);
  if (fields.slice(header, 4) != std::string_view("PE\0\0", 4)) return std::nullopt;
  ObjectFile out{.format = ObjectFormat::kPe, .bytes = bytes};
  const std::uint16_t count = fields.u16(header + 6);
  const std::uint16_t optional_size = fields.u16(header + 20);
  out.is_loadable = (fields.u16(header + 22) & kExecutableImage) != 0;
  const std::uint64_t optional = header + 24;
  const std::uint16_t magic = fields.u16(optional);
  if (!fields.ok() || (magic != 0x10b && magic != 0x20b)) return std::nullopt;
  out.is_64_bit = magic == 0x20b;
  const std::uint64_t base = out.is_64_bit ? fields.u64(optional + 24) : fields.u32(optional + 28);
  for (std::uint64_t i = 0; i < count && i < ObjectFile::kMaxSections; ++i) {
    const std::uint64_t at = optional + optional_size + i * 40;
    const std::uint32_t flags = fields.u32(at + 36);
    ObjectSection section;
    section.name = fields.text(at, 8);
    section.address = base + fields.u32(at + 12);
    const std::uint32_t memory_size = fields.u32(at + 8);
    const std::uint32_t raw_size = fields.u32(at + 16);
    // The file's part is padded up to the alignment of sectors.
    const std::uint32_t size = memory_size != 0 && memory_size < raw_size ? memory_size : raw_size;
    section.bytes = fields.slice(fields.u32(at + 20), size);
    section.is_writable = (flags & kWrite) != 0;
    section.is_executable = (flags & kExecute) != 0;
    if (!fields.ok()) break;
    out.sections.push_back(section);
  }
  out.segments = out.sections;
  return out;
}

}  // namespace yagura::image
