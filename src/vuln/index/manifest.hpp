#pragma once

// What an index consists of: the one file of it whose name does not change. Its content names the
// others by their SHA-256, so a signature over it is one over everything.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace yagura::vuln {

struct ShardInfo {
  std::string name;    // "Debian", "Red Hat", "scores"
  std::string file;    // "debian-0123456789abcdef.ydb": name and hash
  std::string sha256;  // hex
  std::uint64_t size = 0;
  std::uint64_t records = 0;     // advisories; of "scores": lines
  std::uint64_t statements = 0;  // packages that they speak of

  friend bool operator==(const ShardInfo&, const ShardInfo&) = default;
};

struct SourceInfo {
  std::string name;       // as the operator named it
  std::string format;     // "osv", "debian-tracker", …
  std::string data_time;  // the newest time in it
  std::uint64_t records = 0;
  std::uint64_t scores = 0;

  friend bool operator==(const SourceInfo&, const SourceInfo&) = default;
};

struct Manifest {
  std::string created;            // RFC 3339, UTC
  std::vector<ShardInfo> shards;  // by name
  std::vector<SourceInfo> sources;

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

inline constexpr std::string_view kManifestFile = "manifest.json";
inline constexpr std::string_view kManifestType = "application/vnd.yagura.vulndb.manifest+json";
inline constexpr std::uint64_t kMaxManifest = std::uint64_t{16} << 20;

[[nodiscard]] std::string to_json(const Manifest& manifest);
// Refuses file names that are more than a name, hashes that are none, names that come twice.
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view json);

// manifest.json is a DSSE envelope (github.com/secure-systems-lab/dsse, 1.0) around the manifest,
// with or without signatures.
struct EnvelopeSignature {
  std::string key_id;
  std::string signature;  // raw bytes
};
struct Envelope {
  std::string type;
  std::string payload;
  std::vector<EnvelopeSignature> signatures;
};
[[nodiscard]] std::string to_json(const Envelope& envelope);
[[nodiscard]] Result<Envelope> parse_envelope(std::string_view json);
// What DSSE signs: "DSSEv1 LEN TYPE LEN PAYLOAD".
[[nodiscard]] std::string signed_bytes(const Envelope& envelope);

[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace yagura::vuln
