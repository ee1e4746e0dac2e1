#include "image/packages/packed/packed_analyzer.hpp"

#include "image/packages/object/object_file.hpp"
#include "image/packages/packed/packer.hpp"

namespace yagura::image {

bool PackedAnalyzer::wants(const FileEntry& file, std::string_view head) const {
  return file.size >= 256 && looks_like_object(head);
}

void PackedAnalyzer::analyze(const FileEntry& /*file*/, const FileContent& content,
                             FileFacts& facts) const {
  for (const ObjectFile& object : read_objects(content.bytes())) {
    const auto packed = packer_of(object);
    if (!packed) continue;
    facts.suspicions.push_back(
        {.rule = "packed-binary",
         .category = "unknown-contents",
         .title = "A program packed by " + packed->packer,
         .severity = model::Severity::kMedium,
         .detail = packed->detail + ": what it is made of cannot be seen",
         .remedy = "ship the program unpacked, or check what it unpacks to"});
    return;
  }
}

}  // namespace yagura::image
