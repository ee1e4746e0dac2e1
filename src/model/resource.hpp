#pragma once

#include <cstdint>
#include <string>

namespace yagura::model {

// What a finding or an event is about: a Kubernetes object (or, later, an image, a node, an API
// endpoint). Shared by all findings of the object through shared_ptr<const Resource>.
struct Resource {
  std::string api_version;  // "apps/v1"
  std::string kind;         // "Deployment"
  std::string namespace_;   // empty: cluster-scoped, or none written in a manifest
  std::string name;         // metadata.name, else metadata.generateName; may be empty
  std::string file;         // as the user named it; "-" is standard input; empty for live objects
  std::uint32_t line = 0;   // 1-based line of the object's first key; 0 for live objects

  friend bool operator==(const Resource&, const Resource&) = default;
};

// "Deployment/web" or "Deployment/shop/web" with its namespace.
[[nodiscard]] std::string display_name(const Resource& resource);

}  // namespace yagura::model
