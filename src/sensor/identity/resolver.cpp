// Two sides. The pipeline's: a path is parsed, a bundle read, a table asked; nobody is waited for.
// The worker's: runtimes are asked again and again until they answer, and ends that nobody told of
// are noticed.

#include "sensor/identity/resolver.hpp"

#include <dirent.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>

#include "core/file.hpp"
#include "sensor/identity/cgroup_path.hpp"
#include "sensor/identity/cgroup_tree.hpp"
#include "sensor/identity/cri_metadata.hpp"
#include "sensor/identity/retry_queue.hpp"

namespace yagura::sensor {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kForgetInterval{1};
constexpr std::size_t kMaxProcesses = 100'000;
constexpr std::uint64_t kMaxProcFile = 64 << 10;

// What a bundle adds to what the path told.
void merge(const Bundle& bundle, Container& container) {
  Container merged = bundle.container;
  merged.cgroup_id = container.cgroup_id;
  merged.cgroup_path = container.cgroup_path;
  merged.id = container.id;
  merged.pod = container.pod;
  if (merged.runtime == Runtime::kUnknown) {
    merged.runtime = container.runtime;
  }
  container = std::move(merged);
}

void fill(std::string& field, const std::string& value) {
  if (!value.empty()) {
    field = value;
  }
}

void merge(const Pod& from, bool is_from_sandbox, Pod& pod) {
  fill(pod.name, from.name);
  fill(pod.name_space, from.name_space);
  fill(pod.sandbox_id, from.sandbox_id);
  if (!is_from_sandbox) {
    return;
  }
  fill(pod.ip, from.ip);
  if (pod.labels.empty()) {
    pod.labels = from.labels;
  }
  if (pod.annotations.empty()) {
    pod.annotations = from.annotations;
  }
  if (pod.workload_kind.empty()) {
    pod.workload_kind = from.workload_kind;
    pod.workload_name = from.workload_name;
  }
  pod.host_network = from.host_network;
  pod.host_pid = from.host_pid;
  pod.host_ipc = from.host_ipc;
}

}  // namespace

struct Resolver::State {
  explicit State(ResolverOptions given)
      : options(std::move(given)),
        table(options.limits),
        queue(options.first_retry, options.last_retry) {}

  ResolverOptions options;
  ContainerTable table;
  std::optional<CgroupTree> tree;
  std::vector<std::string> legacy_mounts;
  // Containers live in hierarchies of version 1 alone: processes are looked at one by one.
  std::atomic<bool> is_legacy = false;

  std::atomic<std::uint64_t> containers_made = 0, over_limit = 0, looked_up = 0,
                             bundles_not_found = 0, bundles_refused = 0, runtime_unreachable = 0,
                             runtime_knows_not = 0;

  // Cgroups that are gone, and when they are forgotten; the earliest first.
  std::mutex gone_lock;
  std::deque<std::pair<Clock::time_point, std::uint64_t>> gone;

  std::mutex queue_lock;
  std::condition_variable_any queue_changed;
  RetryQueue queue;
  std::map<std::string, std::unique_ptr<CriClient>> clients;  // the worker's
  // Pods whose sandbox's bundle was read; guarded by queue_lock.
  std::unordered_set<std::string> known_sandboxes;
  std::function<void(const ContainerChange&)> listener;
  std::jthread worker;  // stops before what it uses goes
  std::unique_ptr<KubernetesWatch> watch;

  // ---- the pipeline's side

  void add_cgroup(std::uint64_t cgroup_id, std::string_view path) {
    const auto identity = parse_cgroup_path(path);
    if (!identity) {
      if (cgroup_id != 0) {
        table.add_host(cgroup_id);
      }
      return;
    }
    switch (table.add(cgroup_id, path, *identity)) {
      case ContainerTable::Added::kFull:
        ++over_limit;
        break;
      case ContainerTable::Added::kKnown:
        break;
      case ContainerTable::Added::kNew:
        ++containers_made;
        load_bundle(identity->container_id, identity->runtime, identity->pod_uid);
        ask_later(identity->container_id);
        break;
    }
  }

  void remove_cgroup(std::uint64_t cgroup_id) {
    {
      const std::lock_guard lock(gone_lock);
      gone.emplace_back(Clock::now() + options.gone_grace, cgroup_id);
    }
    forget_gone();
  }

  void forget_gone() {
    const auto now = Clock::now();
    const std::lock_guard lock(gone_lock);
    while (!gone.empty() && gone.front().first <= now) {
      table.remove_cgroup(gone.front().second);
      gone.pop_front();
    }
  }

  // The container's bundle, and its sandbox's, which knows what the pod shares with the host.
  bool load_bundle(const std::string& id, Runtime runtime, const std::string& pod_uid) {
    auto bundle = read_bundle(options.runtimes, id, runtime);
    if (!bundle) {
      ++(bundle.error().code == ErrorCode::kNotFound ? bundles_not_found : bundles_refused);
      table.update(id, {},
                   [&](Container& container) { container.problem = bundle.error().message; });
      return false;
    }
    std::string uid = pod_uid;
    if (bundle->pod) {
      uid = uid.empty() ? bundle->pod->uid : uid;
      if (bundle->is_sandbox) {
        bundle->pod->sandbox_id = id;
      }
    }
    table.update(id, uid, [&](Container& container) { merge(*bundle, container); });
    if (bundle->pod && !uid.empty()) {
      load_pod(*bundle, uid);
    }
    return true;
  }

  void load_pod(const Bundle& bundle, const std::string& uid) {
    const std::string& sandbox = bundle.pod->sandbox_id;
    bool is_known = false;
    {
      const std::lock_guard lock(queue_lock);
      is_known = known_sandboxes.contains(sandbox);
    }
    bool has_sandbox = bundle.is_sandbox;
    Pod pod = *bundle.pod;
    if (!bundle.is_sandbox && !is_known) {
      const auto of_sandbox = read_bundle(options.runtimes, sandbox, bundle.container.runtime);
      if (of_sandbox && of_sandbox->pod) {
        pod = *of_sandbox->pod;
        pod.sandbox_id = sandbox;
        has_sandbox = true;
      }
    }
    if (has_sandbox) {
      const std::lock_guard lock(queue_lock);
      known_sandboxes.insert(sandbox);
    }
    table.update_pod(uid, [&](Pod& known) { merge(pod, has_sandbox, known); });
  }

  void ask_later(const std::string& id) {
    {
      const std::lock_guard lock(queue_lock);
      queue.add(id, Clock::now());
    }
    queue_changed.notify_one();
  }

  std::shared_ptr<const Container> find(std::uint64_t cgroup_id) {
    if (auto found = table.find(cgroup_id)) {
      return *std::move(found);
    }
    // Its making was lost, or happened before us.
    if (!tree || cgroup_id == 0) {
      return nullptr;
    }
    ++looked_up;
    const auto path = tree->path_of(cgroup_id);
    if (!path) {
      return nullptr;
    }
    add_cgroup(cgroup_id, *path);
    return table.find(cgroup_id).value_or(nullptr);
  }

  std::shared_ptr<const Container> find_process(std::uint32_t pid, std::uint64_t cgroup_id) {
    auto container = find(cgroup_id);
    if (container || !is_legacy) {
      return container;
    }
    const ProcessCgroups cgroups = cgroups_of(std::to_string(pid));
    const auto identity = parse_cgroup_path(cgroups.legacy);
    if (!identity) {
      return nullptr;
    }
    add_cgroup(0, cgroups.legacy);
    return table.find_container(identity->container_id);
  }

  [[nodiscard]] ProcessCgroups cgroups_of(const std::string& pid) const {
    const auto text = core::read_file(fmt::format("{}/proc/{}/cgroup", options.runtimes.root, pid),
                                      {.max_size = kMaxProcFile});
    return text ? parse_process_cgroups(*text) : ProcessCgroups();
  }

  // ---- start-up

  Result<void> find_hierarchies() {
    YAGURA_TRY(const std::string mountinfo, core::read_file("/proc/self/mountinfo"));
    CgroupMounts mounts = find_cgroup_mounts(mountinfo);
    legacy_mounts = std::move(mounts.legacy);
    const std::string& mount = options.cgroup_mount.empty() ? mounts.unified : options.cgroup_mount;
    if (mount.empty()) {
      is_legacy = true;
      return {};
    }
    YAGURA_TRY(auto opened, CgroupTree::open(mount));
    tree.emplace(std::move(opened));
    return {};
  }

  void scan() {
    if (tree) {
      // What is beyond the limit is looked up when it is asked for.
      [[maybe_unused]] const auto walked =
          tree->walk(options.scan_below,
                     [this](std::uint64_t id, const std::string& path) { add_cgroup(id, path); });
    }
    if (!legacy_mounts.empty() && options.scan_below == "/") {
      scan_processes();
    }
  }

  // Containers that have no cgroup of their own in cgroup2.
  void scan_processes() {
    const std::string proc = options.runtimes.root + "/proc";
    DIR* directory = ::opendir(proc.c_str());
    if (directory == nullptr) {
      return;
    }
    std::size_t seen = 0;
    while (const dirent* entry = ::readdir(directory)) {
      const std::string name = entry->d_name;
      if (name.front() < '1' || name.front() > '9' || ++seen > kMaxProcesses) {
        continue;
      }
      const ProcessCgroups cgroups = cgroups_of(name);
      if (!cgroups.legacy.empty() && !parse_cgroup_path(cgroups.unified)) {
        is_legacy = true;
        add_cgroup(0, cgroups.legacy);
      }
    }
    ::closedir(directory);
  }

  // ---- the worker's side

  void work(const std::stop_token& stop) {
    auto next_sweep = Clock::now() + options.sweep_interval;
    while (!stop.stop_requested()) {
      std::optional<RetryQueue::Taken> taken;
      {
        std::unique_lock lock(queue_lock);
        taken = queue.take(Clock::now());
        if (!taken) {
          const auto soon = Clock::now() + kForgetInterval;
          const auto until = std::min({queue.next().value_or(next_sweep), next_sweep, soon});
          queue_changed.wait_until(lock, stop, until, [&] {
            return queue.next().has_value() && *queue.next() <= Clock::now();
          });
        }
      }
      if (taken) {
        complete(*taken);
      }
      forget_gone();
      if (Clock::now() >= next_sweep) {
        sweep();
        next_sweep = Clock::now() + options.sweep_interval;
      }
    }
  }

  void complete(const RetryQueue::Taken& taken) {
    auto container = table.find_container(taken.name);
    if (!container) {
      return;
    }
    if (container->metadata == Metadata::kPath || container->metadata == Metadata::kMissing) {
      load_bundle(container->id, container->runtime, container->pod ? container->pod->uid : "");
      container = table.find_container(taken.name);
    }
    if (!container || (container->metadata == Metadata::kComplete && container->started_ns != 0)) {
      return;
    }
    // Those have no CRI; their bundle tells all, or there is none.
    const bool has_cri =
        container->runtime != Runtime::kDocker && container->runtime != Runtime::kPodman;
    const std::string problem = has_cri ? ask(*container) : container->problem;
    if (!problem.empty()) {
      give_up_or_retry(taken, problem);
    }
  }

  // Empty: nothing more to ask. Else why something is missing.
  std::string ask(const Container& container) {
    std::string problem = "no container runtime's socket is there";
    for (const std::string& path : options.cri_sockets) {
      CriClient* client = client_of(path);
      if (client == nullptr) {
        continue;
      }
      auto answer = ask_runtime(*client, container.id);
      if (answer) {
        return take(container, *answer);
      }
      ++(answer.error().code == ErrorCode::kNotFound ? runtime_knows_not : runtime_unreachable);
      problem = fmt::format("{}: {}", path, answer.error().message);
    }
    return problem;
  }

  CriClient* client_of(const std::string& path) {
    const std::string socket = options.runtimes.root + path;
    std::error_code error;
    if (!std::filesystem::is_socket(socket, error)) {
      clients.erase(path);
      return nullptr;
    }
    auto& client = clients[path];
    if (!client) {
      client = std::make_unique<CriClient>(socket, CriOptions{.timeout = options.cri_timeout});
    }
    return client.get();
  }

  std::string take(const Container& container, const RuntimeAnswer& answer) {
    std::string uid = container.pod ? container.pod->uid : "";
    if (answer.pod) {
      uid = uid.empty() ? answer.pod->uid : uid;
      table.update_pod(uid, [&](Pod& pod) { apply(*answer.pod, pod); });
    }
    table.update(container.id, uid, [&](Container& known) { apply(answer, known); });
    if (answer.container && answer.container->state == CriContainerState::kCreated) {
      return "the container has not started yet";
    }
    return {};
  }

  void give_up_or_retry(const RetryQueue::Taken& taken, const std::string& problem) {
    unsigned tries = 0;
    {
      const std::lock_guard lock(queue_lock);
      tries = queue.again(taken.name, taken.tries, Clock::now());
    }
    table.update(taken.name, {}, [&](Container& container) {
      if (container.metadata == Metadata::kComplete) {
        return;
      }
      container.problem = problem;
      if (container.metadata == Metadata::kPath && tries >= options.tries_until_missing) {
        container.metadata = Metadata::kMissing;
      }
    });
  }

  // Ends that were lost on the way here.
  void sweep() {
    std::unordered_set<std::string> sandboxes;
    for (const auto& container : table.containers()) {
      if (!is_there(*container)) {
        if (container->cgroup_id != 0) {
          remove_cgroup(container->cgroup_id);
        } else {
          table.remove_container(container->id);
        }
      } else if (container->pod) {
        sandboxes.insert(container->pod->sandbox_id);
      }
    }
    const std::lock_guard lock(queue_lock);
    std::erase_if(known_sandboxes, [&](const std::string& id) { return !sandboxes.contains(id); });
  }

  [[nodiscard]] bool is_there(const Container& container) const {
    if (container.cgroup_id != 0) {
      return tree && tree->id_of(container.cgroup_path) == container.cgroup_id;
    }
    std::error_code error;
    return (tree && tree->id_of(container.cgroup_path) != 0) ||
           std::ranges::any_of(legacy_mounts, [&](const std::string& mount) {
             return std::filesystem::is_directory(mount + container.cgroup_path, error);
           });
  }
};

Resolver::Resolver(std::unique_ptr<State> state) : state_(std::move(state)) {}

Resolver::~Resolver() {
  state_->watch.reset();
  state_->worker.request_stop();
  state_->queue_changed.notify_all();
}

Result<std::unique_ptr<Resolver>> Resolver::open(ResolverOptions options) {
  auto state = std::make_unique<State>(std::move(options));
  YAGURA_TRY_VOID(state->find_hierarchies());
  state->scan();
  State& running = *state;
  state->worker = std::jthread([&running](const std::stop_token& stop) { running.work(stop); });
  auto resolver = std::unique_ptr<Resolver>(new Resolver(std::move(state)));
  if (running.options.kubernetes) {
    Resolver& self = *resolver;
    running.watch = std::make_unique<KubernetesWatch>(
        *running.options.kubernetes,
        PodSink{.put = [&self](const ListedPod& pod) { self.put_pod(pod); },
                .remove = [&self](const std::string& uid) { self.remove_pod(uid); },
                .keep = [&self](const std::vector<std::string>& uids) { self.keep_pods(uids); }});
  }
  return resolver;
}

void Resolver::on_cgroup_made(std::uint64_t cgroup_id, std::string_view path) {
  state_->add_cgroup(cgroup_id, path);
}

void Resolver::on_cgroup_gone(std::uint64_t cgroup_id) { state_->remove_cgroup(cgroup_id); }

std::shared_ptr<const Container> Resolver::find(std::uint64_t cgroup_id) {
  return state_->find(cgroup_id);
}

std::shared_ptr<const Container> Resolver::find_process(std::uint32_t pid,
                                                        std::uint64_t cgroup_id) {
  return state_->find_process(pid, cgroup_id);
}

std::uint64_t Resolver::generation() const { return state_->table.generation(); }

void Resolver::put_pod(const ListedPod& listed) {
  state_->table.update_pod(
      listed.cgroup_uid,
      [&](Pod& pod) {
        const Pod before = std::move(pod);
        pod = listed.pod;
        pod.uid = listed.cgroup_uid;
        pod.sandbox_id = before.sandbox_id;
      },
      true, listed.probes);
}

void Resolver::remove_pod(const std::string& cgroup_uid) {
  state_->table.update_pod(cgroup_uid, [](Pod&) {}, false);
}

void Resolver::keep_pods(const std::vector<std::string>& cgroup_uids) {
  const std::unordered_set<std::string> kept(cgroup_uids.begin(), cgroup_uids.end());
  for (const std::string& uid : state_->table.listed_pods()) {
    if (!kept.contains(uid)) {
      remove_pod(uid);
    }
  }
}

std::vector<std::shared_ptr<const Container>> Resolver::containers() const {
  return state_->table.containers();
}

std::vector<std::shared_ptr<const Pod>> Resolver::pods() const { return state_->table.pods(); }

ResolverCounts Resolver::counts() const {
  ResolverCounts counts;
  for (const auto& container : state_->table.containers()) {
    switch (container->metadata) {
      case Metadata::kPath:
        ++counts.path;
        break;
      case Metadata::kBundle:
        ++counts.bundle;
        break;
      case Metadata::kComplete:
        ++counts.complete;
        break;
      case Metadata::kMissing:
        ++counts.missing;
        break;
    }
  }
  counts.pods = state_->table.pods().size();
  counts.cgroups = state_->table.cgroups();
  counts.containers_made = state_->containers_made;
  counts.over_limit = state_->over_limit;
  counts.looked_up = state_->looked_up;
  counts.bundles_not_found = state_->bundles_not_found;
  counts.bundles_refused = state_->bundles_refused;
  counts.runtime_unreachable = state_->runtime_unreachable;
  counts.runtime_knows_not = state_->runtime_knows_not;
  if (state_->watch) {
    counts.kubernetes = state_->watch->counts();
  }
  return counts;
}

void Resolver::set_listener(std::function<void(const ContainerChange&)> listener) {
  state_->table.set_listener(std::move(listener));
}

}  // namespace yagura::sensor
