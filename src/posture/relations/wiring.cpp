// Names and keys that one object needs from another: service accounts, environment sources, ports,
// TLS secrets.

#include <algorithm>
#include <array>
#include <optional>

#include "posture/relations/checks.hpp"

namespace yagura::posture::relations {

namespace {

template <typename Action>
void for_each_container(const Object& object, const Action& action) {
  if (!object.workload || object.workload->pod_spec() == nullptr) return;
  const kube::NodePath spec = pod_spec_path(*object.workload);
  for (const kube::Container& container : kube::containers(*object.workload->pod_spec())) {
    action(container, below(spec, container.list, container.index));
  }
}

bool is_optional(const kube::Node& reference) {
  const kube::Node* optional = reference.find("optional");
  return optional != nullptr && optional->bool_or(false);
}

bool has_key(const Object& source, std::string_view key) {
  for (const std::string_view field : {"data", "stringData", "binaryData"}) {
    const kube::Node* map = source.root->find(field);
    if (map != nullptr && map->find(key) != nullptr) return true;
  }
  return false;
}

bool has_value(const Object& source, std::string_view key) {
  for (const std::string_view field : {"data", "stringData"}) {
    const kube::Node* map = source.root->find(field);
    if (!text_of(map, key).empty()) return true;
  }
  return false;
}

// Objects of operators that make a Secret: the field that names it, or the object's own name.
struct SecretMaker {
  std::string_view group;
  std::string_view kind;
  std::initializer_list<std::string_view> name_path;
};

bool some_operator_makes(const ObjectIndex& index, std::string_view space, std::string_view name) {
  const SecretMaker kMakers[] = {
      {"bitnami.com", "SealedSecret", {"spec", "template", "metadata", "name"}},
      {"external-secrets.io", "ExternalSecret", {"spec", "target", "name"}},
      {"cert-manager.io", "Certificate", {"spec", "secretName"}},
      {"secrets.hashicorp.com", "VaultStaticSecret", {"spec", "destination", "name"}},
      {"secrets.hashicorp.com", "VaultDynamicSecret", {"spec", "destination", "name"}},
      {"onepassword.com", "OnePasswordItem", {"metadata", "name"}},
  };
  return std::ranges::any_of(kMakers, [&](const SecretMaker& maker) {
    return std::ranges::any_of(index.of_kind(maker.group, maker.kind), [&](const Object* object) {
      if (object->namespace_ != space) return false;
      const kube::Node* made = object->find(maker.name_path);
      return made == nullptr ? object->name == name : made->string_or() == name;
    });
  });
}

// One thing that a container takes from a ConfigMap or a Secret.
struct EnvSource {
  kube::NodePath path;  // to the name
  std::string_view kind;
  std::string_view name;
  std::string_view key;  // empty: all keys
  kube::NodePath key_path;
  bool optional = false;
};

std::vector<EnvSource> env_sources(const kube::Container& container, const kube::NodePath& path) {
  std::vector<EnvSource> sources;
  const auto add = [&](const kube::Node* reference, std::string_view kind,
                       const kube::NodePath& where) {
    if (reference == nullptr || text_of(reference, "name").empty()) return;
    sources.push_back({.path = below(where, "name"),
                       .kind = kind,
                       .name = text_of(reference, "name"),
                       .key = text_of(reference, "key"),
                       .key_path = below(where, "key"),
                       .optional = is_optional(*reference)});
  };
  const auto env = container.node->list("env");
  for (std::size_t i = 0; i < env.size(); ++i) {
    const kube::Node* from = env[i].find("valueFrom");
    if (from == nullptr) continue;
    const kube::NodePath base = below(path, "env", i, "valueFrom");
    add(from->find("configMapKeyRef"), "ConfigMap", below(base, "configMapKeyRef"));
    add(from->find("secretKeyRef"), "Secret", below(base, "secretKeyRef"));
  }
  const auto all = container.node->list("envFrom");
  for (std::size_t i = 0; i < all.size(); ++i) {
    add(all[i].find("configMapRef"), "ConfigMap", below(path, "envFrom", i, "configMapRef"));
    add(all[i].find("secretRef"), "Secret", below(path, "envFrom", i, "secretRef"));
  }
  return sources;
}

template <typename Action>
void for_each_env_source(Judge& judge, const Action& action) {
  for (const Object& object : judge.index().objects()) {
    for_each_container(object, [&](const kube::Container& container, const kube::NodePath& path) {
      for (const EnvSource& source : env_sources(container, path)) {
        judge.looks_at(object);
        if (!source.optional) action(object, container, source);
      }
    });
  }
}

// The ports that containers of a pod declare.
struct DeclaredPorts {
  std::vector<const kube::Node*> ports;
  bool all_containers_declare = true;
};

DeclaredPorts declared_ports(const kube::Node& pod_spec) {
  DeclaredPorts declared;
  for (const kube::Container& container : kube::containers(pod_spec)) {
    const auto ports = container.node->list("ports");
    for (const kube::Node& port : ports) declared.ports.push_back(&port);
    if (container.type == kube::ContainerType::kRegular && ports.empty()) {
      declared.all_containers_declare = false;
    }
  }
  return declared;
}

std::string_view protocol_of(const kube::Node& port) {
  const std::string_view protocol = text_of(&port, "protocol");
  return protocol.empty() ? "TCP" : protocol;
}

// Nothing: the pods don't say enough.
std::optional<bool> exposes(const kube::Node& pod_spec, const kube::Node& target,
                            std::string_view protocol) {
  const DeclaredPorts declared = declared_ports(pod_spec);
  const bool named = target.is_string();
  const bool found = std::ranges::any_of(declared.ports, [&](const kube::Node* port) {
    if (protocol_of(*port) != protocol) return false;
    if (named) return text_of(port, "name") == target.as_string();
    const kube::Node* number = port->find("containerPort");
    return number != nullptr && number->is_int() && target.is_int() &&
           number->as_int() == target.as_int();
  });
  if (found) return true;
  // A number needs no declaration: only pods that declare their ports everywhere say that it is not
  // theirs.
  if (!named && !declared.all_containers_declare) return std::nullopt;
  return false;
}

void judge_target_port(Judge& judge, const Object& service, std::size_t index,
                       const kube::Node& port, std::span<const std::uint32_t> pods) {
  const kube::Node* target = port.find("targetPort");
  const bool written = target != nullptr;
  if (target == nullptr) target = port.find("port");
  if (target == nullptr || (!target->is_int() && !target->is_string())) return;
  const auto sources = judge.index().pods_in(service.namespace_);
  const Object* lacks = nullptr;
  for (const std::uint32_t position : pods) {
    const Object* object = sources[position].object;
    if (!object->workload || object->workload->pod_spec() == nullptr) return;
    const auto exposed = exposes(*object->workload->pod_spec(), *target, protocol_of(port));
    if (!exposed || *exposed) return;
    lacks = object;
  }
  if (lacks == nullptr) return;
  const std::string shown =
      target->is_int() ? std::to_string(target->as_int()) : quoted(target->as_string());
  judge.fail(service, at("spec", "ports", index, written ? "targetPort" : "port"),
             display(*lacks) + ", which the Service selects, has no container port " + shown +
                 " (" + std::string(protocol_of(port)) + ")",
             {.subject = std::string(text_of(&port, "name"))});
}

void judge_tls_secret(Judge& judge, const Object& object, const kube::NodePath& path,
                      std::string_view space, std::string_view name) {
  judge.looks_at(object);
  const Object* secret = judge.index().find("", "Secret", space, name);
  if (secret == nullptr) {
    judge.cannot_say(object, path, "Secret " + quoted(name) + " is not among the scanned objects");
    return;
  }
  std::string missing;
  for (const std::string_view key : {"tls.crt", "tls.key"}) {
    if (has_value(*secret, key)) continue;
    if (!missing.empty()) missing += " and ";
    missing += key;
  }
  if (missing.empty()) return;
  judge.fail(object, path, "Secret " + quoted(name) + " has no " + missing,
             {.subject = std::string(name)});
}

}  // namespace

void service_account_missing(Judge& judge) {
  for (const Object& object : judge.index().objects()) {
    if (!object.workload || object.made_by_scanned) continue;
    const auto account = object.workload->service_account();
    if (account.node == nullptr || account.name == "default" || account.name.empty()) continue;
    judge.looks_at(object);
    if (judge.index().find("", "ServiceAccount", object.namespace_, account.name) != nullptr)
      continue;
    const auto path = kube::find_path(*object.root, *account.node);
    judge.fail(object, path.value_or(kube::NodePath{}),
               "ServiceAccount " + quoted(account.name) + " is not among the scanned objects of " +
                   in_namespace(object));
  }
}

void env_source_missing(Judge& judge) {
  for_each_env_source(
      judge, [&](const Object& object, const kube::Container& container, const EnvSource& source) {
        const ObjectIndex& index = judge.index();
        if (index.find("", source.kind, object.namespace_, source.name) != nullptr) return;
        if (source.kind == "Secret" && some_operator_makes(index, object.namespace_, source.name))
          return;
        judge.fail(object, source.path,
                   std::string(source.kind) + " " + quoted(source.name) +
                       " is not among the scanned objects of " + in_namespace(object),
                   {.subject = std::string(container.name)});
      });
}

void env_key_missing(Judge& judge) {
  for_each_env_source(
      judge, [&](const Object& object, const kube::Container& container, const EnvSource& source) {
        if (source.key.empty()) return;
        const Object* from = judge.index().find("", source.kind, object.namespace_, source.name);
        if (from == nullptr || has_key(*from, source.key)) return;
        judge.fail(
            object, source.key_path,
            display(*from) + " has no key " + quoted(source.key) + ": the container will not start",
            {.subject = std::string(container.name)});
      });
}

// One that names no Service at all is a single object's matter: rules/checks.
void statefulset_without_headless_service(Judge& judge) {
  for (const Object* set : judge.index().of_kind("apps", "StatefulSet")) {
    const std::string_view name = text_of(set->root->find("spec"), "serviceName");
    if (name.empty()) continue;
    judge.looks_at(*set);
    const Object* service = judge.index().find("", "Service", set->namespace_, name);
    if (service == nullptr) {
      judge.fail(
          *set, at("spec", "serviceName"),
          "Service " + quoted(name) + " is not among the scanned objects of " + in_namespace(*set));
    } else if (text_of(service->root->find("spec"), "clusterIP") != "None") {
      judge.fail(*set, at("spec", "serviceName"),
                 "Service " + quoted(name) + " is not headless (clusterIP: None)");
    } else if (set->workload && !service_selector(*service).matches(set->workload->pod_labels())) {
      judge.fail(*set, at("spec", "serviceName"),
                 "Service " + quoted(name) + " does not select these pods");
    }
  }
}

void service_target_port_not_exposed(Judge& judge) {
  for (const Object* service : judge.index().of_kind("", "Service")) {
    const auto pods = judge.index().select(service->namespace_, service_selector(*service));
    const kube::Node* spec = service->root->find("spec");
    if (pods.empty() || spec == nullptr) continue;
    judge.looks_at(*service);
    const auto ports = spec->list("ports");
    for (std::size_t i = 0; i < ports.size(); ++i)
      judge_target_port(judge, *service, i, ports[i], pods);
  }
}

void ingress_tls_secret_invalid(Judge& judge) {
  for (const Object* ingress : ingresses(judge.index())) {
    const kube::Node* spec = ingress->root->find("spec");
    if (spec == nullptr) continue;
    const auto tls = spec->list("tls");
    for (std::size_t i = 0; i < tls.size(); ++i) {
      const std::string_view name = text_of(&tls[i], "secretName");
      if (name.empty()) continue;
      judge_tls_secret(judge, *ingress, at("spec", "tls", i, "secretName"), ingress->namespace_,
                       name);
    }
  }
  for (const Object* gateway : judge.index().of_kind("gateway.networking.k8s.io", "Gateway")) {
    const kube::Node* spec = gateway->root->find("spec");
    if (spec == nullptr) continue;
    const auto listeners = spec->list("listeners");
    for (std::size_t i = 0; i < listeners.size(); ++i) {
      const kube::Node* tls = listeners[i].find("tls");
      if (tls == nullptr) continue;
      const auto references = tls->list("certificateRefs");
      for (std::size_t j = 0; j < references.size(); ++j) {
        const std::string_view kind = text_of(&references[j], "kind");
        const std::string_view space = text_of(&references[j], "namespace");
        if (!text_of(&references[j], "group").empty() || (!kind.empty() && kind != "Secret"))
          continue;
        judge_tls_secret(
            judge, *gateway, at("spec", "listeners", i, "tls", "certificateRefs", j, "name"),
            space.empty() ? gateway->namespace_ : space, text_of(&references[j], "name"));
      }
    }
  }
}

}  // namespace yagura::posture::relations
