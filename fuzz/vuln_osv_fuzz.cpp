// OSV records: what is listed is affected, in the index as in the record.

#include <cstddef>
#include <cstdint>

#include "vuln_feed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::vuln;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Parsed parsed = fuzz::check_feed(text);
  for (const Record& record : parsed.records) {
    for (const Affected& affected : record.affected) {
      YAGURA_CHECK(!affected.package.empty() || parsed.format != FeedFormat::kOsv, "no package");
      for (const Range& range : affected.ranges) {
        YAGURA_CHECK(!range.events.empty(), "a range without events");
      }
    }
  }
  return 0;
}
