#include "vuln/index/shard_builder.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <future>
#include <iterator>
#include <limits>
#include <memory>
#include <span>

#include "vuln/feeds/ecosystem.hpp"
#include "vuln/index/format.hpp"
#include "vuln/index/intervals.hpp"
#include "vuln/version/scheme.hpp"

namespace yagura::vuln {

namespace {

using format::append;
using format::append_varint;

// Small enough for a build of seconds, and a fifth smaller than the default.
constexpr int kCompressionLevel = 12;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

void compress(std::span<const std::string> blocks, std::span<std::string> out) {
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::string& text = blocks[i];
    out[i].resize(ZSTD_compressBound(text.size()));
    const std::size_t size = ZSTD_compressCCtx(context.get(), out[i].data(), out[i].size(),
                                               text.data(), text.size(), kCompressionLevel);
    out[i].resize(ZSTD_isError(size) != 0 ? 0 : size);  // can't be: the room is enough
  }
}

std::vector<std::string> compress_all(std::span<const std::string> blocks) {
  constexpr std::size_t kWorthAThread = 8;
  std::vector<std::string> out(blocks.size());
  const std::span<std::string> results(out);
  const std::size_t half = blocks.size() < kWorthAThread ? blocks.size() : blocks.size() / 2;
  std::future<void> other;
  if (half < blocks.size()) {
    other = std::async(std::launch::async,
                       [&] { compress(blocks.subspan(half), results.subspan(half)); });
  }
  compress(blocks.first(half), results.first(half));
  if (other.valid()) other.get();
  return out;
}

std::string_view cut_text(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

std::uint32_t fixed_point(double value) {
  return value < 0 ? format::kNoScore
                   : static_cast<std::uint32_t>(std::lround(value * format::kScoreUnit));
}

class FileBytes {
 public:
  FileBytes() : bytes_(format::kHeaderSize, '\0') {
    std::ranges::copy(format::kMagic, bytes_.begin());
    put<std::uint32_t>(format::kVersionAt, format::kVersion);
  }
  void section(format::Section section, std::string_view content) {
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
    put<std::uint64_t>(format::kSectionsAt + section * std::size_t{16}, bytes_.size());
    put<std::uint64_t>(format::kSectionsAt + section * std::size_t{16} + 8, content.size());
    bytes_ += content;
  }
  [[nodiscard]] std::string finish() {
    put<std::uint64_t>(format::kFileSizeAt, bytes_.size());
    put<std::uint32_t>(format::kChecksumAt, static_cast<std::uint32_t>(crc32(
                                                0, reinterpret_cast<const Bytef*>(bytes_.data()),
                                                static_cast<uInt>(format::kHeaderSize))));
    return std::move(bytes_);
  }

 private:
  template <class T>
  void put(std::size_t at, T value) {
    std::memcpy(bytes_.data() + at, &value, sizeof value);
  }
  std::string bytes_;
};

}  // namespace

std::uint32_t StringTable::add(std::string_view text) {
  if (const auto found = known_.find(text); found != known_.end()) return found->second;
  const auto reference = static_cast<std::uint32_t>(bytes_.size());
  append_varint(bytes_, text.size());
  bytes_ += text;
  known_.emplace(text, reference);
  return reference;
}

void ShardBuilder::append_strings(std::string& out, const std::vector<std::string>& list) {
  append_varint(out, list.size());
  for (const std::string& text : list) append_varint(out, strings_.add(text));
}

void ShardBuilder::append_ratings(std::string& out, const std::vector<Rating>& ratings) {
  append_varint(out, ratings.size());
  for (const Rating& rating : ratings) {
    append_varint(out, strings_.add(rating.source));
    append_varint(out, strings_.add(rating.vector));
    append_varint(out, strings_.add(rating.word));
  }
}

void ShardBuilder::flush_block() {
  if (block_.empty()) return;
  blocks_.push_back(std::move(block_));
  block_.clear();
}

void ShardBuilder::add_text(const Record& record, std::string& head) {
  std::string text;
  const std::string_view details = cut_text(record.details, format::kMaxText / 2);
  append_varint(text, details.size());
  text += details;
  std::size_t count = 0;
  std::string references;
  for (const std::string& reference : record.references) {
    if (references.size() + reference.size() + 8 > format::kMaxText / 2) break;
    append_varint(references, reference.size());
    references += reference;
    ++count;
  }
  append_varint(text, count);
  text += references;
  append_varint(head, blocks_.size());
  append_varint(head, block_.size());
  block_ += text;
  if (block_.size() >= format::kBlockSize) flush_block();
}

std::uint32_t ShardBuilder::add_record(const Record& record) {
  const auto position = static_cast<std::uint32_t>(records_.size());
  std::string head;
  append_varint(head, strings_.add(record.id));
  append_varint(head, strings_.add(record.source));
  append_varint(head, (static_cast<std::uint64_t>(record.authority) << 1) |
                          (record.withdrawn.empty() ? 0U : 1U));
  append_varint(head, strings_.add(record.summary));
  append_varint(head, strings_.add(record.published));
  append_varint(head, strings_.add(record.modified));
  append_strings(head, record.aliases);
  append_strings(head, record.upstream);
  append_strings(head, record.weaknesses);
  append_ratings(head, record.ratings);
  add_text(record, head);
  records_.push_back({static_cast<std::uint32_t>(heads_.size()), false, record.modified});
  heads_ += head;
  ids_.emplace_back(format::hash(record.id), position);
  for (const std::string& id : record.aliases) ids_.emplace_back(format::hash(id), position);
  for (const std::string& id : record.upstream) ids_.emplace_back(format::hash(id), position);
  return position;
}

ShardBuilder::Package& ShardBuilder::package_of(const Affected& affected) {
  const std::string ecosystem = canonical_ecosystem(affected.ecosystem);
  const std::string name = canonical_package(ecosystem, affected.package);
  const std::uint32_t ecosystem_reference = strings_.add(ecosystem);
  const std::uint32_t name_reference = strings_.add(name);
  const std::uint64_t key = (std::uint64_t{ecosystem_reference} << 32) | name_reference;
  const auto [known, is_new] =
      package_positions_.try_emplace(key, static_cast<std::uint32_t>(packages_.size()));
  if (is_new) {
    packages_.push_back({ecosystem_reference, name_reference, format::hash(ecosystem, name), {}});
  }
  return packages_[known->second];
}

void ShardBuilder::add_statement(std::uint32_t record, const Affected& affected) {
  const Scheme scheme = scheme_of_ecosystem(affected.ecosystem).value_or(Scheme::kGeneric);
  std::vector<Interval> intervals;
  for (const Range& range : affected.ranges) {
    std::ranges::copy(intervals_of(scheme, range), std::back_inserter(intervals));
  }
  if (affected.all_versions) intervals.emplace_back();
  const auto versions = versions_beside(scheme, affected.versions, intervals);
  if (intervals.empty() && versions.empty() && !affected.not_affected) return;

  std::string bytes;
  append_varint(bytes, (affected.not_affected ? 1U : 0U) | (affected.word.empty() ? 0U : 2U) |
                           (affected.module_label.empty() ? 0U : 4U) |
                           (affected.ratings.empty() ? 0U : 8U) |
                           (static_cast<unsigned>(affected.unfixed) << 4));
  if (!affected.word.empty()) append_varint(bytes, strings_.add(affected.word));
  if (!affected.module_label.empty()) append_varint(bytes, strings_.add(affected.module_label));
  if (!affected.ratings.empty()) append_ratings(bytes, affected.ratings);
  append_varint(bytes, intervals.size());
  for (const Interval& interval : intervals) {
    append_varint(
        bytes, static_cast<unsigned>(interval.end_kind) + (interval.introduced.empty() ? 0U : 3U));
    if (!interval.introduced.empty()) append_varint(bytes, strings_.add(interval.introduced));
    if (interval.end_kind != Interval::End::kNone) append_varint(bytes, strings_.add(interval.end));
  }
  append_varint(bytes, versions.size());
  for (const std::string_view version : versions) append_varint(bytes, strings_.add(version));
  package_of(affected).statements.push_back({record, std::move(bytes)});
  ++statement_count_;
}

void ShardBuilder::add(const Record& record, std::string_view base) {
  const auto ours = [base](const Affected& affected) {
    return base.empty() || ecosystem_base(affected.ecosystem) == base;
  };
  const auto [known, is_new] = record_positions_.try_emplace(record.source + '\n' + record.id, 0);
  if (is_new) {
    known->second = add_record(record);
  } else if (!record.modified.empty()) {
    if (record.modified <= records_[known->second].modified) return;
    records_[known->second].dead = true;
    known->second = add_record(record);
  }
  for (const Affected& affected : record.affected) {
    if (ours(affected)) add_statement(known->second, affected);
  }
}

void ShardBuilder::add(const Score& score) {
  const std::uint64_t cve = format::cve_number(score.cve);
  if (cve == 0) return;
  ScoreEntry& entry = scores_[cve];
  entry.cve = cve;
  if (score.epss >= 0) {
    entry.epss = fixed_point(score.epss);
    entry.percentile = fixed_point(score.percentile);
  }
  if (!score.exploited_since.empty()) entry.exploited = strings_.add(score.exploited_since);
}

std::string ShardBuilder::package_sections(std::string& table) const {
  std::vector<const Package*> sorted;
  for (const Package& package : packages_) sorted.push_back(&package);
  std::ranges::stable_sort(sorted, {}, &Package::hash);
  std::string area;
  std::string statements;
  for (const Package* package : sorted) {
    statements.clear();
    for (const StatementBytes& statement : package->statements) {
      if (records_[statement.record].dead) continue;
      append_varint(statements, statement.record);
      statements += statement.bytes;
    }
    if (statements.empty()) continue;
    append<std::uint32_t>(table, package->hash);
    append<std::uint32_t>(table, static_cast<std::uint32_t>(area.size()));
    append_varint(area, package->ecosystem);
    append_varint(area, package->name);
    append_varint(area, statements.size());
    area += statements;
  }
  return area;
}

std::string ShardBuilder::id_section() {
  std::erase_if(ids_, [this](const auto& id) { return records_[id.second].dead; });
  std::ranges::sort(ids_);
  ids_.erase(std::ranges::unique(ids_).begin(), ids_.end());
  std::string out;
  for (const auto& [hash, record] : ids_) {
    append(out, hash);
    append(out, record);
  }
  return out;
}

std::string ShardBuilder::score_section() {
  std::vector<ScoreEntry> sorted;
  for (const auto& [cve, entry] : scores_) sorted.push_back(entry);
  std::ranges::sort(sorted, {}, &ScoreEntry::cve);
  std::string out;
  for (const ScoreEntry& entry : sorted) {
    append(out, entry.cve);
    append(out, entry.epss);
    append(out, entry.percentile);
    append(out, entry.exploited);
  }
  return out;
}

Result<std::string> ShardBuilder::finish() {
  flush_block();
  std::string package_table;
  const std::string statements = package_sections(package_table);
  const std::size_t largest =
      std::max({strings_.bytes().size(), heads_.size(), statements.size(), records_.size()});
  if (largest > std::numeric_limits<std::uint32_t>::max()) {
    return fail(ErrorCode::kLimitExceeded, "more advisories than one shard can hold");
  }
  std::string records;
  for (const RecordEntry& record : records_) append(records, record.head);
  std::string block_table;
  std::string text;
  const auto packed = compress_all(blocks_);
  for (std::size_t i = 0; i < packed.size(); ++i) {
    append<std::uint64_t>(block_table, text.size());
    append<std::uint32_t>(block_table, static_cast<std::uint32_t>(packed[i].size()));
    append<std::uint32_t>(block_table, static_cast<std::uint32_t>(blocks_[i].size()));
    text += packed[i];
  }
  FileBytes file;
  file.section(format::kStrings, strings_.bytes());
  file.section(format::kPackages, package_table);
  file.section(format::kStatements, statements);
  file.section(format::kRecords, records);
  file.section(format::kHeads, heads_);
  file.section(format::kIds, id_section());
  file.section(format::kBlocks, block_table);
  file.section(format::kText, text);
  file.section(format::kScores, score_section());
  return file.finish();
}

}  // namespace yagura::vuln
