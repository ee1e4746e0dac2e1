#include "sensor/dns/domain_names.hpp"

#include <algorithm>
#include <utility>

namespace yagura::sensor {

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

bool has_address(const DnsAnswer& answer) {
  return answer.type == kDnsA || answer.type == kDnsAaaa;
}

// The names that lead to the addresses, the asked one last, so that adding each in front leaves it
// first. Bounded by the message's limits.
std::vector<std::string_view> names_of(const DnsMessage& message) {
  std::vector<std::string_view> names;
  const auto add = [&](std::string_view name) {
    if (name.empty() || std::ranges::find(names, name) != names.end()) return;
    if (names.size() < 8) names.push_back(name);
  };
  for (const DnsQuestion& question : message.questions) add(question.name);
  for (const DnsAnswer& answer : message.answers) {
    if (answer.type == kDnsCname || has_address(answer)) add(answer.name);
  }
  std::ranges::reverse(names);
  return names;
}

}  // namespace

void DomainNames::learn(std::uint64_t scope_number, const DnsMessage& message,
                        std::uint64_t now_ns) {
  if (!message.is_answer || message.response_code != 0) return;
  if (std::ranges::none_of(message.answers, has_address)) return;
  const std::vector<std::string_view> names = names_of(message);
  for (const DnsAnswer& answer : message.answers) {
    if (!has_address(answer)) continue;
    Entry& entry = entry_for(use_scope(scope_number), answer.address);
    for (const std::string_view name : names) add_name(entry, name);
    const std::uint64_t seconds =
        std::clamp(answer.ttl_seconds, limits_.min_seconds, limits_.max_seconds);
    entry.until_ns = std::max(entry.until_ns, now_ns + seconds * kSecond);
  }
  make_room();
}

std::span<const std::string> DomainNames::find(std::uint64_t scope, const IpAddress& address,
                                               std::uint64_t now_ns) const {
  const auto found = scopes_.find(scope);
  if (found == scopes_.end()) return {};
  for (const Entries* entries : {&found->second.young, &found->second.old}) {
    const auto entry = entries->find(address);
    if (entry == entries->end()) continue;
    if (entry->second.until_ns < now_ns) return {};
    return entry->second.names;
  }
  return {};
}

void DomainNames::forget(std::uint64_t scope) {
  const auto found = scopes_.find(scope);
  if (found == scopes_.end()) return;
  addresses_ -= found->second.young.size() + found->second.old.size();
  uses_.erase(found->second.use);
  scopes_.erase(found);
}

DomainNames::Scope& DomainNames::use_scope(std::uint64_t number) {
  const auto [found, is_new] = scopes_.try_emplace(number);
  if (is_new) {
    uses_.push_front(number);
    found->second.use = uses_.begin();
  } else {
    uses_.splice(uses_.begin(), uses_, found->second.use);
  }
  return found->second;
}

DomainNames::Entry& DomainNames::entry_for(Scope& scope, const IpAddress& address) {
  if (const auto young = scope.young.find(address); young != scope.young.end()) {
    return young->second;
  }
  if (scope.young.size() >= std::max<std::size_t>(limits_.max_addresses_per_scope / 2, 1)) {
    forgotten_ += scope.old.size();
    addresses_ -= scope.old.size();
    scope.old = std::exchange(scope.young, {});
  }
  if (auto moved = scope.old.extract(address); !moved.empty()) {
    return scope.young.insert(std::move(moved)).position->second;
  }
  ++addresses_;
  return scope.young[address];
}

void DomainNames::add_name(Entry& entry, std::string_view name) const {
  const auto found = std::ranges::find(entry.names, name);
  if (found != entry.names.end()) {
    std::rotate(entry.names.begin(), found, found + 1);
    return;
  }
  if (entry.names.size() >= limits_.max_names_per_address) entry.names.pop_back();
  entry.names.insert(entry.names.begin(), std::string(name));
}

void DomainNames::make_room() {
  while (addresses_ > limits_.max_addresses && uses_.size() > 1) {
    const auto& last = scopes_.at(uses_.back());
    forgotten_ += last.young.size() + last.old.size();
    forget(uses_.back());
  }
}

}  // namespace yagura::sensor
