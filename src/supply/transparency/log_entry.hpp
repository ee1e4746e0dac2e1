#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "supply/encoding/public_key.hpp"

namespace yagura::supply {

// A key of a transparency log, and when it was in use (seconds since 1970; 0: no bound).
struct LogKey {
  PublicKey key;
  std::string id;  // 32 bytes; mostly the key's fingerprint
  std::int64_t from = 0;
  std::int64_t to = 0;
};

// The proof that an entry is in a log of that root (RFC 6962, section 2.1.1).
struct InclusionProof {
  std::int64_t index = 0;
  std::int64_t tree_size = 0;
  std::string root_hash;            // 32 bytes
  std::vector<std::string> hashes;  // of 32 bytes each
  std::string checkpoint;           // a signed note; may be empty
};

// What Rekor says that it has recorded.
struct LogEntry {
  std::string body;                  // canonical JSON, decoded
  std::int64_t integrated_time = 0;  // 0: the log does not say
  std::int64_t index = 0;
  std::string log_id;   // bytes
  std::string promise;  // the signed entry timestamp; may be empty
  std::optional<InclusionProof> proof;
};

// The log's promise: a signature over body, time, log and index.
[[nodiscard]] Result<void> verify_promise(const LogEntry& entry, const std::vector<LogKey>& keys);

// The proof leads from the body to the root, and the checkpoint says, signed by the log, that this
// is the root of a log of that size.
[[nodiscard]] Result<void> verify_inclusion(const LogEntry& entry, const std::vector<LogKey>& keys);

// Whether the entry was made for this signature: same hash of the payload, same signature, same key
// or certificate. Kinds hashedrekord, dsse and intoto of Rekor 1 and 2.
struct RecordedSignature {
  std::string payload_sha256;  // 32 bytes
  std::string signature;       // bytes
  std::string key_der;         // SubjectPublicKeyInfo of the key or of the certificate's
};
[[nodiscard]] Result<void> entry_speaks_of(const LogEntry& entry,
                                           const RecordedSignature& signature);

// RFC 6962, 2.1.1: the root that the proof leads to; nothing where the proof has not the length
// that index and size ask for.
[[nodiscard]] std::optional<std::string> root_from_proof(std::string_view leaf,
                                                         const InclusionProof& proof);

}  // namespace yagura::supply
