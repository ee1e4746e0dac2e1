// A table says for each field where its value stands; a few have a rule of their own. Paths go
// through lists on their way: without an index all elements are taken, with one that element of the
// first list.

#include "rules/k8s_audit/extraction.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kube/node_json.hpp"
#include "rules/fields/fields_k8s_audit.hpp"
#include "rules/k8s_audit/uri_query.hpp"
#include "rules/output/timestamp.hpp"

namespace yagura::rules {
namespace {

using kube::Node;
using F = K8sAuditField;

enum class How : std::uint8_t {
  kScalar,      // the value at the path
  kList,        // all values at the path, one level of lists at its end unfolded
  kFirst,       // the first of kList
  kRepository,  // kList without tags and digests
  kFirstRepository,
  kAnyTrue,    // "true" where any of kList is true, else "false"
  kEffective,  // of each container its securityContext's member, else the pod's, else 0; the path
               // is {list, member}
  kHostPorts,  // hostPort of each port of the list of containers; the path is {list}
  kSubjects,   // names of the binding's subjects of a kind; the path is {kind}
  kQualifiedSubjects,
  kVolumeTypes,
  kHasHostPath,
  kUriParameter,
  kPodName,
  kPointer,
  kWhole,
  kRawTime,
  kLocalTime,
  kIsoTime,
  kTrue,
  kClusterName,
};

constexpr std::size_t kMaxPath = 7;

struct Extraction {
  F field;
  How how;
  std::array<std::string_view, kMaxPath> path = {};  // ends at an empty one
};

#define YAGURA_CONTAINER_FIELDS(prefix, list)                                                   \
  {F::prefix##Name, How::kList, {"requestObject", "spec", list, "name"}},                       \
      {F::prefix##Image, How::kList, {"requestObject", "spec", list, "image"}},                 \
      {F::prefix##ImageRepository, How::kRepository, {"requestObject", "spec", list, "image"}}, \
      {F::prefix##Command, How::kList, {"requestObject", "spec", list, "command"}},             \
      {F::prefix##Args, How::kList, {"requestObject", "spec", list, "args"}},                   \
      {F::prefix##Privileged,                                                                   \
       How::kList,                                                                              \
       {"requestObject", "spec", list, "securityContext", "privileged"}},                       \
      {F::prefix##AllowPrivilegeEscalation,                                                     \
       How::kList,                                                                              \
       {"requestObject", "spec", list, "securityContext", "allowPrivilegeEscalation"}},         \
      {F::prefix##ReadOnlyFs,                                                                   \
       How::kList,                                                                              \
       {"requestObject", "spec", list, "securityContext", "readOnlyRootFilesystem"}},           \
      {F::prefix##RunAsUser,                                                                    \
       How::kList,                                                                              \
       {"requestObject", "spec", list, "securityContext", "runAsUser"}},                        \
      {F::prefix##EffRunAsUser, How::kEffective, {list, "runAsUser"}},                          \
      {F::prefix##RunAsGroup,                                                                   \
       How::kList,                                                                              \
       {"requestObject", "spec", list, "securityContext", "runAsGroup"}},                       \
      {F::prefix##EffRunAsGroup, How::kEffective, {list, "runAsGroup"}},                        \
      {F::prefix##ProcMount,                                                                    \
       How::kList,                                                                              \
       {"requestObject", "spec", list, "securityContext", "procMount"}},                        \
      {F::prefix##AddCapabilities,                                                              \
       How::kList,                                                                              \
       {"requestObject", "spec", list, "securityContext", "capabilities", "add"}},              \
  {                                                                                             \
    F::prefix##HostPort, How::kHostPorts, { list }                                              \
  }

constexpr Extraction kExtractions[] = {
    {F::kJevtValue, How::kPointer},
    {F::kJevtObj, How::kWhole},
    {F::kJevtRawtime, How::kRawTime},
    {F::kJevtTime, How::kLocalTime},
    {F::kJevtTimeIso8601, How::kIsoTime},
    {F::kJsonValue, How::kPointer},
    {F::kJsonObj, How::kWhole},
    {F::kJsonRawtime, How::kRawTime},
    {F::kKaAuditid, How::kScalar, {"auditID"}},
    {F::kKaStage, How::kScalar, {"stage"}},
    {F::kKaAuthDecision, How::kScalar, {"annotations", "authorization.k8s.io/decision"}},
    {F::kKaAuthReason, How::kScalar, {"annotations", "authorization.k8s.io/reason"}},
    {F::kKaAuthOpenshiftDecision,
     How::kScalar,
     {"annotations", "authentication.openshift.io/decision"}},
    {F::kKaAuthOpenshiftUsername,
     How::kScalar,
     {"annotations", "authentication.openshift.io/username"}},
    {F::kKaValidationsAdmissionPolicyFailure,
     How::kScalar,
     {"annotations", "validation.policy.admission.k8s.io/validation_failure"}},
    {F::kKaSecurityPodViolations,
     How::kScalar,
     {"annotations", "pod-security.kubernetes.io/audit-violations"}},
    {F::kKaUserName, How::kScalar, {"user", "username"}},
    {F::kKaUserGroups, How::kList, {"user", "groups"}},
    {F::kKaImpuserName, How::kScalar, {"impersonatedUser", "username"}},
    {F::kKaVerb, How::kScalar, {"verb"}},
    {F::kKaUri, How::kScalar, {"requestURI"}},
    {F::kKaUriParam, How::kUriParameter},
    {F::kKaTargetName, How::kScalar, {"objectRef", "name"}},
    {F::kKaTargetNamespace, How::kScalar, {"objectRef", "namespace"}},
    {F::kKaTargetResource, How::kScalar, {"objectRef", "resource"}},
    {F::kKaTargetSubresource, How::kScalar, {"objectRef", "subresource"}},
    {F::kKaTargetPodName, How::kPodName},
    {F::kKaReqBindingSubjects, How::kList, {"requestObject", "subjects"}},
    {F::kKaReqBindingSubjectsUserNames, How::kSubjects, {"User"}},
    {F::kKaReqBindingSubjectsServiceaccountNames, How::kSubjects, {"ServiceAccount"}},
    {F::kKaReqBindingSubjectsServiceaccountNsNames, How::kQualifiedSubjects, {"ServiceAccount"}},
    {F::kKaReqBindingSubjectsGroupNames, How::kSubjects, {"Group"}},
    {F::kKaReqBindingRole, How::kScalar, {"requestObject", "roleRef", "name"}},
    {F::kKaReqBindingSubjectHasName, How::kTrue},
    {F::kKaReqConfigmapName, How::kScalar, {"objectRef", "name"}},
    {F::kKaReqConfigmapObj, How::kScalar, {"requestObject", "data"}},
    {F::kKaReqContainerImage, How::kFirst, {"requestObject", "spec", "containers", "image"}},
    {F::kKaReqContainerImageRepository,
     How::kFirstRepository,
     {"requestObject", "spec", "containers", "image"}},
    {F::kKaReqContainerHostNetwork, How::kScalar, {"requestObject", "spec", "hostNetwork"}},
    {F::kKaReqContainerPrivileged,
     How::kAnyTrue,
     {"requestObject", "spec", "containers", "securityContext", "privileged"}},
    {F::kKaReqPodHostIpc, How::kScalar, {"requestObject", "spec", "hostIPC"}},
    {F::kKaReqPodHostNetwork, How::kScalar, {"requestObject", "spec", "hostNetwork"}},
    {F::kKaReqPodHostPid, How::kScalar, {"requestObject", "spec", "hostPID"}},
    {F::kKaReqPodRunAsUser,
     How::kScalar,
     {"requestObject", "spec", "securityContext", "runAsUser"}},
    {F::kKaReqPodRunAsGroup,
     How::kScalar,
     {"requestObject", "spec", "securityContext", "runAsGroup"}},
    {F::kKaReqPodFsGroup, How::kScalar, {"requestObject", "spec", "securityContext", "fsGroup"}},
    {F::kKaReqPodSupplementalGroups,
     How::kList,
     {"requestObject", "spec", "securityContext", "supplementalGroups"}},
    {F::kKaReqPodVolumesHostpath,
     How::kList,
     {"requestObject", "spec", "volumes", "hostPath", "path"}},
    {F::kKaReqVolumeHostpath,
     How::kHasHostPath,
     {"requestObject", "spec", "volumes", "hostPath", "path"}},
    {F::kKaReqPodVolumesFlexvolumeDriver,
     How::kList,
     {"requestObject", "spec", "volumes", "flexVolume", "driver"}},
    {F::kKaReqPodVolumesVolumeType, How::kVolumeTypes, {"requestObject", "spec", "volumes"}},
    {F::kKaReqRoleRules, How::kList, {"requestObject", "rules"}},
    {F::kKaReqRoleRulesApiGroups, How::kList, {"requestObject", "rules", "apiGroups"}},
    {F::kKaReqRoleRulesNonResourceURLs, How::kList, {"requestObject", "rules", "nonResourceURLs"}},
    {F::kKaReqRoleRulesVerbs, How::kList, {"requestObject", "rules", "verbs"}},
    {F::kKaReqRoleRulesResources, How::kList, {"requestObject", "rules", "resources"}},
    {F::kKaReqServiceType, How::kScalar, {"requestObject", "spec", "type"}},
    {F::kKaReqServicePorts, How::kList, {"requestObject", "spec", "ports"}},
    {F::kKaRespName, How::kScalar, {"responseObject", "metadata", "name"}},
    {F::kKaResponseCode, How::kScalar, {"responseStatus", "code"}},
    {F::kKaResponseReason, How::kScalar, {"responseStatus", "reason"}},
    {F::kKaUseragent, How::kScalar, {"userAgent"}},
    {F::kKaSourceips, How::kList, {"sourceIPs"}},
    {F::kKaClusterName, How::kClusterName},
    YAGURA_CONTAINER_FIELDS(kKaReqPodContainers, "containers"),
    YAGURA_CONTAINER_FIELDS(kKaReqPodInitContainers, "initContainers"),
    YAGURA_CONTAINER_FIELDS(kKaReqPodEphemeralContainers, "ephemeralContainers"),
};

#undef YAGURA_CONTAINER_FIELDS

constexpr std::size_t kFieldCount = static_cast<std::size_t>(F::kCount);
// The first of the source's own fields.
constexpr std::size_t kFirstField = static_cast<std::size_t>(F::kJevtValue);

// Positions in kExtractions by field. Does not compile where a field has none.
constexpr std::array<std::uint16_t, kFieldCount> kByField = [] {
  std::array<std::uint16_t, kFieldCount> positions{};
  std::array<bool, kFieldCount> seen{};
  for (std::size_t at = 0; at < std::size(kExtractions); ++at) {
    const auto field = static_cast<std::size_t>(kExtractions[at].field);
    if (seen[field]) throw "two extractions of one field";
    seen[field] = true;
    positions[field] = static_cast<std::uint16_t>(at);
  }
  for (std::size_t field = kFirstField; field < kFieldCount; ++field) {
    if (!seen[field]) throw "a field without an extraction";
  }
  return positions;
}();

std::span<const std::string_view> path_of(const Extraction& extraction) {
  std::size_t size = 0;
  while (size < kMaxPath && !extraction.path[size].empty()) ++size;
  return {extraction.path.data(), size};
}

// Absent for null: an API client may write it where it means nothing.
std::optional<std::string_view> text_of(const Node& node, core::Arena& arena) {
  if (node.is_null()) return std::nullopt;
  if (node.is_string()) return node.as_string();
  if (node.is_bool()) return node.as_bool() ? "true" : "false";
  return arena.copy(kube::to_json(node));
}

class Extractor {
 public:
  Extractor(const Node& event, const FieldRef& field, core::Arena& arena)
      : event_(event), field_(field), arena_(arena) {}

  Value scalar(std::span<const std::string_view> path) {
    const Node* at = &event_;
    for (const std::string_view key : path) {
      at = at->find(key);
      if (at == nullptr) return Value::absent();
    }
    return text(text_of(*at, arena_));
  }

  Value list(std::span<const std::string_view> path) {
    collect(event_, path, field_.index);
    return strings();
  }

  Value first(std::span<const std::string_view> path) {
    collect(event_, path, 0);
    return found_.empty() ? Value::absent() : Value::string(found_.front());
  }

  Value repositories(std::span<const std::string_view> path) {
    collect(event_, path, field_.index);
    for (std::string_view& image : found_) image = repository(image);
    return strings();
  }

  Value first_repository(std::span<const std::string_view> path) {
    collect(event_, path, 0);
    return found_.empty() ? Value::absent() : Value::string(repository(found_.front()));
  }

  Value any_true(std::span<const std::string_view> path) {
    if (event_.get({"requestObject", "spec", "containers"}) == nullptr) return Value::absent();
    collect(event_, path, FieldRef::kNoIndex);
    for (const std::string_view text : found_) {
      if (text == "true") return Value::string("true");
    }
    return Value::string("false");
  }

  Value effective(std::string_view list, std::string_view member) {
    const Node* const spec = event_.get({"requestObject", "spec"});
    if (spec == nullptr) return Value::absent();
    std::string_view otherwise = "0";
    if (const Node* const of_pod = spec->get({"securityContext", member})) {
      otherwise = text_of(*of_pod, arena_).value_or("0");
    }
    for (const Node* const container : elements(spec->list(list))) {
      const Node* const own = container->get({"securityContext", member});
      found_.push_back(own == nullptr ? otherwise : text_of(*own, arena_).value_or(otherwise));
    }
    return strings();
  }

  Value host_ports(std::string_view list) {
    const Node* const spec = event_.get({"requestObject", "spec"});
    if (spec == nullptr) return Value::absent();
    const Node* const network = spec->find("hostNetwork");
    const bool on_host = network != nullptr && network->bool_or(false);
    for (const Node* const container : elements(spec->list(list))) {
      for (const Node& port : container->list("ports")) {
        const Node* number = port.find("hostPort");
        // On the host's network a container's port is the host's.
        if (number == nullptr && on_host) number = port.find("containerPort");
        if (number != nullptr) push(*number);
      }
    }
    return strings();
  }

  Value subjects(std::string_view kind, bool qualified) {
    const Node* const request = event_.find("requestObject");
    if (request == nullptr) return Value::absent();
    for (const Node& subject : request->list("subjects")) {
      const Node* const own_kind = subject.find("kind");
      const Node* const name = subject.find("name");
      if (own_kind == nullptr || name == nullptr || own_kind->string_or() != kind) continue;
      if (!qualified) {
        push(*name);
        continue;
      }
      const Node* const space = subject.find("namespace");
      std::string text(space == nullptr ? std::string_view() : space->string_or());
      text += ':';
      text += name->string_or();
      found_.push_back(arena_.copy(text));
    }
    return strings();
  }

  Value volume_types(std::span<const std::string_view> path) {
    const Node* at = &event_;
    for (const std::string_view key : path) {
      at = at->find(key);
      if (at == nullptr) return Value::absent();
    }
    if (!at->is_list()) return Value::absent();
    for (const Node* const volume : elements(at->items())) {
      if (!volume->is_map()) continue;
      for (const kube::Member& member : volume->members()) {
        if (member.key != "name") found_.push_back(member.key);
      }
    }
    return strings();
  }

  Value has_host_path(std::span<const std::string_view> path) {
    if (event_.get({"requestObject", "spec", "volumes"}) == nullptr) return Value::absent();
    collect(event_, path, FieldRef::kNoIndex);
    const std::string_view wanted = field_.key;
    const bool prefix = wanted.ends_with('*');
    for (const std::string_view found : found_) {
      if (prefix ? found.starts_with(wanted.substr(0, wanted.size() - 1)) : found == wanted) {
        return Value::string("true");
      }
    }
    return Value::string("false");
  }

  Value uri_parameter() {
    const Node* const uri = event_.find("requestURI");
    if (uri == nullptr) return Value::absent();
    const auto value = query_parameter(uri->string_or(), field_.key);
    return value ? Value::string(arena_.copy(*value)) : Value::absent();
  }

  Value pod_name() {
    const Node* const resource = event_.get({"objectRef", "resource"});
    if (resource == nullptr || resource->string_or() != "pods") return Value::absent();
    static constexpr std::string_view kPath[] = {"objectRef", "name"};
    return scalar(kPath);
  }

  // RFC 6901; a slash in front may be missing, as Falco allows.
  Value pointer() {
    std::string_view rest = field_.key;
    if (rest.starts_with('/')) rest.remove_prefix(1);
    const Node* at = &event_;
    for (bool more = true; more && at != nullptr;) {
      const std::size_t slash = rest.find('/');
      more = slash != std::string_view::npos;
      at = step(*at, rest.substr(0, slash));
      if (more) rest.remove_prefix(slash + 1);
    }
    return at == nullptr ? Value::absent() : text(text_of(*at, arena_));
  }

 private:
  static Value text(std::optional<std::string_view> found) {
    return found ? Value::string(*found) : Value::absent();
  }

  static std::string_view repository(std::string_view image) {
    image = image.substr(0, image.find('@'));
    // A colon before the last slash belongs to the registry's port.
    const std::size_t slash = image.rfind('/');
    const std::size_t colon = image.find(':', slash == std::string_view::npos ? 0 : slash);
    return image.substr(0, colon);
  }

  static const Node* step(const Node& at, std::string_view token) {
    if (at.is_list()) {
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
      if (error != std::errc() || end != token.data() + token.size()) return nullptr;
      return index < at.items().size() ? &at.items()[index] : nullptr;
    }
    if (token.find('~') == std::string_view::npos) return at.find(token);
    std::string key;
    for (std::size_t i = 0; i < token.size(); ++i) {
      if (token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1')) {
        key += token[++i] == '0' ? '~' : '/';
      } else {
        key += token[i];
      }
    }
    return at.find(key);
  }

  // All of them, or the one that the field's index names.
  [[nodiscard]] std::vector<const Node*> elements(std::span<const Node> list) const {
    std::vector<const Node*> chosen;
    for (std::size_t at = 0; at < list.size(); ++at) {
      if (field_.index == FieldRef::kNoIndex || static_cast<std::size_t>(field_.index) == at) {
        chosen.push_back(&list[at]);
      }
    }
    return chosen;
  }

  void push(const Node& node) {
    if (const auto found = text_of(node, arena_)) found_.push_back(*found);
  }

  // The recursion is as deep as the path and the lists on it, which take no step of the path: the
  // reader bounds the tree's depth.
  void collect(const Node& at, std::span<const std::string_view> path, std::int32_t index) {
    if (at.is_list()) {
      const auto items = at.items();
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (index != FieldRef::kNoIndex && static_cast<std::size_t>(index) != i) continue;
        if (path.empty()) {
          push(items[i]);
        } else {
          collect(items[i], path, FieldRef::kNoIndex);
        }
      }
      return;
    }
    if (path.empty()) return push(at);
    if (const Node* const next = at.find(path.front())) collect(*next, path.subspan(1), index);
  }

  // Nothing found is the same as nothing there.
  Value strings() {
    if (found_.empty()) return Value::absent();
    return Value::strings(arena_.copy(std::span<const std::string_view>(found_)));
  }

  const Node& event_;
  const FieldRef& field_;
  core::Arena& arena_;
  std::vector<std::string_view> found_;
};

Value time_text(std::int64_t time, TimeFormat format, core::Arena& arena) {
  std::string text;
  append_time(text, time, format);
  return Value::string(arena.copy(text));
}

}  // namespace

Value extract(const Node& event, const FieldRef& field, core::Arena& arena,
              std::string_view cluster_name, std::int64_t time) {
  const Extraction& extraction = kExtractions[kByField[field.id]];
  const auto path = path_of(extraction);
  Extractor extractor(event, field, arena);
  switch (extraction.how) {
    case How::kScalar:
      return extractor.scalar(path);
    case How::kList:
      return extractor.list(path);
    case How::kFirst:
      return extractor.first(path);
    case How::kRepository:
      return extractor.repositories(path);
    case How::kFirstRepository:
      return extractor.first_repository(path);
    case How::kAnyTrue:
      return extractor.any_true(path);
    case How::kEffective:
      return extractor.effective(path[0], path[1]);
    case How::kHostPorts:
      return extractor.host_ports(path[0]);
    case How::kSubjects:
      return extractor.subjects(path[0], false);
    case How::kQualifiedSubjects:
      return extractor.subjects(path[0], true);
    case How::kVolumeTypes:
      return extractor.volume_types(path);
    case How::kHasHostPath:
      return extractor.has_host_path(path);
    case How::kUriParameter:
      return extractor.uri_parameter();
    case How::kPodName:
      return extractor.pod_name();
    case How::kPointer:
      return extractor.pointer();
    case How::kWhole:
      return Value::string(arena.copy(kube::to_json(event, kube::JsonLayout::kIndented)));
    case How::kRawTime:
      return Value::string(arena.copy(std::to_string(time)));
    case How::kLocalTime:
      return time_text(time, TimeFormat::kTime, arena);
    case How::kIsoTime:
      return time_text(time, TimeFormat::kIso8601, arena);
    case How::kTrue:
      return Value::string("true");
    case How::kClusterName:
      return cluster_name.empty() ? Value::absent() : Value::string(cluster_name);
  }
  return Value::absent();
}

}  // namespace yagura::rules
