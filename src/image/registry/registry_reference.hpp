#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace yagura::image {

// A name in a registry. Grammar: distribution/reference of the CNCF distribution project:
// [host[:port]/]path[:tag][@algorithm:hex].
struct RegistryReference {
  std::string registry;    // "docker.io", "registry.example:5000"
  std::string repository;  // "library/nginx"
  std::string tag;         // "latest" where neither tag nor digest was given
  std::string digest;      // "sha256:…"; goes before the tag

  friend bool operator==(const RegistryReference&, const RegistryReference&) = default;
};

// Completed as Docker does: "nginx" is docker.io/library/nginx:latest. Linear. kInvalidInput says
// which part is wrong.
[[nodiscard]] Result<RegistryReference> parse_registry_reference(std::string_view text);

// "docker.io/library/nginx:1.25@sha256:…".
[[nodiscard]] std::string to_string(const RegistryReference& reference);

// [A-Za-z0-9_][A-Za-z0-9_.-]{0,127}.
[[nodiscard]] bool is_tag(std::string_view text);

// Whether the host, without port, can only be this machine: localhost, 127.0.0.0/8, [::1].
[[nodiscard]] bool is_loopback_host(std::string_view host);
// "registry.example:5000" to "registry.example", "[::1]:5000" to "[::1]".
[[nodiscard]] std::string_view host_without_port(std::string_view host);

}  // namespace yagura::image
