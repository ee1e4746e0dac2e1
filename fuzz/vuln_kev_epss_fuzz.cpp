// The tables of scores: what was read is found again, to a millionth.

#include <cstddef>
#include <cstdint>

#include "vuln_feed.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yagura::vuln;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Parsed parsed = fuzz::check_feed(text);
  ShardBuilder builder;
  for (const Score& score : parsed.scores) builder.add(score);
  const auto bytes = builder.finish();
  YAGURA_CHECK(bytes.has_value(), "no index");
  const auto shard = Shard::from_bytes(*bytes);
  YAGURA_CHECK(shard.has_value(), "an index that can't be opened");
  for (const Score& score : parsed.scores) {
    const auto found = (*shard)->score(score.cve);
    YAGURA_CHECK(found.has_value(), "a score was lost");
    YAGURA_CHECK(score.exploited_since.empty() || !found->exploited_since.empty(),
                 "an exploited vulnerability was lost");
  }
  return 0;
}
