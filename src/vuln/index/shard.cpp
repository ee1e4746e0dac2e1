#include "vuln/index/shard.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

namespace yagura::vuln {

namespace {

using format::Cursor;
using format::load;

constexpr std::size_t kKeptBlocks = 64;  // 2 MiB a shard

std::unexpected<Error> damaged(std::string what) {
  return fail(ErrorCode::kInvalidInput, "damaged index: " + std::move(what));
}

void read_ratings(const Shard& shard, Cursor& cursor, std::vector<RatingView>& out) {
  out.clear();
  for (std::size_t left = cursor.count(); left > 0 && cursor.ok(); --left) {
    RatingView& rating = out.emplace_back();
    rating.source = shard.string(cursor.number());
    rating.vector = shard.string(cursor.number());
    rating.word = shard.string(cursor.number());
  }
}

void read_strings(const Shard& shard, Cursor& cursor, std::vector<std::string_view>& out) {
  out.clear();
  for (std::size_t left = cursor.count(); left > 0 && cursor.ok(); --left) {
    out.push_back(shard.string(cursor.number()));
  }
}

void read_intervals(const Shard& shard, Cursor& cursor, std::vector<Interval>& out) {
  out.clear();
  for (std::size_t left = cursor.count(); left > 0 && cursor.ok(); --left) {
    const std::uint64_t kinds = cursor.number();
    if (kinds > 5 || kinds % 3 > 2) {
      cursor.spoil();
      return;
    }
    Interval& interval = out.emplace_back();
    interval.end_kind = static_cast<Interval::End>(kinds % 3);
    if (kinds >= 3) interval.introduced = shard.string(cursor.number());
    if (interval.end_kind != Interval::End::kNone) interval.end = shard.string(cursor.number());
  }
}

// The range of entries {u32 hash, u32 value} that have the hash.
std::pair<std::size_t, std::size_t> equal_hashes(std::string_view table, std::uint32_t hash) {
  static_assert(format::kPackageEntry == format::kIdEntry);
  const auto at = [table](std::size_t position) {
    return load<std::uint32_t>(table.data() + position * format::kPackageEntry);
  };
  std::size_t low = 0;
  std::size_t high = table.size() / format::kPackageEntry;
  const std::size_t size = high;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (at(middle) < hash) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  std::size_t end = low;
  while (end < size && at(end) == hash) ++end;
  return {low, end};
}

std::uint32_t value_of(std::string_view table, std::size_t position) {
  return load<std::uint32_t>(table.data() + position * format::kPackageEntry + 4);
}

}  // namespace

std::uint64_t format::cve_number(std::string_view cve) {
  if (!is_cve(cve)) return 0;
  std::uint64_t year = 0;
  std::uint64_t number = 0;
  std::from_chars(cve.data() + 4, cve.data() + 8, year);
  std::from_chars(cve.data() + 9, cve.data() + cve.size(), number);
  return (year << 40) | number;  // ten digits need 34 bits
}

bool affects(Scheme scheme, const Statement& statement, std::string_view version) {
  if (statement.not_affected) return false;
  for (const Interval& interval : statement.intervals) {
    if (contains(scheme, interval, version)) return true;
  }
  if (scheme == Scheme::kMaven || scheme == Scheme::kPackagist) {  // no total orders
    return std::ranges::any_of(statement.versions, [&](std::string_view listed) {
      return compare(scheme, listed, version) == 0;
    });
  }
  const auto found = std::ranges::lower_bound(
      statement.versions, version,
      [scheme](std::string_view a, std::string_view b) { return compare(scheme, a, b) < 0; });
  return found != statement.versions.end() && compare(scheme, *found, version) == 0;
}

bool Statements::next(Statement& statement) {
  if (shard_ == nullptr || cursor_.empty()) return false;
  statement.shard = shard_;
  const std::uint64_t record = cursor_.number();
  const std::uint64_t flags = cursor_.number();
  statement.record = static_cast<std::uint32_t>(record);
  statement.not_affected = (flags & 1) != 0;
  const std::uint64_t unfixed = (flags >> 4) & 7;
  if (record >= shard_->record_count() || flags > 0x7f ||
      unfixed > static_cast<std::uint64_t>(FixState::kUnknown)) {
    cursor_.spoil();
    return false;
  }
  statement.unfixed = static_cast<FixState>(unfixed);
  statement.word = (flags & 2) != 0 ? shard_->string(cursor_.number()) : std::string_view();
  statement.module_label = (flags & 4) != 0 ? shard_->string(cursor_.number()) : std::string_view();
  statement.ratings.clear();
  if ((flags & 8) != 0) read_ratings(*shard_, cursor_, statement.ratings);
  read_intervals(*shard_, cursor_, statement.intervals);
  read_strings(*shard_, cursor_, statement.versions);
  return cursor_.ok();
}

Result<std::shared_ptr<const Shard>> Shard::from_bytes(std::string_view bytes) {
  std::shared_ptr<Shard> shard(new Shard);
  shard->bytes_ = bytes;
  YAGURA_TRY_VOID(shard->read_header());
  return std::shared_ptr<const Shard>(std::move(shard));
}

Result<std::shared_ptr<const Shard>> Shard::open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) {
    return fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                "opening " + path.string() + ": " + std::strerror(errno));
  }
  struct stat status{};
  void* memory = MAP_FAILED;
  if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
    memory =
        ::mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_SHARED, fd, 0);
  }
  ::close(fd);
  if (memory == MAP_FAILED) {
    return fail(ErrorCode::kInvalidInput, path.string() + ": no file that can be mapped");
  }
  std::shared_ptr<Shard> shard(new Shard);
  shard->bytes_ = {static_cast<const char*>(memory), static_cast<std::size_t>(status.st_size)};
  shard->mapped_ = true;
  if (auto read = shard->read_header(); !read) {
    return std::unexpected(std::move(read).error().with_context(path.string()));
  }
  return std::shared_ptr<const Shard>(std::move(shard));
}

Shard::~Shard() {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): munmap's signature
  if (mapped_) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

Result<void> Shard::read_header() {
  using namespace format;
  if (bytes_.size() < kHeaderSize || !bytes_.starts_with(kMagic)) {
    return fail(ErrorCode::kInvalidInput, "no file of a vulnerability index");
  }
  if (const auto version = load<std::uint32_t>(bytes_.data() + kVersionAt); version != kVersion) {
    return fail(ErrorCode::kUnsupported, "index of format " + std::to_string(version) +
                                             "; this program reads " + std::to_string(kVersion));
  }
  std::array<char, kHeaderSize> header;
  std::copy_n(bytes_.data(), kHeaderSize, header.data());
  std::fill_n(header.data() + kChecksumAt, 4, '\0');
  const auto sum =
      crc32(0, reinterpret_cast<const Bytef*>(header.data()), static_cast<uInt>(header.size()));
  if (sum != load<std::uint32_t>(bytes_.data() + kChecksumAt)) {
    return damaged("the header's checksum is wrong");
  }
  if (load<std::uint64_t>(bytes_.data() + kFileSizeAt) != bytes_.size()) {
    return damaged("the file was cut or has grown");
  }
  for (std::size_t i = 0; i < kSectionCount; ++i) {
    const auto offset = load<std::uint64_t>(bytes_.data() + kSectionsAt + i * 16);
    const auto size = load<std::uint64_t>(bytes_.data() + kSectionsAt + i * 16 + 8);
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
      return damaged("a section lies outside of the file");
    }
    sections_[i] = bytes_.substr(offset, size);
  }
  return {};
}

std::string_view Shard::string(std::uint64_t reference) const {
  const std::string_view strings = sections_[format::kStrings];
  if (reference >= strings.size()) return {};
  Cursor cursor(strings.substr(static_cast<std::size_t>(reference)));
  return cursor.bytes(cursor.number());
}

Statements Shard::find(std::string_view ecosystem, std::string_view package) const {
  const std::string_view table = sections_[format::kPackages];
  const auto [begin, end] = equal_hashes(table, format::hash(ecosystem, package));
  for (std::size_t i = begin; i < end; ++i) {
    const std::string_view area = sections_[format::kStatements];
    const std::uint32_t offset = value_of(table, i);
    if (offset >= area.size()) continue;
    Cursor cursor(area.substr(offset));
    if (string(cursor.number()) != ecosystem || string(cursor.number()) != package) continue;
    const std::string_view statements = cursor.bytes(cursor.number());
    if (!cursor.ok()) continue;
    return {*this, statements};
  }
  return {};
}

std::size_t Shard::package_count() const {
  return sections_[format::kPackages].size() / format::kPackageEntry;
}

std::optional<std::pair<std::string_view, std::string_view>> Shard::package(
    std::size_t position) const {
  if (position >= package_count()) return std::nullopt;
  const std::uint32_t offset = value_of(sections_[format::kPackages], position);
  const std::string_view area = sections_[format::kStatements];
  if (offset >= area.size()) return std::nullopt;
  Cursor cursor(area.substr(offset));
  const std::string_view ecosystem = string(cursor.number());
  const std::string_view name = string(cursor.number());
  if (!cursor.ok()) return std::nullopt;
  return std::pair(ecosystem, name);
}

std::size_t Shard::record_count() const { return sections_[format::kRecords].size() / 4; }

std::optional<RecordHead> Shard::record(std::uint32_t position) const {
  if (position >= record_count()) return std::nullopt;
  const auto offset =
      load<std::uint32_t>(sections_[format::kRecords].data() + std::size_t{position} * 4);
  const std::string_view heads = sections_[format::kHeads];
  if (offset >= heads.size()) return std::nullopt;
  Cursor cursor(heads.substr(offset));
  RecordHead head;
  head.id = string(cursor.number());
  head.source = string(cursor.number());
  const std::uint64_t flags = cursor.number();
  head.withdrawn = (flags & 1) != 0;
  if ((flags >> 1) > static_cast<std::uint64_t>(Authority::kDistribution)) return std::nullopt;
  head.authority = static_cast<Authority>(flags >> 1);
  head.summary = string(cursor.number());
  head.published = string(cursor.number());
  head.modified = string(cursor.number());
  read_strings(*this, cursor, head.aliases);
  read_strings(*this, cursor, head.upstream);
  read_strings(*this, cursor, head.weaknesses);
  read_ratings(*this, cursor, head.ratings);
  head.block = static_cast<std::uint32_t>(cursor.number());
  head.offset = static_cast<std::uint32_t>(cursor.number());
  if (!cursor.ok()) return std::nullopt;
  return head;
}

std::vector<std::uint32_t> Shard::records_of(std::string_view id) const {
  const std::string_view table = sections_[format::kIds];
  const auto [begin, end] = equal_hashes(table, format::hash(id));
  std::vector<std::uint32_t> out;
  for (std::size_t i = begin; i < end; ++i) {
    const std::uint32_t position = value_of(table, i);
    const auto head = record(position);
    if (!head) continue;
    if (head->id == id || std::ranges::find(head->aliases, id) != head->aliases.end() ||
        std::ranges::find(head->upstream, id) != head->upstream.end()) {
      out.push_back(position);
    }
  }
  return out;
}

Result<std::shared_ptr<const std::string>> Shard::inflate(std::uint32_t block) const {
  const std::string_view table = sections_[format::kBlocks];
  if (block >= table.size() / format::kBlockEntry) return damaged("a text of no block");
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [number, text] : blocks_) {
      if (number == block) return text;
    }
  }
  const char* entry = table.data() + std::size_t{block} * format::kBlockEntry;
  const auto offset = load<std::uint64_t>(entry);
  const auto size = load<std::uint32_t>(entry + 8);
  const auto inflated = load<std::uint32_t>(entry + 12);
  const std::string_view area = sections_[format::kText];
  if (offset > area.size() || size > area.size() - offset || inflated > format::kMaxBlock) {
    return damaged("a block of texts lies outside");
  }
  auto text = std::make_shared<std::string>(inflated, '\0');
  const std::size_t got = ZSTD_decompress(text->data(), text->size(), area.data() + offset, size);
  if (ZSTD_isError(got) != 0 || got != inflated)
    return damaged("a block of texts does not inflate");
  const std::lock_guard lock(mutex_);
  if (blocks_.size() >= kKeptBlocks) blocks_.erase(blocks_.begin());
  blocks_.emplace_back(block, text);
  return std::shared_ptr<const std::string>(std::move(text));
}

Result<RecordText> Shard::text(const RecordHead& head) const {
  YAGURA_TRY(const auto block, inflate(head.block));
  if (head.offset > block->size()) return damaged("a text lies outside of its block");
  Cursor cursor(std::string_view(*block).substr(head.offset));
  RecordText text;
  text.details = cursor.bytes(cursor.number());
  for (std::size_t left = cursor.count(); left > 0 && cursor.ok(); --left) {
    text.references.emplace_back(cursor.bytes(cursor.number()));
  }
  if (!cursor.ok()) return damaged("a record's text makes no sense");
  return text;
}

std::size_t Shard::score_count() const {
  return sections_[format::kScores].size() / format::kScoreEntry;
}

std::optional<Score> Shard::score(std::string_view cve) const {
  const std::uint64_t wanted = format::cve_number(cve);
  if (wanted == 0) return std::nullopt;
  const char* table = sections_[format::kScores].data();
  std::size_t low = 0;
  std::size_t high = score_count();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (load<std::uint64_t>(table + middle * format::kScoreEntry) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == score_count()) return std::nullopt;
  const char* entry = table + low * format::kScoreEntry;
  if (load<std::uint64_t>(entry) != wanted) return std::nullopt;
  Score score;
  score.cve = cve;
  const auto part = [entry](std::size_t at) {
    const auto value = load<std::uint32_t>(entry + at);
    return value > format::kScoreUnit ? -1.0 : value / format::kScoreUnit;
  };
  score.epss = part(8);
  score.percentile = part(12);
  score.exploited_since = string(load<std::uint32_t>(entry + 16));
  return score;
}

Result<void> Shard::verify() const {
  for (std::uint32_t i = 0; i < record_count(); ++i) {
    const auto head = record(i);
    if (!head || head->id.empty()) return damaged("record " + std::to_string(i));
    YAGURA_TRY([[maybe_unused]] const RecordText texts, text(*head));
  }
  Statement statement;
  for (std::size_t i = 0; i < package_count(); ++i) {
    const auto names = package(i);
    if (!names) return damaged("package " + std::to_string(i));
    Statements statements = find(names->first, names->second);
    std::size_t count = 0;
    while (statements.next(statement)) ++count;
    if (count == 0 || statements.damaged()) {
      return damaged("what is said of " + std::string(names->second));
    }
  }
  return {};
}

}  // namespace yagura::vuln
