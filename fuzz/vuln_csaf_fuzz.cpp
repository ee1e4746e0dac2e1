// CSAF documents: product trees that go in circles end, platforms are known ones.

#include <cstddef>
#include <cstdint>

#include "vuln_feed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::vuln;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Parsed parsed = fuzz::check_feed(text);
  if (parsed.format != FeedFormat::kCsaf) return 0;
  for (const Record& record : parsed.records) {
    for (const Affected& affected : record.affected) {
      YAGURA_CHECK(is_rpm_ecosystem(affected.ecosystem), "a platform of another kind");
      YAGURA_CHECK(affected.not_affected + affected.all_versions + affected.ranges.size() == 1,
                   "a product has one verdict");
    }
  }
  return 0;
}
