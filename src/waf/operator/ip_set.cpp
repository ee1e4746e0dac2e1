#include "waf/operator/internal/ip_set.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace yagura::waf::internal {
namespace {

constexpr std::uint64_t kMappedPrefix = 0x0000'ffff'0000'0000U;  // ::ffff:0:0, low half
constexpr unsigned kMappedBits = 96;

using Text = std::array<char, INET6_ADDRSTRLEN>;

// inet_pton wants a null byte at the end; a text with one inside is no address.
std::optional<Text> terminated(std::string_view text) {
  Text copy{};
  if (text.size() >= copy.size() || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::ranges::copy(text, copy.begin());
  return copy;
}

std::uint64_t read_big_endian(const unsigned char* bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = (value << 8) | bytes[i];
  return value;
}

// The 64 bits with the first `count` set.
std::uint64_t leading_ones(unsigned count) {
  if (count == 0) return 0;
  return count >= 64 ? ~std::uint64_t{0} : ~std::uint64_t{0} << (64 - count);
}

IpRange network_of(const IpAddress& address, unsigned prefix) {
  const std::uint64_t high = leading_ones(std::min(prefix, 64U));
  const std::uint64_t low = leading_ones(prefix > 64 ? prefix - 64 : 0);
  return {.first = {address.high & high, address.low & low},
          .last = {address.high | ~high, address.low | ~low}};
}

std::optional<unsigned> parse_prefix(std::string_view text, unsigned most) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

// Does the range begin within or directly behind the one before?
bool touches(const IpRange& before, const IpRange& next) { return next.first <= before.last; }

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const auto copy = terminated(text);
  if (!copy) return std::nullopt;
  unsigned char bytes[16] = {};
  if (text.find(':') != std::string_view::npos) {
    if (inet_pton(AF_INET6, copy->data(), bytes) != 1) return std::nullopt;
    return IpAddress{read_big_endian(bytes), read_big_endian(bytes + 8)};
  }
  if (inet_pton(AF_INET, copy->data(), bytes + 4) != 1) return std::nullopt;
  return IpAddress{0, read_big_endian(bytes) | kMappedPrefix};
}

std::optional<IpRange> IpRange::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return IpRange{*address, *address};
  const bool is_v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  const auto prefix = parse_prefix(text.substr(slash + 1), is_v4 ? 32 : 128);
  if (!prefix) return std::nullopt;
  return network_of(*address, is_v4 ? *prefix + kMappedBits : *prefix);
}

IpSet::IpSet(std::vector<IpRange> ranges) {
  std::ranges::sort(ranges, {}, &IpRange::first);
  for (const IpRange& range : ranges) {
    if (!ranges_.empty() && touches(ranges_.back(), range)) {
      ranges_.back().last = std::max(ranges_.back().last, range.last);
    } else {
      ranges_.push_back(range);
    }
  }
  ranges_.shrink_to_fit();
}

bool IpSet::contains(const IpAddress& address) const {
  const auto behind = std::ranges::upper_bound(ranges_, address, {}, &IpRange::first);
  return behind != ranges_.begin() && address <= std::prev(behind)->last;
}

}  // namespace yagura::waf::internal
