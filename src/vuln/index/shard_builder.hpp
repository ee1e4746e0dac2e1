#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "vuln/feeds/record.hpp"

namespace yagura::vuln {

// Texts that come again are kept once.
class StringTable {
 public:
  StringTable() { (void)add({}); }
  [[nodiscard]] std::uint32_t add(std::string_view text);
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  std::string bytes_;
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> known_;
};

// Makes the bytes of one shard (format.hpp). Same records in the same order, same bytes.
class ShardBuilder {
 public:
  // Takes what the record says of packages of this shard's ecosystems: those that `ecosystem_base`
  // names (all, if it is empty). A record that is there already with the same id and source is
  // replaced by one that was modified later; records without `modified` are added to (secdb has a
  // file a release).
  void add(const Record& record, std::string_view ecosystem_base);
  // Scores of one CVE from several feeds are joined.
  void add(const Score& score);

  [[nodiscard]] std::size_t record_count() const { return records_.size(); }
  [[nodiscard]] std::size_t statement_count() const { return statement_count_; }
  [[nodiscard]] std::size_t score_count() const { return scores_.size(); }

  // Ends the building. An error: more than the format's references can reach (4 GiB of texts).
  [[nodiscard]] Result<std::string> finish();

 private:
  struct StatementBytes {
    std::uint32_t record = 0;
    std::string bytes;
  };
  struct Package {
    std::uint32_t ecosystem = 0;
    std::uint32_t name = 0;
    std::uint32_t hash = 0;
    std::vector<StatementBytes> statements;
  };
  struct RecordEntry {
    std::uint32_t head = 0;
    bool dead = false;
    std::string modified;
  };
  struct ScoreEntry {
    std::uint64_t cve = 0;
    std::uint32_t epss = 0xffffffff;
    std::uint32_t percentile = 0xffffffff;
    std::uint32_t exploited = 0;
  };

  [[nodiscard]] std::uint32_t add_record(const Record& record);
  void add_text(const Record& record, std::string& head);
  void add_statement(std::uint32_t record, const Affected& affected);
  void append_strings(std::string& out, const std::vector<std::string>& list);
  void append_ratings(std::string& out, const std::vector<Rating>& ratings);
  void flush_block();
  [[nodiscard]] Package& package_of(const Affected& affected);

  [[nodiscard]] std::string package_sections(std::string& table) const;
  [[nodiscard]] std::string id_section();
  [[nodiscard]] std::string score_section();

  StringTable strings_;
  std::unordered_map<std::string, std::uint32_t> record_positions_;
  std::vector<RecordEntry> records_;
  std::string heads_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ids_;
  std::unordered_map<std::uint64_t, std::uint32_t> package_positions_;
  std::vector<Package> packages_;
  std::vector<std::string> blocks_;
  std::string block_;
  std::unordered_map<std::uint64_t, ScoreEntry> scores_;
  std::size_t statement_count_ = 0;
};

}  // namespace yagura::vuln
