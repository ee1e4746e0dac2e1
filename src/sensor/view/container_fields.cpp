// container.* and k8s.*: absent on the host, but for what Falco calls "host" there.

#include <fmt/format.h>

#include "sensor/view/sensor_event_view.hpp"
#include "sensor/view/time_between.hpp"

namespace yagura::sensor {

namespace {

rules::Value text_or_absent(std::string_view text) {
  return text.empty() ? rules::Value::absent() : rules::Value::string(text);
}

// Falco's word for a container without a probe.
rules::Value text_or_none(std::string_view text) {
  return rules::Value::string(text.empty() ? std::string_view("NONE") : text);
}

rules::Value label_of(const Labels& labels, std::string_view key) {
  for (const auto& [name, value] : labels) {
    if (name == key) return rules::Value::string(value);
  }
  return rules::Value::absent();
}

void append_mount(std::string& out, const Mount& mount) {
  out += fmt::format("{}:{}:{}:{}:{}", mount.source, mount.destination, mount.mode,
                     mount.is_writable ? "true" : "false", mount.propagation);
}

// "key:value, key:value"
void append_labels(std::string& out, const Labels& labels) {
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out += ", ";
    out += name;
    out += ':';
    out += value;
  }
}

// Keys may be globs: container.mount.dest[/root*]. Only stars and question marks mean something.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t from = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++from;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

rules::Value SensorEventView::mount_field(const FieldRef& ref) const {
  const auto field = static_cast<Field>(ref.id);
  const auto& mounts = event_->container()->mounts;
  const Mount* found = nullptr;
  if (ref.index != FieldRef::kNoIndex) {
    const auto index = static_cast<std::size_t>(ref.index);
    if (index < mounts.size()) found = &mounts[index];
  } else {
    for (const Mount& mount : mounts) {
      const std::string& side =
          field == Field::kContainerMountSource ? mount.destination : mount.source;
      if (!matches(ref.key, side)) continue;
      found = &mount;
      break;
    }
  }
  if (found == nullptr) return Value::string("N/A");
  switch (field) {
    case Field::kContainerMountSource:
      return Value::string(found->source);
    case Field::kContainerMountDest:
      return Value::string(found->destination);
    case Field::kContainerMountMode:
      return Value::string(found->mode);
    case Field::kContainerMountRdwr:
      return Value::string(found->is_writable ? "true" : "false");
    case Field::kContainerMountPropagation:
      return Value::string(found->propagation);
    default: {
      std::string& out = scratch();
      append_mount(out, *found);
      return keep(out);
    }
  }
}

rules::Value SensorEventView::container_field(const FieldRef& ref) const {
  const auto field = static_cast<Field>(ref.id);
  const Container* const container = event_->container();
  if (container == nullptr) {
    const bool is_name = field == Field::kContainerId || field == Field::kContainerName ||
                         field == Field::kContainerType;
    return is_name ? Value::string("host") : Value::absent();
  }
  const bool is_known = container->metadata != Metadata::kPath;
  const Pod* const pod = container->pod.get();
  switch (field) {
    case Field::kContainerId:
      return Value::string(container->short_id());
    case Field::kContainerFullId:
      return Value::string(container->id);
    case Field::kContainerName:
      return text_or_absent(container->name);
    case Field::kContainerImage:
      return text_or_absent(container->image);
    case Field::kContainerImageId:
      return text_or_absent(container->image_id);
    case Field::kContainerType:
      return text_or_absent(to_string(container->runtime));
    case Field::kContainerPrivileged:
      return is_known ? Value::boolean(container->is_privileged) : Value::absent();
    case Field::kContainerMounts: {
      std::string& out = scratch();
      for (const Mount& mount : container->mounts) {
        if (!out.empty()) out += ',';
        append_mount(out, mount);
      }
      return keep(out);
    }
    case Field::kContainerMount:
    case Field::kContainerMountSource:
    case Field::kContainerMountDest:
    case Field::kContainerMountMode:
    case Field::kContainerMountRdwr:
    case Field::kContainerMountPropagation:
      return mount_field(ref);
    case Field::kContainerImageRepository:
      return text_or_absent(container->image_repository);
    case Field::kContainerImageTag:
      return text_or_absent(container->image_tag);
    case Field::kContainerImageDigest:
      return text_or_absent(container->image_digest);
    case Field::kContainerHealthcheck:
      return text_or_none(container->health_check);
    case Field::kContainerLivenessProbe:
      return text_or_none(container->liveness_probe);
    case Field::kContainerReadinessProbe:
      return text_or_none(container->readiness_probe);
    case Field::kContainerStartTs:
    case Field::kContainerDuration: {
      const std::int64_t start =
          container->started_ns != 0 ? container->started_ns : container->created_ns;
      if (start == 0) return Value::absent();
      return Value::integer(
          field == Field::kContainerStartTs ? start : time_between(start, event_->wall_ns));
    }
    case Field::kContainerIp:
      return pod != nullptr ? text_or_absent(pod->ip) : Value::absent();
    case Field::kContainerCniJson:
      return text_or_absent(container->cni_json);
    case Field::kContainerHostPid:
      return pod != nullptr ? Value::boolean(pod->host_pid) : Value::absent();
    case Field::kContainerHostNetwork:
      return pod != nullptr ? Value::boolean(pod->host_network) : Value::absent();
    case Field::kContainerHostIpc:
      return pod != nullptr ? Value::boolean(pod->host_ipc) : Value::absent();
    case Field::kContainerLabel:
      return label_of(container->labels, ref.key);
    default: {
      std::string& out = scratch();
      append_labels(out, container->labels);
      return keep(out);
    }
  }
}

rules::Value SensorEventView::pod_field(const FieldRef& ref) const {
  const Container* const container = event_->container();
  const Pod* const pod = container != nullptr ? container->pod.get() : nullptr;
  if (pod == nullptr) return Value::absent();
  const auto workload = [&](std::string_view kind) {
    return pod->workload_kind == kind ? text_or_absent(pod->workload_name) : Value::absent();
  };
  switch (static_cast<Field>(ref.id)) {
    case Field::kK8sNsName:
      return text_or_absent(pod->name_space);
    case Field::kK8sPodName:
      return text_or_absent(pod->name);
    case Field::kK8sPodId:
    case Field::kK8sPodUid:
      return text_or_absent(pod->uid);
    case Field::kK8sPodSandboxId:
      return text_or_absent(std::string_view(pod->sandbox_id).substr(0, 12));
    case Field::kK8sPodFullSandboxId:
      return text_or_absent(pod->sandbox_id);
    case Field::kK8sPodLabel:
      return label_of(pod->labels, ref.key);
    case Field::kK8sPodLabels: {
      std::string& out = scratch();
      append_labels(out, pod->labels);
      return keep(out);
    }
    case Field::kK8sPodIp:
      return text_or_absent(pod->ip);
    case Field::kK8sPodCniJson:
      return text_or_absent(container->cni_json);
    case Field::kK8sDeploymentName:
      return workload("Deployment");
    case Field::kK8sRsName:
      return workload("ReplicaSet");
    case Field::kK8sRcName:
      return workload("ReplicationController");
    default:
      return Value::absent();  // what Falco's own source gave up
  }
}

}  // namespace yagura::sensor
