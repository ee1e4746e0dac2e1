#pragma once

// Something that happened, once, at a time: a process that started, a connection, a request, a
// decision. A Finding is a state that lasts until somebody changes it; an Event is over when it is
// read. Sensor, gateway and admission make them; alerts, store and console read them.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/resource.hpp"
#include "model/severity.hpp"

namespace yagura::model {

enum class EventKind : std::uint8_t {
  kProcess,    // exec, exit, change of credentials or namespaces
  kFile,       // open, write, rename, change of mode
  kNetwork,    // connect, accept, listen
  kDns,        // a name asked for, an answer
  kHttp,       // a request that the gateway saw
  kAdmission,  // an object that wanted into the cluster
  kAudit,      // a line of the API server's audit log
  kSystem,     // of Yagura itself: lost events, a limit reached, a rule set loaded
};

// "process", "file", "network", "dns", "http", "admission", "audit", "system".
[[nodiscard]] std::string_view to_string(EventKind kind);

enum class Outcome : std::uint8_t {
  kUnknown,  // an entry without its exit: nobody saw how it ended
  kAllowed,  // it happened
  kDenied,   // we, or the kernel for us, refused it
  kFailed,   // it was tried and went wrong by itself (ENOENT, connection refused)
};

// "unknown", "allowed", "denied", "failed".
[[nodiscard]] std::string_view to_string(Outcome outcome);

// Who did it, as far as it is known. Process fields are as seen from the host.
struct Actor {
  std::uint32_t pid = 0;  // thread group id in the host's PID namespace; 0: not a process
  std::uint32_t parent_pid = 0;
  std::uint32_t uid = 0;     // in the host's user namespace; means nothing where pid is 0
  std::string executable;    // resolved path in the container's mount namespace
  std::string command_line;  // arguments joined by one blank; see Event::truncated
  std::string container_id;  // 64 hex digits; empty: the host itself
  std::string user;          // Kubernetes user name, "system:serviceaccount:shop:web"; empty: none
};

// The other end of a connection or a request.
struct Peer {
  std::string address;  // IPv4 or IPv6 without brackets
  std::uint16_t port = 0;
  std::string name;  // DNS name or Host header, where one is known
};

struct Event {
  EventKind kind = EventKind::kSystem;
  Severity severity = Severity::kInfo;
  Outcome outcome = Outcome::kUnknown;
  std::chrono::system_clock::time_point time;  // when it happened, not when it was read
  std::string
      action;  // what was done, in the source's own word: "execve", "connect", "GET", "CREATE"
  std::string rule;     // id of the rule that fired; empty: recorded without one
  std::string message;  // one line for a human; may quote hostile bytes, writers neutralise them
  std::string node;     // name of the machine
  std::shared_ptr<const Resource>
      resource;  // the pod or workload it belongs to; null: none or not yet known
  Actor actor;
  Peer peer;
  std::vector<std::pair<std::string, std::string>>
      attributes;                 // further fields of the source, in its order
  bool truncated = false;         // a field was cut at a limit: what is here is a prefix
  std::uint64_t lost_before = 0;  // events that the source dropped since the one before this
};

}  // namespace yagura::model
