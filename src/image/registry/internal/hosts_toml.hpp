#pragma once

// Containerd's registry hosts (docs/hosts.md of containerd, registry configuration): which mirrors
// a registry has, and whom to believe there.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace yagura::image::internal {

struct HostEntry {
  std::string url;                // "https://mirror.example/v2"
  bool is_override_path = false;  // the URL's path is the whole path: no "/v2" is put behind it
  bool skip_verify = false;
  std::vector<std::filesystem::path> authorities;
  std::filesystem::path client_certificate;
  std::filesystem::path client_key;  // empty: in the certificate's file
};

// Hosts that may be pulled from. `folder` is where relative paths start. Of a document that says
// nothing of hosts: none. `server`, and the hosts' headers, are not looked at.
[[nodiscard]] Result<std::vector<HostEntry>> parse_hosts_toml(std::string_view text,
                                                              const std::filesystem::path& folder);

}  // namespace yagura::image::internal
