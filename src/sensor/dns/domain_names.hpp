#pragma once

// Which names addresses were answered for: filled from DNS answers, asked on connections.
//
// What a container's own name server answered says nothing about another's connections, and a
// hostile container may make up answers; so names are kept by scope (a cgroup id, or a network
// namespace: the caller's choice), and no scope can push out more than its share of itself.

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sensor/dns/ip_address.hpp"
#include "sensor/dns/message.hpp"

namespace yagura::sensor {

struct DomainNamesLimits {
  std::size_t max_addresses_per_scope = 4096;
  std::size_t max_addresses = 131'072;    // of all scopes together; least recently used scopes go
  std::size_t max_names_per_address = 8;  // the newest stay
  // Programs use addresses longer than the answer allows, so names are kept at least this long.
  std::uint32_t min_seconds = 3600;
  std::uint32_t max_seconds = 86'400;
};

// Not thread-safe. Names as DnsMessage has them.
class DomainNames {
 public:
  explicit DomainNames(const DomainNamesLimits& limits = {}) : limits_(limits) {}

  // Every name of the answer (the question's and the aliases') for every address in it. Questions
  // and failed answers change nothing. Amortised O(names x addresses of the message).
  void learn(std::uint64_t scope, const DnsMessage& message, std::uint64_t now_ns);

  // Newest first; the question's name stands before its aliases. Empty: never answered, forgotten,
  // or too old. Valid until the next learn() or forget(). O(1).
  [[nodiscard]] std::span<const std::string> find(std::uint64_t scope, const IpAddress& address,
                                                  std::uint64_t now_ns) const;
  void forget(std::uint64_t scope);

  [[nodiscard]] std::size_t addresses() const { return addresses_; }
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }  // for want of room

 private:
  struct Entry {
    std::vector<std::string> names;
    std::uint64_t until_ns = 0;
  };
  using Entries = std::unordered_map<IpAddress, Entry, IpAddressHash>;
  // Two generations: when `young` has its half, it becomes `old`, and what was old goes.
  struct Scope {
    Entries young;
    Entries old;
    std::list<std::uint64_t>::iterator use;
  };

  Scope& use_scope(std::uint64_t number);
  Entry& entry_for(Scope& scope, const IpAddress& address);
  void add_name(Entry& entry, std::string_view name) const;
  void make_room();

  DomainNamesLimits limits_;
  std::unordered_map<std::uint64_t, Scope> scopes_;
  std::list<std::uint64_t> uses_;  // scopes, most recently used first
  std::size_t addresses_ = 0;
  std::uint64_t forgotten_ = 0;
};

}  // namespace yagura::sensor
