#pragma once

// Who we are to a registry: Docker's config.json and containers' auth.json, with their helpers.

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace yagura::image {

struct RegistryCredentials {
  std::string user;
  std::string password;
  std::string identity_token;  // an OAuth 2 refresh token; goes before user and password
  std::string bearer_token;    // a registry token that is sent as it is; before all others

  [[nodiscard]] bool empty() const {
    return user.empty() && password.empty() && identity_token.empty() && bearer_token.empty();
  }
  friend bool operator==(const RegistryCredentials&, const RegistryCredentials&) = default;
};

// What one configuration file says of a registry.
struct CredentialFileEntry {
  RegistryCredentials credentials;
  std::string helper;      // "ecr-login" of docker-credential-ecr-login; asked first; may be empty
  std::string server_url;  // what the helper is asked for
};
// `registry` and `repository` as RegistryReference has them: a key may be a registry (with or
// without scheme and "/v1/") or, in auth.json, a registry with a part of the repository; the
// longest counts. kInvalidInput where the text is no such file.
[[nodiscard]] Result<CredentialFileEntry> read_credential_file(std::string_view json,
                                                               std::string_view registry,
                                                               std::string_view repository);

// The files that are there, in the order of asking: `given` alone, or $REGISTRY_AUTH_FILE,
// $DOCKER_CONFIG/config.json (else ~/.docker/config.json), $XDG_RUNTIME_DIR/containers/auth.json,
// ~/.config/containers/auth.json.
[[nodiscard]] std::vector<std::filesystem::path> credential_files(
    const std::filesystem::path& given);

// Runs docker-credential-HELPER get with the server's URL on its standard input, for at most
// `time_limit`. Empty credentials where it knows none. The program is one of the user's own, found
// in $PATH.
[[nodiscard]] Result<RegistryCredentials> ask_credential_helper(const std::string& helper,
                                                                const std::string& server_url,
                                                                std::chrono::seconds time_limit);

// All of it: the first file that knows the registry. Empty credentials: none does, anonymous. A
// file or a helper that fails is an error that names it.
[[nodiscard]] Result<RegistryCredentials> find_credentials(const std::filesystem::path& given_file,
                                                           std::string_view registry,
                                                           std::string_view repository,
                                                           std::chrono::seconds helper_limit);

// Of "user:password" (RFC 7617).
[[nodiscard]] std::string base64_of(std::string_view bytes);

}  // namespace yagura::image
