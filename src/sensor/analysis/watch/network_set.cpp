#include "sensor/analysis/watch/network_set.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace yagura::sensor {

namespace {

__extension__ using Wide = unsigned __int128;

// Below this many the table of buckets costs more than it saves.
constexpr std::size_t kMinIndexed = 4096;
constexpr std::size_t kBuckets = 65536;

template <typename Key>
constexpr Key mask_of(unsigned prefix) {
  constexpr unsigned kBits = sizeof(Key) * 8;
  return prefix == 0 ? Key{0} : static_cast<Key>(static_cast<Key>(~Key{0}) << (kBits - prefix));
}

template <typename Key>
constexpr std::size_t bucket_of(Key key) {
  return static_cast<std::size_t>(key >> (sizeof(Key) * 8 - 16));
}

std::uint32_t v4_key(const IpAddress& address) {
  std::uint32_t key = 0;
  for (unsigned i = 12; i < 16; ++i) key = (key << 8) | address.bytes[i];
  return key;
}

Wide v6_key(const IpAddress& address) {
  Wide key = 0;
  for (const unsigned char byte : address.bytes) key = (key << 8) | byte;
  return key;
}

IpAddress address_of(std::uint32_t key) {
  const unsigned char bytes[4] = {
      static_cast<unsigned char>(key >> 24), static_cast<unsigned char>(key >> 16),
      static_cast<unsigned char>(key >> 8), static_cast<unsigned char>(key)};
  return IpAddress::v4(bytes);
}

IpAddress address_of(Wide key) {
  IpAddress address;
  for (unsigned i = 16; i-- > 0; key >>= 8) address.bytes[i] = static_cast<unsigned char>(key);
  return address;
}

template <typename Prefix>
WatchedNetwork network_of(const Prefix& prefix) {
  return {address_of(prefix.start), prefix.prefix, prefix.list};
}

}  // namespace

std::string WatchedNetwork::to_string() const {
  const unsigned whole = address.is_v4() ? 32 : 128;
  return prefix == whole ? address.to_string() : address.to_string() + "/" + std::to_string(prefix);
}

template <typename Key>
void PrefixTable<Key>::build(std::vector<Prefix> entries) {
  std::ranges::sort(entries, {}, [](const Prefix& entry) {
    return std::tuple(entry.start, entry.prefix, entry.list);
  });
  const auto doubles = std::ranges::unique(entries, [](const Prefix& a, const Prefix& b) {
    return a.start == b.start && a.prefix == b.prefix;
  });
  entries.erase(doubles.begin(), doubles.end());
  const auto singles = static_cast<std::size_t>(
      std::ranges::count_if(entries, [](const Prefix& e) { return e.prefix == kBits; }));
  singles_.reserve(singles);
  single_lists_.reserve(singles);
  prefixes_.reserve(entries.size() - singles);
  for (const Prefix& entry : entries) {
    if (entry.prefix == kBits) {
      singles_.push_back(entry.start);
      single_lists_.push_back(entry.list);
    } else {
      prefixes_.push_back(entry);
    }
  }
  index_singles();
  cut_into_pieces();
}

template <typename Key>
void PrefixTable<Key>::index_singles() {
  if (singles_.size() < kMinIndexed) return;
  buckets_.assign(kBuckets + 1, 0);
  for (const Key single : singles_) ++buckets_[bucket_of(single) + 1];
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i + 1] += buckets_[i];
}

// Prefixes are sorted, an outer one before those within it: a stack holds the open ones.
template <typename Key>
void PrefixTable<Key>::cut_into_pieces() {
  struct Open {
    Key end;
    Piece piece;
  };
  std::vector<Open> open;
  const auto close = [&] {
    const Key end = open.back().end;
    open.pop_back();
    if (end == static_cast<Key>(~Key{0})) return;  // nothing behind it
    add_piece(static_cast<Key>(end + 1), open.empty() ? Piece{} : open.back().piece);
  };
  for (const Prefix& prefix : prefixes_) {
    while (!open.empty() && open.back().end < prefix.start) close();
    const Piece piece{prefix.list, prefix.prefix};
    add_piece(prefix.start, piece);
    const Key end = prefix.start | static_cast<Key>(~mask_of<Key>(prefix.prefix));
    open.push_back({end, piece});
  }
  while (!open.empty()) close();
  piece_starts_.shrink_to_fit();
  pieces_.shrink_to_fit();
}

template <typename Key>
void PrefixTable<Key>::add_piece(Key start, Piece piece) {
  if (!piece_starts_.empty() && piece_starts_.back() == start) {
    pieces_.back() = piece;
    return;
  }
  piece_starts_.push_back(start);
  pieces_.push_back(piece);
}

template <typename Key>
auto PrefixTable<Key>::find(Key key) const -> std::optional<Prefix> {
  auto first = singles_.begin();
  auto last = singles_.end();
  if (!buckets_.empty()) {
    const std::size_t bucket = bucket_of(key);
    last = first + buckets_[bucket + 1];
    first += buckets_[bucket];
  }
  if (const auto found = std::lower_bound(first, last, key); found != last && *found == key) {
    const auto position = static_cast<std::size_t>(found - singles_.begin());
    return Prefix{key, single_lists_[position], static_cast<std::uint8_t>(kBits)};
  }
  const auto behind = std::ranges::upper_bound(piece_starts_, key);
  if (behind == piece_starts_.begin()) return std::nullopt;
  const Piece piece = pieces_[static_cast<std::size_t>(behind - piece_starts_.begin()) - 1];
  if (piece.list == kNoList) return std::nullopt;
  return Prefix{static_cast<Key>(key & mask_of<Key>(piece.prefix)), piece.list, piece.prefix};
}

template <typename Key>
std::size_t PrefixTable<Key>::bytes() const {
  return singles_.capacity() * sizeof(Key) + single_lists_.capacity() * sizeof(std::uint16_t) +
         buckets_.capacity() * sizeof(std::uint32_t) + prefixes_.capacity() * sizeof(Prefix) +
         piece_starts_.capacity() * sizeof(Key) + pieces_.capacity() * sizeof(Piece);
}

template class PrefixTable<std::uint32_t>;
template class PrefixTable<Wide>;

std::optional<WatchedNetwork> NetworkSet::find(const IpAddress& address) const {
  if (address.is_v4()) {
    const auto found = v4_.find(v4_key(address));
    return found ? std::optional(network_of(*found)) : std::nullopt;
  }
  const auto found = v6_.find(v6_key(address));
  return found ? std::optional(network_of(*found)) : std::nullopt;
}

void NetworkSet::for_each_network(const std::function<void(const WatchedNetwork&)>& next) const {
  v4_.for_each([&](const auto& prefix) { next(network_of(prefix)); });
  v6_.for_each([&](const auto& prefix) { next(network_of(prefix)); });
}

void NetworkSetBuilder::add(const WatchedNetwork& network) {
  if (network.address.is_v4()) {
    const auto key = static_cast<std::uint32_t>(v4_key(network.address) &
                                                mask_of<std::uint32_t>(network.prefix));
    v4_.push_back({key, network.list, network.prefix});
  } else {
    v6_.push_back(
        {v6_key(network.address) & mask_of<Wide>(network.prefix), network.list, network.prefix});
  }
}

NetworkSet NetworkSetBuilder::build() {
  NetworkSet set;
  set.v4_.build(std::exchange(v4_, {}));
  set.v6_.build(std::exchange(v6_, {}));
  return set;
}

}  // namespace yagura::sensor
