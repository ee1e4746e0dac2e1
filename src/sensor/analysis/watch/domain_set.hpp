#pragma once

// Millions of domain names, exactly: no false hits. Names are kept reversed ("moc.elpmaxe"), sorted
// and front-coded in blocks of 16 (about 14 bytes a name); in front stands a split-block Bloom
// filter (12 bits a name; Putze, Sanders, Singler 2007), so that a name that is not listed, the
// usual case, costs a cache line for each of its suffixes. Immutable once built.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::sensor {

enum DomainScope : std::uint8_t {
  kDomainItself = 1,
  kDomainsBelow = 2,
};

struct WatchedDomain {
  std::string name;        // as listed, lower case
  std::uint8_t scope = 0;  // DomainScope
  std::uint16_t list = 0;
};

class DomainSet {
 public:
  static constexpr std::size_t kMaxName = 253;
  static constexpr std::uint16_t kMaxLists = 1 << 12;

  // The longest listed name that stands for `name` (lower case, no dot at the end).
  [[nodiscard]] std::optional<WatchedDomain> find(std::string_view name) const;
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t bytes() const;
  // Suffixes that passed the filter, and those that were listed: what the filter is worth.
  struct Probes {
    std::uint64_t passed = 0;
    std::uint64_t found = 0;
  };
  [[nodiscard]] Probes count_probes(std::string_view name) const;

 private:
  friend class DomainSetBuilder;
  struct Block {
    std::uint64_t words[8];
  };
  static constexpr std::size_t kBlockNames = 16;

  [[nodiscard]] bool may_have(std::uint64_t hash) const;
  void add_to_filter(std::uint64_t hash);
  // The info of a reversed name: scope | list << 2.
  [[nodiscard]] std::optional<std::uint16_t> find_exact(std::string_view reversed) const;
  // Calls for each suffix that passes the filter, longest last; stops on false.
  template <typename Next>
  void for_each_candidate(std::string_view reversed, Next next) const;

  std::vector<Block> filter_;
  std::vector<std::uint32_t> block_at_;  // offsets into text_
  std::string text_;                     // blocks: shared, size (1 byte each), info (2), rest
  std::size_t size_ = 0;
  std::size_t min_labels_ = 1;  // of the listed names
};

// Collects, in any order. A name in two lists belongs to the lower list; its scopes are joined.
class DomainSetBuilder {
 public:
  // False: no name (see is_domain_name()). `name` in lower case.
  bool add(std::string_view name, std::uint8_t scope, std::uint16_t list);
  // Errors: none; names beyond 4 GiB of text are left out and counted.
  [[nodiscard]] DomainSet build();
  [[nodiscard]] std::size_t left_out() const { return left_out_; }

 private:
  struct Name {
    std::uint32_t at = 0;
    std::uint8_t size = 0;
    std::uint16_t info = 0;
  };
  [[nodiscard]] std::string_view text_of(const Name& name) const {
    return std::string_view(text_).substr(name.at, name.size);
  }
  std::string text_;  // reversed names
  std::vector<Name> names_;
  std::size_t left_out_ = 0;
};

// Labels of 1 to 63 letters, digits, hyphens and underscores in lower case, together at most 253.
[[nodiscard]] bool is_domain_name(std::string_view name);

}  // namespace yagura::sensor
