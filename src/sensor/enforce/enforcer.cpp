#include "sensor/enforce/enforcer.hpp"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <set>

#include "sensor/enforce/assignment.hpp"
#include "sensor/enforce/domain_addresses.hpp"
#include "sensor/enforce/exec_guard.hpp"
#include "sensor/enforce/hash_files.hpp"
#include "sensor/enforce/kernel/cgroup_files.hpp"
#include "sensor/enforce/kernel/judged_calls.hpp"
#include "sensor/enforce/kernel/node_addresses.hpp"
#include "sensor/enforce/kernel/tables.hpp"

namespace yagura::sensor::enforce {
namespace {

constexpr std::size_t kMaxProblems = 100;
constexpr std::chrono::seconds kNodeAddressesAge{30};

std::uint64_t boot_time_ns() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec);
}

// Of what makes a policy another one: FNV-1a of its rules' text would need them written out again,
// so its place in the file does not count, but each value does.
std::uint64_t content_of(const Policy& policy) {
  std::uint64_t hash = 14695981039346656037ULL;
  const auto add = [&](std::string_view bytes) {
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    hash = (hash ^ 0xff) * 1099511628211ULL;
  };
  add(fmt::format("{} {} {} {} {}", policy.name, static_cast<int>(policy.mode),
                  policy.auto_revert.after.count(), policy.auto_revert.after_denials,
                  policy.judges_node));
  for (const PolicyRule& rule : policy.rules) {
    add(fmt::format("{} {} {}", rule.field, rule.operations, static_cast<int>(rule.effect)));
    for (const PathPattern& path : rule.paths)
      add(fmt::format("{}{}", static_cast<int>(path.kind), path.path));
    for (const Sha256& digest : rule.hashes)
      add({reinterpret_cast<const char*>(digest.data()), digest.size()});
    for (const Cidr& cidr : rule.cidrs) {
      add({reinterpret_cast<const char*>(cidr.address.data()), cidr.address.size()});
      add(std::to_string(cidr.length));
    }
    add(rule.watch_list);
    for (const std::string& domain : rule.domains) add(domain);
    for (const PortRange& range : rule.ports) {
      add(fmt::format("{} {} {}", static_cast<int>(range.protocol), range.first, range.last));
    }
    for (const std::uint64_t subject : rule.subjects) add(std::to_string(subject));
  }
  return hash;
}

struct ActiveGroup {
  std::uint32_t number = 0;
  std::shared_ptr<const Group> group;
};

}  // namespace

struct Enforcer::State {
  EnforcerOptions options;
  char tier = 'C';
  Ladder ladder;
  std::unique_ptr<Programs> programs;
  std::optional<Tables> tables;
  std::shared_ptr<const std::vector<Policy>> policies = std::make_shared<std::vector<Policy>>();
  std::map<std::uint64_t, std::shared_ptr<const Container>> containers;
  std::map<std::uint64_t, std::uint64_t> pod_of;  // container's control group to the pod's
  std::map<PolicySet, ActiveGroup> groups;
  std::map<std::uint64_t, PolicySet> policed;
  std::set<std::uint64_t> unknown;
  std::set<std::uint64_t> own_cgroups;  // that hold exempt processes, and those above
  std::vector<std::string> problems;
  std::vector<std::string> lasting_problems;  // of the node, whatever the policies
  std::chrono::steady_clock::time_point node_addresses_at;
  bool has_told_of_node = false;
  std::unique_ptr<ExecGuard> guard;
  DomainAddresses domains;
  ring_buffer* ring = nullptr;
  const OnVerdict* on_verdict = nullptr;
  std::size_t given = 0;
  Result<void> apply_result;

  ~State() { ring_buffer__free(ring); }

  void problem(std::string text) {
    if (problems.size() < kMaxProblems) problems.push_back(std::move(text));
  }

  // The control groups of processes that must never be refused anything.
  void find_own_cgroups() {
    for (const std::uint32_t pid : options.exempt_pids) {
      const auto path = cgroup_path_of(pid);
      if (!path) continue;
      std::filesystem::path folder =
          options.cgroup_root / std::filesystem::path(*path).relative_path();
      while (folder.string().size() > options.cgroup_root.string().size()) {
        if (const auto id = cgroup_id_of(folder)) own_cgroups.insert(*id);
        folder = folder.parent_path();
      }
    }
    if (const auto id = cgroup_id_of(options.cgroup_root)) own_cgroups.insert(*id);
  }

  ActiveGroup* group_for(const PolicySet& set) {
    auto [found, is_new] = groups.try_emplace(set);
    if (!is_new) return &found->second;
    std::vector<const Policy*> members;
    for (const std::size_t index : set) members.push_back(&(*policies)[index]);
    auto compiled = std::make_shared<Group>(compile_group(members, tables->seed()));
    auto number = tables->add_group(*compiled);
    if (!number) {
      problem(
          fmt::format("policies are not in force for some containers: {}", number.error().message));
      groups.erase(found);
      return nullptr;
    }
    found->second = {.number = *number, .group = std::move(compiled)};
    return &found->second;
  }

  void assign(std::uint64_t cgroup_id, const PolicySet& set, std::string_view what,
              bool is_container) {
    if (set.empty()) {
      release(cgroup_id);
      return;
    }
    if (own_cgroups.contains(cgroup_id)) {
      problem(fmt::format("{} is not policed: it holds this process or one that is exempt", what));
      release(cgroup_id);
      return;
    }
    ActiveGroup* group = group_for(set);
    if (group == nullptr) {
      release(cgroup_id);
      return;
    }
    if (auto policed_now =
            tables->police(cgroup_id, group->number, is_container && options.spares_runtime);
        !policed_now) {
      problem(fmt::format("{} is not policed: {}", what, policed_now.error().message));
      return;
    }
    policed[cgroup_id] = set;
  }

  void release(std::uint64_t cgroup_id) {
    tables->release(cgroup_id);
    policed.erase(cgroup_id);
  }

  void assign_container(std::uint64_t cgroup_id, const Container& container) {
    const Assigner assigner(*policies, options.polices_unknown);
    const Assignment assignment = assigner.of_container(container);
    unknown.erase(cgroup_id);
    if (assignment.is_unknown) unknown.insert(cgroup_id);
    assign(cgroup_id, assignment.policies, fmt::format("container {}", container.short_id()), true);
    assign_pod(cgroup_id, container, assigner);
  }

  void assign_pod(std::uint64_t cgroup_id, const Container& container, const Assigner& assigner) {
    if (container.pod == nullptr || container.cgroup_path.empty()) return;
    const std::filesystem::path above = std::filesystem::path(container.cgroup_path).parent_path();
    // Of the forms that identity/ reads, those whose parent is the pod's own group have its uid.
    if (above.filename().string().find("pod") == std::string::npos) return;
    const auto id = cgroup_id_of(options.cgroup_root / above.relative_path());
    if (!id) return;
    pod_of[cgroup_id] = *id;
    assign(*id, assigner.of_pod(*container.pod).policies,
           fmt::format("pod {}", container.pod->name), true);
  }

  void assign_hosts() {
    for (std::size_t i = 0; i < policies->size(); ++i) {
      for (const std::string& path : (*policies)[i].selector.host_cgroups) {
        const auto id =
            cgroup_id_of(options.cgroup_root / std::filesystem::path(path).relative_path());
        if (!id) {
          problem(
              fmt::format("policy {}: there is no control group {}", (*policies)[i].name, path));
          continue;
        }
        PolicySet set = policed.contains(*id) ? policed[*id] : PolicySet{};
        if (std::ranges::find(set, i) == set.end()) set.push_back(i);
        assign(*id, set, fmt::format("control group {}", path), false);
      }
    }
  }

  void apply_policy_states() {
    std::set<std::uint32_t> numbers;
    for (const Policy& policy : *policies) {
      ygr_policy_state state{};
      state.content = content_of(policy);
      state.max_denials = policy.auto_revert.after_denials;
      if (policy.auto_revert.after.count() > 0) {
        state.deadline_ns =
            boot_time_ns() +
            static_cast<std::uint64_t>(std::chrono::nanoseconds(policy.auto_revert.after).count());
      }
      if (auto added = tables->add_policy(policy.number, state); !added) {
        problem(fmt::format("policy {} does not revert by itself: {}", policy.name,
                            added.error().message));
      }
      numbers.insert(policy.number);
    }
    tables->keep_policies(numbers);
  }

  [[nodiscard]] bool is_attached(std::string_view hook) const {
    return std::ranges::any_of(programs->hooks(), [&](const HookState& state) {
      return state.name == hook && state.is_attached;
    });
  }

  void report_what_no_tier_judges() {
    const bool judges_packets =
        is_attached("cgroup_skb/ingress") && is_attached("cgroup_skb/egress");
    for (const Policy& policy : *policies) {
      for (const PolicyRule& rule : policy.rules) {
        const bool is_missing = (!judges_packets && rule.speaks_of(YGR_OP_INGRESS)) ||
                                (tier != 'A' && rule.speaks_of(YGR_OP_CAPABILITY));
        if (is_missing)
          problem(fmt::format("policy {}: {} is not judged by any means that this node has",
                              policy.name, rule.field));
      }
    }
  }

  // Where they are asked for: reading them takes its time on nodes with many routes.
  void update_node_addresses() {
    if (!tables->judges_packets()) return;
    node_addresses_at = std::chrono::steady_clock::now();
    auto addresses = read_node_addresses(options.host_network);
    const auto kept =
        addresses ? tables->set_node_addresses(*addresses) : std::unexpected(addresses.error());
    if (!kept && !has_told_of_node) {
      problem(
          fmt::format("what the node sends is judged as anybody else's: {}", kept.error().message));
    }
    has_told_of_node = !kept.has_value();
  }

  void update_guard() {
    if (!guard) return;
    auto policing = std::make_shared<ExecGuard::Policing>();
    policing->seed = tables->seed();
    for (const auto& [cgroup_id, set] : policed) policing->groups[cgroup_id] = groups.at(set).group;
    guard->set_policing(policing);
    for (const auto& [cgroup_id, container] : containers) {
      if (!policed.contains(cgroup_id)) continue;
      for (const std::uint32_t pid :
           processes_of(options.cgroup_root /
                        std::filesystem::path(container->cgroup_path).relative_path())) {
        guard->watch(fmt::format("/proc/{}/root", pid));
        break;
      }
    }
  }

  static int take_record(void* context, void* data, std::size_t size) {
    auto* state = static_cast<State*>(context);
    const auto view = RecordView::read({static_cast<const std::byte*>(data), size});
    if (view) state->give(*view);
    return 0;
  }

  void give(const RecordView& record) {
    ++given;
    hash_what_is_unknown(record);
    if (on_verdict != nullptr && *on_verdict) (*on_verdict)(record);
  }

  void hash_what_is_unknown(const RecordView& record) {
    const auto verdict = record.get<ygr_verdict>(YGR_S_VERDICT);
    if (!verdict || verdict->subject != 1 ||
        (verdict->operation != YGR_OP_EXEC && verdict->operation != YGR_OP_EXEC_HASH)) {
      return;
    }
    const auto file = record.get<ygr_file>(YGR_S_FD);
    if (!file) return;
    const auto roots = roots_of(record.header());
    if (const auto hash = hash_executable(*file, record.text(YGR_S_FD_PATH), roots)) {
      tables->set_hash(
          {.dev = file->dev, .ino = file->ino, .ctime_ns = file->ctime_ns, .size = file->size},
          *hash);
    }
  }

  // Processes through whose root the file can be reached: the one that tried, and others there.
  std::vector<std::uint32_t> roots_of(const ygr_header& header) const {
    std::vector<std::uint32_t> pids{header.pid};
    for (const auto& [cgroup_id, container] : containers) {
      if (cgroup_id != header.cgroup_id) continue;
      for (const std::uint32_t pid :
           processes_of(options.cgroup_root /
                        std::filesystem::path(container->cgroup_path).relative_path())) {
        pids.push_back(pid);
      }
    }
    pids.push_back(static_cast<std::uint32_t>(getpid()));
    return pids;
  }
};

Enforcer::Enforcer() : state_(std::make_unique<State>()) {}
Enforcer::~Enforcer() = default;

Result<std::unique_ptr<Enforcer>> Enforcer::open(EnforcerOptions options) {
  std::unique_ptr<Enforcer> enforcer(new Enforcer);
  State& state = *enforcer->state_;
  if (options.cgroup_root.empty()) options.cgroup_root = find_cgroup_root();
  if (options.cgroup_root.empty())
    return fail(ErrorCode::kUnsupported, "cgroup2 is mounted nowhere");
  if (options.attach_cgroup.empty()) options.attach_cgroup = options.cgroup_root;
  options.exempt_pids.push_back(static_cast<std::uint32_t>(getpid()));
  state.options = options;
  state.ladder = probe_ladder(options.strongest_tier);
  state.tier = std::max(state.ladder.tier(), options.strongest_tier);
  const auto pins = options.pins / fmt::format("v{}", static_cast<int>(YGR_TABLES_VERSION));
  auto programs =
      Programs::load({.tier = state.tier, .pins = pins, .attach_cgroup = options.attach_cgroup});
  if (!programs && state.tier == 'A') {
    state.problem(fmt::format("tier A: {}", programs.error().message));
    state.tier = 'B';
    programs =
        Programs::load({.tier = state.tier, .pins = pins, .attach_cgroup = options.attach_cgroup});
  }
  if (!programs) return std::unexpected(std::move(programs).error());
  state.programs = std::move(*programs);
  YAGURA_TRY(Tables tables, Tables::open(*state.programs, options.host_mount_namespace));
  state.tables.emplace(std::move(tables));
  if (state.tier != 'A') YAGURA_TRY_VOID(fill_judged_calls(*state.programs));
  for (const std::uint32_t pid : options.exempt_pids) {
    if (const auto start = start_ticks_of(pid)) YAGURA_TRY_VOID(state.tables->exempt(pid, *start));
  }
  state.find_own_cgroups();
  state.ring =
      ring_buffer__new(state.programs->map("verdicts"), State::take_record, &state, nullptr);
  if (state.ring == nullptr) return fail(ErrorCode::kIo, "the ring of verdicts does not open");
  if (state.tier == 'B' && state.ladder.fanotify.empty()) {
    auto guard = ExecGuard::start({.cgroup_root = options.cgroup_root,
                                   .exempt_pids = options.exempt_pids,
                                   .still_blocks = [&state](std::uint32_t policy) {
                                     return state.tables->still_blocks(policy, boot_time_ns());
                                   }});
    if (guard) {
      state.guard = std::move(*guard);
    } else {
      state.problem(guard.error().message);
    }
  }
  state.lasting_problems = state.problems;
  return enforcer;
}

Result<void> Enforcer::apply(std::vector<Policy> policies,
                             std::span<const PolicedContainer> containers) {
  State& state = *state_;
  std::set<std::uint64_t> before;
  for (const std::uint64_t id : state.tables->policed()) before.insert(id);
  state.problems = state.lasting_problems;
  state.has_told_of_node = false;
  state.policies = std::make_shared<const std::vector<Policy>>(std::move(policies));
  state.groups.clear();
  state.policed.clear();
  state.unknown.clear();
  state.containers.clear();
  state.pod_of.clear();
  state.domains.clear();
  state.apply_policy_states();
  for (const PolicedContainer& one : containers) {
    state.containers[one.cgroup_id] = one.container;
    state.assign_container(one.cgroup_id, *one.container);
  }
  state.assign_hosts();
  state.report_what_no_tier_judges();
  for (const std::uint64_t id : before) {
    if (!state.policed.contains(id)) state.tables->release(id);
  }
  std::set<std::uint32_t> numbers;
  for (const auto& [set, group] : state.groups) numbers.insert(group.number);
  state.tables->keep_groups(numbers);
  state.update_node_addresses();
  state.update_guard();
  return {};
}

void Enforcer::on_container(const PolicedContainer& container) {
  state_->containers[container.cgroup_id] = container.container;
  state_->assign_container(container.cgroup_id, *container.container);
  state_->update_guard();
}

void Enforcer::on_container_gone(std::uint64_t cgroup_id) {
  State& state = *state_;
  state.release(cgroup_id);
  state.containers.erase(cgroup_id);
  state.unknown.erase(cgroup_id);
  if (const auto found = state.pod_of.find(cgroup_id); found != state.pod_of.end()) {
    const std::uint64_t pod = found->second;
    state.pod_of.erase(found);
    const bool has_others =
        std::ranges::any_of(state.pod_of, [&](const auto& other) { return other.second == pod; });
    if (!has_others) state.release(pod);
  }
}

void Enforcer::on_dns_answer(std::uint64_t cgroup_id, const DnsMessage& answer,
                             std::chrono::nanoseconds since_boot) {
  State& state = *state_;
  const auto found = state.policed.find(cgroup_id);
  if (found == state.policed.end()) return;
  const ActiveGroup& group = state.groups.at(found->second);
  for (const auto& address : state.domains.learn(group.number, *group.group, answer, since_boot)) {
    if (auto added = state.tables->add_address(group.number, address.cidr, address.ports); !added) {
      state.problem(
          fmt::format("an address of a domain is not in force: {}", added.error().message));
    }
  }
}

void Enforcer::tick(std::chrono::nanoseconds since_boot) {
  for (const auto& [group, cidr] : state_->domains.expire(since_boot))
    state_->tables->remove_address(group, cidr);
  if (std::chrono::steady_clock::now() - state_->node_addresses_at >= kNodeAddressesAge)
    state_->update_node_addresses();
}

Result<void> Enforcer::set_watched(const WatchedLines& lines) {
  return state_->tables->set_watched(lines.lines());
}

std::set<std::string> Enforcer::named_watch_lists() const {
  std::set<std::string> names;
  for (const Policy& policy : *state_->policies) {
    for (const PolicyRule& rule : policy.rules) {
      if (!rule.watch_list.empty()) names.insert(rule.watch_list);
    }
  }
  return names;
}

Result<std::size_t> Enforcer::poll(std::chrono::milliseconds timeout, const OnVerdict& on_verdict) {
  State& state = *state_;
  state.given = 0;
  state.on_verdict = &on_verdict;
  if (state.guard) {
    state.guard->take_verdicts([&](const RecordView& record) { state.give(record); });
  }
  const int error =
      ring_buffer__poll(state.ring, state.given > 0 ? 0 : static_cast<int>(timeout.count()));
  state.on_verdict = nullptr;
  if (error < 0 && error != -EINTR)
    return fail(ErrorCode::kIo, fmt::format("reading verdicts: {}", -error));
  return state.given;
}

const std::vector<std::string>& Enforcer::problems() const { return state_->problems; }

EnforcerStatus Enforcer::status() const {
  const State& state = *state_;
  EnforcerStatus status{
      .tier = state.tier, .ladder = state.ladder, .hooks = state.programs->hooks()};
  if (state.tier == 'B') {
    status.hooks.push_back({.name = "fanotify/open_exec",
                            .is_attached = state.guard != nullptr,
                            .problem = state.guard != nullptr ? "" : state.ladder.fanotify});
  }
  for (std::size_t i = 0; i < state.policies->size(); ++i) {
    const Policy& policy = (*state.policies)[i];
    PolicyStatus one{.name = policy.name, .mode = policy.mode};
    if (const auto known = state.tables->policy(policy.number)) {
      one.is_reverted =
          known->is_reverted != 0 || (policy.mode == Mode::kBlock && known->deadline_ns != 0 &&
                                      boot_time_ns() >= known->deadline_ns);
      one.denials = known->denials;
    }
    for (const auto& [cgroup_id, set] : state.policed) {
      if (state.containers.contains(cgroup_id) && std::ranges::find(set, i) != set.end())
        ++one.containers;
    }
    status.policies.push_back(std::move(one));
  }
  status.policed_cgroups = state.policed.size();
  status.unknown_containers = state.unknown.size();
  const ygr_enforce_counts counts = state.tables->counts();
  status.judged = counts.judged;
  status.verdicts = counts.verdicts;
  status.verdicts_lost = counts.verdicts_lost;
  status.let_through = counts.busy;
  status.problems = state.problems;
  for (const PolicyStatus& policy : status.policies) {
    if (policy.is_reverted)
      status.problems.push_back(fmt::format("policy {} fell back to alert", policy.name));
  }
  return status;
}

std::pair<std::string, std::string> Enforcer::names_of(const ygr_verdict& verdict) const {
  for (const Policy& policy : *state_->policies) {
    if (policy.number != verdict.policy) continue;
    return {policy.name,
            verdict.rule < policy.rules.size() ? policy.rules[verdict.rule].field : ""};
  }
  return {};
}

Result<void> Enforcer::remove_all(const std::filesystem::path& pins) {
  std::error_code error;
  std::vector<std::filesystem::path> versions;
  for (const auto& entry : std::filesystem::directory_iterator(pins, error))
    versions.push_back(entry.path());
  for (const auto& version : versions) YAGURA_TRY_VOID(Programs::remove(version));
  std::filesystem::remove(pins, error);
  return {};
}

std::string to_text(const EnforcerStatus& status) {
  std::string text = fmt::format("tier {}\n", status.tier);
  const auto rung = [&](char tier, std::string_view what, const std::string& problem) {
    text += fmt::format("  {} {}: {}\n", tier, what, problem.empty() ? "yes" : problem);
  };
  rung('A', "LSM programs", status.ladder.lsm);
  rung('B', "programs of control groups", status.ladder.cgroup_hooks);
  rung('B', "fanotify", status.ladder.fanotify);
  rung('B', "killing tracepoints", status.ladder.tracepoints);
  for (const HookState& hook : status.hooks) {
    text +=
        fmt::format("  {} {}\n", hook.name, hook.is_attached ? "in force" : "- " + hook.problem);
  }
  for (const PolicyStatus& policy : status.policies) {
    text += fmt::format("policy {} {}{}, {} containers, {} denials\n", policy.name,
                        to_string(policy.mode), policy.is_reverted ? " (fell back to alert)" : "",
                        policy.containers, policy.denials);
  }
  for (const std::string& problem : status.problems) text += fmt::format("problem: {}\n", problem);
  return text;
}

}  // namespace yagura::sensor::enforce
