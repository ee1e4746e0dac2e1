// config.json of the OCI runtime specification 1.1, and what runtimes annotate it with.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "rules/output/timestamp.hpp"
#include "sensor/identity/bundle.hpp"
#include "sensor/identity/image_reference.hpp"
#include "sensor/identity/json_text.hpp"
#include "sensor/identity/workload_owner.hpp"

namespace yagura::sensor {
namespace {

constexpr std::size_t kMaxMounts = 1024;

bool has_option(const kube::Node& mount, std::string_view option) {
  return std::ranges::any_of(mount.list("options"), [option](const kube::Node& item) {
    return item.string_or() == option;
  });
}

// Files that the runtime itself makes for each sandbox: hosts, hostname, resolv.conf, /dev/shm.
bool is_of_runtime(std::string_view source) {
  constexpr std::array kOwn = {std::string_view("/io.containerd.grpc.v1.cri/sandboxes/"),
                               std::string_view("/overlay-containers/"),
                               std::string_view("/overlay-images/")};
  return std::ranges::any_of(kOwn, [source](std::string_view part) {
    return source.find(part) != std::string_view::npos;
  });
}

std::string_view propagation_of(const kube::Node& mount) {
  constexpr std::array kModes = {"rprivate", "private", "rslave", "slave", "rshared", "shared"};
  const auto found = std::ranges::find_if(
      kModes, [&mount](std::string_view mode) { return has_option(mount, mode); });
  return found == kModes.end() ? std::string_view("private") : std::string_view(*found);
}

// What somebody asked to be mounted from the node: not /proc and its like, not the runtime's own.
std::vector<Mount> mounts_of(const kube::Node& config) {
  std::vector<Mount> mounts;
  for (const kube::Node& mount : config.list("mounts")) {
    const std::string_view source = text_at(mount, {"source"});
    const bool is_bind = text_at(mount, {"type"}) == "bind" || has_option(mount, "bind") ||
                         has_option(mount, "rbind");
    if (!is_bind || !source.starts_with('/') || is_of_runtime(source) ||
        mounts.size() == kMaxMounts) {
      continue;
    }
    mounts.push_back({.source = std::string(source),
                      .destination = std::string(text_at(mount, {"destination"})),
                      .mode = "",
                      .propagation = std::string(propagation_of(mount)),
                      .is_writable = !has_option(mount, "ro")});
  }
  return mounts;
}

// A container that was asked to be privileged may use every device and got every capability. The
// runtime's own set is not known here, so that the one that matters stands for all.
bool is_privileged(const kube::Node& config) {
  const kube::Node* bounding = config.get({"process", "capabilities", "bounding"});
  const kube::Node* devices = config.get({"linux", "resources", "devices"});
  if (bounding == nullptr || !bounding->is_list() || devices == nullptr || !devices->is_list()) {
    return false;
  }
  const bool has_admin = std::ranges::any_of(bounding->items(), [](const kube::Node& item) {
    return item.string_or() == "CAP_SYS_ADMIN";
  });
  const bool has_devices = std::ranges::any_of(devices->items(), [](const kube::Node& rule) {
    const std::string_view type = text_at(rule, {"type"});
    return truth_at(rule, {"allow"}) && (type.empty() || type == "a") &&
           rule.find("major") == nullptr && text_at(rule, {"access"}) == "rwm";
  });
  return has_admin && has_devices;
}

std::string user_of(const kube::Node& config) {
  const kube::Node* user = config.get({"process", "user"});
  if (user == nullptr) {
    return {};
  }
  if (const auto name = text_at(*user, {"username"}); !name.empty()) {
    return std::string(name);
  }
  const kube::Node* uid = user->find("uid");
  return uid != nullptr && uid->is_int() ? std::to_string(uid->as_int()) : std::string();
}

bool shares_host(const kube::Node& config, std::string_view kind) {
  const kube::Node* linux_part = config.find("linux");
  return linux_part != nullptr &&
         std::ranges::none_of(linux_part->list("namespaces"), [kind](const kube::Node& item) {
           return text_at(item, {"type"}) == kind;
         });
}

void set_image(Container& container, std::string_view image) {
  container.image = image;
  const ImageReference parts = split_image_reference(image);
  container.image_repository = parts.repository;
  container.image_tag = parts.tag;
  container.image_digest = parts.digest;
}

// JSON in an annotation, as CRI-O keeps labels; nothing where it is none.
Labels labels_in(std::string_view name, std::string_view text) {
  if (text.empty()) {
    return {};
  }
  const auto json = JsonText::parse(std::string(name), std::string(text));
  return json ? labels_of(&json->root()) : Labels();
}

struct Annotations {
  const Labels& all;
  [[nodiscard]] std::string_view cri(std::string_view key) const {
    return label_of(all, fmt::format("io.kubernetes.cri.{}", key));
  }
  [[nodiscard]] std::string_view crio(std::string_view key) const {
    return label_of(all, fmt::format("io.kubernetes.cri-o.{}", key));
  }
  [[nodiscard]] std::string_view pod(std::string_view key) const {
    return label_of(all, fmt::format("io.kubernetes.pod.{}", key));
  }
};

std::string first_of(std::string_view a, std::string_view b) {
  return std::string(a.empty() ? b : a);
}

// The pod's own labels, without those that the kubelet adds for itself.
Labels without_kubelets(Labels labels) {
  std::erase_if(labels,
                [](const auto& label) { return label.first.starts_with("io.kubernetes."); });
  return labels;
}

void read_pod(Bundle& bundle, const Annotations& annotations, const kube::Node& config) {
  const std::string uid = first_of(annotations.cri("sandbox-uid"), annotations.pod("uid"));
  const std::string name = first_of(annotations.cri("sandbox-name"), annotations.pod("name"));
  if (uid.empty() && name.empty()) {
    return;
  }
  Pod pod;
  pod.uid = uid;
  pod.name = name;
  pod.name_space = first_of(annotations.cri("sandbox-namespace"), annotations.pod("namespace"));
  pod.sandbox_id = first_of(annotations.cri("sandbox-id"), annotations.crio("SandboxID"));
  if (bundle.is_sandbox) {
    pod.ip = annotations.crio("IP.0");
    pod.labels = without_kubelets(labels_in("labels of CRI-O", annotations.crio("Labels")));
    pod.annotations = labels_in("annotations of CRI-O", annotations.crio("Annotations"));
    pod.host_network = shares_host(config, "network");
    pod.host_pid = shares_host(config, "pid");
    pod.host_ipc = shares_host(config, "ipc");
    const Workload workload = guess_workload(pod);
    pod.workload_kind = workload.kind;
    pod.workload_name = workload.name;
  }
  bundle.pod = std::move(pod);
}

void read_names(Bundle& bundle, const Annotations& annotations) {
  Container& container = bundle.container;
  bundle.is_sandbox = annotations.cri("container-type") == "sandbox" ||
                      annotations.crio("ContainerType") == "sandbox";
  container.is_sandbox = bundle.is_sandbox;
  if (!annotations.cri("container-type").empty()) {
    container.runtime = Runtime::kContainerd;
  } else if (!annotations.crio("ContainerType").empty()) {
    container.runtime = Runtime::kCrio;
  } else if (label_of(annotations.all, "io.container.manager") == "libpod") {
    container.runtime = Runtime::kPodman;
  }
  container.name = bundle.is_sandbox
                       ? "POD"
                       : first_of(annotations.cri("container-name"),
                                  label_of(annotations.all, "io.kubernetes.container.name"));
  set_image(container,
            first_of(annotations.cri("image-name"),
                     first_of(annotations.crio("ImageName"), annotations.crio("Image"))));
  // CRI-O: an image's id or a reference with a digest.
  const std::string_view ref = annotations.crio("ImageRef");
  const ImageReference parts = split_image_reference(ref);
  if (!parts.digest.empty()) {
    (parts.repository.empty() ? container.image_id : container.image_digest) =
        parts.repository.empty() ? parts.digest.substr(7) : parts.digest;
  }
  if (!bundle.is_sandbox) {
    container.labels = labels_in("labels of CRI-O", annotations.crio("Labels"));
  }
  container.cni_json = annotations.crio("CNIResult");
  container.created_ns = rules::parse_rfc3339(annotations.crio("Created")).value_or(0);
}

}  // namespace

Result<Bundle> parse_oci_config(std::string name, std::string text) {
  YAGURA_TRY(const JsonText json, JsonText::parse(std::move(name), std::move(text)));
  const kube::Node& config = json.root();
  if (!config.is_map()) {
    return fail(ErrorCode::kInvalidInput, "an OCI configuration is a JSON object");
  }
  const Labels all = labels_of(config.find("annotations"));
  const Annotations annotations{all};
  Bundle bundle;
  bundle.container.metadata = Metadata::kBundle;
  read_names(bundle, annotations);
  read_pod(bundle, annotations, config);
  Container& container = bundle.container;
  for (const auto& annotation : all) {
    if (!annotation.first.starts_with("io.kubernetes.cri")) {
      container.annotations.push_back(annotation);
    }
  }
  container.mounts = mounts_of(config);
  if (const kube::Node* capabilities = config.get({"process", "capabilities"})) {
    for (const kube::Node& item : capabilities->list("effective")) {
      container.capabilities.emplace_back(item.string_or());
    }
  }
  container.is_privileged = is_privileged(config);
  container.has_read_only_root = truth_at(config, {"root", "readonly"});
  container.user = user_of(config);
  return bundle;
}

}  // namespace yagura::sensor
