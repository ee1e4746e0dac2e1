#pragma once

// The maps of kernel programs (bpf/tables.h), filled. Not thread-safe.

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sensor/enforce/compile/group.hpp"
#include "sensor/enforce/kernel/node_addresses.hpp"
#include "sensor/enforce/kernel/programs.hpp"

namespace yagura::sensor::enforce {

class Tables {
 public:
  // Draws the seed where nobody did before. The programs must outlive this.
  [[nodiscard]] static Result<Tables> open(const Programs& programs,
                                           const std::filesystem::path& host_mount_namespace);

  [[nodiscard]] std::uint64_t seed() const { return settings_.seed; }

  // Writes a group under a new number, which it returns. On an error (a full table) nothing of it
  // is left: who would be judged by half a group is not judged at all.
  [[nodiscard]] Result<std::uint32_t> add_group(const Group& group);
  // Addresses that became known later, with what is said of them at each port.
  [[nodiscard]] Result<void> add_address(std::uint32_t group, const Cidr& address,
                                         const PortTable& ports);
  void remove_address(std::uint32_t group, const Cidr& address);
  // Takes away everything of groups that are not among these.
  void keep_groups(const std::set<std::uint32_t>& groups);

  // `spares_runtime`: not what the container's runtime does there to prepare it.
  [[nodiscard]] Result<void> police(std::uint64_t cgroup_id, std::uint32_t group,
                                    bool spares_runtime);
  void release(std::uint64_t cgroup_id);
  [[nodiscard]] std::vector<std::uint64_t> policed() const;

  // Keeps time and denials of a policy whose content is the same.
  [[nodiscard]] Result<void> add_policy(std::uint32_t number, ygr_policy_state state);
  [[nodiscard]] std::optional<ygr_policy_state> policy(std::uint32_t number) const;
  void set_policy(std::uint32_t number, const ygr_policy_state& state);
  // As the kernel's programs ask of a policy in mode block: whether it has not fallen back; counts
  // a denial where it has not. Any thread; of two at once one may not be counted.
  [[nodiscard]] bool still_blocks(std::uint32_t number, std::uint64_t boot_time_ns);
  void keep_policies(const std::set<std::uint32_t>& numbers);

  // Whether a group that was written speaks of packets.
  [[nodiscard]] bool judges_packets() const { return settings_.judges_packets != 0; }
  // Replaces those that were known.
  [[nodiscard]] Result<void> set_node_addresses(const std::set<NodeAddress>& addresses);

  // Replaces the watch lists' addresses in one step; no lines: none. Errors: the kernel is older
  // than 5.10, no memory; what was there stays.
  [[nodiscard]] Result<void> set_watched(std::span<const ygr_watched_line> lines);

  [[nodiscard]] Result<void> exempt(std::uint32_t pid, std::uint64_t start_ticks);
  void set_hash(const ygr_file_key& file, const Sha256& hash);
  [[nodiscard]] ygr_enforce_counts counts() const;

 private:
  Result<void> write_group(std::uint32_t number, const Group& group);
  Result<void> write_ports(std::uint32_t number, const PortTable& ports);
  Result<void> store_settings();
  void remove_groups(const std::function<bool(std::uint32_t)>& is_group_gone);

  const Programs* programs_ = nullptr;
  ygr_settings settings_{};
};

}  // namespace yagura::sensor::enforce
