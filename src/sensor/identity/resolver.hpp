#pragma once

// The resolver of this node: cgroups to containers to pods, known before a container's first exec.
//
// When a cgroup is made, its path names the container, and the runtime's bundle, which is on disk
// by then, names the rest: it is read at once (one or two small local files), so that the first
// exec has its pod. What only others know (labels, digests, times) is asked of the runtime's CRI
// and of the API server by threads of the resolver; answers raise the generation.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sensor/event/container_resolver.hpp"
#include "sensor/identity/bundle.hpp"
#include "sensor/identity/container_table.hpp"
#include "sensor/identity/kubernetes_watch.hpp"

namespace yagura::sensor {

struct ResolverOptions {
  RuntimePaths runtimes;         // its root holds for all files of the node, /proc included
  std::string cgroup_mount;      // of cgroup2; "": found in /proc/self/mountinfo
  std::string scan_below = "/";  // start-up looks at this part of the hierarchy alone
  // The first that knows a container answers for it. Those that aren't there cost nothing.
  std::vector<std::string> cri_sockets = {"/run/containerd/containerd.sock",
                                          "/run/k3s/containerd/containerd.sock",
                                          "/run/crio/crio.sock"};
  std::chrono::milliseconds cri_timeout{2000};
  std::chrono::milliseconds first_retry{100};  // doubled each time
  std::chrono::milliseconds last_retry{30'000};
  unsigned tries_until_missing = 6;
  std::chrono::milliseconds sweep_interval{60'000};  // for containers whose end was not told
  // How long a container is known after its cgroup is gone: records of its last processes may come
  // later than that of its end.
  std::chrono::milliseconds gone_grace{2000};
  TableLimits limits;
  std::optional<KubernetesOptions> kubernetes;  // nothing: the API server is not asked
};

struct ResolverCounts {
  // Containers now, by what is known of them.
  std::uint64_t path = 0, bundle = 0, complete = 0, missing = 0;
  std::uint64_t pods = 0;
  std::uint64_t cgroups = 0;
  // Since the start.
  std::uint64_t containers_made = 0;
  std::uint64_t over_limit = 0;         // cgroups that no place was left for
  std::uint64_t looked_up = 0;          // cgroups whose making was not told
  std::uint64_t bundles_not_found = 0;  // attempts, as the following
  std::uint64_t bundles_refused = 0;    // malformed, too large, not readable
  std::uint64_t runtime_unreachable = 0;
  std::uint64_t runtime_knows_not = 0;
  KubernetesCounts kubernetes;
};

class Resolver final : public ContainerResolver {
 public:
  // Looks at all cgroups that are there. Without cgroup2 only processes can be resolved
  // (find_process); that is no failure. Starts a thread.
  [[nodiscard]] static Result<std::unique_ptr<Resolver>> open(ResolverOptions options);
  ~Resolver() override;

  // One thread may call these, another than calls the rest.
  void on_cgroup_made(std::uint64_t cgroup_id, std::string_view path) override;
  void on_cgroup_gone(std::uint64_t cgroup_id) override;
  [[nodiscard]] std::shared_ptr<const Container> find(std::uint64_t cgroup_id) override;
  [[nodiscard]] std::uint64_t generation() const override;
  [[nodiscard]] std::shared_ptr<const Container> find_process(std::uint32_t pid,
                                                              std::uint64_t cgroup_id) override;

  // From the API server's watch; any thread.
  void put_pod(const ListedPod& pod);
  void remove_pod(const std::string& cgroup_uid);
  // All pods that were put and are not in the list are gone.
  void keep_pods(const std::vector<std::string>& cgroup_uids);

  // Snapshots; any thread.
  [[nodiscard]] std::vector<std::shared_ptr<const Container>> containers() const;
  [[nodiscard]] std::vector<std::shared_ptr<const Pod>> pods() const;
  [[nodiscard]] ResolverCounts counts() const;

  // Told of each change, in order, on the thread that makes it: of a new container, before the
  // pipeline goes on to its first exec. It should be short, may ask the resolver and must not tell
  // it anything. Containers that are known already are told at once. At most one listener.
  void set_listener(std::function<void(const ContainerChange&)> listener);

 private:
  struct State;
  explicit Resolver(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace yagura::sensor
