// What the internet (or whoever is in front of the cluster) reaches, and what is behind it.

#include <algorithm>
#include <array>
#include <unordered_map>

#include "posture/relations/checks.hpp"
#include "posture/relations/rights.hpp"

namespace yagura::posture::relations {

namespace {

struct Way {
  const Object* through = nullptr;  // Service, Ingress, HTTPRoute, VirtualService
  std::string_view service;
  std::string words;  // "Ingress "web" (shop.example.com)"
};

using Ways = std::unordered_map<const Object*, std::vector<Way>>;  // by workload

constexpr std::size_t kMostWays = 20;  // kept of one workload

void add_way(Ways& ways, const ObjectIndex& index, const Object& service, const Way& way) {
  const auto pods = index.pods_in(service.namespace_);
  for (const std::uint32_t position : index.select(service.namespace_, service_selector(service))) {
    const Object* object = pods[position].object;
    if (!object->workload || object->made_by_scanned) continue;
    std::vector<Way>& known = ways[object];
    if (known.size() < kMostWays) known.push_back(way);
  }
}

// Cloud providers' ways to say that a load balancer or an ingress is for the inner network.
bool is_internal(const Object& object) {
  struct Sign {
    std::string_view key;
    std::string_view value;
  };
  constexpr std::array<Sign, 10> kSigns = {
      Sign{"service.beta.kubernetes.io/aws-load-balancer-internal", "true"},
      Sign{"service.beta.kubernetes.io/aws-load-balancer-internal", "0.0.0.0/0"},
      Sign{"service.beta.kubernetes.io/aws-load-balancer-scheme", "internal"},
      Sign{"service.beta.kubernetes.io/azure-load-balancer-internal", "true"},
      Sign{"networking.gke.io/load-balancer-type", "Internal"},
      Sign{"cloud.google.com/load-balancer-type", "Internal"},
      Sign{"service.beta.kubernetes.io/oci-load-balancer-internal", "true"},
      Sign{"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type", "intranet"},
      Sign{"alb.ingress.kubernetes.io/scheme", "internal"},
      Sign{"kubernetes.io/ingress.class", "gce-internal"}};
  const kube::Node* annotations = object.find({"metadata", "annotations"});
  return std::ranges::any_of(kSigns, [&](const Sign& sign) {
    const kube::Node* value = annotations == nullptr ? nullptr : annotations->find(sign.key);
    if (value == nullptr) return false;
    return value->string_or() == sign.value ||
           (value->is_bool() && value->as_bool() && sign.value == "true");
  });
}

std::string named(const Object& object, std::string_view detail) {
  std::string text = display(object);
  if (!detail.empty()) text += " (" + std::string(detail) + ")";
  return text;
}

void add_services(Ways& ways, const ObjectIndex& index) {
  for (const Object* service : index.of_kind("", "Service")) {
    const kube::Node* spec = service->root->find("spec");
    const std::string_view type = text_of(spec, "type");
    const bool open = type == "LoadBalancer" || type == "NodePort";
    const bool external = spec != nullptr && !spec->list("externalIPs").empty();
    if ((!open && !external) || is_internal(*service)) continue;
    add_way(ways, index, *service,
            {.through = service,
             .service = service->name,
             .words = named(*service, open ? type : std::string_view("external IP"))});
  }
}

void add_ingresses(Ways& ways, const ObjectIndex& index) {
  for (const Object* ingress : ingresses(index)) {
    if (is_internal(*ingress)) continue;
    for (const Backend& backend : ingress_backends(*ingress)) {
      const Object* service = index.find("", "Service", backend.namespace_, backend.service);
      if (service == nullptr) continue;
      add_way(
          ways, index, *service,
          {.through = ingress, .service = service->name, .words = named(*ingress, backend.host)});
    }
  }
}

void add_routes(Ways& ways, const ObjectIndex& index) {
  for (const Object* route : gateway_routes(index)) {
    for (const Backend& backend : route_backends(*route)) {
      const Object* service = index.find("", "Service", backend.namespace_, backend.service);
      if (service == nullptr) continue;
      add_way(ways, index, *service,
              {.through = route, .service = service->name, .words = named(*route, backend.host)});
    }
  }
}

// "web", "web.shop", "web.shop.svc.cluster.local".
const Object* service_of_host(const ObjectIndex& index, std::string_view host,
                              std::string_view space) {
  const std::size_t dot = host.find('.');
  const std::string_view name = host.substr(0, dot);
  if (dot != std::string_view::npos) {
    const std::string_view rest = host.substr(dot + 1);
    space = rest.substr(0, rest.find('.'));
  }
  return index.find("", "Service", space, name);
}

// Through a gateway, not only between the services of the mesh.
bool uses_gateway(const kube::Node& spec) {
  return std::ranges::any_of(spec.list("gateways"), [](const kube::Node& gateway) {
    return !gateway.string_or().empty() && gateway.string_or() != "mesh";
  });
}

void add_virtual_services(Ways& ways, const ObjectIndex& index) {
  for (const Object* object : index.of_kind("networking.istio.io", "VirtualService")) {
    const kube::Node* spec = object->root->find("spec");
    if (spec == nullptr || !uses_gateway(*spec)) continue;
    const auto hosts = spec->list("hosts");
    const std::string_view shown = hosts.empty() ? std::string_view() : hosts.front().string_or();
    for (const std::string_view protocol : {"http", "tls", "tcp"}) {
      for (const kube::Node& rule : spec->list(protocol)) {
        for (const kube::Node& route : rule.list("route")) {
          const std::string_view host = text_of(route.find("destination"), "host");
          const Object* service = service_of_host(index, host, object->namespace_);
          if (service == nullptr) continue;
          add_way(ways, index, *service,
                  {.through = object, .service = service->name, .words = named(*object, shown)});
        }
      }
    }
  }
}

std::string list_ways(const std::vector<Way>& ways) {
  constexpr std::size_t kShown = 3;
  std::vector<std::string> words;
  for (const Way& way : ways) {
    if (std::ranges::find(words, way.words) == words.end()) words.push_back(way.words);
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(words.size(), kShown); ++i) {
    if (i > 0) text += ", ";
    text += words[i];
  }
  if (words.size() > kShown) text += " and " + std::to_string(words.size() - kShown) + " more";
  return text;
}

// What makes it worse that strangers reach the pods: ways from a container to the node or the
// cluster.
std::vector<std::string> risks_of(const Object& object, const Rights& rights,
                                  const ObjectIndex& index) {
  std::vector<std::string> risks;
  const kube::Node& spec = *object.workload->pod_spec();
  for (const kube::Container& container : kube::containers(spec)) {
    const kube::SecurityContext context(spec, *container.node);
    if (context.privileged().value) {
      risks.push_back("container " + quoted(container.name) + " is privileged");
    } else if (context.adds("SYS_ADMIN") || context.adds("ALL")) {
      risks.push_back("container " + quoted(container.name) + " has SYS_ADMIN");
    }
  }
  for (const std::string_view field : {"hostPID", "hostNetwork", "hostIPC"}) {
    const kube::Node* shared = spec.find(field);
    if (shared != nullptr && shared->bool_or(false)) risks.push_back(std::string(field) + " is on");
  }
  for (const kube::Node& volume : spec.list("volumes")) {
    if (volume.find("hostPath") != nullptr) {
      risks.push_back("the node's " + quoted(text_of(volume.find("hostPath"), "path")) +
                      " is mounted");
    }
  }
  if (mounts_token(index, object)) {
    for (const Grant* grant :
         rights.of(object.namespace_, object.workload->service_account().name)) {
      if (grant->powers.everything || grant->powers.reads_secrets ||
          !grant->powers.takeover.empty()) {
        risks.push_back("its service account may " +
                        std::string(grant->powers.takeover.empty()
                                        ? std::string_view("read Secrets")
                                        : grant->powers.takeover));
        break;
      }
    }
  }
  return risks;
}

void judge_ways(Judge& judge, const Ways& ways) {
  const ObjectIndex& index = judge.index();
  const Rights rights(index);
  for (const Object& object : index.objects()) {
    if (!object.workload || object.workload->pod_spec() == nullptr) continue;
    judge.looks_at(object);
    const auto found = ways.find(&object);
    if (found == ways.end()) continue;
    std::string message =
        "the pods are reached from outside of the cluster through " + list_ways(found->second);
    Details details;
    const std::vector<std::string> risks = risks_of(object, rights, index);
    for (std::size_t i = 0; i < risks.size(); ++i) {
      message += (i == 0 ? ", and " : ", ") + risks[i];
    }
    if (!risks.empty()) details.severity = model::Severity::kHigh;
    judge.fail(object, at("metadata", "name"), std::move(message), std::move(details));
  }
}

// Consoles that run commands, read data or deploy for whoever opens them; by a part of the image's
// repository.
constexpr std::array<std::string_view, 30> kConsoles = {"kubernetesui/dashboard",
                                                        "kubernetes-dashboard",
                                                        "headlamp",
                                                        "kubeapps/dashboard",
                                                        "weaveworks/scope",
                                                        "argoproj/argocd",
                                                        "argoproj/argocli",
                                                        "kubeflow/centraldashboard",
                                                        "kubeflow/pipelines/frontend",
                                                        "jupyter",
                                                        "jenkins/jenkins",
                                                        "apache/airflow",
                                                        "apache/zeppelin",
                                                        "rancher/rancher",
                                                        "portainer/portainer",
                                                        "phpmyadmin",
                                                        "adminer",
                                                        "mongo-express",
                                                        "pgadmin4",
                                                        "redis-commander",
                                                        "redisinsight",
                                                        "kibana",
                                                        "longhorn-ui",
                                                        "octant",
                                                        "kubeview",
                                                        "k8s-proxy-ui",
                                                        "cloudcmd",
                                                        "code-server",
                                                        "wetty",
                                                        "spark-master"};

// Registry and tag aside.
std::string_view repository_of(std::string_view image) {
  image = image.substr(0, image.find('@'));
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    image = image.substr(0, colon);
  }
  return image;
}

}  // namespace

void workload_exposed(Judge& judge) {
  Ways ways;
  add_services(ways, judge.index());
  add_ingresses(ways, judge.index());
  judge_ways(judge, ways);
}

void workload_exposed_through_gateway(Judge& judge) {
  Ways ways;
  add_routes(ways, judge.index());
  add_virtual_services(ways, judge.index());
  judge_ways(judge, ways);
}

void sensitive_interface_exposed(Judge& judge) {
  Ways ways;
  add_services(ways, judge.index());
  add_ingresses(ways, judge.index());
  add_routes(ways, judge.index());
  add_virtual_services(ways, judge.index());
  for (const Object& object : judge.index().objects()) {
    if (!object.workload || object.workload->pod_spec() == nullptr) continue;
    const kube::NodePath spec = pod_spec_path(*object.workload);
    for (const kube::Container& container : kube::containers(*object.workload->pod_spec())) {
      const std::string_view image = text_of(container.node, "image");
      const std::string_view repository = repository_of(image);
      const bool console = std::ranges::any_of(kConsoles, [&](std::string_view part) {
        return repository.find(part) != std::string_view::npos;
      });
      if (!console) continue;
      judge.looks_at(object);
      const auto found = ways.find(&object);
      if (found == ways.end()) continue;
      judge.fail(object, below(spec, container.list, container.index, "image"),
                 "an administration console (" + std::string(repository) +
                     ") is reached from outside of the cluster through " + list_ways(found->second),
                 {.subject = std::string(container.name)});
    }
  }
}

}  // namespace yagura::posture::relations
