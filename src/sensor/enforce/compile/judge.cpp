#include "sensor/enforce/compile/judge.hpp"

#include <algorithm>
#include <cstring>

#include "sensor/enforce/compile/path_number.hpp"

namespace yagura::sensor::enforce {
namespace {

class Finding {
 public:
  explicit Finding(const ygr_operation_value& operation)
      : operation_(operation), said_(operation.whole) {}

  void add(const ygr_rule_value& value) { merge(said_, value); }
  template <typename Table, typename Key>
  void add_found(const Table& table, const Key& key) {
    if (const auto found = table.find(key); found != table.end()) add(found->second);
  }

  [[nodiscard]] std::optional<Judgement> conclude() const {
    for (unsigned mode = YGR_MODE_BLOCK; mode >= YGR_MODE_OBSERVE; --mode) {
      if (said_.deny == mode) return Judgement{static_cast<Mode>(mode), said_.policy, said_.rule};
      if (((operation_.rest >> mode) & 1) != 0 && (said_.allow >> mode) == 0) {
        return Judgement{static_cast<Mode>(mode), operation_.rest_by[mode].policy,
                         operation_.rest_by[mode].rule};
      }
    }
    return std::nullopt;
  }

 private:
  const ygr_operation_value& operation_;
  ygr_rule_value said_;
};

}  // namespace

std::optional<Judgement> judge_path(const Group& group, std::uint64_t seed, ygr_operation operation,
                                    std::string_view path, const Sha256* hash) {
  const auto& said = group.operations[operation];
  if (!said) return std::nullopt;
  Finding finding(*said);
  const std::vector<std::uint64_t> numbers = path_numbers(seed, path);
  for (const std::uint64_t number : numbers) {
    finding.add_found(group.rules, RuleKey{operation, YGR_MATCH_TREE, number});
  }
  finding.add_found(group.rules, RuleKey{operation, YGR_MATCH_EXACT, numbers.back()});
  if ((said->flags & YGR_HAS_NAMES) != 0 && numbers.size() > 1) {
    std::string name(path.substr(path.rfind('/') + 1, YGR_NAME_BYTES));
    const std::uint64_t parent = numbers[numbers.size() - 2];
    while (true) {
      const auto found = group.names.find({operation, parent, name});
      if (found != group.names.end()) {
        finding.add(found->second);
        break;
      }
      if (name.empty()) break;
      name.pop_back();
    }
  }
  if (hash != nullptr) {
    std::uint64_t subject = 0;
    std::memcpy(&subject, hash->data(), sizeof(subject));
    finding.add_found(group.rules, RuleKey{operation, YGR_MATCH_HASH, subject});
  }
  return finding.conclude();
}

std::optional<Judgement> judge_number(const Group& group, ygr_operation operation,
                                      std::uint64_t subject) {
  const auto& said = group.operations[operation];
  if (!said) return std::nullopt;
  Finding finding(*said);
  finding.add_found(group.rules, RuleKey{operation, YGR_MATCH_NUMBER, subject});
  return finding.conclude();
}

std::optional<Judgement> judge_network(const Group& group, ygr_operation operation,
                                       const std::array<std::uint8_t, 16>& address,
                                       std::uint16_t protocol, std::uint16_t port) {
  const auto& said = group.operations[operation];
  if (!said) return std::nullopt;
  Finding finding(*said);
  const Cidr single{.address = address, .length = 128};
  const Network* nearest = nullptr;
  for (const Network& network : group.networks) {
    if (network.operation != operation || !network.cidr.contains(single)) continue;
    if (nearest == nullptr || network.cidr.length > nearest->cidr.length) nearest = &network;
  }
  if (nearest != nullptr) {
    if (protocol != 6 && protocol != 17 && protocol != 132) protocol = 0;
    for (unsigned length = 17; length-- > 0;) {
      const auto masked =
          static_cast<std::uint16_t>(length == 0 ? 0 : port >> (16 - length) << (16 - length));
      const auto found = nearest->ports.find({protocol, masked, static_cast<std::uint8_t>(length)});
      if (found == nearest->ports.end()) continue;
      finding.add(found->second);
      break;
    }
  }
  return finding.conclude();
}

}  // namespace yagura::sensor::enforce
