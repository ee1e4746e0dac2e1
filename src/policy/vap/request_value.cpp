#include "policy/vap/request_value.hpp"

#include <array>

#include "policy/program/collections.hpp"

namespace yagura::policy {

namespace {

constexpr UnknownSet kUnknown{};

void add(MapBuilder& map, std::string_view key, const Value& value) {
  map.add_or_replace(Value::string(key, true), value);
}

Value kind_value(EvalContext& context, const RequestedKind& kind) {
  MapBuilder map(context.arena(), 3);
  add(map, "group", Value::string(kind.group));
  add(map, "version", Value::string(kind.version));
  add(map, "kind", Value::string(kind.kind));
  return map.build();
}

Value resource_value(EvalContext& context, const RequestedKind& kind) {
  MapBuilder map(context.arena(), 3);
  add(map, "group", Value::string(kind.group));
  add(map, "version", Value::string(kind.version));
  add(map, "resource", Value::string(kind.resource));
  return map.build();
}

// Absent fields of the API object are absent here: has(request.userInfo.uid).
Value user_value(EvalContext& context, const AdmissionRequest& request) {
  if (request.user == nullptr) return unknown_value();
  MapBuilder map(context.arena(), 4);
  if (!request.user->username.empty()) add(map, "username", Value::string(request.user->username));
  if (!request.user->uid.empty()) add(map, "uid", Value::string(request.user->uid));
  if (!request.user->groups.empty()) {
    ListBuilder groups(context.arena(), request.user->groups.size());
    for (const std::string_view group : request.user->groups) groups.add(Value::string(group));
    add(map, "groups", groups.build());
  }
  if (request.user_extra != nullptr) add(map, "extra", Value::node(*request.user_extra));
  return map.build();
}

}  // namespace

Value unknown_value() { return Value::unknown(&kUnknown); }

Value make_request_value(EvalContext& context, const AdmissionRequest& request,
                         const RequestedKind& matched) {
  MapBuilder map(context.arena(), 12);
  add(map, "kind", kind_value(context, matched));
  add(map, "resource", resource_value(context, matched));
  if (!request.subresource.empty()) add(map, "subResource", Value::string(request.subresource));
  add(map, "requestKind", kind_value(context, request.kind));
  add(map, "requestResource", resource_value(context, request.kind));
  if (!request.subresource.empty())
    add(map, "requestSubResource", Value::string(request.subresource));
  if (!request.name.empty()) add(map, "name", Value::string(request.name));
  if (!request.namespace_.empty()) add(map, "namespace", Value::string(request.namespace_));
  add(map, "operation", Value::string(to_string(request.operation), true));
  add(map, "userInfo", user_value(context, request));
  add(map, "dryRun", Value::boolean(request.dry_run));
  add(map, "options", request.options == nullptr ? Value::null() : Value::node(*request.options));
  return map.build();
}

// What upstream exposes: the metadata without owners and managed fields, spec and status.
Value make_namespace_value(EvalContext& context, const AdmissionRequest& request) {
  const bool is_namespace = request.kind.group.empty() && request.kind.kind == "Namespace";
  if (request.namespace_.empty() || is_namespace) return Value::null();
  if (request.namespace_object == nullptr) {
    // Its name is known, and with it one label; all else is not.
    MapBuilder metadata(context.arena(), 12);
    add(metadata, "name", Value::string(request.namespace_));
    for (const std::string_view field :
         {"generateName", "namespace", "labels", "annotations", "UID", "creationTimestamp",
          "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "resourceVersion",
          "finalizers"}) {
      add(metadata, field, unknown_value());
    }
    MapBuilder object(context.arena(), 3);
    add(object, "metadata", metadata.build());
    add(object, "spec", unknown_value());
    add(object, "status", unknown_value());
    return object.build();
  }
  MapBuilder object(context.arena(), 3);
  for (const std::string_view field : {"metadata", "spec", "status"}) {
    const kube::Node* node = request.namespace_object->find(field);
    if (node != nullptr && field != "metadata") add(object, field, Value::node(*node));
    if (node == nullptr || field != "metadata") continue;
    MapBuilder metadata(context.arena(), 12);
    for (const kube::Member& member : node->members()) {
      if (member.key == "ownerReferences" || member.key == "managedFields") continue;
      add(metadata, member.key, Value::node(member.value));
    }
    add(object, "metadata", metadata.build());
  }
  return object.build();
}

}  // namespace yagura::policy
