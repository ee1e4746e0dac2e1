#pragma once

// A client of the container runtime interface (gRPC service runtime.v1) over a local socket: what
// the resolver asks, and what tests need to run pods. The published API is k8s.io/cri-api;
// cri.proto holds the part that is used.
//
// Calls block up to their timeout; thread-safe. A runtime that is not there answers kIo at the
// first call (connecting is lazy, and tried again with each call), an unknown id kNotFound, a
// timeout or an answer above 16 MiB kLimitExceeded.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "sensor/event/container.hpp"

namespace yagura::sensor {

struct CriOptions {
  std::chrono::milliseconds timeout{2000};  // of one call
};

struct CriVersion {
  std::string runtime;  // "containerd", "cri-o"
  std::string version;
};

// What a pod is asked to be. Namespaces are the pod's own unless said otherwise.
struct CriPodSpec {
  std::string name;
  std::string name_space;
  std::string uid;
  std::string hostname;
  std::string log_directory;  // "" logs nothing
  std::string cgroup_parent;  // "/kubepods/burstable/pod…"
  Labels labels;
  Labels annotations;
  bool host_network = false;
  bool host_pid = false;
  bool host_ipc = false;
  bool is_privileged = false;  // must be, when a container is
};

struct CriMount {
  std::string host_path;
  std::string container_path;
  bool is_read_only = false;
  std::string propagation;  // "" (private), "rslave", "rshared"
};

struct CriContainerSpec {
  std::string name;
  std::string image;
  std::vector<std::string> command;
  std::vector<std::string> args;
  std::string working_directory;
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<CriMount> mounts;
  std::vector<std::string> added_capabilities;  // "NET_RAW", "ALL"
  std::vector<std::string> dropped_capabilities;
  Labels labels;
  Labels annotations;
  std::string log_path;       // below the pod's log_directory
  std::int64_t user_id = -1;  // -1: the image's
  bool is_privileged = false;
  bool has_read_only_root = false;
  bool has_tty = false;
  bool has_stdin = false;
};

struct CriExecResult {
  std::string out;
  std::string err;
  int exit_code = 0;
};

enum class CriContainerState : std::uint8_t { kCreated, kRunning, kExited, kUnknown };

// ContainerStatus and ListContainers; the latter leaves out what it does not know.
struct CriContainer {
  std::string id;
  std::string sandbox_id;  // of list_containers() alone
  std::string name;
  std::string image;      // as it was asked for
  std::string image_ref;  // id or digest of what runs
  CriContainerState state = CriContainerState::kUnknown;
  std::int64_t created_ns = 0;  // since 1970; 0: not yet, or unknown
  std::int64_t started_ns = 0;
  int exit_code = 0;
  Labels labels;
  Labels annotations;
  std::vector<CriMount> mounts;
  std::string info;  // of container_status() alone: the runtime's own JSON; "" where it has none
};

struct CriPod {
  std::string id;
  std::string name;
  std::string name_space;
  std::string uid;
  bool is_ready = false;
  std::vector<std::string> ips;  // none for pods in the host's network
  Labels labels;
  Labels annotations;
  bool host_network = false;
  bool host_pid = false;
  bool host_ipc = false;
  std::string info;  // the runtime's own JSON; "" where it has none
};

struct CriImage {
  std::string id;                    // "sha256:…" of the image's configuration
  std::vector<std::string> tags;     // "docker.io/library/nginx:1.25"
  std::vector<std::string> digests;  // "docker.io/library/nginx@sha256:…"
};

class CriClient {
 public:
  explicit CriClient(const std::string& socket_path, CriOptions options = {});
  ~CriClient();
  CriClient(const CriClient&) = delete;
  CriClient& operator=(const CriClient&) = delete;

  [[nodiscard]] Result<CriVersion> version();

  // Returns the sandbox's id; it runs then. Waits at most 30 s, whatever the options say, as do
  // the following calls that change something.
  [[nodiscard]] Result<std::string> run_pod(const CriPodSpec& pod);
  [[nodiscard]] Result<void> stop_pod(const std::string& sandbox_id);
  [[nodiscard]] Result<void> remove_pod(const std::string& sandbox_id);
  // `pod` is what the sandbox was made of.
  [[nodiscard]] Result<std::string> create_container(const std::string& sandbox_id,
                                                     const CriPodSpec& pod,
                                                     const CriContainerSpec& container);
  [[nodiscard]] Result<void> start_container(const std::string& id);
  // SIGTERM, and SIGKILL after the grace period. Also right for a container that has ended.
  [[nodiscard]] Result<void> stop_container(const std::string& id, std::chrono::seconds grace);
  [[nodiscard]] Result<void> remove_container(const std::string& id);
  // Runs a program in a running container and waits for its end. The runtime itself ends it after
  // the timeout.
  [[nodiscard]] Result<CriExecResult> exec_sync(const std::string& id,
                                                const std::vector<std::string>& command,
                                                std::chrono::seconds timeout);

  // All, or the one of that id (whole or a unique prefix).
  [[nodiscard]] Result<std::vector<CriContainer>> list_containers(const std::string& id = {});
  [[nodiscard]] Result<CriContainer> container_status(const std::string& id);
  [[nodiscard]] Result<CriPod> pod_status(const std::string& sandbox_id);
  // By reference, id or digest.
  [[nodiscard]] Result<CriImage> image_status(const std::string& reference);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yagura::sensor
