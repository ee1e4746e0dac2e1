#include "waf/log/internal/chain_targets.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace yagura::waf::log {
namespace {

constexpr std::size_t kMaxAddresses = 16;

// How much an exclusion of that variable takes away; 0: it cannot be excluded.
int width_of(const ChainMatch& match) {
  using enum Variable;
  if (!match.is_certain || !is_scannable(match.variable)) return 0;
  if (match.variable == kRequestMethod || match.variable == kRequestProtocol) return 4;
  if (!is_collection(match.variable)) return 3;
  return match.variable == kRequestHeaders || match.variable == kRequestHeadersNames ? 2 : 1;
}

std::string address_of(const ChainMatch& match) {
  std::string address(name_of(match.variable));
  if (is_collection(match.variable) && !match.name.empty()) address.append(":").append(match.name);
  return address;
}

}  // namespace

ChainTargets chain_targets(const Detection& detection) {
  ChainTargets best;
  std::pair<int, std::size_t> best_rank{5, 0};
  std::span<const ChainMatch> rest = detection.chain_matches;
  while (!rest.empty()) {
    ChainTargets one{.link = rest.front().link, .addresses = {}};
    int widest = 0;
    bool excludable = true;
    for (; !rest.empty() && rest.front().link == one.link; rest = rest.subspan(1)) {
      const int width = width_of(rest.front());
      excludable = excludable && width != 0;
      widest = std::max(widest, width);
      std::string address = address_of(rest.front());
      if (std::ranges::find(one.addresses, address) == one.addresses.end())
        one.addresses.push_back(std::move(address));
    }
    const std::pair rank(widest, one.addresses.size());
    if (!excludable || one.addresses.size() > kMaxAddresses || rank > best_rank) continue;
    best_rank = rank;
    best = std::move(one);
  }
  return best;
}

}  // namespace yagura::waf::log
