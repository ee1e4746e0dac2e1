#pragma once

// A real registry (the distribution project's, Debian's package docker-registry) of the test's own,
// on a free port of this machine.

#include <filesystem>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "image/registry/testing/certificates.hpp"
#include "image/registry/testing/daemon.hpp"
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

  [[nodiscard]] const std::string& authority() const { return daemon_->said(); }
  // Where its blobs lie: "docker/registry/v2/blobs/sha256/…".
  [[nodiscard]] std::filesystem::path storage() const { return directory_.path() / "storage"; }
  // Copies with skopeo: `from` is "oci:DIR:TAG", `name` "app:1".
  [[nodiscard]] bool push(const std::string& from, const std::string& name,
                          const std::string& more = "") const;

 private:
  RealRegistry() = default;

  TemporaryDirectory directory_;
  RealRegistryOptions options_;
  std::unique_ptr<Daemon> daemon_;
};

}  // namespace yagura::image::testing
