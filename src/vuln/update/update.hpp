#pragma once

// Fetching an index from a server: manifest.json under a URL, the shards beside it.

#include <chrono>
#include <filesystem>
#include <string>

#include "core/result.hpp"
#include "vuln/update/install.hpp"

namespace yagura::vuln {

struct UpdateOptions {
  std::string url;  // of the directory, "https://db.example.org/v1"; http:// with keys alone
  TrustOptions trust;
  bool offline = false;  // no packet leaves: the update is refused
  std::string ca_pem;    // further authorities
  std::chrono::seconds connect_timeout{20};
  std::chrono::seconds stall_timeout{60};
};

// Asks for the manifest with the validators of the last time (ETag, Last-Modified; kept in
// "update.json" beside the index), then for the shards whose content is new. At most 5 redirects,
// never from https to http. On any error the index that is there stays usable.
[[nodiscard]] Result<InstallResult> update_index(const std::filesystem::path& directory,
                                                 const UpdateOptions& options);

}  // namespace yagura::vuln
