#include "sensor/capture/facts.hpp"

#include "core/json_text.hpp"

namespace yagura::sensor {

namespace {

using core::JsonWriter;

void text(JsonWriter& json, std::string_view key, std::string_view value) {
  if (!value.empty()) json.member(key, value);
}

void truth(JsonWriter& json, std::string_view key, bool value) {
  if (value) json.member(key, value);
}

void number(JsonWriter& json, std::string_view key, std::int64_t value) {
  if (value != 0) json.member(key, static_cast<long long>(value));
}

void labels(JsonWriter& json, std::string_view key, const Labels& list) {
  if (list.empty()) return;
  json.key(key).begin_object();
  for (const auto& [name, value] : list) json.member(name, value);
  json.end_object();
}

void write_pod(JsonWriter& json, const Pod& pod) {
  json.begin_object();
  text(json, "name", pod.name);
  text(json, "namespace", pod.name_space);
  text(json, "uid", pod.uid);
  text(json, "sandbox_id", pod.sandbox_id);
  text(json, "ip", pod.ip);
  text(json, "service_account", pod.service_account);
  text(json, "node", pod.node);
  labels(json, "labels", pod.labels);
  labels(json, "annotations", pod.annotations);
  text(json, "workload_kind", pod.workload_kind);
  text(json, "workload_name", pod.workload_name);
  truth(json, "host_network", pod.host_network);
  truth(json, "host_pid", pod.host_pid);
  truth(json, "host_ipc", pod.host_ipc);
  json.end_object();
}

void write_image(JsonWriter& json, const Container& container) {
  text(json, "image", container.image);
  text(json, "image_repository", container.image_repository);
  text(json, "image_tag", container.image_tag);
  text(json, "image_id", container.image_id);
  text(json, "image_digest", container.image_digest);
}

void write_mounts(JsonWriter& json, const std::vector<Mount>& mounts) {
  if (mounts.empty()) return;
  json.key("mounts").begin_array();
  for (const Mount& mount : mounts) {
    json.begin_object();
    text(json, "source", mount.source);
    text(json, "destination", mount.destination);
    text(json, "mode", mount.mode);
    text(json, "propagation", mount.propagation);
    truth(json, "writable", mount.is_writable);
    json.end_object();
  }
  json.end_array();
}

void write_container(JsonWriter& json, const Container& container) {
  json.begin_object();
  json.member("cgroup", static_cast<unsigned long long>(container.cgroup_id));
  text(json, "cgroup_path", container.cgroup_path);
  text(json, "id", container.id);
  text(json, "name", container.name);
  truth(json, "sandbox", container.is_sandbox);
  json.member("runtime", static_cast<int>(container.runtime));
  json.member("metadata", static_cast<int>(container.metadata));
  text(json, "problem", container.problem);
  write_image(json, container);
  labels(json, "labels", container.labels);
  labels(json, "annotations", container.annotations);
  write_mounts(json, container.mounts);
  if (!container.capabilities.empty()) {
    json.key("capabilities").begin_array();
    for (const std::string& name : container.capabilities) json.value(name);
    json.end_array();
  }
  truth(json, "privileged", container.is_privileged);
  truth(json, "read_only_root", container.has_read_only_root);
  text(json, "user", container.user);
  text(json, "health_check", container.health_check);
  text(json, "liveness_probe", container.liveness_probe);
  text(json, "readiness_probe", container.readiness_probe);
  text(json, "cni_json", container.cni_json);
  number(json, "created_ns", container.created_ns);
  number(json, "started_ns", container.started_ns);
  if (container.pod != nullptr) {
    json.key("pod");
    write_pod(json, *container.pod);
  }
  json.end_object();
}

void write_machine(JsonWriter& json, const MachineFacts& machine) {
  json.key("machine").begin_object();
  json.member("boot_offset_ns", static_cast<long long>(machine.boot_offset_ns));
  text(json, "hostname", machine.hostname);
  text(json, "kernel", machine.kernel);
  text(json, "architecture", machine.architecture);
  text(json, "program", machine.program);
  json.end_object();
}

void write_users(JsonWriter& json, const Facts& facts) {
  if (!facts.users.empty()) {
    json.key("users").begin_array();
    for (const UserFacts& user : facts.users) {
      json.begin_object().member("id", user.id).member("group", user.group);
      json.member("name", user.name);
      text(json, "home", user.home);
      text(json, "shell", user.shell);
      json.end_object();
    }
    json.end_array();
  }
  if (!facts.groups.empty()) {
    json.key("groups").begin_array();
    for (const GroupFacts& group : facts.groups) {
      json.begin_object().member("id", group.id).member("name", group.name).end_object();
    }
    json.end_array();
  }
}

}  // namespace

std::string to_json(const Facts& facts) {
  std::string out;
  JsonWriter json(out, 0);
  json.begin_object();
  if (facts.has_machine) write_machine(json, facts.machine);
  if (!facts.event_types.empty()) {
    json.key("event_types").begin_array();
    for (const std::string& name : facts.event_types) json.value(name);
    json.end_array();
  }
  if (!facts.containers.empty()) {
    json.key("containers").begin_array();
    for (const ContainerFact& fact : facts.containers) {
      json.begin_object().member("of", static_cast<unsigned long long>(fact.cgroup_id));
      if (fact.container != nullptr) {
        json.key("container");
        write_container(json, *fact.container);
      }
      json.end_object();
    }
    json.end_array();
  }
  write_users(json, facts);
  if (facts.dropped > 0) json.member("dropped", static_cast<unsigned long long>(facts.dropped));
  json.end_object();
  return out;
}

void append_container_json(std::string& out, const Container& container) {
  JsonWriter json(out, 0);
  write_container(json, container);
}

}  // namespace yagura::sensor
