#include "sensor/incident/response/network_isolation.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <utility>

#include "sensor_isolate.skel.h"

namespace yagura::sensor {
namespace {

struct Destroy {
  void operator()(sensor_isolate_bpf* skeleton) const { sensor_isolate_bpf__destroy(skeleton); }
  void operator()(bpf_link* link) const { bpf_link__destroy(link); }
};
using Skeleton = std::unique_ptr<sensor_isolate_bpf, Destroy>;
using Link = std::unique_ptr<bpf_link, Destroy>;

struct Isolated {
  Skeleton skeleton;
  Link out;
  Link in;
};

// What may become a file's name in bpffs, where dots are refused.
bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= 128 && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  });
}

Result<Skeleton> load(Loopback loopback) {
  Skeleton skeleton(sensor_isolate_bpf__open());
  if (!skeleton) {
    return fail(ErrorCode::kInternal, "the isolation program does not open");
  }
  skeleton->rodata->ygr_keep_loopback = loopback == Loopback::kKept ? 1 : 0;
  if (const int error = sensor_isolate_bpf__load(skeleton.get()); error != 0) {
    return fail(
        ErrorCode::kUnsupported,
        fmt::format("the kernel does not load the isolation program: {}", std::strerror(-error)));
  }
  return skeleton;
}

Result<Link> attach(bpf_program* program, int cgroup) {
  Link link(bpf_program__attach_cgroup(program, cgroup));
  if (!link) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("the isolation program does not attach: {}", std::strerror(errno)));
  }
  return link;
}

}  // namespace

struct NetworkIsolation::State {
  std::string pins;
  std::map<std::string, Isolated> isolated;

  [[nodiscard]] std::string pin(const std::string& name, std::string_view end) const {
    return fmt::format("{}/{}-{}", pins, name, end);
  }
  [[nodiscard]] bool is_pinned(const std::string& name) const {
    std::error_code error;
    return !pins.empty() && std::filesystem::exists(pin(name, "out"), error);
  }
  bool unpin(const std::string& name) const {
    const bool had_out = ::unlink(pin(name, "out").c_str()) == 0;
    const bool had_in = ::unlink(pin(name, "in").c_str()) == 0;
    return had_out || had_in;
  }
  Result<void> keep(const std::string& name, const Isolated& programs) const {
    if (pins.empty()) {
      return {};
    }
    std::error_code error;
    std::filesystem::create_directories(pins, error);
    for (const auto& [link, end] :
         {std::pair{programs.in.get(), "in"}, std::pair{programs.out.get(), "out"}}) {
      if (const int failure = bpf_link__pin(link, pin(name, end).c_str()); failure != 0) {
        unpin(name);
        return fail(ErrorCode::kIo,
                    fmt::format("pinning {}: {}", pin(name, end), std::strerror(-failure)));
      }
    }
    return {};
  }
};

NetworkIsolation::NetworkIsolation(std::string pin_directory) : state_(std::make_unique<State>()) {
  state_->pins = std::move(pin_directory);
}

NetworkIsolation::~NetworkIsolation() = default;

Result<void> NetworkIsolation::isolate(const std::string& name, const std::string& cgroup,
                                       Loopback loopback) {
  if (!is_name(name)) {
    return fail(ErrorCode::kInvalidInput, "a pod is isolated by its uid");
  }
  if (is_isolated(name)) {
    return {};
  }
  const int directory = ::open(cgroup.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) {
    return fail(ErrorCode::kNotFound, fmt::format("{}: {}", cgroup, std::strerror(errno)));
  }
  const auto all = [&]() -> Result<Isolated> {
    Isolated programs;
    YAGURA_TRY(programs.skeleton, load(loopback));
    YAGURA_TRY(programs.out, attach(programs.skeleton->progs.isolate_out, directory));
    YAGURA_TRY(programs.in, attach(programs.skeleton->progs.isolate_in, directory));
    YAGURA_TRY_VOID(state_->keep(name, programs));
    return programs;
  };
  auto programs = all();
  ::close(directory);
  if (!programs) {
    return std::unexpected(std::move(programs).error());
  }
  state_->isolated[name] = *std::move(programs);
  return {};
}

Result<void> NetworkIsolation::release(const std::string& name) {
  if (!is_name(name)) {
    return fail(ErrorCode::kInvalidInput, "a pod is isolated by its uid");
  }
  const bool was_pinned = !state_->pins.empty() && state_->unpin(name);
  if (state_->isolated.erase(name) == 0 && !was_pinned) {
    return fail(ErrorCode::kNotFound, fmt::format("{} is not isolated", name));
  }
  return {};
}

bool NetworkIsolation::is_isolated(const std::string& name) const {
  return state_->isolated.contains(name) || (is_name(name) && state_->is_pinned(name));
}

IsolationCounts NetworkIsolation::counts(const std::string& name) const {
  const auto found = state_->isolated.find(name);
  if (found == state_->isolated.end()) {
    return {};
  }
  const auto* data = found->second.skeleton->bss;
  return {.dropped_out = data->ygr_dropped_out, .dropped_in = data->ygr_dropped_in};
}

}  // namespace yagura::sensor
