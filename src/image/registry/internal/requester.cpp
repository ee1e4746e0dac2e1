#include "image/registry/internal/requester.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/visible_text.hpp"
#include "image/registry/internal/retry.hpp"

namespace yagura::image::internal {
namespace {

constexpr int kMaxRedirects = 5;
constexpr int kMaxCredentialTries = 2;  // a token that has expired, and a new one

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_success(const Result<HttpAnswer>& answer) {
  return answer && answer->status >= 200 && answer->status < 300;
}

}  // namespace

Result<std::unique_ptr<Requester>> Requester::make(const RegistryReference& reference,
                                                   const RegistryOptions& options) {
  std::unique_ptr<Requester> self(new Requester(options));
  YAGURA_TRY(self->general_trust_, general_trust(options));
  YAGURA_TRY(Endpoints endpoints, make_endpoints(reference, options));
  for (auto& endpoint : endpoints) {
    Place& place = self->places_.emplace_back();
    place.authenticator = std::make_unique<Authenticator>(
        *endpoint, self->options_, reference.repository, self->general_trust_);
    place.endpoint = std::move(endpoint);
  }
  return self;
}

Result<HttpAnswer> Requester::send(const ApiRequest& request, HttpSession& session,
                                   const HttpSession::Sink& sink) const {
  bool was_fed = false;
  HttpSession::Sink noting;
  if (sink) {
    noting = [&](const HttpAnswer& head, std::string_view piece) {
      was_fed = true;
      return sink(head, piece);
    };
  }
  // A mirror may fail in any way: the registry itself has the last word.
  for (const Place& place : places_) {
    auto answer = send_to(place, request, session, noting, was_fed);
    if (!place.endpoint->is_mirror || was_fed || is_success(answer)) return answer;
  }
  return fail(ErrorCode::kInternal, "a registry without endpoints");
}

Result<HttpAnswer> Requester::send_to(const Place& place, const ApiRequest& request,
                                      HttpSession& session, const HttpSession::Sink& sink,
                                      const bool& was_fed) const {
  for (int attempt = 1;; ++attempt) {
    auto answer = send_with_credentials(place, request, session, sink);
    if (was_fed || place.endpoint->is_mirror) return answer;
    auto delay = pause_before_retry(answer, attempt, options_);
    if (!delay) {
      return std::unexpected(std::move(delay).error().with_context(place.endpoint->authority));
    }
    if (!*delay) return answer;
    wait_for(**delay, options_, session);
  }
}

Result<HttpAnswer> Requester::send_with_credentials(const Place& place, const ApiRequest& request,
                                                    HttpSession& session,
                                                    const HttpSession::Sink& sink) const {
  for (int tries = 0;; ++tries) {
    const std::string authorization = place.authenticator->header();
    YAGURA_TRY(Sent sent,
               send_by_either_scheme(*place.endpoint, request, authorization, session, sink));
    const bool is_challenge = sent.answer.status == 401 && sent.is_of_endpoint;
    if (!is_challenge || tries == kMaxCredentialTries) return std::move(sent.answer);
    YAGURA_TRY_VOID(place.authenticator->answer(sent.answer.headers, authorization, session));
  }
}

// A registry on this machine may speak plain HTTP.
Result<Requester::Sent> Requester::send_by_either_scheme(Endpoint& endpoint,
                                                         const ApiRequest& request,
                                                         const std::string& authorization,
                                                         HttpSession& session,
                                                         const HttpSession::Sink& sink) const {
  auto sent = follow(endpoint, request, authorization, session, sink);
  if (endpoint.scheme != Endpoint::Scheme::kUnknown) {
    if (!sent && sent.error().code == ErrorCode::kUnsupported) {
      sent.error().message += "; a registry without TLS needs --plain-http";
    }
    return sent;
  }
  if (!sent && sent.error().code == ErrorCode::kUnsupported) {
    endpoint.scheme = Endpoint::Scheme::kHttp;
    return follow(endpoint, request, authorization, session, sink);
  }
  if (sent) endpoint.scheme = Endpoint::Scheme::kHttps;
  return sent;
}

Result<Requester::Sent> Requester::follow(const Endpoint& endpoint, const ApiRequest& request,
                                          const std::string& authorization, HttpSession& session,
                                          const HttpSession::Sink& sink) const {
  YAGURA_TRY(const HttpUrl origin, parse_http_url(endpoint.url(request.path)));
  HttpUrl url = origin;
  for (int hops = 0; hops <= kMaxRedirects; ++hops) {
    const bool is_ours = url.has_same_origin(origin);
    HttpRequest http{.method = request.method,
                     .url = url.url,
                     .headers = request.headers,
                     .trust = is_ours ? &endpoint.trust : &general_trust_,
                     .max_body = request.max_body};
    if (is_ours && !authorization.empty())
      http.headers.push_back("Authorization: " + authorization);
    YAGURA_TRY(HttpAnswer answer, session.send(http, sink));
    const std::string_view location = answer.headers.find("location");
    if (!is_redirect(answer.status) || location.empty()) {
      return Sent{.answer = std::move(answer), .is_of_endpoint = is_ours};
    }
    YAGURA_TRY(HttpUrl next, parse_http_url(location, url.url));
    if (url.scheme == "https" && next.scheme == "http" && !options_.plain_http) {
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("{} redirects to {} without TLS: not followed", url.authority(),
                              next.authority()));
    }
    url = std::move(next);
  }
  return fail(ErrorCode::kLimitExceeded,
              fmt::format("{}: more than {} redirects", origin.authority(), kMaxRedirects));
}

Error status_error(const HttpAnswer& answer, std::string_view what, std::string_view where) {
  const std::string said = parse_registry_errors(answer.body);
  const std::string reason = said.empty() ? std::string() : fmt::format(" ({})", said);
  const std::string name = core::visible(where);
  switch (answer.status) {
    case 404:
      return {ErrorCode::kNotFound,
              fmt::format("{}: the registry has no such {}{}; is the name right, and is it public "
                          "or are you logged in?",
                          name, what, reason)};
    case 401:
    case 403:
      return {ErrorCode::kInvalidInput,
              fmt::format("{}: access to the {} is denied{}; log in with an account that may read "
                          "it",
                          name, what, reason)};
    case 429:
      return {
          ErrorCode::kLimitExceeded,
          fmt::format("{}: too many requests{}; log in, use a mirror, or try later", name, reason)};
    default:
      return {ErrorCode::kIo, fmt::format("{}: the registry answers with status {} when asked for "
                                          "the {}{}",
                                          name, answer.status, what, reason)};
  }
}

}  // namespace yagura::image::internal
