#pragma once

// A real registry (the distribution project's, Debian's package docker-registry) of the test's own,
// on a free port of this machine.

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "core/result.hpp"
#include "image/registry/testing/certificates.hpp"
#include "image/registry/testing/temporary_directory.hpp"

namespace yagura::image::testing {

// The only account where `wants_password` is set.
inline constexpr const char* kRegistryUser = "yagura";
inline constexpr const char* kRegistryPassword = "open sesame";

struct RealRegistryOptions {
  bool wants_password = false;
  const Certificates* tls = nullptr;
  bool wants_client_certificate = false;  // with tls
  std::string proxy_of;                   // "http://127.0.0.1:5000": a pull-through mirror of it
};

class RealRegistry {
 public:
  // kNotFound where the program is not installed.
  [[nodiscard]] static Result<std::unique_ptr<RealRegistry>> start(
      const RealRegistryOptions& options = {});
  ~RealRegistry();
  RealRegistry(const RealRegistry&) = delete;
  RealRegistry& operator=(const RealRegistry&) = delete;

  [[nodiscard]] const std::string& authority() const { return authority_; }
  // Where its blobs lie: "docker/registry/v2/blobs/sha256/…".
  [[nodiscard]] std::filesystem::path storage() const { return directory_.path() / "storage"; }
  // Copies with skopeo: `from` is "oci:DIR:TAG", `name` "app:1".
  [[nodiscard]] bool push(const std::string& from, const std::string& name,
                          const std::string& more = "") const;

 private:
  RealRegistry() = default;
  [[nodiscard]] Result<void> run(const RealRegistryOptions& options);

  TemporaryDirectory directory_;
  RealRegistryOptions options_;
  std::string authority_;
  pid_t pid_ = -1;
  std::thread log_;
};

}  // namespace yagura::image::testing
