#include "sensor/probe/calls_seen.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <unordered_map>

#include "calls_seen.skel.h"
#include "sensor/probe/bpf_error.hpp"
#include "sensor/probe/call_numbers.hpp"

namespace yagura::sensor {
namespace {

constexpr std::size_t kWords = 16;
constexpr std::size_t kCompat = 512;
using Bits = std::array<std::uint64_t, kWords>;

struct CloseSkeleton {
  void operator()(calls_seen_bpf* skeleton) const { calls_seen_bpf__destroy(skeleton); }
};

// Event types by position of the bit; kPluginEvent: a call without a name.
std::array<rules::EventType, kWords * 64> make_types() {
  std::array<rules::EventType, kWords * 64> types{};
  const auto enter = [&](std::span<const CallNumber> calls, std::size_t offset) {
    for (const CallNumber& call : calls) {
      if (call.number >= kCompat) continue;
      types[offset + call.number] =
          rules::find_event_type(event_name_of_call(call.name)).value_or(rules::kPluginEvent);
    }
  };
  enter(native_calls(), 0);
  enter(compat_calls(), kCompat);
  return types;
}

}  // namespace

struct CallsSeen::State {
  std::unique_ptr<calls_seen_bpf, CloseSkeleton> skeleton;
  int map = -1;
  std::unordered_map<std::uint64_t, Bits> told;  // by cgroup
  std::array<rules::EventType, kWords * 64> types = make_types();
};

CallsSeen::CallsSeen(std::unique_ptr<State> state) : state_(std::move(state)) {}
CallsSeen::~CallsSeen() = default;

Result<std::unique_ptr<CallsSeen>> CallsSeen::open() {
  keep_bpf_warnings();
  auto state = std::make_unique<State>();
  state->skeleton.reset(calls_seen_bpf__open());
  if (!state->skeleton) return bpf_failure("opening the program that marks calls", -errno);
  if (const int error = calls_seen_bpf__load(state->skeleton.get()); error != 0) {
    return bpf_failure("loading the program that marks calls", error);
  }
  state->map = bpf_map__fd(state->skeleton->maps.calls_seen);
  if (const int error = calls_seen_bpf__attach(state->skeleton.get()); error != 0) {
    return bpf_failure("attaching the program that marks calls", error);
  }
  return std::unique_ptr<CallsSeen>(new CallsSeen(std::move(state)));
}

bool CallsSeen::add(std::uint64_t cgroup_id) {
  if (state_->told.contains(cgroup_id)) return true;
  if (state_->told.size() >= kMaxCgroups) return false;
  const Bits none{};
  if (bpf_map_update_elem(state_->map, &cgroup_id, none.data(), BPF_NOEXIST) != 0 &&
      errno != EEXIST) {
    return false;
  }
  state_->told.emplace(cgroup_id, none);
  return true;
}

void CallsSeen::remove(std::uint64_t cgroup_id) {
  if (state_->told.erase(cgroup_id) == 0) return;
  bpf_map_delete_elem(state_->map, &cgroup_id);
}

void CallsSeen::take(const OnCalls& on_calls) {
  std::vector<rules::EventType> calls;
  for (auto& [cgroup_id, told] : state_->told) {
    Bits seen{};
    if (bpf_map_lookup_elem(state_->map, &cgroup_id, seen.data()) != 0) continue;
    calls.clear();
    for (std::size_t word = 0; word < kWords; ++word) {
      for (std::uint64_t fresh = seen[word] & ~told[word]; fresh != 0; fresh &= fresh - 1) {
        const std::size_t bit = word * 64 + static_cast<std::size_t>(std::countr_zero(fresh));
        if (state_->types[bit] != rules::kPluginEvent) calls.push_back(state_->types[bit]);
      }
    }
    told = seen;
    std::ranges::sort(calls);
    const auto repeated = std::ranges::unique(calls);
    calls.erase(repeated.begin(), repeated.end());
    if (!calls.empty()) on_calls(cgroup_id, calls);
  }
}

}  // namespace yagura::sensor
