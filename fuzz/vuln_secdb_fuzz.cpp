// The secdb of Alpine and its relatives.

#include <cstddef>
#include <cstdint>

#include "vuln_feed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::vuln;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Parsed parsed = fuzz::check_feed(text);
  if (parsed.format != FeedFormat::kSecdb) return 0;
  for (const Record& record : parsed.records) {
    YAGURA_CHECK(record.authority == Authority::kDistribution, "whose word is it?");
    for (const Affected& affected : record.affected) {
      YAGURA_CHECK(affected.not_affected != (affected.ranges.size() == 1), "one verdict each");
    }
  }
  return 0;
}
