#pragma once

// One repository of a registry: Distribution API v2 (distribution-spec 1.1), read only.
//
// Credentials go to the registry and to the token server that it names, never to hosts that they
// redirect to. Answers are bounded. Trouble that passes (429, 5xx, broken connections) is tried
// again with growing pauses; mirrors are asked first and given up for the registry itself.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "image/blob/blob_stream.hpp"
#include "image/registry/registry_options.hpp"
#include "image/registry/registry_reference.hpp"

namespace yagura::image {

struct RegistryManifest {
  std::string media_type;  // Content-Type, parameters left out; may be anything
  std::string digest;      // Docker-Content-Digest; may be empty or wrong: to be checked
  std::string bytes;
};

struct ManifestHead {
  std::string media_type;
  std::string digest;
  std::uint64_t size = 0;
};

// Const calls are thread-safe.
class RegistryClient {
 public:
  // Sends nothing yet. kUnsupported where the network is not allowed; kInvalidInput or kIo for
  // certificates that can't be read.
  [[nodiscard]] static Result<std::unique_ptr<RegistryClient>> make(RegistryReference reference,
                                                                    RegistryOptions options);
  ~RegistryClient();
  RegistryClient(const RegistryClient&) = delete;
  RegistryClient& operator=(const RegistryClient&) = delete;

  [[nodiscard]] const RegistryReference& reference() const;

  // By digest or tag. Digests are not checked here. kNotFound where there is none. At most
  // `max_size` bytes.
  [[nodiscard]] Result<RegistryManifest> get_manifest(std::string_view reference,
                                                      std::size_t max_size = std::size_t{4}
                                                                             << 20) const;
  // The same without the bytes, for a tag's digest.
  [[nodiscard]] Result<ManifestHead> head_manifest(std::string_view reference) const;

  // A blob's bytes, downloaded by a thread of its own from the first read() on, at most
  // options.blob_buffer ahead of the reader. A connection that breaks is taken up where it broke
  // (Range). Fails where there are more or fewer than `size` bytes. The client must outlive it.
  [[nodiscard]] Result<std::unique_ptr<BlobStream>> open_blob(std::string_view digest,
                                                              std::uint64_t size) const;

  // The pages of the referrers API's answer (each an OCI index, at most 4 MiB; at most 20);
  // nothing where the registry has no such API. Registries may leave the filter to us.
  [[nodiscard]] Result<std::optional<std::vector<std::string>>> referrers(
      std::string_view digest, std::string_view artifact_type) const;

  // All tags, at most 100,000, in the registry's order.
  [[nodiscard]] Result<std::vector<std::string>> tags() const;

 private:
  struct State;
  explicit RegistryClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace yagura::image
