#pragma once

// Taking an index in, wherever it comes from.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "vuln/index/index.hpp"
#include "vuln/update/keys.hpp"

namespace yagura::vuln {

struct TrustOptions {
  // Empty: signatures are not asked for. Otherwise one by one of them must be right.
  std::vector<PublicKey> keys;
  // An index that was made before the one that is there (a replayed old one) is refused.
  bool allow_older = false;
  std::uint64_t max_shard_bytes = std::uint64_t{4} << 30;
  std::uint64_t max_total_bytes = std::uint64_t{16} << 30;
};

struct InstallResult {
  Manifest manifest;
  std::string signed_by;    // the key's id; empty: not asked
  bool changed = false;     // false: it was there already
  std::size_t fetched = 0;  // shards
  std::size_t kept = 0;     // shards that were there already
  std::uint64_t bytes = 0;  // of those fetched
};

// Gets the bytes of a shard; at most `shard.size`.
using FetchShard = std::function<Result<std::string>(const ShardInfo& shard)>;

// Checks the manifest (signature, age), fetches the shards that `directory` does not have with the
// right hash, checks each one's size, SHA-256 and content, and puts the manifest in place last. On
// any error the index that was there stays as it was and usable.
[[nodiscard]] Result<InstallResult> install_index(std::string_view manifest_file,
                                                  const std::filesystem::path& directory,
                                                  const TrustOptions& trust,
                                                  const FetchShard& fetch);

// Signs the index in place (manifest.json is replaced in one step).
[[nodiscard]] Result<void> sign_index(const std::filesystem::path& directory,
                                      std::string_view private_key_pem);

// Every byte of it, and the signature if there are keys.
[[nodiscard]] Result<InstallResult> verify_index(const std::filesystem::path& directory,
                                                 const TrustOptions& trust);

}  // namespace yagura::vuln
