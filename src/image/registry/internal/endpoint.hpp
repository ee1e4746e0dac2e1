#pragma once

// The places that a repository is asked for: mirrors first, the registry itself last.

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "image/registry/http_session.hpp"
#include "image/registry/registry_options.hpp"
#include "image/registry/registry_reference.hpp"

namespace yagura::image::internal {

struct Endpoint {
  std::string authority;  // "registry-1.docker.io", "127.0.0.1:5000"
  std::string registry;   // by which credentials are found: "docker.io"
  std::string path;       // "/v2", or a mirror's "/v2/prefix"
  std::string query;      // "ns=docker.io" of mirrors; else empty
  bool is_mirror = false;
  HostTrust trust;
  // https where TLS is spoken. This machine's own registries may do without: kUnknown is asked
  // first.
  enum class Scheme : std::uint8_t { kUnknown, kHttps, kHttp };
  std::atomic<Scheme> scheme = Scheme::kHttps;

  // "https://host/v2/path?query"; kUnknown counts as https.
  [[nodiscard]] std::string url(std::string_view rest) const;
};

using Endpoints = std::vector<std::unique_ptr<Endpoint>>;

[[nodiscard]] Result<Endpoints> make_endpoints(const RegistryReference& reference,
                                               const RegistryOptions& options);

// Whom to believe on hosts that are no endpoint: redirects' targets, token servers.
[[nodiscard]] Result<HostTrust> general_trust(const RegistryOptions& options);

}  // namespace yagura::image::internal
