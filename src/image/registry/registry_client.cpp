#include "image/registry/registry_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <mutex>
#include <utility>

#include "image/registry/http_session.hpp"
#include "image/registry/internal/blob_download.hpp"
#include "image/registry/internal/requester.hpp"
#include "image/registry/registry_answers.hpp"

namespace yagura::image {
namespace {

using internal::ApiRequest;
using internal::Requester;

constexpr std::size_t kMaxPage = std::size_t{4} << 20;
constexpr int kMaxReferrerPages = 20;
constexpr int kMaxTagPages = 1000;
constexpr std::size_t kMaxTags = 100'000;

// The old types too: without them old registries would convert, and we would see another digest.
constexpr std::string_view kAcceptManifest =
    "Accept: application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.docker.distribution.manifest.v1+prettyjws;q=0.1";
constexpr std::string_view kAcceptIndex = "Accept: application/vnd.oci.image.index.v1+json";

std::string media_type_of(const HttpAnswer& answer) {
  std::string_view type = answer.headers.find("content-type");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return std::string(type);
}

bool is_success(const HttpAnswer& answer) { return answer.status >= 200 && answer.status < 300; }

// Goes into a path: nothing in it may mean something there.
bool is_manifest_reference(std::string_view text) {
  const bool is_digest = text.find(':') != std::string_view::npos;
  return is_digest ? parse_registry_reference(fmt::format("x@{}", text)).has_value() : is_tag(text);
}

}  // namespace

struct RegistryClient::State {
  RegistryReference reference;
  std::unique_ptr<Requester> requester;
  std::mutex mutex;
  std::unique_ptr<HttpSession> session;  // small requests, one at a time: one connection

  std::string name() const {
    return fmt::format("{}/{}", reference.registry, reference.repository);
  }
  std::string path(std::string_view rest) const {
    return fmt::format("/{}/{}", reference.repository, rest);
  }
  Result<HttpAnswer> send(const ApiRequest& request) {
    const std::lock_guard lock(mutex);
    return requester->send(request, *session);
  }
  Result<HttpAnswer> ask_for_manifest(HttpRequest::Method method, std::string_view wanted,
                                      std::size_t max_size);
  // Follows "next" links; they must stay in the repository.
  Result<std::optional<std::string>> next_path(const HttpAnswer& answer) const;
};

Result<HttpAnswer> RegistryClient::State::ask_for_manifest(HttpRequest::Method method,
                                                           std::string_view wanted,
                                                           std::size_t max_size) {
  if (!is_manifest_reference(wanted)) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{}: what is asked for is neither tag nor digest", name()));
  }
  YAGURA_TRY(HttpAnswer answer, send({.method = method,
                                      .path = path(fmt::format("manifests/{}", wanted)),
                                      .headers = {std::string(kAcceptManifest)},
                                      .max_body = max_size}));
  if (!is_success(answer)) {
    const char separator = wanted.find(':') == std::string_view::npos ? ':' : '@';
    return std::unexpected(
        internal::status_error(answer, "image", fmt::format("{}{}{}", name(), separator, wanted)));
  }
  return answer;
}

Result<std::optional<std::string>> RegistryClient::State::next_path(
    const HttpAnswer& answer) const {
  const auto link = parse_next_link(answer.headers.find("link"));
  if (!link) return std::nullopt;
  // Only its query: where to go on is known.
  const std::size_t query = link->find('?');
  if (query == std::string::npos || link->size() > 4096) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{}: the link to the next page is malformed", name()));
  }
  return link->substr(query);
}

RegistryClient::RegistryClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
RegistryClient::~RegistryClient() = default;

Result<std::unique_ptr<RegistryClient>> RegistryClient::make(RegistryReference reference,
                                                             RegistryOptions options) {
  if (!options.allow_network) {
    return fail(
        ErrorCode::kUnsupported,
        fmt::format("{}: is in a registry, and the network is not allowed (--offline); copy "
                    "the image to this machine first, for example: skopeo copy docker://{} "
                    "oci-archive:image.tar",
                    to_string(reference), to_string(reference)));
  }
  auto state = std::make_unique<State>();
  YAGURA_TRY(state->requester, Requester::make(reference, options));
  state->session = std::make_unique<HttpSession>(state->requester->http_settings());
  state->reference = std::move(reference);
  return std::unique_ptr<RegistryClient>(new RegistryClient(std::move(state)));
}

const RegistryReference& RegistryClient::reference() const { return state_->reference; }

Result<RegistryManifest> RegistryClient::get_manifest(std::string_view reference,
                                                      std::size_t max_size) const {
  YAGURA_TRY(HttpAnswer answer,
             state_->ask_for_manifest(HttpRequest::Method::kGet, reference, max_size));
  return RegistryManifest{.media_type = media_type_of(answer),
                          .digest = std::string(answer.headers.find("docker-content-digest")),
                          .bytes = std::move(answer.body)};
}

Result<ManifestHead> RegistryClient::head_manifest(std::string_view reference) const {
  YAGURA_TRY(const HttpAnswer answer,
             state_->ask_for_manifest(HttpRequest::Method::kHead, reference, kMaxPage));
  ManifestHead head{.media_type = media_type_of(answer),
                    .digest = std::string(answer.headers.find("docker-content-digest"))};
  const std::string_view length = answer.headers.find("content-length");
  std::from_chars(length.data(), length.data() + length.size(), head.size);
  return head;
}

Result<std::unique_ptr<BlobStream>> RegistryClient::open_blob(std::string_view digest,
                                                              std::uint64_t size) const {
  if (digest.find(':') == std::string_view::npos || !is_manifest_reference(digest)) {
    return fail(
        ErrorCode::kInvalidInput,
        fmt::format("{}: a blob is asked for by something that is no digest", state_->name()));
  }
  return std::make_unique<internal::BlobDownload>(
      *state_->requester, state_->path(fmt::format("blobs/{}", digest)),
      fmt::format("{}@{}", state_->name(), digest), size);
}

Result<std::optional<std::vector<std::string>>> RegistryClient::referrers(
    std::string_view digest, std::string_view artifact_type) const {
  const std::string path = state_->path(fmt::format("referrers/{}", digest));
  std::string query =
      artifact_type.empty() ? "" : fmt::format("?artifactType={}", url_escaped(artifact_type));
  std::vector<std::string> pages;
  while (true) {
    YAGURA_TRY(HttpAnswer answer, state_->send({.path = path + query,
                                                .headers = {std::string(kAcceptIndex)},
                                                .max_body = kMaxPage}));
    // Registries without the API: most say 404, some that the path or the method is wrong.
    const int status = answer.status;
    if (pages.empty() && (status == 404 || status == 400 || status == 405 || status == 501)) {
      return std::nullopt;
    }
    if (!is_success(answer)) {
      return std::unexpected(internal::status_error(answer, "list of referrers", state_->name()));
    }
    YAGURA_TRY(const auto next, state_->next_path(answer));
    pages.push_back(std::move(answer.body));
    if (!next) return pages;
    if (pages.size() == kMaxReferrerPages) {
      return fail(ErrorCode::kLimitExceeded, fmt::format("{}: more than {} pages of referrers",
                                                         state_->name(), kMaxReferrerPages));
    }
    query = *next;
  }
}

Result<std::vector<std::string>> RegistryClient::tags() const {
  std::vector<std::string> all;
  std::string query = "?n=1000";
  for (int page = 0; page < kMaxTagPages; ++page) {
    YAGURA_TRY(const HttpAnswer answer,
               state_->send({.path = state_->path("tags/list") + query, .max_body = kMaxPage}));
    if (!is_success(answer)) {
      return std::unexpected(internal::status_error(answer, "repository", state_->name()));
    }
    YAGURA_TRY(auto tags, parse_tag_list(answer.body, kMaxTags - all.size()));
    std::ranges::move(tags, std::back_inserter(all));
    YAGURA_TRY(const auto next, state_->next_path(answer));
    if (!next) return all;
    query = *next;
  }
  return fail(ErrorCode::kLimitExceeded,
              fmt::format("{}: more than {} pages of tags", state_->name(), kMaxTagPages));
}

}  // namespace yagura::image
