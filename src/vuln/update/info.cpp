#include "vuln/update/info.hpp"

#include <charconv>

#include "core/file.hpp"

namespace yagura::vuln {

namespace {

using std::chrono::days;

std::optional<int> number(std::string_view text) {
  int out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

std::optional<days> age_of(std::string_view time, std::chrono::sys_seconds now) {
  const auto day = day_of(time);
  if (!day) return std::nullopt;
  return std::chrono::floor<days>(now) - *day;
}

std::string in_words(days age) {
  return std::to_string(age.count()) + (age.count() == 1 ? " day" : " days");
}

}  // namespace

std::optional<std::chrono::sys_days> day_of(std::string_view time) {
  if (time.size() < 10 || time[4] != '-' || time[7] != '-') return std::nullopt;
  const auto year = number(time.substr(0, 4));
  const auto month = number(time.substr(5, 2));
  const auto day = number(time.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

Result<IndexInfo> index_info(const std::filesystem::path& directory, const InfoOptions& options) {
  YAGURA_TRY(const std::string text,
             core::read_file(directory / kManifestFile, {.max_size = kMaxManifest}));
  YAGURA_TRY(const Envelope envelope, parse_envelope(text));
  IndexInfo info;
  YAGURA_TRY(info.manifest, parse_manifest(envelope.payload));
  for (const EnvelopeSignature& signature : envelope.signatures) {
    info.signed_by.push_back(signature.key_id);
  }
  for (const ShardInfo& shard : info.manifest.shards) {
    info.size += shard.size;
    info.records += shard.records;
  }
  info.age = age_of(info.manifest.created, options.now);
  if (info.age && *info.age > options.old_index) {
    info.warnings.push_back("the vulnerability index was built " + in_words(*info.age) +
                            " ago: newer vulnerabilities are not in it");
  }
  for (const SourceInfo& source : info.manifest.sources) {
    const auto age = age_of(source.data_time, options.now);
    if (age && *age > options.old_source) {
      info.warnings.push_back("the newest data of " + source.name + " is " + in_words(*age) +
                              " old");
    }
    info.sources.push_back({source, age});
  }
  return info;
}

}  // namespace yagura::vuln
