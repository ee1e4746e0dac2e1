// Component by component from the root. A pod's directory sets uid and class; the first container
// below a pod ends the walk; a container outside pods is remembered, but a pod further down takes
// its place (a node that is itself a container: kind, k3d).

#include "sensor/identity/cgroup_path.hpp"

#include <algorithm>
#include <array>

namespace yagura::sensor {
namespace {

constexpr std::size_t kMaxPath = 4096;
constexpr std::size_t kIdLength = 64;
constexpr std::size_t kMaxUid = 64;
constexpr int kMaxLines = 64;

struct RuntimePrefix {
  std::string_view text;
  Runtime runtime;
};
constexpr std::array kScopes = {
    RuntimePrefix{"cri-containerd", Runtime::kContainerd},
    RuntimePrefix{"crio", Runtime::kCrio},
    RuntimePrefix{"docker", Runtime::kDocker},
    RuntimePrefix{"libpod-payload", Runtime::kPodman},
    RuntimePrefix{"libpod", Runtime::kPodman},
    RuntimePrefix{"nerdctl", Runtime::kContainerd},
};

bool is_id(std::string_view text) {
  return text.size() == kIdLength && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool is_uid(std::string_view text) {
  return !text.empty() && text.size() <= kMaxUid && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
}

struct FoundContainer {
  std::string_view id;
  Runtime runtime = Runtime::kUnknown;
};

// "cri-containerd-<id>.scope", "crio-<id>", "<id>". Names of monitors fail: what stands between
// prefix and id is not empty.
std::optional<FoundContainer> container_of(std::string_view component) {
  if (component.ends_with(".scope")) {
    component.remove_suffix(6);
  }
  if (is_id(component)) {
    return FoundContainer{component, Runtime::kUnknown};
  }
  for (const auto& [prefix, runtime] : kScopes) {
    if (component.starts_with(prefix) && component.size() == prefix.size() + 1 + kIdLength &&
        component[prefix.size()] == '-' && is_id(component.substr(prefix.size() + 1))) {
      return FoundContainer{component.substr(prefix.size() + 1), runtime};
    }
  }
  return std::nullopt;
}

struct FoundPod {
  std::string uid;
  Qos qos = Qos::kGuaranteed;
};

// "…kubepods-burstable-pod<uid_>.slice" without its ".slice".
std::optional<FoundPod> pod_of_slice(std::string_view name) {
  const std::size_t root = name.find("kubepods");
  if (root == std::string_view::npos || (root != 0 && name[root - 1] != '-')) {
    return std::nullopt;
  }
  name.remove_prefix(root + std::string_view("kubepods").size());
  FoundPod pod;
  if (name.starts_with("-burstable")) {
    pod.qos = Qos::kBurstable;
    name.remove_prefix(10);
  } else if (name.starts_with("-besteffort")) {
    pod.qos = Qos::kBestEffort;
    name.remove_prefix(11);
  }
  if (!name.starts_with("-pod") || !is_uid(name.substr(4))) {
    return std::nullopt;
  }
  pod.uid = name.substr(4);
  // systemd keeps "-" for its hierarchy of slices, so the kubelet writes "_".
  std::ranges::replace(pod.uid, '_', '-');
  return pod;
}

class Walk {
 public:
  std::optional<CgroupIdentity> run(std::string_view path) {
    path = path.substr(0, kMaxPath);
    std::size_t begin = 0;
    while (begin < path.size() && !is_done_) {
      const std::size_t end = std::min(path.find('/', begin), path.size());
      if (end > begin) {
        take(path.substr(begin, end - begin), end);
      }
      begin = end + 1;
    }
    return std::move(found_);
  }

 private:
  void take(std::string_view component, std::size_t end) {
    if (take_colons(component, end) || take_pod(component)) {
      return;
    }
    if (const auto container = container_of(component)) {
      take_container(*container, end);
    }
    parent_ = component;
  }

  // "kubepods-burstable-pod<uid_>.slice:cri-containerd:<id>".
  bool take_colons(std::string_view component, std::size_t end) {
    const std::size_t first = component.find(':');
    const std::size_t second =
        first == std::string_view::npos ? first : component.find(':', first + 1);
    if (second == std::string_view::npos) {
      return false;
    }
    const std::string_view id = component.substr(second + 1);
    const std::string_view prefix = component.substr(first + 1, second - first - 1);
    const auto* scope = std::ranges::find(kScopes, prefix, &RuntimePrefix::text);
    if (scope == kScopes.end() || !is_id(id)) {
      return false;
    }
    take_pod(component.substr(0, first));
    take_container({id, scope->runtime}, end);
    return true;
  }

  bool take_pod(std::string_view component) {
    if (component.ends_with(".slice")) {
      auto pod = pod_of_slice(component.substr(0, component.size() - 6));
      if (!pod) {
        return false;
      }
      pod_ = std::move(pod);
      return true;
    }
    if (component == "kubepods") {
      tree_ = Qos::kGuaranteed;
    } else if (tree_ != Qos::kUnknown && component == "burstable") {
      tree_ = Qos::kBurstable;
    } else if (tree_ != Qos::kUnknown && component == "besteffort") {
      tree_ = Qos::kBestEffort;
    } else if (tree_ != Qos::kUnknown && component.starts_with("pod") &&
               is_uid(component.substr(3))) {
      pod_ = FoundPod{std::string(component.substr(3)), tree_};
      tree_ = Qos::kUnknown;
    } else {
      return false;
    }
    return true;
  }

  void take_container(FoundContainer container, std::size_t end) {
    if (!pod_ && found_) {
      return;  // nested in a container outside pods
    }
    if (container.runtime == Runtime::kUnknown && parent_ == "docker") {
      container.runtime = Runtime::kDocker;
    }
    if (parent_ == "kata_overhead") {
      return;
    }
    found_ = CgroupIdentity{.container_id = std::string(container.id),
                            .pod_uid = pod_ ? pod_->uid : std::string(),
                            .runtime = container.runtime,
                            .qos = pod_ ? pod_->qos : Qos::kUnknown,
                            .own_length = end};
    is_done_ = pod_.has_value();
  }

  std::string_view parent_;
  Qos tree_ = Qos::kUnknown;  // below "kubepods" of the cgroupfs form: the class
  std::optional<FoundPod> pod_;
  std::optional<CgroupIdentity> found_;
  bool is_done_ = false;
};

}  // namespace

std::string_view to_string(Qos qos) {
  switch (qos) {
    case Qos::kGuaranteed:
      return "Guaranteed";
    case Qos::kBurstable:
      return "Burstable";
    case Qos::kBestEffort:
      return "BestEffort";
    case Qos::kUnknown:
      break;
  }
  return "";
}

std::optional<CgroupIdentity> parse_cgroup_path(std::string_view path) { return Walk().run(path); }

ProcessCgroups parse_process_cgroups(std::string_view text) {
  ProcessCgroups cgroups;
  for (int line = 0; line < kMaxLines && !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view row = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    // "number:controllers:path"; the path may have colons of its own.
    const std::size_t first = row.find(':');
    const std::size_t second = first == std::string_view::npos ? first : row.find(':', first + 1);
    if (second == std::string_view::npos) {
      continue;
    }
    const std::string_view path = row.substr(second + 1, kMaxPath);
    if (row.starts_with("0::")) {
      cgroups.unified = path;
    } else if (cgroups.legacy.empty() && parse_cgroup_path(path)) {
      cgroups.legacy = path;
    }
  }
  return cgroups;
}

}  // namespace yagura::sensor
