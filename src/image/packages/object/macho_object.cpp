#include <algorithm>

#include "image/packages/object/field_reader.hpp"
#include "image/packages/object/formats.hpp"

// Apple's <mach-o/loader.h> and <mach-o/fat.h>: a header, load commands; LC_SEGMENT and
// LC_SEGMENT_64 hold their sections' headers.

namespace yagura::image {
namespace {

constexpr std::uint32_t kSegment = 1;
constexpr std::uint32_t kSegment64 = 0x19;
constexpr std::uint32_t kProgram = 2;
constexpr std::uint32_t kLibrary = 6;
constexpr std::uint32_t kBundle = 8;
constexpr std::uint32_t kZeroFill = 1;
constexpr std::uint32_t kWrite = 2;
constexpr std::uint32_t kExecute = 4;

void read_segment(FieldReader& fields, std::uint64_t at, ObjectFile& out) {
  const bool wide = out.is_64_bit;
  const std::uint64_t sizes = at + 24;  // vmaddr, vmsize, fileoff, filesize
  const std::uint64_t step = wide ? 8 : 4;
  ObjectSection segment;
  segment.segment = fields.text(at + 8, 16);
  segment.name = segment.segment;
  segment.address = fields.word(sizes, wide);
  segment.bytes =
      fields.slice(fields.word(sizes + 2 * step, wide), fields.word(sizes + 3 * step, wide));
  const std::uint64_t tail = sizes + 4 * step;  // maxprot, initprot, nsects, flags
  const std::uint32_t protection = fields.u32(tail + 4);
  segment.is_writable = (protection & kWrite) != 0;
  segment.is_executable = (protection & kExecute) != 0;
  const std::uint32_t count = fields.u32(tail + 8);
  if (!fields.ok()) return;
  out.segments.push_back(segment);
  for (std::uint64_t i = 0; i < count; ++i) {
    if (out.sections.size() >= ObjectFile::kMaxSections) return;
    const std::uint64_t header = tail + 16 + i * (wide ? 80 : 68);
    ObjectSection section = segment;
    section.name = fields.text(header, 16);
    section.address = fields.word(header + 32, wide);
    const std::uint64_t size = fields.word(header + 32 + step, wide);
    const std::uint32_t offset = fields.u32(header + 32 + 2 * step);
    const std::uint32_t flags = fields.u32(header + (wide ? 64 : 56));
    section.bytes = (flags & 0xff) == kZeroFill ? std::string_view() : fields.slice(offset, size);
    if (!fields.ok()) return;
    out.sections.push_back(section);
  }
}

}  // namespace

std::optional<ObjectFile> read_macho(std::string_view bytes) {
  if (bytes.size() < 28) return std::nullopt;
  ObjectFile out{.format = ObjectFormat::kMachO, .bytes = bytes};
  const std::string_view magic = bytes.substr(0, 4);
  if (magic == "\xcf\xfa\xed\xfe" || magic == "\xce\xfa\xed\xfe") {
    out.is_64_bit = magic.front() == '\xcf';
  } else if (magic == "\xfe\xed\xfa\xcf" || magic == "\xfe\xed\xfa\xce") {
    out.is_64_bit = magic.back() == '\xcf';
    out.is_big_endian = true;
  } else {
    return std::nullopt;
  }
  FieldReader fields(bytes, out.is_big_endian);
  const std::uint32_t type = fields.u32(12);
  out.is_loadable = type == kProgram || type == kLibrary || type == kBundle;
  const std::uint32_t count = fields.u32(16);
  std::uint64_t at = out.is_64_bit ? 32 : 28;
  for (std::uint32_t i = 0; i < count && i < ObjectFile::kMaxSections; ++i) {
    const std::uint32_t command = fields.u32(at);
    const std::uint32_t size = fields.u32(at + 4);
    if (!fields.ok() || size < 8) break;
    if (command == (out.is_64_bit ? kSegment64 : kSegment)) read_segment(fields, at, out);
    at += size;
  }
  return out;
}

std::vector<std::string_view> macho_slices(std::string_view bytes) {
  constexpr std::uint32_t kMostSlices = 16;
  std::vector<std::string_view> out;
  const bool wide = bytes.starts_with("\xca\xfe\xba\xbf");
  if (!wide && !bytes.starts_with("\xca\xfe\xba\xbe")) return out;
  FieldReader fields(bytes, true);
  const std::uint32_t count = std::min(fields.u32(4), kMostSlices);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = 8 + i * (wide ? 32 : 20);
    const std::uint64_t offset = fields.word(at + 8, wide);
    const std::uint64_t size = fields.word(at + (wide ? 16 : 12), wide);
    if (!fields.ok()) break;
    if (const auto slice = fields.slice(offset, size); !slice.empty()) out.push_back(slice);
  }
  return out;
}

}  // namespace yagura::image
