#include "image/packages/golang/golang_analyzer.hpp"

#include "image/packages/collect/path.hpp"
#include "image/packages/golang/build_info.hpp"
#include "image/packages/golang/go_mod.hpp"
#include "image/packages/object/object_file.hpp"

namespace yagura::image {
namespace {

bool is_go_mod(const FileEntry& file) {
  // Modules in a cache or a vendor directory bring theirs along; nobody builds by them.
  return file.name() == "go.mod" && !is_below(file.path, "vendor") &&
         !is_below(file.path, "pkg/mod") && !is_below(file.path, "testdata");
}

}  // namespace

bool GolangAnalyzer::wants(const FileEntry& file, std::string_view head) const {
  // Go's smallest programs are above a megabyte; packed ones tell nothing.
  constexpr std::uint64_t kSmallest = std::uint64_t{64} << 10;
  if (looks_like_object(head)) return file.size >= kSmallest;
  return is_go_mod(file);
}

void GolangAnalyzer::analyze(const FileEntry& file, const FileContent& content,
                             FileFacts& facts) const {
  if (is_go_mod(file)) return read_go_mod(content.bytes(), facts);
  for (const ObjectFile& object : read_objects(content.bytes())) {
    if (object.is_loadable) read_go_program(object, facts);
  }
}

}  // namespace yagura::image
