#include "sensor/enforce/policy/names.hpp"

#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "sensor/enforce/operations.h"
#include "sensor/event/capability_names.hpp"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace yagura::sensor::enforce {
namespace {

constexpr std::uint64_t bit(ygr_operation operation) { return std::uint64_t{1} << operation; }

// Without CAP_, as Kubernetes writes them.
constexpr auto kCapabilities = [] {
  std::array<NamedNumber, kCapabilityNames.size()> names{};
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i] = {.name = kCapabilityNames[i].substr(4), .number = i};
  }
  return names;
}();

constexpr NamedNumber kNamespaces[] = {{"user", CLONE_NEWUSER},     {"mount", CLONE_NEWNS},
                                       {"pid", CLONE_NEWPID},       {"network", CLONE_NEWNET},
                                       {"ipc", CLONE_NEWIPC},       {"uts", CLONE_NEWUTS},
                                       {"cgroup", CLONE_NEWCGROUP}, {"time", CLONE_NEWTIME}};

constexpr std::uint64_t raw(std::uint64_t family) { return family | std::uint64_t{SOCK_RAW} << 16; }

constexpr NamedNumber kSockets[] = {
    {"unix", AF_UNIX},       {"inet", AF_INET},           {"inet6", AF_INET6},
    {"netlink", AF_NETLINK}, {"packet", AF_PACKET},       {"key", AF_KEY},
    {"alg", AF_ALG},         {"bluetooth", AF_BLUETOOTH}, {"can", AF_CAN},
    {"tipc", AF_TIPC},       {"vsock", AF_VSOCK},         {"xdp", AF_XDP},
    {"rds", AF_RDS},         {"raw", raw(AF_INET)},       {"raw6", raw(AF_INET6)}};

constexpr std::uint64_t kChanges = bit(YGR_OP_WRITE) | bit(YGR_OP_CREATE) | bit(YGR_OP_DELETE) |
                                   bit(YGR_OP_RENAME) | bit(YGR_OP_CHMOD) | bit(YGR_OP_CHOWN) |
                                   bit(YGR_OP_LINK) | bit(YGR_OP_SYMLINK) | bit(YGR_OP_MKDIR) |
                                   bit(YGR_OP_MKNOD);

constexpr NamedNumber kFileOperations[] = {{"read", bit(YGR_OP_READ)},
                                           {"write", bit(YGR_OP_WRITE)},
                                           {"create", bit(YGR_OP_CREATE)},
                                           {"delete", bit(YGR_OP_DELETE)},
                                           {"rename", bit(YGR_OP_RENAME)},
                                           {"chmod", bit(YGR_OP_CHMOD)},
                                           {"chown", bit(YGR_OP_CHOWN)},
                                           {"link", bit(YGR_OP_LINK)},
                                           {"symlink", bit(YGR_OP_SYMLINK)},
                                           {"mkdir", bit(YGR_OP_MKDIR)},
                                           {"mknod", bit(YGR_OP_MKNOD)},
                                           {"exec", bit(YGR_OP_EXEC)},
                                           {"modify", kChanges},
                                           {"all", kChanges | bit(YGR_OP_READ) | bit(YGR_OP_EXEC)}};

}  // namespace

std::span<const NamedNumber> capability_names() { return kCapabilities; }
std::span<const NamedNumber> namespace_names() { return kNamespaces; }
std::span<const NamedNumber> socket_names() { return kSockets; }
std::span<const NamedNumber> file_operation_names() { return kFileOperations; }

std::optional<std::uint64_t> find_number(std::span<const NamedNumber> names,
                                         std::string_view name) {
  const auto* found =
      std::find_if(names.data(), names.data() + names.size(),
                   [&](const NamedNumber& candidate) { return candidate.name == name; });
  if (found == names.data() + names.size()) return std::nullopt;
  return found->number;
}

std::vector<std::string_view> names_of(std::span<const NamedNumber> names) {
  std::vector<std::string_view> result;
  result.reserve(names.size());
  for (const NamedNumber& name : names) result.push_back(name.name);
  return result;
}

}  // namespace yagura::sensor::enforce
