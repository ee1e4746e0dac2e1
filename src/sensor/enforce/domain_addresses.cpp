#include "sensor/enforce/domain_addresses.hpp"

#include <algorithm>

namespace yagura::sensor::enforce {
namespace {

// Names of the answer: the question's, and those that it is an alias of.
std::vector<std::string_view> names_of(const DnsMessage& answer) {
  std::vector<std::string_view> names;
  for (const DnsQuestion& question : answer.questions) names.emplace_back(question.name);
  for (const DnsAnswer& record : answer.answers) {
    if (record.type == kDnsCname) names.emplace_back(record.target);
  }
  return names;
}

std::vector<std::size_t> rules_for(const Group& group, const DnsMessage& answer) {
  std::vector<std::size_t> rules;
  const auto names = names_of(answer);
  for (std::size_t i = 0; i < group.domain_rules.size(); ++i) {
    const auto& domains = group.domain_rules[i].rule->domains;
    const bool is_meant = std::ranges::any_of(domains, [&](const std::string& pattern) {
      return std::ranges::any_of(
          names, [&](std::string_view name) { return matches_domain(pattern, name); });
    });
    if (is_meant) rules.push_back(i);
  }
  return rules;
}

// The domain's rules, and those whose networks hold the address.
PortTable ports_of(const Group& group, const std::vector<std::size_t>& domain_rules,
                   const Cidr& address) {
  std::vector<RuleRef> rules;
  for (const RuleRef& ref : group.network_rules) {
    const bool holds = ref.rule->cidrs.empty()
                           ? ref.rule->domains.empty()
                           : std::ranges::any_of(ref.rule->cidrs, [&](const Cidr& cidr) {
                               return cidr.contains(address);
                             });
    if (holds) rules.push_back(ref);
  }
  for (const std::size_t index : domain_rules) rules.push_back(group.domain_rules[index]);
  return compile_ports(rules);
}

}  // namespace

bool matches_domain(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with("*.")) return pattern == name;
  pattern.remove_prefix(1);
  return name.size() > pattern.size() && name.ends_with(pattern);
}

std::vector<DomainAddresses::Address> DomainAddresses::learn(std::uint32_t group_number,
                                                             const Group& group,
                                                             const DnsMessage& answer,
                                                             std::chrono::nanoseconds now) {
  std::vector<Address> result;
  if (!answer.is_answer || group.domain_rules.empty()) return result;
  const std::vector<std::size_t> rules = rules_for(group, answer);
  if (rules.empty()) return result;
  for (const DnsAnswer& record : answer.answers) {
    if (record.type != kDnsA && record.type != kDnsAaaa) continue;
    const Cidr cidr{.address = record.address.bytes, .length = 128};
    auto found = known_.find({group_number, cidr.address});
    if (found == known_.end()) {
      if (known_.size() >= kMaxAddresses) {
        ++left_out_;
        continue;
      }
      found = known_.emplace(Key{group_number, cidr.address}, Known{}).first;
    }
    const auto time = std::clamp(std::chrono::seconds(record.ttl_seconds), kLeastTime, kMostTime);
    found->second.until = std::max(found->second.until, now + time);
    std::vector<std::size_t> all = found->second.rules;
    all.insert(all.end(), rules.begin(), rules.end());
    std::ranges::sort(all);
    const auto [last, end] = std::ranges::unique(all);
    all.erase(last, end);
    if (all == found->second.rules) continue;
    found->second.rules = all;
    result.push_back({.cidr = cidr, .ports = ports_of(group, all, cidr)});
  }
  return result;
}

std::vector<std::pair<std::uint32_t, Cidr>> DomainAddresses::expire(std::chrono::nanoseconds now) {
  std::vector<std::pair<std::uint32_t, Cidr>> gone;
  for (auto known = known_.begin(); known != known_.end();) {
    if (known->second.until > now) {
      ++known;
      continue;
    }
    gone.emplace_back(known->first.first, Cidr{.address = known->first.second, .length = 128});
    known = known_.erase(known);
  }
  return gone;
}

}  // namespace yagura::sensor::enforce
