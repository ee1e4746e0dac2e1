// Shards with damage: any bytes are refused or answered from, never a crash, and what verify()
// calls whole is whole.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "vuln/index/shard.hpp"
#include "vuln/index/shard_builder.hpp"

namespace {

using namespace yagura::vuln;

std::string sample_shard() {
  ShardBuilder builder;
  for (int i = 0; i < 12; ++i) {
    Record record;
    record.id = "GHSA-" + std::to_string(i);
    record.source = "osv";
    record.modified = "2024-01-01T00:00:00Z";
    record.summary = "Summary";
    record.details = "Details of some length, which come again and again and again";
    record.aliases = {"CVE-2024-000" + std::to_string(i % 10)};
    record.references = {"https://example.org/" + std::to_string(i)};
    record.ratings = {{.source = "ghsa", .vector = "", .score = 0, .word = "HIGH"}};
    Affected affected;
    affected.ecosystem = "npm";
    affected.package = "package-" + std::to_string(i % 5);
    affected.ranges.push_back(
        {{{Event::Kind::kIntroduced, "0"}, {Event::Kind::kFixed, "1." + std::to_string(i)}}});
    affected.versions = {"3.0.0", "3.1.0"};
    record.affected.push_back(std::move(affected));
    builder.add(record, "");
    builder.add({.cve = record.aliases[0], .epss = 0.5, .percentile = 0.5, .exploited_since = "x"});
  }
  return builder.finish().value_or("");
}

void use(const Shard& shard) {
  const bool is_whole = shard.verify().has_value();
  Statement statement;
  for (int i = 0; i < 6; ++i) {
    Statements statements = shard.find("npm", "package-" + std::to_string(i));
    std::size_t count = 0;
    while (statements.next(statement)) {
      (void)affects(Scheme::kNpm, statement, "3.0.5");
      YAGURA_CHECK(++count <= shard.bytes().size(), "statements without end");
    }
    YAGURA_CHECK(!is_whole || !statements.damaged(), "whole, and yet damaged");
  }
  for (const std::uint32_t position : shard.records_of("CVE-2024-0001")) {
    const auto head = shard.record(position);
    YAGURA_CHECK(head.has_value(), "a record that was there is gone");
    YAGURA_CHECK(!is_whole || shard.text(*head).has_value(), "whole, and yet without its text");
  }
  (void)shard.score("CVE-2024-0001");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string kGood = sample_shard();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto shard = Shard::from_bytes(text)) use(**shard);
  // Triples of bytes: where behind the header, and what to turn there.
  std::string bad = kGood;
  for (std::size_t i = 0; i + 3 <= size; i += 3) {
    const std::size_t at = format::kHeaderSize + (std::size_t{data[i]} << 8 | data[i + 1]);
    bad[at % bad.size()] ^= static_cast<char>(data[i + 2]);
  }
  if (const auto shard = Shard::from_bytes(bad)) use(**shard);
  return 0;
}
