#include "image/registry/internal/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <utility>

#include "core/file.hpp"
#include "image/registry/internal/hosts_toml.hpp"

namespace yagura::image::internal {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxPem = std::uint64_t{4} << 20;
constexpr std::size_t kMaxCertificates = 64;  // files of one host's folder

std::vector<fs::path> certificate_directories(const RegistryOptions& options) {
  if (!options.certificate_directories.empty()) return options.certificate_directories;
  std::vector<fs::path> out;
  if (const char* home = std::getenv("HOME"); home != nullptr) {
    out.emplace_back(fs::path(home) / ".config/containers/certs.d");
  }
  out.emplace_back("/etc/containers/certs.d");
  out.emplace_back("/etc/docker/certs.d");
  out.emplace_back("/etc/containerd/certs.d");
  return out;
}

Result<void> append_file(const fs::path& path, std::string& pem) {
  auto text = core::read_file(path, {.max_size = kMaxPem});
  if (!text) return std::unexpected(std::move(text).error().with_context("certificates"));
  pem += *text;
  if (!pem.ends_with('\n')) pem += '\n';
  return {};
}

// HOST/*.crt are authorities; NAME.cert with NAME.key is who we are.
Result<void> add_folder(const fs::path& folder, HostTrust& trust) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (files.size() == kMaxCertificates) break;
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    if (file.extension() == ".crt") YAGURA_TRY_VOID(append_file(file, trust.ca_pem));
    const fs::path key = fs::path(file).replace_extension(".key");
    if (file.extension() != ".cert" || !trust.client_certificate_pem.empty()) continue;
    YAGURA_TRY_VOID(append_file(file, trust.client_certificate_pem));
    YAGURA_TRY_VOID(append_file(key, trust.client_key_pem));
  }
  return {};
}

Result<HostTrust> trust_of(const Endpoint& endpoint, const RegistryOptions& options) {
  YAGURA_TRY(HostTrust trust, general_trust(options));
  if (!endpoint.is_mirror && !options.client_certificate.empty()) {
    YAGURA_TRY_VOID(append_file(options.client_certificate, trust.client_certificate_pem));
    // One file may hold both.
    const fs::path& key =
        options.client_key.empty() ? options.client_certificate : options.client_key;
    YAGURA_TRY_VOID(append_file(key, trust.client_key_pem));
  }
  for (const fs::path& directory : certificate_directories(options)) {
    for (const std::string& name : {endpoint.authority, endpoint.registry}) {
      YAGURA_TRY_VOID(add_folder(directory / name, trust));
      if (endpoint.authority == endpoint.registry) break;
    }
  }
  return trust;
}

Endpoint::Scheme scheme_of(std::string_view authority, const RegistryOptions& options) {
  if (options.plain_http) return Endpoint::Scheme::kHttp;
  return is_loopback_host(host_without_port(authority)) ? Endpoint::Scheme::kUnknown
                                                        : Endpoint::Scheme::kHttps;
}

// "/v2", or where a mirror has it below a path: "/v2/path".
std::string api_path(const HostEntry& mirror) {
  std::string_view path = std::string_view(mirror.url).substr(mirror.url.find("://") + 3);
  path = path.substr(std::min(path.find('/'), path.size()));
  while (path.ends_with('/')) path.remove_suffix(1);
  const bool is_whole = mirror.is_override_path || path == "/v2" || path.starts_with("/v2/");
  return is_whole ? std::string(path) : fmt::format("/v2{}", path);
}

Result<void> add_entry_trust(const HostEntry& mirror, HostTrust& trust) {
  for (const fs::path& authority : mirror.authorities) {
    YAGURA_TRY_VOID(append_file(authority, trust.ca_pem));
  }
  if (!mirror.client_certificate.empty() && trust.client_certificate_pem.empty()) {
    YAGURA_TRY_VOID(append_file(mirror.client_certificate, trust.client_certificate_pem));
    YAGURA_TRY_VOID(
        append_file(mirror.client_key.empty() ? mirror.client_certificate : mirror.client_key,
                    trust.client_key_pem));
  }
  trust.skip_verify = trust.skip_verify || mirror.skip_verify;
  return {};
}

Result<std::unique_ptr<Endpoint>> make_mirror(const HostEntry& mirror,
                                              const RegistryReference& reference,
                                              const RegistryOptions& options) {
  auto url = parse_http_url(mirror.url);
  if (!url) {
    return std::unexpected(
        std::move(url).error().with_context(fmt::format("mirror of {}", reference.registry)));
  }
  auto endpoint = std::make_unique<Endpoint>();
  endpoint->is_mirror = true;
  endpoint->authority = url->authority();
  endpoint->registry = url->authority();
  endpoint->query = "ns=" + url_escaped(reference.registry);
  endpoint->scheme = url->scheme == "http" ? Endpoint::Scheme::kHttp : Endpoint::Scheme::kHttps;
  if (url->scheme == "http" && !options.plain_http && !is_loopback_host(url->host)) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("mirror {}: HTTP without TLS is for this machine alone; use https, or "
                            "allow it (--plain-http)",
                            mirror.url));
  }
  endpoint->path = api_path(mirror);
  YAGURA_TRY(endpoint->trust, trust_of(*endpoint, options));
  YAGURA_TRY_VOID(add_entry_trust(mirror, endpoint->trust));
  return endpoint;
}

// Mirrors of the options, then those of the first hosts.toml that is there: the registry's own, or
// "_default" for all.
Result<std::vector<HostEntry>> mirrors_of(const RegistryReference& reference,
                                          const RegistryOptions& options) {
  std::vector<HostEntry> mirrors;
  for (const RegistryMirror& mirror : options.mirrors) {
    if (mirror.registry == reference.registry || mirror.registry == "*") {
      mirrors.push_back({.url = mirror.url});
    }
  }
  for (const std::string& name : {reference.registry, std::string("_default")}) {
    for (const fs::path& directory : certificate_directories(options)) {
      const fs::path file = directory / name / "hosts.toml";
      std::error_code error;
      if (!fs::is_regular_file(file, error)) continue;
      YAGURA_TRY(const std::string text, core::read_file(file, {.max_size = kMaxPem}));
      auto hosts = parse_hosts_toml(text, file.parent_path());
      if (!hosts) return std::unexpected(std::move(hosts).error().with_context(file.string()));
      std::ranges::move(*hosts, std::back_inserter(mirrors));
      return mirrors;
    }
  }
  return mirrors;
}

}  // namespace

std::string Endpoint::url(std::string_view rest) const {
  std::string out =
      fmt::format("{}://{}{}{}", scheme == Scheme::kHttp ? "http" : "https", authority, path, rest);
  if (!query.empty()) {
    out += rest.find('?') == std::string_view::npos ? '?' : '&';
    out += query;
  }
  return out;
}

Result<HostTrust> general_trust(const RegistryOptions& options) {
  HostTrust trust{.skip_verify = options.insecure_skip_verify};
  if (!options.ca_file.empty()) YAGURA_TRY_VOID(append_file(options.ca_file, trust.ca_pem));
  return trust;
}

Result<Endpoints> make_endpoints(const RegistryReference& reference,
                                 const RegistryOptions& options) {
  Endpoints endpoints;
  YAGURA_TRY(const std::vector<HostEntry> mirrors, mirrors_of(reference, options));
  for (const HostEntry& mirror : mirrors) {
    YAGURA_TRY(endpoints.emplace_back(), make_mirror(mirror, reference, options));
  }
  auto origin = std::make_unique<Endpoint>();
  origin->authority =
      reference.registry == "docker.io" ? "registry-1.docker.io" : reference.registry;
  origin->registry = reference.registry;
  origin->path = "/v2";
  origin->scheme = scheme_of(origin->authority, options);
  YAGURA_TRY(origin->trust, trust_of(*origin, options));
  endpoints.push_back(std::move(origin));
  return endpoints;
}

}  // namespace yagura::image::internal
