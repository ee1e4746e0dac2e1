#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace yagura::image {

// Another place that has the same images.
struct RegistryMirror {
  std::string registry;  // "docker.io"; "*": of all
  std::string url;       // "https://mirror.example", "http://127.0.0.1:5000"
};

// How registries are spoken to. docs/image-sources.md says where each comes from.
struct RegistryOptions {
  // False: refused before a name is looked up or a socket is made.
  bool allow_network = true;
  // Credentials for the registry of the reference; empty: configuration files and helpers.
  std::string user;
  std::string password;
  // Instead of the usual configuration files (Docker's config.json, containers' auth.json).
  std::filesystem::path auth_file;
  // Further certification authorities (PEM), beside the system's.
  std::filesystem::path ca_file;
  // Client certificate and key (PEM) for the registry of the reference.
  std::filesystem::path client_certificate;
  std::filesystem::path client_key;
  // Folders with HOST[:PORT]/*.crt, NAME.cert with NAME.key, and containerd's hosts.toml (also
  // _default/hosts.toml); empty: the usual ones.
  std::vector<std::filesystem::path> certificate_directories;
  // Certificates are not verified. For every host: a setting to find faults with.
  bool insecure_skip_verify = false;
  // HTTP without TLS also for hosts that are not this machine.
  bool plain_http = false;
  std::vector<RegistryMirror> mirrors;

  std::chrono::seconds connect_timeout{20};
  // Without a byte for this long a transfer is broken (and resumed).
  std::chrono::seconds stall_timeout{60};
  std::chrono::seconds helper_timeout{30};         // credential helpers
  int max_attempts = 5;                            // of one request that fails for a time
  std::chrono::milliseconds first_backoff{500};    // doubles with each attempt
  std::chrono::seconds max_backoff{60};            // also of what Retry-After asks for
  std::size_t blob_buffer = std::size_t{4} << 20;  // bytes, of each blob that is being read
  // Waits between attempts; empty: sleeps. Tests count instead.
  std::function<void(std::chrono::milliseconds)> wait;
};

}  // namespace yagura::image
