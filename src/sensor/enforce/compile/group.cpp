#include "sensor/enforce/compile/group.hpp"

#include <algorithm>
#include <cstring>

#include "sensor/enforce/compile/path_number.hpp"

namespace yagura::sensor::enforce {
namespace {

constexpr std::uint32_t bit(ygr_operation operation) { return std::uint32_t{1} << operation; }

constexpr std::uint32_t kFileOperations =
    bit(YGR_OP_READ) | bit(YGR_OP_WRITE) | bit(YGR_OP_CREATE) | bit(YGR_OP_DELETE) |
    bit(YGR_OP_RENAME) | bit(YGR_OP_CHMOD) | bit(YGR_OP_CHOWN) | bit(YGR_OP_LINK) |
    bit(YGR_OP_SYMLINK) | bit(YGR_OP_MKDIR) | bit(YGR_OP_MKNOD);

ygr_rule_value value_of(const RuleRef& ref) {
  const auto mode = static_cast<std::uint8_t>(ref.policy->mode);
  const bool denies = ref.rule->effect == Effect::kDeny;
  return {.policy = ref.policy->number,
          .rule = ref.index,
          .deny = denies ? mode : std::uint8_t{0},
          .allow = denies ? std::uint8_t{0} : static_cast<std::uint8_t>(1U << mode),
          .reserved = 0};
}

class Compiler {
 public:
  explicit Compiler(std::uint64_t seed) : seed_(seed) {}

  void add(const Policy& policy) {
    for (std::uint32_t i = 0; i < policy.rules.size(); ++i) {
      const RuleRef ref{.policy = &policy, .rule = &policy.rules[i], .index = i};
      for (std::uint32_t number = 0; number < YGR_OPERATIONS; ++number) {
        const auto operation = static_cast<ygr_operation>(number);
        if (ref.rule->speaks_of(operation)) add(ref, operation);
      }
      protect_names(ref);
    }
  }

  Group finish() {
    fold_names();
    make_networks();
    return std::move(group_);
  }

 private:
  ygr_operation_value& operation_of(ygr_operation operation) {
    auto& value = group_.operations[operation];
    if (!value) value.emplace();
    return *value;
  }

  void deny_rest(const RuleRef& ref, ygr_operation operation) {
    ygr_operation_value& value = operation_of(operation);
    const auto mode = static_cast<unsigned>(ref.policy->mode);
    if (((value.rest >> mode) & 1) != 0) return;
    value.rest = static_cast<ygr_u8>(value.rest | 1U << mode);
    value.rest_by[mode] = {.policy = ref.policy->number, .rule = ref.index};
  }

  void add_hashes(const RuleRef& ref) {
    ygr_operation_value& value = operation_of(YGR_OP_EXEC);
    value.flags |= YGR_HAS_HASHES;
    for (const Sha256& hash : ref.rule->hashes) {
      std::uint64_t subject = 0;
      std::memcpy(&subject, hash.data(), sizeof(subject));
      add_rule({.operation = YGR_OP_EXEC, .match = YGR_MATCH_HASH, .subject = subject}, ref);
    }
    const auto mode = static_cast<std::uint8_t>(ref.policy->mode);
    if (ref.policy->denies_unknown_hashes && mode > value.unknown_hash) {
      value.unknown_hash = mode;
      value.unknown_hash_by = {.policy = ref.policy->number, .rule = ref.index};
    }
  }

  // Which executable: paths and hashes of allow lists are one list.
  void add(const RuleRef& ref, ygr_operation operation) {
    if (operation == YGR_OP_EXEC_HASH) operation = YGR_OP_EXEC;
    if (ref.rule->effect == Effect::kAllow) deny_rest(ref, operation);
    if (operation == YGR_OP_INGRESS && ref.policy->judges_node) {
      operation_of(operation).flags |= YGR_JUDGES_NODE;
    }
    if (!ref.rule->hashes.empty()) {
      add_hashes(ref);
    } else if (!ref.rule->paths.empty()) {
      for (const PathPattern& path : ref.rule->paths) add_path(ref, operation, path);
    } else if (!ref.rule->watch_list.empty()) {
      operation_of(operation).flags |= YGR_HAS_LISTS;
      add_rule({.operation = operation,
                .match = YGR_MATCH_LISTED,
                .subject = watch_list_number(ref.rule->watch_list)},
               ref);
    } else if (!ref.rule->subjects.empty()) {
      operation_of(operation).flags |= YGR_HAS_NUMBERS;
      for (const std::uint64_t subject : ref.rule->subjects) {
        add_rule({.operation = operation, .match = YGR_MATCH_NUMBER, .subject = subject}, ref);
      }
    } else if (!ref.rule->domains.empty() || !ref.rule->cidrs.empty() || !ref.rule->ports.empty()) {
      add_network(ref, operation);
    } else if (ref.rule->effect == Effect::kDeny) {
      merge(operation_of(operation).whole, value_of(ref));
    }
  }

  void add_rule(const RuleKey& key, const RuleRef& ref) { merge(group_.rules[key], value_of(ref)); }

  void add_path(const RuleRef& ref, ygr_operation operation, const PathPattern& pattern) {
    ygr_operation_value& value = operation_of(operation);
    if (pattern.kind != PathPattern::Kind::kNamePrefix) {
      value.flags |= YGR_HAS_PATHS;
      const auto match =
          pattern.kind == PathPattern::Kind::kTree ? YGR_MATCH_TREE : YGR_MATCH_EXACT;
      add_rule(
          {.operation = operation, .match = match, .subject = path_number(seed_, pattern.path)},
          ref);
      return;
    }
    value.flags |= YGR_HAS_NAMES;
    const std::size_t slash = pattern.path.rfind('/');
    const std::uint64_t parent =
        path_number(seed_, std::string_view(pattern.path).substr(0, slash));
    merge(group_.names[{
              .operation = operation, .parent = parent, .name = pattern.path.substr(slash + 1)}],
          value_of(ref));
  }

  // What is not to be read or changed must not get another name first: neither itself nor a
  // directory above it.
  void protect_names(const RuleRef& ref) {
    if (ref.rule->effect != Effect::kDeny || (ref.rule->operations & kFileOperations) == 0) return;
    const bool guards_content =
        ref.rule->speaks_of(YGR_OP_READ) || ref.rule->speaks_of(YGR_OP_WRITE);
    for (const PathPattern& path : ref.rule->paths) {
      if (guards_content) {
        add_path(ref, YGR_OP_RENAME, path);
        add_path(ref, YGR_OP_LINK, path);
      }
      std::string_view above = path.path;
      while (true) {
        const std::size_t slash = above.rfind('/');
        if (slash == std::string_view::npos || slash == 0) break;
        above = above.substr(0, slash);
        operation_of(YGR_OP_RENAME).flags |= YGR_HAS_PATHS;
        add_rule({.operation = YGR_OP_RENAME,
                  .match = YGR_MATCH_EXACT,
                  .subject = path_number(seed_, above)},
                 ref);
      }
    }
  }

  void add_network(const RuleRef& ref, ygr_operation operation) {
    operation_of(operation).flags |= YGR_HAS_NETWORKS;
    network_rules_[operation].push_back(ref);
    if (operation == YGR_OP_EGRESS) group_.network_rules.push_back(ref);
    if (!ref.rule->domains.empty()) group_.domain_rules.push_back(ref);
  }

  // The trie gives the longest name alone: each says what the shorter ones of it say.
  void fold_names() {
    for (auto& [key, value] : group_.names) {
      for (std::size_t size = 0; size < key.name.size(); ++size) {
        const auto shorter = group_.names.find(
            {.operation = key.operation, .parent = key.parent, .name = key.name.substr(0, size)});
        if (shorter != group_.names.end()) merge(value, shorter->second);
      }
    }
  }

  void make_networks() {
    for (const auto& [operation, rules] : network_rules_) {
      std::vector<Cidr> cidrs{Cidr{}};  // every address: rules of ports alone
      for (const RuleRef& ref : rules)
        cidrs.insert(cidrs.end(), ref.rule->cidrs.begin(), ref.rule->cidrs.end());
      std::ranges::sort(cidrs, {},
                        [](const Cidr& cidr) { return std::pair(cidr.length, cidr.address); });
      const auto [last, end] = std::ranges::unique(cidrs);
      cidrs.erase(last, end);
      for (const Cidr& cidr : cidrs) {
        std::vector<RuleRef> holding;
        for (const RuleRef& ref : rules) {
          if (holds(*ref.rule, cidr)) holding.push_back(ref);
        }
        group_.networks.push_back(
            {.operation = operation, .cidr = cidr, .ports = compile_ports(holding)});
      }
    }
  }

  static bool holds(const PolicyRule& rule, const Cidr& cidr) {
    if (rule.cidrs.empty()) return rule.domains.empty();
    return std::ranges::any_of(rule.cidrs, [&](const Cidr& wider) { return wider.contains(cidr); });
  }

  std::uint64_t seed_;
  Group group_;
  std::map<ygr_operation, std::vector<RuleRef>> network_rules_;
};

// The blocks of 2^n ports that a range consists of.
std::vector<std::pair<std::uint16_t, std::uint8_t>> blocks_of(const PortRange& range) {
  std::vector<std::pair<std::uint16_t, std::uint8_t>> blocks;
  std::uint32_t first = range.first;
  const std::uint32_t end = std::uint32_t{range.last} + 1;
  while (first < end) {
    std::uint32_t size = 1;
    std::uint8_t length = 16;
    while (length > 0 && first % (size * 2) == 0 && first + size * 2 <= end) {
      size *= 2;
      --length;
    }
    blocks.emplace_back(static_cast<std::uint16_t>(first), length);
    first += size;
  }
  return blocks;
}

bool covers(const PortKey& wider, const PortKey& key) {
  if (wider.protocol != key.protocol || wider.length > key.length) return false;
  return wider.length == 0 || (wider.port ^ key.port) >> (16 - wider.length) == 0;
}

}  // namespace

void merge(ygr_rule_value& into, const ygr_rule_value& value) {
  into.allow |= value.allow;
  if (value.deny > into.deny || (into.policy == 0 && into.deny == 0)) {
    into.policy = value.policy;
    into.rule = value.rule;
  }
  into.deny = std::max(into.deny, value.deny);
}

PortTable compile_ports(std::span<const RuleRef> rules) {
  static constexpr std::uint16_t kProtocols[] = {0, 6, 17, 132};
  PortTable own;
  const auto add = [&](const RuleRef& ref, const PortRange& range) {
    for (const std::uint16_t protocol : kProtocols) {
      if (range.protocol != Protocol::kAny &&
          static_cast<std::uint16_t>(range.protocol) != protocol)
        continue;
      for (const auto& [port, length] : blocks_of(range)) {
        merge(own[{.protocol = protocol, .port = port, .length = length}], value_of(ref));
      }
    }
  };
  for (const RuleRef& ref : rules) {
    if (ref.rule->ports.empty()) add(ref, PortRange{});
    for (const PortRange& range : ref.rule->ports) add(ref, range);
  }
  PortTable folded = own;
  for (auto& [key, value] : folded) {
    for (const auto& [wider, said] : own) {
      if (wider != key && covers(wider, key)) merge(value, said);
    }
  }
  return folded;
}

Group compile_group(std::span<const Policy* const> policies, std::uint64_t seed) {
  Compiler compiler(seed);
  for (const Policy* policy : policies) compiler.add(*policy);
  return compiler.finish();
}

}  // namespace yagura::sensor::enforce
