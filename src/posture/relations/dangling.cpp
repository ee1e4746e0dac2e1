// References to what is not there: a selector that selects nothing, a name that nothing has.

#include <algorithm>
#include <set>

#include "posture/relations/checks.hpp"

namespace yagura::posture::relations {

namespace {

bool has_port(const Object& service, const kube::Node& wanted) {
  const kube::Node* spec = service.root->find("spec");
  if (spec == nullptr) return false;
  return std::ranges::any_of(spec->list("ports"), [&](const kube::Node& port) {
    if (wanted.is_string()) return text_of(&port, "name") == wanted.as_string();
    const kube::Node* number = port.find("port");
    return number != nullptr && number->is_int() && wanted.is_int() &&
           number->as_int() == wanted.as_int();
  });
}

std::string port_text(const kube::Node& port) {
  return port.is_int() ? std::to_string(port.as_int()) : quoted(port.string_or());
}

void judge_backends(Judge& judge, const Object& object, const std::vector<Backend>& backends) {
  judge.looks_at(object);
  std::set<std::string> told;
  for (const Backend& backend : backends) {
    const Object* service = judge.index().find("", "Service", backend.namespace_, backend.service);
    if (service == nullptr) {
      if (!told.insert(std::string(backend.service)).second) continue;
      judge.fail(object, backend.path,
                 "Service " + quoted(backend.service) +
                     " is not among the scanned objects of namespace " + quoted(backend.namespace_),
                 {.subject = std::string(backend.service)});
    } else if (backend.port != nullptr && !has_port(*service, *backend.port)) {
      const std::string port = port_text(*backend.port);
      if (!told.insert(std::string(backend.service) + ":" + port).second) continue;
      judge.fail(object, backend.path,
                 "Service " + quoted(backend.service) + " has no port " + port,
                 {.subject = std::string(backend.service)});
    }
  }
}

struct Peers {
  std::string_view direction;  // "ingress"
  std::string_view list;       // "from"
};

void judge_peer(Judge& judge, const Object& policy, const kube::Node& peer,
                const kube::NodePath& path) {
  const kube::Node* pods = peer.find("podSelector");
  if (pods == nullptr || !pods->is_map()) return;
  const Selector selector = Selector::of_label_selector(pods);
  if (selector.selects_everything()) return;
  const kube::Node* spaces = peer.find("namespaceSelector");
  bool any_space = spaces == nullptr;
  bool any_pod = spaces == nullptr && !judge.index().select(policy.namespace_, selector).empty();
  if (spaces != nullptr) {
    const Selector wanted = Selector::of_label_selector(spaces);
    for (const std::string_view name : judge.index().namespaces()) {
      const Object* object = judge.index().namespace_object(name);
      const kube::Node* labels = object == nullptr ? nullptr : object->find({"metadata", "labels"});
      if (!wanted.matches_namespace(name, labels)) continue;
      any_space = true;
      any_pod = any_pod || !judge.index().select(name, selector).empty();
    }
  }
  if (!any_space) {
    judge.cannot_say(policy, below(path, "namespaceSelector"),
                     "no namespace of the scan has the labels that the peer selects");
  } else if (!any_pod) {
    judge.fail(policy, below(path, "podSelector"),
               "no workload in the scanned objects has the labels " + quoted(selector.text()) +
                   " of this peer");
  }
}

// Where a monitor looks: its own namespace, the named ones, or all.
std::vector<std::string_view> monitored_namespaces(const ObjectIndex& index,
                                                   const Object& monitor) {
  const kube::Node* selector = monitor.find({"spec", "namespaceSelector"});
  if (selector != nullptr) {
    if (const kube::Node* any = selector->find("any"); any != nullptr && any->bool_or(false)) {
      return {index.namespaces().begin(), index.namespaces().end()};
    }
    std::vector<std::string_view> names;
    for (const kube::Node& name : selector->list("matchNames")) names.push_back(name.string_or());
    if (!names.empty()) return names;
  }
  return {monitor.namespace_};
}

bool selects_service(const ObjectIndex& index, const Selector& selector, std::string_view space) {
  return std::ranges::any_of(index.of_kind("", "Service"), [&](const Object* service) {
    return service->namespace_ == space && selector.matches(service->find({"metadata", "labels"}));
  });
}

template <typename Selects>
void judge_monitors(Judge& judge, std::string_view kind, std::string_view what,
                    const Selects& selects) {
  for (const Object* monitor : judge.index().of_kind("monitoring.coreos.com", kind)) {
    const Selector selector = Selector::of_label_selector(monitor->find({"spec", "selector"}));
    if (selector.selects_nothing() || selector.selects_everything()) continue;
    judge.looks_at(*monitor);
    const auto spaces = monitored_namespaces(judge.index(), *monitor);
    if (std::ranges::any_of(spaces,
                            [&](std::string_view space) { return selects(selector, space); })) {
      continue;
    }
    judge.fail(*monitor, at("spec", "selector"),
               "no " + std::string(what) + " in the scanned objects has the labels " +
                   quoted(selector.text()));
  }
}

}  // namespace

void dangling_service(Judge& judge) {
  for (const Object* service : judge.index().of_kind("", "Service")) {
    const Selector selector = service_selector(*service);
    if (selector.selects_nothing()) continue;
    judge.looks_at(*service);
    if (!judge.index().select(service->namespace_, selector).empty()) continue;
    judge.fail(*service, at("spec", "selector"),
               "no workload in the scanned objects of " + in_namespace(*service) +
                   " has the labels " + quoted(selector.text()));
  }
}

void dangling_ingress_backend(Judge& judge) {
  for (const Object* ingress : ingresses(judge.index())) {
    judge_backends(judge, *ingress, ingress_backends(*ingress));
  }
}

void dangling_gateway_backend(Judge& judge) {
  for (const Object* route : gateway_routes(judge.index())) {
    judge_backends(judge, *route, route_backends(*route));
  }
}

void dangling_hpa_target(Judge& judge) {
  for (const Object* hpa : judge.index().of_kind("autoscaling", "HorizontalPodAutoscaler")) {
    const kube::Node* target = hpa->find({"spec", "scaleTargetRef"});
    const std::string_view kind = text_of(target, "kind");
    const std::string_view name = text_of(target, "name");
    if (kind.empty() || name.empty()) continue;
    judge.looks_at(*hpa);
    const std::string_view group = kube::api_group(text_of(target, "apiVersion"));
    if (judge.index().find(group, kind, hpa->namespace_, name) != nullptr) continue;
    judge.fail(*hpa, at("spec", "scaleTargetRef", "name"),
               std::string(kind) + " " + quoted(name) + " is not among the scanned objects of " +
                   in_namespace(*hpa));
  }
}

void dangling_network_policy(Judge& judge) {
  for (const Object* policy : network_policies(judge.index())) {
    const Selector selector = Selector::of_label_selector(policy->find({"spec", "podSelector"}));
    if (selector.selects_nothing() || selector.selects_everything()) continue;
    judge.looks_at(*policy);
    if (!judge.index().select(policy->namespace_, selector).empty()) continue;
    judge.fail(*policy, at("spec", "podSelector"),
               "no workload in the scanned objects of " + in_namespace(*policy) +
                   " has the labels " + quoted(selector.text()) + ": the policy protects nothing");
  }
}

void dangling_network_policy_peer(Judge& judge) {
  constexpr Peers kPeers[] = {{"ingress", "from"}, {"egress", "to"}};
  for (const Object* policy : network_policies(judge.index())) {
    const kube::Node* spec = policy->root->find("spec");
    if (spec == nullptr) continue;
    judge.looks_at(*policy);
    for (const Peers& peers : kPeers) {
      const auto rules = spec->list(peers.direction);
      for (std::size_t i = 0; i < rules.size(); ++i) {
        const auto list = rules[i].list(peers.list);
        for (std::size_t j = 0; j < list.size(); ++j) {
          judge_peer(judge, *policy, list[j], at("spec", peers.direction, i, peers.list, j));
        }
      }
    }
  }
}

void dangling_service_monitor(Judge& judge) {
  const ObjectIndex& index = judge.index();
  judge_monitors(judge, "ServiceMonitor", "Service",
                 [&](const Selector& selector, std::string_view space) {
                   return selects_service(index, selector, space);
                 });
  judge_monitors(judge, "PodMonitor", "workload",
                 [&](const Selector& selector, std::string_view space) {
                   return !index.select(space, selector).empty();
                 });
}

}  // namespace yagura::posture::relations
