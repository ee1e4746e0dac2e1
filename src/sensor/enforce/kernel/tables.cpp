#include "sensor/enforce/kernel/tables.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace yagura::sensor::enforce {
namespace {

template <typename Key, typename Value>
Result<void> put(const Programs& programs, const char* map, const Key& key, const Value& value) {
  if (bpf_map_update_elem(programs.map(map), &key, &value, BPF_ANY) == 0) return {};
  if (errno == E2BIG || errno == ENOSPC || errno == ENOMEM) {
    return fail(ErrorCode::kLimitExceeded, fmt::format("the table \"{}\" is full", map));
  }
  return fail(ErrorCode::kIo,
              fmt::format("writing the table \"{}\": {}", map, std::strerror(errno)));
}

template <typename Key>
std::vector<Key> keys_of(int map) {
  std::vector<Key> keys;
  Key key{};
  const Key* previous = nullptr;
  while (bpf_map_get_next_key(map, previous, &key) == 0) {
    keys.push_back(key);
    previous = &keys.back();  // read before the next push_back moves it
  }
  return keys;
}

template <typename Key, typename IsGone>
void sweep(int map, IsGone is_gone) {
  for (const Key& key : keys_of<Key>(map)) {
    if (is_gone(key)) bpf_map_delete_elem(map, &key);
  }
}

ygr_name_key kernel_key(std::uint32_t group, const NameKey& name) {
  ygr_name_key key{};
  key.bits = static_cast<ygr_u32>(128 + 8 * name.name.size());
  key.group = group;
  key.operation = name.operation;
  key.parent_low = static_cast<ygr_u32>(name.parent);
  key.parent_high = static_cast<ygr_u32>(name.parent >> 32);
  std::memcpy(key.name, name.name.data(), std::min<std::size_t>(name.name.size(), YGR_NAME_BYTES));
  return key;
}

ygr_network_key kernel_key(std::uint32_t group, ygr_operation operation, const Cidr& cidr) {
  ygr_network_key key{};
  key.bits = 64U + cidr.length;
  key.group = group;
  key.operation = operation;
  std::memcpy(key.address, cidr.address.data(), sizeof(key.address));
  return key;
}

}  // namespace

Result<Tables> Tables::open(const Programs& programs,
                            const std::filesystem::path& host_mount_namespace) {
  Tables tables;
  tables.programs_ = &programs;
  const std::uint32_t zero = 0;
  if (bpf_map_lookup_elem(programs.map("settings"), &zero, &tables.settings_) != 0) {
    return fail(ErrorCode::kIo, fmt::format("reading the settings: {}", std::strerror(errno)));
  }
  struct stat host{};
  if (stat(host_mount_namespace.c_str(), &host) == 0)
    tables.settings_.host_mnt_ns = static_cast<ygr_u32>(host.st_ino);
  if (tables.settings_.seed != 0) {
    YAGURA_TRY_VOID(tables.store_settings());
    return tables;
  }
  if (getrandom(&tables.settings_.seed, sizeof(tables.settings_.seed), 0) !=
      sizeof(tables.settings_.seed)) {
    return fail(ErrorCode::kIo, "no random numbers");
  }
  tables.settings_.next_group = 1;
  tables.settings_.next_class = 1;
  YAGURA_TRY_VOID(tables.store_settings());
  return tables;
}

Result<void> Tables::store_settings() {
  return put(*programs_, "settings", std::uint32_t{0}, settings_);
}

Result<void> Tables::write_ports(std::uint32_t number, const PortTable& ports) {
  for (const auto& [port, value] : ports) {
    ygr_port_key key{};
    key.bits = 48U + port.length;
    key.network_class = number;
    key.protocol = port.protocol;
    key.port[0] = static_cast<ygr_u8>(port.port >> 8);
    key.port[1] = static_cast<ygr_u8>(port.port);
    YAGURA_TRY_VOID(put(*programs_, "ports", key, value));
  }
  return {};
}

Result<void> Tables::write_group(std::uint32_t number, const Group& group) {
  for (const auto& [rule, value] : group.rules) {
    const ygr_rule_key key{.subject = rule.subject,
                           .group = number,
                           .operation = static_cast<ygr_u16>(rule.operation),
                           .match = static_cast<ygr_u16>(rule.match)};
    YAGURA_TRY_VOID(put(*programs_, "rules", key, value));
  }
  for (const auto& [name, value] : group.names) {
    YAGURA_TRY_VOID(put(*programs_, "names", kernel_key(number, name), value));
  }
  for (const Network& network : group.networks) {
    const std::uint32_t network_class = settings_.next_class++;
    YAGURA_TRY_VOID(write_ports(network_class, network.ports));
    YAGURA_TRY_VOID(put(*programs_, "networks", kernel_key(number, network.operation, network.cidr),
                        network_class));
  }
  // Last: from here on the group says something.
  for (std::uint32_t operation = 0; operation < YGR_OPERATIONS; ++operation) {
    if (!group.operations[operation]) continue;
    const ygr_operation_key key{.group = number, .operation = operation};
    YAGURA_TRY_VOID(put(*programs_, "operations", key, *group.operations[operation]));
  }
  return {};
}

Result<std::uint32_t> Tables::add_group(const Group& group) {
  const std::uint32_t number = settings_.next_group++;
  // Before anything is written: a number is never used twice, whoever dies in between.
  settings_.next_class += 1;
  if (group.operations[YGR_OP_INGRESS]) settings_.judges_packets = 1;
  YAGURA_TRY_VOID(store_settings());
  auto written = write_group(number, group);
  YAGURA_TRY_VOID(store_settings());
  if (written) return number;
  remove_groups([&](std::uint32_t other) { return other == number; });
  return std::unexpected(std::move(written).error());
}

Result<void> Tables::add_address(std::uint32_t group, const Cidr& address, const PortTable& ports) {
  const std::uint32_t network_class = settings_.next_class++;
  YAGURA_TRY_VOID(store_settings());
  YAGURA_TRY_VOID(write_ports(network_class, ports));
  return put(*programs_, "networks", kernel_key(group, YGR_OP_EGRESS, address), network_class);
}

void Tables::remove_address(std::uint32_t group, const Cidr& address) {
  const ygr_network_key key = kernel_key(group, YGR_OP_EGRESS, address);
  std::uint32_t network_class = 0;
  if (bpf_map_lookup_elem(programs_->map("networks"), &key, &network_class) != 0) return;
  bpf_map_delete_elem(programs_->map("networks"), &key);
  sweep<ygr_port_key>(programs_->map("ports"),
                      [&](const auto& port) { return port.network_class == network_class; });
}

void Tables::keep_groups(const std::set<std::uint32_t>& groups) {
  remove_groups([&](std::uint32_t group) { return !groups.contains(group); });
}

void Tables::remove_groups(const std::function<bool(std::uint32_t)>& is_group_gone) {
  const auto is_gone = [&](const auto& key) { return is_group_gone(key.group); };
  sweep<ygr_operation_key>(programs_->map("operations"), is_gone);
  sweep<ygr_rule_key>(programs_->map("rules"), is_gone);
  sweep<ygr_name_key>(programs_->map("names"), is_gone);
  sweep<ygr_network_key>(programs_->map("networks"), is_gone);
  std::set<std::uint32_t> classes;
  for (const auto& key : keys_of<ygr_network_key>(programs_->map("networks"))) {
    std::uint32_t network_class = 0;
    if (bpf_map_lookup_elem(programs_->map("networks"), &key, &network_class) == 0)
      classes.insert(network_class);
  }
  sweep<ygr_port_key>(programs_->map("ports"),
                      [&](const auto& key) { return !classes.contains(key.network_class); });
  const auto judged = keys_of<ygr_operation_key>(programs_->map("operations"));
  settings_.judges_packets =
      std::ranges::any_of(judged, [](const auto& key) { return key.operation == YGR_OP_INGRESS; });
  (void)store_settings();  // of a map that is an array: it cannot be full
}

Result<void> Tables::police(std::uint64_t cgroup_id, std::uint32_t group, bool spares_runtime) {
  const std::uint32_t value = group | (spares_runtime ? std::uint32_t{YGR_SPARES_RUNTIME} : 0U);
  return put(*programs_, "cgroups", cgroup_id, value);
}

void Tables::release(std::uint64_t cgroup_id) {
  bpf_map_delete_elem(programs_->map("cgroups"), &cgroup_id);
}

std::vector<std::uint64_t> Tables::policed() const {
  return keys_of<std::uint64_t>(programs_->map("cgroups"));
}

std::optional<ygr_policy_state> Tables::policy(std::uint32_t number) const {
  ygr_policy_state state{};
  if (bpf_map_lookup_elem(programs_->map("policies"), &number, &state) != 0) return std::nullopt;
  return state;
}

void Tables::set_policy(std::uint32_t number, const ygr_policy_state& state) {
  bpf_map_update_elem(programs_->map("policies"), &number, &state, BPF_ANY);
}

bool Tables::still_blocks(std::uint32_t number, std::uint64_t boot_time_ns) {
  auto state = policy(number);
  if (!state) return true;
  if (state->is_reverted != 0) return false;
  const bool is_over = (state->deadline_ns != 0 && boot_time_ns >= state->deadline_ns) ||
                       (state->max_denials != 0 && state->denials >= state->max_denials);
  if (is_over) {
    state->is_reverted = 1;
  } else {
    ++state->denials;
  }
  set_policy(number, *state);
  return !is_over;
}

Result<void> Tables::add_policy(std::uint32_t number, ygr_policy_state state) {
  if (const auto old = policy(number); old && old->content == state.content) return {};
  return put(*programs_, "policies", number, state);
}

void Tables::keep_policies(const std::set<std::uint32_t>& numbers) {
  sweep<std::uint32_t>(programs_->map("policies"),
                       [&](std::uint32_t number) { return !numbers.contains(number); });
}

Result<void> Tables::set_node_addresses(const std::set<NodeAddress>& addresses) {
  for (const NodeAddress& address : addresses) {
    ygr_node_address key{};
    std::memcpy(key.bytes, address.data(), sizeof(key.bytes));
    YAGURA_TRY_VOID(put(*programs_, "node_addresses", key, std::uint8_t{1}));
  }
  sweep<ygr_node_address>(programs_->map("node_addresses"), [&](const ygr_node_address& key) {
    NodeAddress address{};
    std::memcpy(address.data(), key.bytes, sizeof(key.bytes));
    return !addresses.contains(address);
  });
  return {};
}

Result<void> Tables::set_watched(std::span<const ygr_watched_line> lines) {
  const int outer = programs_->map("watched");
  const std::uint32_t zero = 0;
  if (lines.empty()) {
    bpf_map_delete_elem(outer, &zero);
    return {};
  }
  bpf_map_create_opts options{};
  options.sz = sizeof(options);
  options.map_flags = BPF_F_MMAPABLE | BPF_F_INNER_MAP;
  const int map =
      bpf_map_create(BPF_MAP_TYPE_ARRAY, "watched_lines", sizeof(std::uint32_t),
                     sizeof(ygr_watched_line), static_cast<std::uint32_t>(lines.size()), &options);
  if (map < 0) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("no memory for watch lists in the kernel: {}", std::strerror(errno)));
  }
  void* place = mmap(nullptr, lines.size_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
  bool is_done = place != MAP_FAILED;
  if (is_done) {
    std::memcpy(place, lines.data(), lines.size_bytes());
    munmap(place, lines.size_bytes());
    is_done = bpf_map_update_elem(outer, &zero, &map, BPF_ANY) == 0;
  }
  const int error = errno;
  close(map);  // the outer map keeps it
  if (is_done) return {};
  return fail(ErrorCode::kIo,
              fmt::format("putting watch lists into the kernel: {}", std::strerror(error)));
}

Result<void> Tables::exempt(std::uint32_t pid, std::uint64_t start_ticks) {
  return put(*programs_, "exempt", pid, start_ticks);
}

void Tables::set_hash(const ygr_file_key& file, const Sha256& hash) {
  std::uint64_t subject = 0;
  std::memcpy(&subject, hash.data(), sizeof(subject));
  bpf_map_update_elem(programs_->map("hashes"), &file, &subject, BPF_ANY);
}

ygr_enforce_counts Tables::counts() const {
  const int cpus = libbpf_num_possible_cpus();
  std::vector<ygr_enforce_counts> each(static_cast<std::size_t>(cpus > 0 ? cpus : 1));
  const std::uint32_t zero = 0;
  ygr_enforce_counts sum{};
  if (cpus <= 0 || bpf_map_lookup_elem(programs_->map("counts"), &zero, each.data()) != 0)
    return sum;
  for (const ygr_enforce_counts& one : each) {
    sum.judged += one.judged;
    sum.verdicts += one.verdicts;
    sum.verdicts_lost += one.verdicts_lost;
    sum.busy += one.busy;
    sum.too_deep += one.too_deep;
  }
  return sum;
}

}  // namespace yagura::sensor::enforce
