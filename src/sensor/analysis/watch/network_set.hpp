#pragma once

// Millions of addresses and networks: sorted arrays, found through a table of the first 16 bits.
// 6 bytes an IPv4 address, 18 an IPv6 one; networks that hold others are cut into disjoint pieces,
// so that a look-up is one binary search in a bucket. Immutable once built.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sensor/dns/ip_address.hpp"

namespace yagura::sensor {

// A network of a list. `prefix` counts in the address's own family: 32 is one IPv4 address.
struct WatchedNetwork {
  IpAddress address;  // host bits are zero
  std::uint8_t prefix = 0;
  std::uint16_t list = 0;  // number of the list

  [[nodiscard]] std::string to_string() const;  // "192.0.2.7", "192.0.2.0/24"
};

// One family. Key: std::uint32_t or an unsigned number of 128 bits, in host order.
template <typename Key>
class PrefixTable {
 public:
  static constexpr unsigned kBits = sizeof(Key) * 8;
  struct Prefix {
    Key start{};
    std::uint16_t list = 0;
    std::uint8_t prefix = 0;
  };

  // Sorts `entries`, drops doubles (the lowest list stays), and takes what it needs.
  void build(std::vector<Prefix> entries);
  // The narrowest that contains the key. O(log n).
  [[nodiscard]] std::optional<Prefix> find(Key key) const;
  template <typename Next>
  void for_each(Next next) const {
    for (std::size_t i = 0; i < singles_.size(); ++i) {
      next(Prefix{singles_[i], single_lists_[i], static_cast<std::uint8_t>(kBits)});
    }
    for (const Prefix& prefix : prefixes_) next(prefix);
  }
  [[nodiscard]] std::size_t size() const { return singles_.size() + prefixes_.size(); }
  [[nodiscard]] std::size_t bytes() const;

 private:
  static constexpr std::uint16_t kNoList = 0xffff;
  struct Piece {
    std::uint16_t list = kNoList;
    std::uint8_t prefix = 0;
  };
  void cut_into_pieces();
  void add_piece(Key start, Piece piece);
  void index_singles();

  std::vector<Key> singles_;
  std::vector<std::uint16_t> single_lists_;
  std::vector<std::uint32_t> buckets_;  // of singles, by their first 16 bits; empty where few
  std::vector<Prefix> prefixes_;
  std::vector<Key> piece_starts_;
  std::vector<Piece> pieces_;
};

class NetworkSet {
 public:
  // The narrowest listed network that contains the address. Below 200 ns with 5 million.
  [[nodiscard]] std::optional<WatchedNetwork> find(const IpAddress& address) const;
  // Each listed network once, in no order: to fill a kernel map with.
  void for_each_network(const std::function<void(const WatchedNetwork&)>& next) const;
  [[nodiscard]] std::size_t size() const { return v4_.size() + v6_.size(); }
  [[nodiscard]] std::size_t bytes() const { return v4_.bytes() + v6_.bytes(); }

 private:
  friend class NetworkSetBuilder;
  __extension__ using Wide = unsigned __int128;
  PrefixTable<std::uint32_t> v4_;
  PrefixTable<Wide> v6_;
};

// Collects, in any order.
class NetworkSetBuilder {
 public:
  // Host bits are cleared.
  void add(const WatchedNetwork& network);
  [[nodiscard]] NetworkSet build();

 private:
  std::vector<PrefixTable<std::uint32_t>::Prefix> v4_;
  std::vector<PrefixTable<NetworkSet::Wide>::Prefix> v6_;
};

}  // namespace yagura::sensor
