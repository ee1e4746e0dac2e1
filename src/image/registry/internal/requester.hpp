#pragma once

// One request to a repository, with all that lies between asking and an answer: mirrors, TLS or
// not, credentials, redirects, pauses.

#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "image/registry/http_session.hpp"
#include "image/registry/internal/authenticator.hpp"
#include "image/registry/internal/endpoint.hpp"
#include "image/registry/registry_options.hpp"
#include "image/registry/registry_reference.hpp"

namespace yagura::image::internal {

struct ApiRequest {
  HttpRequest::Method method = HttpRequest::Method::kGet;
  std::string path;  // behind "/v2": "/library/nginx/manifests/latest", with query
  std::vector<std::string> headers;
  std::size_t max_body = std::size_t{8} << 20;
};

class Requester {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Requester>> make(const RegistryReference& reference,
                                                               const RegistryOptions& options);

  // Thread-safe; the session is the caller's. Statuses that are final are answers, not errors. Once
  // a sink has had bytes nothing is tried again.
  [[nodiscard]] Result<HttpAnswer> send(const ApiRequest& request, HttpSession& session,
                                        const HttpSession::Sink& sink = {}) const;

  [[nodiscard]] const RegistryOptions& options() const { return options_; }
  [[nodiscard]] HttpSettings http_settings() const {
    return {.connect_timeout = options_.connect_timeout, .stall_timeout = options_.stall_timeout};
  }

 private:
  struct Place {
    std::unique_ptr<Endpoint> endpoint;
    std::unique_ptr<Authenticator> authenticator;
  };
  struct Sent {
    HttpAnswer answer;
    bool is_of_endpoint = true;  // no redirect led away
  };
  explicit Requester(RegistryOptions options) : options_(std::move(options)) {}
  Result<HttpAnswer> send_to(const Place& place, const ApiRequest& request, HttpSession& session,
                             const HttpSession::Sink& sink, const bool& was_fed) const;
  Result<HttpAnswer> send_with_credentials(const Place& place, const ApiRequest& request,
                                           HttpSession& session,
                                           const HttpSession::Sink& sink) const;
  Result<Sent> send_by_either_scheme(Endpoint& endpoint, const ApiRequest& request,
                                     const std::string& authorization, HttpSession& session,
                                     const HttpSession::Sink& sink) const;
  Result<Sent> follow(const Endpoint& endpoint, const ApiRequest& request,
                      const std::string& authorization, HttpSession& session,
                      const HttpSession::Sink& sink) const;

  RegistryOptions options_;
  HostTrust general_trust_;
  std::vector<Place> places_;
};

// What an answer that is no success means, for a person: `what` is "manifest", `where` the name.
[[nodiscard]] Error status_error(const HttpAnswer& answer, std::string_view what,
                                 std::string_view where);

}  // namespace yagura::image::internal
