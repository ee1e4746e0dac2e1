#include "image/packages/rust/rust_analyzer.hpp"

#include "image/packages/object/object_file.hpp"
#include "image/packages/rust/auditable.hpp"
#include "image/packages/rust/cargo_lock.hpp"

namespace yagura::image {

bool RustAnalyzer::wants(const FileEntry& file, std::string_view head) const {
  constexpr std::uint64_t kSmallest = std::uint64_t{16} << 10;
  if (looks_like_object(head)) return file.size >= kSmallest;
  return file.name() == "Cargo.lock";
}

void RustAnalyzer::analyze(const FileEntry& file, const FileContent& content,
                           FileFacts& facts) const {
  if (file.name() == "Cargo.lock") return read_cargo_lock(content.bytes(), facts);
  for (const ObjectFile& object : read_objects(content.bytes())) {
    const ObjectSection* section = object.section(".dep-v0");
    if (section != nullptr && !section->bytes.empty()) read_audit_section(section->bytes, facts);
  }
}

}  // namespace yagura::image
