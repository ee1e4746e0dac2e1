#pragma once

// Reads lists of addresses and domains in the formats that they usually come in, line by line, each
// line for itself:
//   192.0.2.7   192.0.2.0/24   192.0.2.0 - 192.0.2.31   192.0.2.7:443   2001:db8::/32   [::1]:80
//   example.com   .example.com (it and all below)   *.example.com (all below)
//   0.0.0.0 example.com other.example.com          hosts files
//   ||example.com^   ||example.com^$third-party    ad blockers' lists: it and all below
//   address=/example.com/0.0.0.0                   dnsmasq: it and all below
//   http://example.com:8080/path                   the host of a URL
//   "192.0.2.7","2026-01-02",…                     CSV (, ; or tabs): the first column
//   ["example.com", "192.0.2.7"]                   a JSON array, or one of objects with a member
//                                                  ip, cidr, address, network, domain, host or url
// Comments begin with # or ; or // or, in a line of their own, with !. Names are taken in any case.
// What is none of these is counted and skipped; so are single labels ("localhost") without a dot in
// front, loopback addresses, networks wider than /8 (IPv4) or /16 (IPv6), and ad blockers'
// exceptions and paths.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "sensor/analysis/watch/domain_set.hpp"
#include "sensor/analysis/watch/network_set.hpp"

namespace yagura::sensor {

struct ListCounts {
  std::size_t networks = 0;
  std::size_t domains = 0;
  std::size_t skipped = 0;
  std::string first_skipped;  // "file:line: text", for people
};

struct ListLimits {
  std::size_t max_line = 4096;  // bytes; longer lines are skipped
  std::size_t max_entries = 20'000'000;
  std::size_t max_json = std::size_t{64} << 20;
};

class ListReader {
 public:
  // `bare_names_cover_below`: "example.com" stands for all below it as well.
  ListReader(NetworkSetBuilder& networks, DomainSetBuilder& domains, std::uint16_t list,
             bool bare_names_cover_below, const ListLimits& limits = {});

  // Errors: the file can't be read, more entries than the limit, broken JSON.
  [[nodiscard]] Result<ListCounts> read_file(const std::filesystem::path& path);
  [[nodiscard]] Result<ListCounts> read_text(std::string_view text, std::string_view name);

 private:
  void feed(std::string_view piece);
  void line(std::string_view text);
  bool entry(std::string_view text);
  bool hosts_line(std::string_view text);
  bool token(std::string_view text);
  bool network(std::string_view text);
  bool range(std::string_view text);
  bool url(std::string_view text);
  enum class Labels : std::uint8_t { kSeveral, kAny };
  bool domain(std::string_view text, std::uint8_t scope, Labels labels);
  void add_network(const IpAddress& address, unsigned prefix);
  void skip(std::string_view text);
  Result<void> json(std::string_view text);
  Result<ListCounts> finish();

  NetworkSetBuilder& networks_;
  DomainSetBuilder& domains_;
  std::uint16_t list_;
  std::uint8_t bare_scope_;
  ListLimits limits_;
  std::string name_;
  ListCounts counts_;
  std::string rest_;  // of a line whose end has not come
  bool is_rest_too_long_ = false;
  std::size_t line_ = 0;
  bool has_begun_ = false;  // something other than white space was there
  bool is_json_ = false;
};

}  // namespace yagura::sensor
