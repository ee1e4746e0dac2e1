#include "policy/vap/admission_request.hpp"

namespace yagura::policy {

namespace {

std::string_view text_at(const kube::Node& object, std::initializer_list<std::string_view> path) {
  const kube::Node* node = object.get(path);
  return node == nullptr ? std::string_view() : node->string_or();
}

}  // namespace

std::string_view to_string(Operation operation) {
  switch (operation) {
    case Operation::kCreate:
      return "CREATE";
    case Operation::kUpdate:
      return "UPDATE";
    case Operation::kDelete:
      return "DELETE";
    case Operation::kConnect:
      return "CONNECT";
  }
  return "";
}

AdmissionRequest request_to_create(const kube::Node& object, kube::KindRegistry& kinds) {
  const auto resolved = kinds.resolve(text_at(object, {"apiVersion"}), text_at(object, {"kind"}));
  AdmissionRequest request;
  request.object = &object;
  request.kind = {.group = resolved.group,
                  .version = resolved.version,
                  .kind = resolved.kind,
                  .resource = resolved.resource};
  request.scope = resolved.scope.value_or(kube::ResourceScope::kNamespaced);
  request.name = text_at(object, {"metadata", "name"});
  if (request.scope == kube::ResourceScope::kNamespaced) {
    request.namespace_ = text_at(object, {"metadata", "namespace"});
    if (request.namespace_.empty()) request.namespace_ = "default";
  } else if (request.kind.group.empty() && request.kind.resource == "namespaces") {
    request.namespace_ = request.name;
  }
  return request;
}

}  // namespace yagura::policy
