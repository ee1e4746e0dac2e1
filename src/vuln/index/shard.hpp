#pragma once

// One file of the index, mapped and read in place. Its bytes are not trusted: what a look-up needs
// is checked as it is read, so a damaged file gives fewer answers and damaged() cursors, never a
// crash. (A file that is cut while it is mapped can't be helped; files of an index are written once
// and never changed.)

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "vuln/feeds/record.hpp"
#include "vuln/index/format.hpp"
#include "vuln/index/intervals.hpp"

namespace yagura::vuln {

class Shard;

struct RatingView {
  std::string_view source;
  std::string_view vector;
  std::string_view word;
};

// What one record says of one package. The texts live as long as the shard.
struct Statement {
  const Shard* shard = nullptr;
  std::uint32_t record = 0;
  bool not_affected = false;
  FixState unfixed = FixState::kUnknown;
  std::string_view word;
  std::string_view module_label;
  std::vector<RatingView> ratings;
  std::vector<Interval> intervals;
  std::vector<std::string_view> versions;  // affected besides, in the scheme's order
};

// Whether the version is affected by what the statement says; logarithmic in `versions`.
[[nodiscard]] bool affects(Scheme scheme, const Statement& statement, std::string_view version);

// Statements of one package, one after the other.
class Statements {
 public:
  Statements() = default;
  Statements(const Shard& shard, std::string_view bytes) : shard_(&shard), cursor_(bytes) {}

  // Reuses the memory of `statement`. False: no more.
  [[nodiscard]] bool next(Statement& statement);
  // Ended early by bytes that make no sense.
  [[nodiscard]] bool damaged() const { return !cursor_.ok(); }

 private:
  const Shard* shard_ = nullptr;
  format::Cursor cursor_;
};

struct RecordHead {
  std::string_view id;
  std::string_view source;
  std::string_view summary;
  std::string_view published;
  std::string_view modified;
  Authority authority = Authority::kReported;
  bool withdrawn = false;
  std::vector<std::string_view> aliases;
  std::vector<std::string_view> upstream;
  std::vector<std::string_view> weaknesses;
  std::vector<RatingView> ratings;
  std::uint32_t block = 0;
  std::uint32_t offset = 0;
};

struct RecordText {
  std::string details;
  std::vector<std::string> references;
};

// Thread-safe: const calls may run at the same time.
class Shard {
 public:
  // Maps the file. Microseconds: the header alone is checked.
  [[nodiscard]] static Result<std::shared_ptr<const Shard>> open(const std::filesystem::path& path);
  // Bytes that somebody else keeps.
  [[nodiscard]] static Result<std::shared_ptr<const Shard>> from_bytes(std::string_view bytes);

  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;
  ~Shard();

  // Both in their canonical form (feeds/ecosystem.hpp).
  [[nodiscard]] Statements find(std::string_view ecosystem, std::string_view package) const;
  [[nodiscard]] std::size_t package_count() const;
  // The `position`-th package: ecosystem, name. Nothing: damaged.
  [[nodiscard]] std::optional<std::pair<std::string_view, std::string_view>> package(
      std::size_t position) const;

  [[nodiscard]] std::size_t record_count() const;
  // Nothing: no such record, or damaged.
  [[nodiscard]] std::optional<RecordHead> record(std::uint32_t position) const;
  // Records that have the id as their own, an alias, or as upstream.
  [[nodiscard]] std::vector<std::uint32_t> records_of(std::string_view id) const;
  // Inflates the record's block, unless it is among the last few.
  [[nodiscard]] Result<RecordText> text(const RecordHead& head) const;

  [[nodiscard]] std::optional<Score> score(std::string_view cve) const;
  [[nodiscard]] std::size_t score_count() const;

  // Reads everything there is. For files that come from elsewhere; time is linear in their size.
  [[nodiscard]] Result<void> verify() const;

  // A reference to a text; nonsense is "".
  [[nodiscard]] std::string_view string(std::uint64_t reference) const;
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  Shard() = default;
  [[nodiscard]] Result<void> read_header();
  [[nodiscard]] Result<std::shared_ptr<const std::string>> inflate(std::uint32_t block) const;

  std::string_view bytes_;
  bool mapped_ = false;
  std::array<std::string_view, format::kSectionCount> sections_;

  mutable std::mutex mutex_;
  mutable std::vector<std::pair<std::uint32_t, std::shared_ptr<const std::string>>> blocks_;
};

}  // namespace yagura::vuln
