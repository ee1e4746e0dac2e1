#pragma once

// Where the bytes of a program's sections are: ELF (gabi), PE/COFF, Mach-O (thin and universal).
// Only the tables are read, in O(sections); nothing is copied. Every offset is checked against the
// file: what does not lie in it is left out, as linkers' debris does.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace yagura::image {

enum class ObjectFormat : std::uint8_t { kElf, kPe, kMachO };

// A section (or, where ELF has none, a segment: then without a name).
struct ObjectSection {
  std::string_view name;     // Mach-O: the section's ("__go_buildinfo"), not the segment's
  std::string_view segment;  // Mach-O alone
  std::uint64_t address = 0;
  std::string_view bytes;  // what the file holds of it
  bool is_writable = false;
  bool is_executable = false;
};

struct ObjectFile {
  // Bounds what a file can make us read: real ones have some hundred.
  static constexpr std::size_t kMaxSections = 20'000;

  ObjectFormat format = ObjectFormat::kElf;
  bool is_64_bit = true;
  bool is_big_endian = false;
  bool is_loadable = true;        // a program or a shared library, not an object to be linked
  std::string_view bytes;         // of this object: a slice of universal files
  std::uint64_t header_size = 0;  // ELF: the end of the program headers
  std::vector<ObjectSection> sections;
  std::vector<ObjectSection> segments;  // what is loaded into memory: all three formats

  [[nodiscard]] const ObjectSection* section(std::string_view name) const;
  // The bytes of memory at `address`, up to the end of their segment (or of what the file holds of
  // it). Empty where nothing is.
  [[nodiscard]] std::string_view at_address(std::uint64_t address) const;
};

// Whether a file that begins so may be one: looks at the magic alone. Java's classes begin like
// universal Mach-O files and are told apart.
[[nodiscard]] bool looks_like_object(std::string_view head);

// All objects of the file: one, or those of a universal file (16 at most). Empty where it is none,
// or its tables make no sense.
[[nodiscard]] std::vector<ObjectFile> read_objects(std::string_view bytes);

}  // namespace yagura::image
