#pragma once

// What holds of every feed: records that can be used, and an index of them that says what they say.

#include <cstddef>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "vuln/feeds/document.hpp"
#include "vuln/feeds/ecosystem.hpp"
#include "vuln/index/shard.hpp"
#include "vuln/index/shard_builder.hpp"

namespace yagura::vuln::fuzz {

inline bool listed(const Shard& shard, const Record& record, const Affected& affected,
                   const std::string& version) {
  const std::string ecosystem = canonical_ecosystem(affected.ecosystem);
  const Scheme scheme = scheme_of_ecosystem(affected.ecosystem).value_or(Scheme::kGeneric);
  Statements statements = shard.find(ecosystem, canonical_package(ecosystem, affected.package));
  Statement statement;
  bool found = false;
  while (statements.next(statement)) {
    const auto head = shard.record(statement.record);
    YAGURA_CHECK(head.has_value(), "a statement of no record");
    found = found || (head->id == record.id && affects(scheme, statement, version));
  }
  YAGURA_CHECK(!statements.damaged(), "statements that can't be read");
  return found;
}

inline Parsed check_feed(std::string_view text) {
  json::Reader reader;
  Parsed parsed;
  read_document("feed", text, reader, parsed);
  YAGURA_CHECK(parsed.records.size() + parsed.scores.size() <= text.size(), "records of nothing");
  ShardBuilder builder;
  for (const Record& record : parsed.records) {
    YAGURA_CHECK(!record.id.empty() && !record.source.empty(), "a record without a name");
    for (const Affected& affected : record.affected) {
      YAGURA_CHECK(!affected.ecosystem.empty(), "a package of nowhere");
    }
    builder.add(record, "");
  }
  for (const Score& score : parsed.scores) {
    YAGURA_CHECK(is_cve(score.cve), "a score of nothing");
    YAGURA_CHECK(score.epss <= 1 && score.percentile <= 1, "more than certain");
    builder.add(score);
  }
  const auto bytes = builder.finish();
  YAGURA_CHECK(bytes.has_value(), "no index");
  const auto shard = Shard::from_bytes(*bytes);
  YAGURA_CHECK(shard.has_value(), "an index that can't be opened");
  YAGURA_CHECK((*shard)->verify().has_value(), "an index that is damaged from the start");
  // A record that comes twice is replaced: one alone says what it says.
  if (parsed.records.size() != 1) return parsed;
  const Record& record = parsed.records.front();
  for (const Affected& affected : record.affected) {
    if (affected.versions.size() > 50) continue;
    for (const std::string& version : affected.versions) {
      YAGURA_CHECK(affected.not_affected || listed(**shard, record, affected, version),
                   "a listed version is not affected");
    }
  }
  return parsed;
}

}  // namespace yagura::vuln::fuzz
