#include "image/registry/internal/authenticator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/visible_text.hpp"
#include "image/registry/internal/retry.hpp"

namespace yagura::image::internal {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxTokenAnswer = std::size_t{1} << 20;

std::vector<AuthChallenge> challenges_of(const HttpHeaders& headers) {
  std::vector<AuthChallenge> all;
  for (const auto& [name, value] : headers.list) {
    if (name != "www-authenticate") continue;
    for (AuthChallenge& challenge : parse_auth_challenges(value)) {
      all.push_back(std::move(challenge));
    }
  }
  return all;
}

const AuthChallenge* find(const std::vector<AuthChallenge>& challenges, std::string_view scheme) {
  const auto found = std::ranges::find(challenges, scheme, &AuthChallenge::scheme);
  return found == challenges.end() ? nullptr : &*found;
}

std::unexpected<Error> refused(std::string message) {
  return fail(ErrorCode::kInvalidInput, std::move(message));
}

}  // namespace

Authenticator::Authenticator(const Endpoint& endpoint, const RegistryOptions& options,
                             std::string repository, const HostTrust& general_trust)
    : endpoint_(endpoint),
      options_(options),
      repository_(std::move(repository)),
      general_trust_(general_trust) {}

std::string Authenticator::header() const {
  const std::lock_guard lock(mutex_);
  return Clock::now() < expires_ ? header_ : std::string();
}

Result<void> Authenticator::answer(const HttpHeaders& headers, const std::string& rejected,
                                   HttpSession& session) {
  const std::lock_guard lock(mutex_);
  if (header_ != rejected && !header_.empty() && Clock::now() < expires_) return {};  // another did
  const auto challenges = challenges_of(headers);
  YAGURA_TRY_VOID(load_credentials());
  if (const AuthChallenge* bearer = find(challenges, "bearer")) {
    return use_bearer(*bearer, rejected, session);
  }
  if (find(challenges, "basic") != nullptr) return use_basic(rejected);
  return refused(
      fmt::format("{} wants credentials, but in no way that is known here (Bearer, Basic)",
                  endpoint_.authority));
}

std::string Authenticator::login_hint() const {
  return fmt::format("log in (docker login {}), or give --user and --password", endpoint_.registry);
}

Result<void> Authenticator::load_credentials() {
  if (credentials_) return {};
  if (!endpoint_.is_mirror && !options_.user.empty()) {
    credentials_ = RegistryCredentials{.user = options_.user, .password = options_.password};
    return {};
  }
  YAGURA_TRY(credentials_, find_credentials(options_.auth_file, endpoint_.registry, repository_,
                                            options_.helper_timeout));
  return {};
}

Result<void> Authenticator::use_basic(const std::string& rejected) {
  if (credentials_->user.empty()) {
    return refused(fmt::format("{} wants a user and a password, and none are known: {}",
                               endpoint_.authority, login_hint()));
  }
  header_ = "Basic " + base64_of(credentials_->user + ":" + credentials_->password);
  expires_ = Clock::time_point::max();
  if (header_ != rejected) return {};
  return refused(fmt::format("{} refuses the password of user \"{}\": {}", endpoint_.authority,
                             core::visible(credentials_->user), login_hint()));
}

Result<void> Authenticator::use_bearer(const AuthChallenge& challenge, const std::string& rejected,
                                       HttpSession& session) {
  if (!credentials_->bearer_token.empty()) {
    header_ = "Bearer " + credentials_->bearer_token;
    if (header_ != rejected) return {};
    return refused(
        fmt::format("{} refuses the stored token: {}", endpoint_.authority, login_hint()));
  }
  YAGURA_TRY(const HttpRequest request, token_request(challenge));
  YAGURA_TRY(const HttpAnswer answer, ask_token_server(request, session));
  if (answer.status == 401 || answer.status == 403 || answer.status == 400) {
    const std::string said = parse_registry_errors(answer.body);
    return refused(fmt::format(
        "{}: the token server refuses {}{}{}: {}", endpoint_.authority,
        credentials_->empty()
            ? "to let anyone read " + repository_
            : fmt::format("the credentials of user \"{}\"", core::visible(credentials_->user)),
        said.empty() ? "" : ": ", said, login_hint()));
  }
  if (answer.status != 200) {
    return fail(ErrorCode::kIo, fmt::format("{}: the token server answers with status {}",
                                            endpoint_.authority, answer.status));
  }
  auto token = parse_registry_token(answer.body);
  if (!token) return std::unexpected(std::move(token).error().with_context(endpoint_.authority));
  header_ = "Bearer " + token->token;
  expires_ = Clock::now() + token->lifetime * 9 / 10;
  return {};
}

// The realm is a word of the registry: credentials go there only by TLS, unless the registry itself
// is spoken to without.
Result<HttpRequest> Authenticator::token_request(const AuthChallenge& challenge) const {
  YAGURA_TRY(const HttpUrl realm, parse_http_url(challenge.parameter("realm")));
  const bool is_plain_registry = endpoint_.scheme == Endpoint::Scheme::kHttp;
  if (realm.scheme == "http" && !is_plain_registry && !options_.plain_http) {
    return refused(fmt::format("{} names a token server without TLS ({}): no credentials go there",
                               endpoint_.authority, realm.authority()));
  }
  std::string scope(challenge.parameter("scope"));
  if (scope.empty()) scope = fmt::format("repository:{}:pull", repository_);
  const std::string service = url_escaped(challenge.parameter("service"));
  HttpRequest request{.url = realm.url, .max_body = kMaxTokenAnswer};
  request.trust = realm.authority() == endpoint_.authority ? &endpoint_.trust : &general_trust_;
  if (!credentials_->identity_token.empty()) {
    request.method = HttpRequest::Method::kPost;
    request.form = fmt::format(
        "grant_type=refresh_token&client_id=yagura&service={}&scope={}&refresh_token={}", service,
        url_escaped(scope), url_escaped(credentials_->identity_token));
    return request;
  }
  request.url += realm.url.find('?') == std::string::npos ? '?' : '&';
  request.url += fmt::format("service={}&scope={}", service, url_escaped(scope));
  if (!credentials_->user.empty()) {
    request.url += "&account=" + url_escaped(credentials_->user);
    request.headers.push_back("Authorization: Basic " +
                              base64_of(credentials_->user + ":" + credentials_->password));
  }
  return request;
}

Result<HttpAnswer> Authenticator::ask_token_server(const HttpRequest& request,
                                                   HttpSession& session) const {
  for (int attempt = 1;; ++attempt) {
    auto answer = session.send(request);
    YAGURA_TRY(const auto delay, pause_before_retry(answer, attempt, options_));
    if (!delay) return answer;
    wait_for(*delay, options_, session);
  }
}

}  // namespace yagura::image::internal
