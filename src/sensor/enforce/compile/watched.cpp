// Every network is two events on the line of all addresses: there it begins, behind it it ends. In
// their order a count for each list says which lists hold the addresses between two events.

#include "sensor/enforce/compile/watched.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>

namespace yagura::sensor::enforce {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr unsigned kMaxBucketBits = 16;
constexpr std::size_t kMaxClasses = 65535;

Wide number_of(const std::array<std::uint8_t, 16>& address) {
  Wide number = 0;
  for (const std::uint8_t byte : address) number = number << 8 | byte;
  return number;
}

bool is_v4(Wide address) { return address >> 32 == 0xffff; }

// Classes by the lists that they are made of, in the order of their names.
class Classes {
 public:
  explicit Classes(std::span<const WatchedNetworks> lists) : lists_(lists) {}

  Result<std::uint16_t> of(const std::vector<std::uint32_t>& counts) {
    ygr_watched_line line{};
    std::size_t used = 0;
    for (std::size_t list = 0; list < counts.size(); ++list) {
      if (counts[list] == 0) continue;
      if (used == YGR_MAX_LISTS_OF_ADDRESS) {
        return fail(ErrorCode::kLimitExceeded,
                    fmt::format("an address stands in more than {} watch lists",
                                static_cast<int>(YGR_MAX_LISTS_OF_ADDRESS)));
      }
      line.word[used++] = watch_list_number(lists_[list].name);
    }
    const auto key = std::to_array(line.word);
    const auto [found, is_new] = numbers_.try_emplace(key, numbers_.size());
    if (numbers_.size() > kMaxClasses) {
      return fail(ErrorCode::kLimitExceeded, "watch lists overlap in too many ways");
    }
    if (is_new) lines_.push_back(line);
    return static_cast<std::uint16_t>(found->second);
  }
  [[nodiscard]] std::span<const ygr_watched_line> lines() const { return lines_; }

 private:
  std::span<const WatchedNetworks> lists_;
  std::map<std::array<ygr_u32, YGR_LINE_WORDS>, std::size_t> numbers_{{{}, 0}};
  std::vector<ygr_watched_line> lines_{ygr_watched_line{}};
};

template <typename Key>
struct Points {
  std::vector<Key> starts;
  std::vector<std::uint16_t> classes;
};

template <typename Key>
struct Event {
  Key at{};
  std::uint32_t list = 0;
  bool begins = false;
};

// `networks` of one family, as first addresses and lengths in its own bits.
template <typename Key>
Result<Points<Key>> sweep(std::vector<Event<Key>> events, std::size_t lists, Classes& classes) {
  std::ranges::sort(events, {}, &Event<Key>::at);
  Points<Key> points;
  std::vector<std::uint32_t> counts(lists);
  for (std::size_t i = 0; i < events.size();) {
    const Key at = events[i].at;
    for (; i < events.size() && events[i].at == at; ++i) {
      counts[events[i].list] += events[i].begins ? 1U : ~0U;
    }
    YAGURA_TRY(const std::uint16_t now, classes.of(counts));
    if (now == (points.classes.empty() ? 0 : points.classes.back())) continue;
    points.starts.push_back(at);
    points.classes.push_back(now);
  }
  if (points.starts.size() > YGR_MAX_POINTS) {
    return fail(ErrorCode::kLimitExceeded, "watch lists hold too many addresses");
  }
  return points;
}

template <typename Key>
void add_events(std::vector<Event<Key>>& events, Key first, unsigned host_bits,
                std::uint32_t list) {
  constexpr unsigned kBits = sizeof(Key) * 8;
  events.push_back({.at = first, .list = list, .begins = true});
  if (host_bits >= kBits) return;  // to the last address
  const Key end = first + (Key{1} << host_bits);
  if (end > first) events.push_back({.at = end, .list = list, .begins = false});
}

// Words one behind the other; every part begins with a line of its own.
class Words {
 public:
  ygr_u32 part() {
    words_.resize((words_.size() + YGR_LINE_WORDS - 1) / YGR_LINE_WORDS * YGR_LINE_WORDS);
    return static_cast<ygr_u32>(words_.size());
  }
  void add(ygr_u32 word) { words_.push_back(word); }
  void add_halves(std::span<const std::uint16_t> halves) {
    for (std::size_t i = 0; i < halves.size(); i += 2) {
      const ygr_u32 second = i + 1 < halves.size() ? halves[i + 1] : 0;
      add(halves[i] | second << 16);
    }
  }
  void add_line(const ygr_watched_line& line) {
    words_.insert(words_.end(), std::begin(line.word), std::end(line.word));
  }
  std::vector<ygr_watched_line> finish(const ygr_watched_head& head) {
    part();
    std::vector<ygr_watched_line> lines(words_.size() / YGR_LINE_WORDS);
    std::memcpy(lines.data(), words_.data(), words_.size() * sizeof(ygr_u32));
    std::memcpy(lines.data(), &head, sizeof(head));
    return lines;
  }
  void reserve(std::size_t words) { words_.reserve(words); }

 private:
  std::vector<ygr_u32> words_ = std::vector<ygr_u32>(YGR_LINE_WORDS);  // the head
};

// Few points a bucket, but no more than 65,536 buckets.
void add_v4(Words& words, ygr_watched_head& head, const Points<std::uint32_t>& points) {
  const auto wanted = static_cast<unsigned>(std::bit_width(points.starts.size() / 8));
  const unsigned bits = std::clamp(wanted, 1U, kMaxBucketBits);
  head.v4_shift = 32 - bits;
  head.v4_points = static_cast<ygr_u32>(points.starts.size());
  head.v4_buckets_at = words.part();
  std::size_t next = 0;
  for (std::uint32_t bucket = 0; bucket < std::uint32_t{1} << bits; ++bucket) {
    while (next < points.starts.size() && points.starts[next] >> head.v4_shift < bucket) ++next;
    words.add(static_cast<ygr_u32>(next));
  }
  words.add(head.v4_points);
  head.v4_points_at = words.part();
  for (const std::uint32_t start : points.starts) words.add(start);
  head.v4_classes_at = words.part();
  words.add_halves(points.classes);
}

void add_v6(Words& words, ygr_watched_head& head, const Points<Wide>& points) {
  head.v6_points = static_cast<ygr_u32>(points.starts.size());
  head.v6_points_at = words.part();
  for (const Wide start : points.starts) {
    for (int shift = 96; shift >= 0; shift -= 32) words.add(static_cast<ygr_u32>(start >> shift));
  }
  head.v6_classes_at = words.part();
  words.add_halves(points.classes);
}

}  // namespace

Result<WatchedLines> WatchedLines::make(std::span<const WatchedNetworks> lists) {
  std::vector<Event<std::uint32_t>> v4;
  std::vector<Event<Wide>> v6;
  for (std::uint32_t list = 0; list < lists.size(); ++list) {
    for (const Cidr& cidr : lists[list].networks) {
      const Wide first = number_of(cidr.address);
      const unsigned host_bits = 128U - std::min<unsigned>(cidr.length, 128);
      if (is_v4(first) && host_bits <= 32) {
        add_events(v4, static_cast<std::uint32_t>(first), host_bits, list);
      } else {
        add_events(v6, first, host_bits, list);
      }
    }
  }
  if (v4.empty() && v6.empty()) return WatchedLines{};
  Classes classes(lists);
  YAGURA_TRY(const auto v4_points, sweep(std::move(v4), lists.size(), classes));
  YAGURA_TRY(const auto v6_points, sweep(std::move(v6), lists.size(), classes));
  Words words;
  words.reserve(v4_points.starts.size() * 3 / 2 + v6_points.starts.size() * 9 / 2 + (1U << 17));
  ygr_watched_head head{};
  head.classes_at = words.part();
  for (const ygr_watched_line& line : classes.lines()) words.add_line(line);
  add_v4(words, head, v4_points);
  add_v6(words, head, v6_points);
  WatchedLines made;
  made.lines_ = words.finish(head);
  return made;
}

namespace {

// The same steps as bpf/watched.h.
class Search {
 public:
  explicit Search(std::span<const ygr_watched_line> lines) : lines_(lines) {
    std::memcpy(&head_, lines.data(), sizeof(head_));
  }

  [[nodiscard]] std::uint32_t class_of(Wide address) const {
    std::uint32_t low = 0;
    std::uint32_t high = head_.v6_points;
    const bool is_short = is_v4(address);
    const auto key = static_cast<std::uint32_t>(address);
    if (is_short) {
      const std::uint32_t bucket = key >> head_.v4_shift;
      low = word(head_.v4_buckets_at + bucket);
      high = word(head_.v4_buckets_at + bucket + 1);
    }
    while (low < high) {
      const std::uint32_t middle = (low + high) / 2;
      const bool is_before =
          is_short ? word(head_.v4_points_at + middle) <= key : v6_point(middle) <= address;
      (is_before ? low : high) = is_before ? middle + 1 : middle;
    }
    if (low == 0) return 0;
    const std::uint32_t at = (is_short ? head_.v4_classes_at : head_.v6_classes_at) + (low - 1) / 2;
    return (low - 1) % 2 != 0 ? word(at) >> 16 : word(at) & 0xffff;
  }
  [[nodiscard]] const ygr_watched_line& class_line(std::uint32_t number) const {
    return lines_[head_.classes_at / YGR_LINE_WORDS + number];
  }

 private:
  [[nodiscard]] std::uint32_t word(std::uint32_t at) const {
    return lines_[at / YGR_LINE_WORDS].word[at % YGR_LINE_WORDS];
  }
  [[nodiscard]] Wide v6_point(std::uint32_t index) const {
    Wide point = 0;
    for (std::uint32_t i = 0; i < 4; ++i)
      point = point << 32 | word(head_.v6_points_at + index * 4 + i);
    return point;
  }
  std::span<const ygr_watched_line> lines_;
  ygr_watched_head head_{};
};

}  // namespace

std::vector<std::uint32_t> WatchedLines::lists_of(
    const std::array<std::uint8_t, 16>& address) const {
  std::vector<std::uint32_t> numbers;
  if (lines_.empty()) return numbers;
  const Search search(lines_);
  const std::uint32_t found = search.class_of(number_of(address));
  if (found == 0) return numbers;
  for (const ygr_u32 number : search.class_line(found).word) {
    if (number != 0) numbers.push_back(number);
  }
  return numbers;
}

}  // namespace yagura::sensor::enforce
