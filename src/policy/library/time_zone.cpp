#include "policy/library/time_zone.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/file.hpp"
#include "policy/library/internal/posix_tz.hpp"

namespace yagura::policy {
namespace {

constexpr std::string_view kDatabase = "/usr/share/zoneinfo";
constexpr std::uint64_t kMaxFile = 256 * 1024;
constexpr std::size_t kMaxName = 64;

// Big-endian reads that never leave the file: behind its end everything is 0 and ok() false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] std::int64_t integer(std::size_t size) {
    std::uint64_t value = 0;
    const std::string_view taken = take(size);
    for (const char c : taken) value = value << 8 | static_cast<unsigned char>(c);
    if (size == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
    return static_cast<std::int64_t>(value);
  }
  [[nodiscard]] std::string_view take(std::size_t size) {
    if (size > bytes_.size()) {
      ok_ = false;
      bytes_ = {};
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  void skip(std::size_t size) { (void)take(size); }
  [[nodiscard]] std::string_view rest() const { return bytes_; }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

// RFC 8536, section 3.1.
struct Header {
  char version = 0;
  std::size_t ut_count = 0;
  std::size_t standard_count = 0;
  std::size_t leap_count = 0;
  std::size_t time_count = 0;
  std::size_t type_count = 0;
  std::size_t char_count = 0;

  [[nodiscard]] std::size_t data_size(std::size_t time_size) const {
    return time_count * (time_size + 1) + type_count * 6 + char_count +
           leap_count * (time_size + 4) + standard_count + ut_count;
  }
};

bool read_header(Reader& reader, Header& header) {
  if (reader.take(4) != "TZif") return false;
  const std::string_view version = reader.take(1);
  if (version.empty()) return false;
  header.version = version[0];
  reader.skip(15);
  for (std::size_t* count : {&header.ut_count, &header.standard_count, &header.leap_count,
                             &header.time_count, &header.type_count, &header.char_count}) {
    const std::int64_t value = reader.integer(4);
    if (value < 0 || value > static_cast<std::int64_t>(kMaxFile)) return false;
    *count = static_cast<std::size_t>(value);
  }
  return reader.ok() && header.type_count > 0;
}

}  // namespace

class ZoneData {
 public:
  // Of version 2 or later: with 64-bit times and a rule for the time after the last transition.
  [[nodiscard]] static std::shared_ptr<const ZoneData> parse(std::string_view file) {
    Reader reader(file);
    Header header;
    if (!read_header(reader, header) || header.version < '2') return nullptr;
    reader.skip(header.data_size(4));
    if (!read_header(reader, header)) return nullptr;
    auto zone = std::make_shared<ZoneData>();
    return zone->read(reader, header) ? zone : nullptr;
  }

  [[nodiscard]] std::int32_t offset(std::int64_t unix_seconds) const {
    const auto after = std::ranges::upper_bound(times_, unix_seconds);
    if (after == times_.end() && rule_) return rule_->offset(unix_seconds);
    if (after == times_.begin()) return offsets_[0];
    return offsets_[types_[static_cast<std::size_t>(after - times_.begin()) - 1]];
  }

 private:
  bool read(Reader& reader, const Header& header) {
    for (std::size_t i = 0; reader.ok() && i < header.time_count; ++i) {
      times_.push_back(reader.integer(8));
    }
    for (const char type : reader.take(header.time_count)) {
      types_.push_back(static_cast<unsigned char>(type));
      if (types_.back() >= header.type_count) return false;
    }
    for (std::size_t i = 0; reader.ok() && i < header.type_count; ++i) {
      offsets_.push_back(static_cast<std::int32_t>(reader.integer(4)));
      reader.skip(2);  // daylight saving, abbreviation
    }
    reader.skip(header.char_count + header.leap_count * 12 + header.standard_count +
                header.ut_count);
    if (!reader.ok() || !std::ranges::is_sorted(times_)) return false;
    std::string_view footer = reader.rest();
    if (footer.starts_with('\n')) footer.remove_prefix(1);
    rule_ = PosixTimeZone::parse(footer.substr(0, footer.find('\n')));
    return true;
  }

  std::vector<std::int64_t> times_;
  std::vector<std::uint8_t> types_;    // by transition
  std::vector<std::int32_t> offsets_;  // by type
  std::optional<PosixTimeZone> rule_;
};

namespace {

bool is_zone_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxName || name.front() == '/' || name.back() == '/' ||
      name.find("//") != std::string_view::npos) {
    return false;
  }
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '+' || c == '/';
  });
}

std::shared_ptr<const ZoneData> read_zone(const std::string& name) {
  const std::filesystem::path path = std::filesystem::path(kDatabase) / name;
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return nullptr;
  const Result<std::string> file = core::read_file(path, {.max_size = kMaxFile});
  return file ? ZoneData::parse(*file) : nullptr;
}

// Names that are no zone are kept too: asking for one again and again reads no disk.
class ZoneCache {
 public:
  std::shared_ptr<const ZoneData> find(std::string_view name) {
    std::string key(name);
    const std::scoped_lock lock(mutex_);
    if (const auto found = zones_.find(key); found != zones_.end()) return found->second;
    if (zones_.size() >= kMaxZones) zones_.clear();
    std::shared_ptr<const ZoneData> zone = read_zone(key);
    zones_.emplace(std::move(key), zone);
    return zone;
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const ZoneData>> zones_;
};

}  // namespace

std::optional<std::int32_t> zone_offset(std::string_view name, std::int64_t unix_seconds) {
  static ZoneCache cache;
  if (!is_zone_name(name)) return std::nullopt;
  const std::shared_ptr<const ZoneData> zone = cache.find(name);
  if (zone == nullptr) return std::nullopt;
  return zone->offset(unix_seconds);
}

std::optional<std::int32_t> offset_of_tzif(std::string_view file, std::int64_t unix_seconds) {
  const std::shared_ptr<const ZoneData> zone = ZoneData::parse(file);
  if (zone == nullptr) return std::nullopt;
  return zone->offset(unix_seconds);
}

}  // namespace yagura::policy
