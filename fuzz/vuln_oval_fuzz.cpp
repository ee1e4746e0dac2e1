// OVAL documents: streams of XML, any tree of criteria.

#include <cstddef>
#include <cstdint>

#include "vuln_feed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::vuln;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Parsed parsed = fuzz::check_feed(text);
  if (parsed.format != FeedFormat::kOval) return 0;
  for (const Record& record : parsed.records) {
    YAGURA_CHECK(!record.affected.empty(), "a definition that says nothing");
    for (const Affected& affected : record.affected) {
      YAGURA_CHECK(affected.not_affected + affected.all_versions + affected.ranges.size() == 1,
                   "a package has one verdict");
    }
  }
  return 0;
}
