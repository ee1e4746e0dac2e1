#pragma once

// Cuts a pod off from the network: two small kernel programs at its cgroup (cgroup_skb, Linux 5.7
// for links) drop what its sockets send and receive, connections that are open already included.
// Nothing of the pod's is changed, so that letting it go is complete.
//
// With a directory in bpffs the programs stay when this process ends, and are found again by name.

#include <cstdint>
#include <memory>
#include <string>

#include "core/result.hpp"

namespace yagura::sensor {

enum class Loopback : std::uint8_t {
  kKept,     // within the pod: right where it has its own network
  kDropped,  // right for pods in the host's network
};

struct IsolationCounts {
  std::uint64_t dropped_out = 0;  // packets
  std::uint64_t dropped_in = 0;
};

class NetworkIsolation {
 public:
  // `pin_directory` is in bpffs ("/sys/fs/bpf/yagura/isolate"); "": isolation ends with this
  // object.
  explicit NetworkIsolation(std::string pin_directory);
  ~NetworkIsolation();
  NetworkIsolation(const NetworkIsolation&) = delete;
  NetworkIsolation& operator=(const NetworkIsolation&) = delete;

  // `cgroup`: a directory in cgroup2. A name is isolated once; doing it again changes nothing.
  // kUnsupported: the kernel takes no such programs.
  [[nodiscard]] Result<void> isolate(const std::string& name, const std::string& cgroup,
                                     Loopback loopback);
  // Also what an earlier process isolated. kNotFound: nothing of that name is.
  [[nodiscard]] Result<void> release(const std::string& name);
  [[nodiscard]] bool is_isolated(const std::string& name) const;
  // Of what this object isolated; zeros else.
  [[nodiscard]] IsolationCounts counts(const std::string& name) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yagura::sensor
