#pragma once

// What goes into Authorization for one endpoint: nothing, Basic, or a token of the server that the
// registry names (distribution: token authentication specification, OAuth 2).

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "image/registry/credentials.hpp"
#include "image/registry/http_session.hpp"
#include "image/registry/internal/endpoint.hpp"
#include "image/registry/registry_answers.hpp"
#include "image/registry/registry_options.hpp"

namespace yagura::image::internal {

// Thread-safe: many downloads share one, and one of them fetches a new token for all.
class Authenticator {
 public:
  // Both must outlive it.
  Authenticator(const Endpoint& endpoint, const RegistryOptions& options, std::string repository,
                const HostTrust& general_trust);

  // The header's value; empty: none (yet), or the token is about to expire.
  [[nodiscard]] std::string header() const;

  // After an answer of 401 to a request that had the header `rejected`: finds out how to do better.
  // kInvalidInput where there is no way: no credentials, or they are refused.
  [[nodiscard]] Result<void> answer(const HttpHeaders& headers, const std::string& rejected,
                                    HttpSession& session);

 private:
  Result<void> use_bearer(const AuthChallenge& challenge, const std::string& rejected,
                          HttpSession& session);
  Result<void> use_basic(const std::string& rejected);
  Result<void> load_credentials();
  Result<HttpRequest> token_request(const AuthChallenge& challenge) const;
  Result<HttpAnswer> ask_token_server(const HttpRequest& request, HttpSession& session) const;
  [[nodiscard]] std::string login_hint() const;

  const Endpoint& endpoint_;
  const RegistryOptions& options_;
  std::string repository_;
  const HostTrust& general_trust_;
  mutable std::mutex mutex_;
  std::optional<RegistryCredentials> credentials_;
  std::string header_;
  std::chrono::steady_clock::time_point expires_ = std::chrono::steady_clock::time_point::max();
};

}  // namespace yagura::image::internal
