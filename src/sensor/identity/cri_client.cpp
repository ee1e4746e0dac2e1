// Plain structs in, protobuf messages on the wire, plain structs out: nobody else sees gRPC, whose
// headers are heavy.

#include "sensor/identity/cri_client.hpp"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>

#include "cri.grpc.pb.h"

namespace yagura::sensor {
namespace {

namespace api = runtime::v1;

constexpr std::chrono::milliseconds kChangeTimeout{30'000};
constexpr int kMaxAnswer = 16 << 20;  // bytes

Error to_error(const grpc::Status& status, std::string_view what) {
  ErrorCode code = ErrorCode::kIo;
  switch (status.error_code()) {
    case grpc::StatusCode::NOT_FOUND:
      code = ErrorCode::kNotFound;
      break;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      code = ErrorCode::kLimitExceeded;
      break;
    case grpc::StatusCode::INVALID_ARGUMENT:
      code = ErrorCode::kInvalidInput;
      break;
    case grpc::StatusCode::UNIMPLEMENTED:
      code = ErrorCode::kUnsupported;
      break;
    default:
      break;
  }
  return Error{code, fmt::format("{}: {}", what, status.error_message())};
}

template <typename Map>
Labels to_labels(const Map& map) {
  Labels labels(map.begin(), map.end());
  std::ranges::sort(labels);
  return labels;
}

template <typename Map>
void fill(Map& map, const Labels& labels) {
  for (const auto& [key, value] : labels) {
    map[key] = value;
  }
}

template <typename Repeated>
void fill_list(Repeated& list, const std::vector<std::string>& items) {
  for (const std::string& item : items) {
    *list.Add() = item;
  }
}

void fill_namespaces(api::NamespaceOption& out, const CriPodSpec& pod) {
  out.set_network(pod.host_network ? api::NODE : api::POD);
  out.set_pid(pod.host_pid ? api::NODE : api::CONTAINER);
  out.set_ipc(pod.host_ipc ? api::NODE : api::POD);
}

void fill_pod(api::PodSandboxConfig& out, const CriPodSpec& pod) {
  out.mutable_metadata()->set_name(pod.name);
  out.mutable_metadata()->set_namespace_(pod.name_space);
  out.mutable_metadata()->set_uid(pod.uid);
  out.set_hostname(pod.hostname);
  out.set_log_directory(pod.log_directory);
  fill(*out.mutable_labels(), pod.labels);
  fill(*out.mutable_annotations(), pod.annotations);
  out.mutable_linux()->set_cgroup_parent(pod.cgroup_parent);
  auto& security = *out.mutable_linux()->mutable_security_context();
  security.set_privileged(pod.is_privileged);
  fill_namespaces(*security.mutable_namespace_options(), pod);
}

api::MountPropagation propagation_of(std::string_view name) {
  if (name == "rshared") {
    return api::PROPAGATION_BIDIRECTIONAL;
  }
  return name == "rslave" ? api::PROPAGATION_HOST_TO_CONTAINER : api::PROPAGATION_PRIVATE;
}

std::string_view name_of(api::MountPropagation propagation) {
  switch (propagation) {
    case api::PROPAGATION_BIDIRECTIONAL:
      return "rshared";
    case api::PROPAGATION_HOST_TO_CONTAINER:
      return "rslave";
    default:
      return "";
  }
}

void fill_container(api::ContainerConfig& out, const CriPodSpec& pod,
                    const CriContainerSpec& container) {
  out.mutable_metadata()->set_name(container.name);
  out.mutable_image()->set_image(container.image);
  fill_list(*out.mutable_command(), container.command);
  fill_list(*out.mutable_args(), container.args);
  out.set_working_dir(container.working_directory);
  for (const auto& [key, value] : container.environment) {
    auto& variable = *out.add_envs();
    variable.set_key(key);
    variable.set_value(value);
  }
  for (const CriMount& mount : container.mounts) {
    auto& added = *out.add_mounts();
    added.set_host_path(mount.host_path);
    added.set_container_path(mount.container_path);
    added.set_readonly(mount.is_read_only);
    added.set_propagation(propagation_of(mount.propagation));
  }
  fill(*out.mutable_labels(), container.labels);
  fill(*out.mutable_annotations(), container.annotations);
  out.set_log_path(container.log_path);
  out.set_tty(container.has_tty);
  out.set_stdin(container.has_stdin);
  auto& security = *out.mutable_linux()->mutable_security_context();
  fill_list(*security.mutable_capabilities()->mutable_add_capabilities(),
            container.added_capabilities);
  fill_list(*security.mutable_capabilities()->mutable_drop_capabilities(),
            container.dropped_capabilities);
  security.set_privileged(container.is_privileged);
  security.set_readonly_rootfs(container.has_read_only_root);
  if (container.user_id >= 0) {
    security.mutable_run_as_user()->set_value(container.user_id);
  }
  fill_namespaces(*security.mutable_namespace_options(), pod);
}

template <typename Map>
std::string info_of(const Map& info) {
  const auto found = info.find("info");
  return found == info.end() ? std::string() : found->second;
}

CriContainerState state_of(int state) {
  constexpr int kLast = static_cast<int>(CriContainerState::kUnknown);
  return state >= 0 && state < kLast ? static_cast<CriContainerState>(state)
                                     : CriContainerState::kUnknown;
}

// What ContainerStatus and ListContainers have in common.
template <typename Message>
CriContainer to_container(const Message& message) {
  return {.id = message.id(),
          .sandbox_id = {},
          .name = message.metadata().name(),
          .image = message.image().image(),
          .image_ref = message.image_ref(),
          .state = state_of(message.state()),
          .created_ns = message.created_at(),
          .started_ns = 0,
          .exit_code = 0,
          .labels = to_labels(message.labels()),
          .annotations = to_labels(message.annotations()),
          .mounts = {},
          .info = {}};
}

CriPod to_pod(const api::PodSandboxStatus& status) {
  const auto& namespaces = status.linux().namespaces().options();
  CriPod pod{.id = status.id(),
             .name = status.metadata().name(),
             .name_space = status.metadata().namespace_(),
             .uid = status.metadata().uid(),
             .is_ready = status.state() == 0,
             .ips = {},
             .labels = to_labels(status.labels()),
             .annotations = to_labels(status.annotations()),
             .host_network = namespaces.network() == api::NODE,
             .host_pid = namespaces.pid() == api::NODE,
             .host_ipc = namespaces.ipc() == api::NODE,
             .info = {}};
  if (!status.network().ip().empty()) {
    pod.ips.push_back(status.network().ip());
  }
  for (const auto& additional : status.network().additional_ips()) {
    pod.ips.push_back(additional.ip());
  }
  return pod;
}

}  // namespace

struct CriClient::State {
  CriOptions options;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<api::RuntimeService::Stub> runtime;
  std::unique_ptr<api::ImageService::Stub> images;

  // One call: `method` of a stub with its request. The answer's own errors become ours.
  template <typename Answer, typename Stub, typename Request, typename Method>
  Result<Answer> call(Stub& stub, Method method, const Request& request, std::string_view what,
                      std::chrono::milliseconds timeout) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + timeout);
    Answer answer;
    const grpc::Status status = (stub.*method)(&context, request, &answer);
    if (!status.ok()) {
      return std::unexpected(to_error(status, what));
    }
    return answer;
  }

  template <typename Request, typename Method>
  Result<void> change(Method method, const Request& request, std::string_view what,
                      std::chrono::milliseconds timeout = kChangeTimeout) {
    YAGURA_TRY([[maybe_unused]] const auto answer,
               call<api::Nothing>(*runtime, method, request, what, timeout));
    return {};
  }
};

CriClient::CriClient(const std::string& socket_path, CriOptions options)
    : state_(std::make_unique<State>()) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxAnswer);
  // Runtimes take any authority but the path, which is what gRPC would send.
  arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, "localhost");
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // Each client has its own connection: a test's runtime may come back under the same path.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  state_->options = options;
  state_->channel = grpc::CreateCustomChannel("unix:" + socket_path,
                                              grpc::InsecureChannelCredentials(), arguments);
  state_->runtime = api::RuntimeService::NewStub(state_->channel);
  state_->images = api::ImageService::NewStub(state_->channel);
}

CriClient::~CriClient() = default;

Result<CriVersion> CriClient::version() {
  YAGURA_TRY(const auto answer,
             state_->call<api::VersionResponse>(
                 *state_->runtime, &api::RuntimeService::Stub::Version, api::VersionRequest(),
                 "asking the runtime for its version", state_->options.timeout));
  return CriVersion{.runtime = answer.runtime_name(), .version = answer.runtime_version()};
}

Result<std::string> CriClient::run_pod(const CriPodSpec& pod) {
  api::RunPodSandboxRequest request;
  fill_pod(*request.mutable_config(), pod);
  YAGURA_TRY(const auto answer, state_->call<api::RunPodSandboxResponse>(
                                    *state_->runtime, &api::RuntimeService::Stub::RunPodSandbox,
                                    request, "running a pod", kChangeTimeout));
  return answer.pod_sandbox_id();
}

Result<void> CriClient::stop_pod(const std::string& sandbox_id) {
  api::PodSandboxId request;
  request.set_pod_sandbox_id(sandbox_id);
  return state_->change(&api::RuntimeService::Stub::StopPodSandbox, request, "stopping a pod");
}

Result<void> CriClient::remove_pod(const std::string& sandbox_id) {
  api::PodSandboxId request;
  request.set_pod_sandbox_id(sandbox_id);
  return state_->change(&api::RuntimeService::Stub::RemovePodSandbox, request, "removing a pod");
}

Result<std::string> CriClient::create_container(const std::string& sandbox_id,
                                                const CriPodSpec& pod,
                                                const CriContainerSpec& container) {
  api::CreateContainerRequest request;
  request.set_pod_sandbox_id(sandbox_id);
  fill_pod(*request.mutable_sandbox_config(), pod);
  fill_container(*request.mutable_config(), pod, container);
  YAGURA_TRY(const auto answer, state_->call<api::CreateContainerResponse>(
                                    *state_->runtime, &api::RuntimeService::Stub::CreateContainer,
                                    request, "creating a container", kChangeTimeout));
  return answer.container_id();
}

Result<void> CriClient::start_container(const std::string& id) {
  api::ContainerId request;
  request.set_container_id(id);
  return state_->change(&api::RuntimeService::Stub::StartContainer, request,
                        "starting a container");
}

Result<void> CriClient::stop_container(const std::string& id, std::chrono::seconds grace) {
  api::StopContainerRequest request;
  request.set_container_id(id);
  request.set_timeout(grace.count());
  return state_->change(&api::RuntimeService::Stub::StopContainer, request, "stopping a container",
                        kChangeTimeout + grace);
}

Result<void> CriClient::remove_container(const std::string& id) {
  api::ContainerId request;
  request.set_container_id(id);
  return state_->change(&api::RuntimeService::Stub::RemoveContainer, request,
                        "removing a container");
}

Result<CriExecResult> CriClient::exec_sync(const std::string& id,
                                           const std::vector<std::string>& command,
                                           std::chrono::seconds timeout) {
  api::ExecSyncRequest request;
  request.set_container_id(id);
  request.set_timeout(timeout.count());
  fill_list(*request.mutable_cmd(), command);
  YAGURA_TRY(auto answer, state_->call<api::ExecSyncResponse>(
                              *state_->runtime, &api::RuntimeService::Stub::ExecSync, request,
                              "running a program in a container", kChangeTimeout + timeout));
  return CriExecResult{.out = std::move(*answer.mutable_stdout()),
                       .err = std::move(*answer.mutable_stderr()),
                       .exit_code = answer.exit_code()};
}

Result<std::vector<CriContainer>> CriClient::list_containers(const std::string& id) {
  api::ListContainersRequest request;
  if (!id.empty()) {
    request.mutable_filter()->set_id(id);
  }
  YAGURA_TRY(const auto answer, state_->call<api::ListContainersResponse>(
                                    *state_->runtime, &api::RuntimeService::Stub::ListContainers,
                                    request, "listing containers", state_->options.timeout));
  std::vector<CriContainer> containers;
  for (const auto& item : answer.containers()) {
    containers.push_back(to_container(item));
    containers.back().sandbox_id = item.pod_sandbox_id();
  }
  return containers;
}

Result<CriContainer> CriClient::container_status(const std::string& id) {
  api::ContainerStatusRequest request;
  request.set_container_id(id);
  YAGURA_TRY(const auto answer, state_->call<api::ContainerStatusResponse>(
                                    *state_->runtime, &api::RuntimeService::Stub::ContainerStatus,
                                    request, "asking for a container", state_->options.timeout));
  const auto& status = answer.status();
  CriContainer container = to_container(status);
  container.started_ns = status.started_at();
  container.exit_code = status.exit_code();
  container.info = info_of(answer.info());
  for (const auto& mount : status.mounts()) {
    container.mounts.push_back({.host_path = mount.host_path(),
                                .container_path = mount.container_path(),
                                .is_read_only = mount.readonly(),
                                .propagation = std::string(name_of(mount.propagation()))});
  }
  return container;
}

Result<CriPod> CriClient::pod_status(const std::string& sandbox_id) {
  api::PodSandboxStatusRequest request;
  request.set_pod_sandbox_id(sandbox_id);
  YAGURA_TRY(const auto answer, state_->call<api::PodSandboxStatusResponse>(
                                    *state_->runtime, &api::RuntimeService::Stub::PodSandboxStatus,
                                    request, "asking for a pod", state_->options.timeout));
  CriPod pod = to_pod(answer.status());
  pod.info = info_of(answer.info());
  return pod;
}

Result<CriImage> CriClient::image_status(const std::string& reference) {
  api::ImageStatusRequest request;
  request.mutable_image()->set_image(reference);
  YAGURA_TRY(const auto answer, state_->call<api::ImageStatusResponse>(
                                    *state_->images, &api::ImageService::Stub::ImageStatus, request,
                                    "asking for an image", state_->options.timeout));
  if (!answer.has_image()) {
    return fail(ErrorCode::kNotFound, fmt::format("the runtime has no image {}", reference));
  }
  const auto& image = answer.image();
  return CriImage{.id = image.id(),
                  .tags = {image.repo_tags().begin(), image.repo_tags().end()},
                  .digests = {image.repo_digests().begin(), image.repo_digests().end()}};
}

}  // namespace yagura::sensor
