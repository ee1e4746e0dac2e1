// What several relations need to know about objects.

#include <algorithm>
#include <array>

#include "posture/relations/checks.hpp"

namespace yagura::posture::relations {

namespace {

void append_kind(std::vector<const Object*>& to, const ObjectIndex& index, std::string_view group,
                 std::string_view kind) {
  const auto found = index.of_kind(group, kind);
  to.insert(to.end(), found.begin(), found.end());
}

std::vector<const Object*> of_groups(const ObjectIndex& index,
                                     std::initializer_list<std::string_view> groups,
                                     std::string_view kind) {
  std::vector<const Object*> objects;
  for (const std::string_view group : groups) append_kind(objects, index, group, kind);
  std::ranges::sort(objects, {}, &Object::position);
  return objects;
}

// {service: {name, port}} or, before networking.k8s.io/v1, {serviceName, servicePort}.
void add_ingress_backend(std::vector<Backend>& backends, const Object& ingress,
                         const kube::Node* backend, kube::NodePath path, std::string_view host) {
  if (backend == nullptr) return;
  Backend found{.path = std::move(path), .namespace_ = ingress.namespace_, .host = host};
  if (const kube::Node* service = backend->find("service")) {
    found.path = below(std::move(found.path), "service", "name");
    found.service = text_of(service, "name");
    if (const kube::Node* port = service->find("port")) {
      found.port = port->find("number") != nullptr ? port->find("number") : port->find("name");
    }
  } else {
    found.path = below(std::move(found.path), "serviceName");
    found.service = text_of(backend, "serviceName");
    found.port = backend->find("servicePort");
  }
  if (!found.service.empty()) backends.push_back(std::move(found));
}

}  // namespace

kube::NodePath template_path(const kube::Workload& workload) {
  switch (workload.kind()) {
    case kube::WorkloadKind::kPod:
      return {};
    case kube::WorkloadKind::kCronJob:
      return at("spec", "jobTemplate", "spec", "template");
    case kube::WorkloadKind::kPodTemplate:
      return at("template");
    default:
      return at("spec", "template");
  }
}

kube::NodePath pod_spec_path(const kube::Workload& workload) {
  return below(template_path(workload), "spec");
}

std::string display(const Object& object) {
  return std::string(object.kind) + " " + quoted(object.name);
}

std::vector<const Object*> ingresses(const ObjectIndex& index) {
  return of_groups(index, {"networking.k8s.io", "extensions"}, "Ingress");
}

std::vector<const Object*> network_policies(const ObjectIndex& index) {
  return of_groups(index, {"networking.k8s.io", "extensions"}, "NetworkPolicy");
}

std::vector<const Object*> gateway_routes(const ObjectIndex& index) {
  constexpr std::array<std::string_view, 5> kKinds = {"HTTPRoute", "GRPCRoute", "TLSRoute",
                                                      "TCPRoute", "UDPRoute"};
  std::vector<const Object*> routes;
  for (const std::string_view kind : kKinds) {
    append_kind(routes, index, "gateway.networking.k8s.io", kind);
  }
  std::ranges::sort(routes, {}, &Object::position);
  return routes;
}

std::vector<Backend> ingress_backends(const Object& ingress) {
  std::vector<Backend> backends;
  const kube::Node* spec = ingress.root->find("spec");
  if (spec == nullptr) return backends;
  for (const std::string_view field : {"defaultBackend", "backend"}) {
    add_ingress_backend(backends, ingress, spec->find(field), at("spec", field), {});
  }
  const auto rules = spec->list("rules");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const kube::Node* http = rules[i].find("http");
    if (http == nullptr) continue;
    const auto paths = http->list("paths");
    for (std::size_t j = 0; j < paths.size(); ++j) {
      add_ingress_backend(backends, ingress, paths[j].find("backend"),
                          at("spec", "rules", i, "http", "paths", j, "backend"),
                          text_of(&rules[i], "host"));
    }
  }
  return backends;
}

std::vector<Backend> route_backends(const Object& route) {
  std::vector<Backend> backends;
  const kube::Node* spec = route.root->find("spec");
  if (spec == nullptr) return backends;
  const auto hosts = spec->list("hostnames");
  const std::string_view host = hosts.empty() ? std::string_view() : hosts.front().string_or();
  const auto rules = spec->list("rules");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto references = rules[i].list("backendRefs");
    for (std::size_t j = 0; j < references.size(); ++j) {
      const kube::Node& reference = references[j];
      const std::string_view kind = text_of(&reference, "kind");
      if (!text_of(&reference, "group").empty() || (!kind.empty() && kind != "Service")) continue;
      const std::string_view space = text_of(&reference, "namespace");
      const std::string_view name = text_of(&reference, "name");
      if (name.empty()) continue;
      backends.push_back({.path = at("spec", "rules", i, "backendRefs", j, "name"),
                          .service = name,
                          .namespace_ = space.empty() ? route.namespace_ : space,
                          .port = reference.find("port"),
                          .host = host});
    }
  }
  return backends;
}

Selector service_selector(const Object& service) {
  const kube::Node* type = service.find({"spec", "type"});
  if (type != nullptr && type->string_or() == "ExternalName") return Selector::of_map(nullptr);
  return Selector::of_map(service.find({"spec", "selector"}));
}

}  // namespace yagura::posture::relations
