// Debian's tracker and its lists of advisories.

#include <cstddef>
#include <cstdint>

#include "vuln_feed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::vuln;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Parsed parsed = fuzz::check_feed(text);
  const bool of_debian =
      parsed.format == FeedFormat::kDebianTracker || parsed.format == FeedFormat::kDebianList;
  if (!of_debian) return 0;
  for (const Record& record : parsed.records) {
    for (const Affected& affected : record.affected) {
      YAGURA_CHECK(affected.ecosystem.starts_with("Debian:"), "another distribution");
      YAGURA_CHECK(affected.not_affected + affected.all_versions + affected.ranges.size() == 1,
                   "a release has one verdict");
    }
  }
  return 0;
}
