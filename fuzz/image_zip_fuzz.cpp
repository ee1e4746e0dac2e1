// ZIP archives.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "image/packages/zip/zip_archive.hpp"
#include "image_package_facts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::image;
  const std::string_view text = fuzz_text(data, size);
  const auto archive = ZipArchive::open(text, [](std::string_view /*name*/) { return true; },
                                        {.max_members = 1000, .max_kept = 100});
  if (!archive) return 0;
  YAGURA_CHECK(archive->members().size() <= 100 && archive->member_count() <= 1000, "bounded");
  InflateBudget budget({.total = 1U << 22U, .at_once = 1U << 20U});
  std::uint64_t inflated = 0;
  for (const ZipMember& member : archive->members()) {
    const auto content = archive->read(member, budget);
    if (!content) continue;
    if (member.method == 0) {
      YAGURA_CHECK(content->view().size() == member.compressed_size, "as it is stored");
      YAGURA_CHECK(content->view().empty() || text.find(content->view()) != std::string_view::npos,
                   "a part of the archive");
    } else {
      YAGURA_CHECK(content->view().size() == member.size, "as large as it claims");
      inflated += member.size;
    }
  }
  YAGURA_CHECK(inflated <= 1U << 22U, "within the budget");
  return 0;
}
