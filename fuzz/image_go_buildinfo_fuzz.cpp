// Programs of Go, and go.mod.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "image/packages/golang/build_info.hpp"
#include "image/packages/golang/go_mod.hpp"
#include "image/packages/object/object_file.hpp"
#include "image/packages/packed/packer.hpp"
#include "image_package_facts.hpp"

namespace {

void check_within(std::string_view whole, std::string_view part) {
  YAGURA_CHECK(part.empty() || (part.data() >= whole.data() &&
                                part.data() + part.size() <= whole.data() + whole.size()),
               "a part of the file");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::image;
  const std::string_view text = fuzz_text(data, size);
  check_reader(PackageType::kGo, [&](FileFacts& facts) { read_go_mod(text, facts); });
  for (const ObjectFile& object : read_objects(text)) {
    YAGURA_CHECK(object.sections.size() <= ObjectFile::kMaxSections, "bounded");
    for (const ObjectSection& section : object.sections) check_within(text, section.bytes);
    for (const ObjectSection& segment : object.segments) {
      check_within(text, segment.bytes);
      if (!segment.bytes.empty() && object.segments.size() == 1) {
        YAGURA_CHECK(object.at_address(segment.address) == segment.bytes, "found by its address");
      }
    }
    if (const auto info = read_go_build_info(object)) {
      check_within(text, info->go_version);
      check_within(text, info->modules_text);
      for (const GoDependency& one : info->dependencies) check_within(text, one.module.path);
    }
    check_reader(PackageType::kGo, [&](FileFacts& facts) { read_go_program(object, facts); });
    (void)packer_of(object);
  }
  return 0;
}
