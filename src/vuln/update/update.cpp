#include "vuln/update/update.hpp"

#include <utility>

#include "core/file.hpp"
#include "core/json_text.hpp"
#include "image/registry/http_session.hpp"
#include "vuln/feeds/json.hpp"

namespace yagura::vuln {

namespace {

using image::HttpAnswer;
using image::HttpRequest;

constexpr int kMaxRedirects = 5;
constexpr std::string_view kValidatorsFile = "update.json";

// What the server said of the manifest that is here.
struct Validators {
  std::string url;
  std::string etag;
  std::string last_modified;
};

Validators read_validators(const std::filesystem::path& directory) {
  Validators out;
  const auto text = core::read_file(directory / kValidatorsFile, {.max_size = 64 << 10});
  if (!text) return out;
  json::Reader reader;
  const auto element = reader.parse(*text);
  json::Object root;
  if (!element || element->get(root) != simdjson::SUCCESS) return out;
  out.url = json::text(root, "url");
  out.etag = json::text(root, "etag");
  out.last_modified = json::text(root, "last_modified");
  return out;
}

Result<void> write_validators(const std::filesystem::path& directory,
                              const Validators& validators) {
  std::string text;
  core::JsonWriter writer(text);
  writer.begin_object()
      .member("url", validators.url)
      .member("etag", validators.etag)
      .member("last_modified", validators.last_modified)
      .end_object();
  return core::write_file(directory / kValidatorsFile, text);
}

// One line of printable text, as a header needs it.
bool is_header_value(std::string_view text) {
  for (const char c : text) {
    if (c < ' ' || c == 0x7f) return false;
  }
  return !text.empty() && text.size() <= 1024;
}

class Server {
 public:
  explicit Server(const UpdateOptions& options)
      : session_(
            {.connect_timeout = options.connect_timeout, .stall_timeout = options.stall_timeout}) {
    trust_.ca_pem = options.ca_pem;
  }

  // The body of a 2xx answer, at most `limit` bytes; 304 has none.
  [[nodiscard]] Result<HttpAnswer> get(const std::string& start, std::size_t limit,
                                       const std::vector<std::string>& headers) {
    YAGURA_TRY(image::HttpUrl url, image::parse_http_url(start));
    for (int hops = 0; hops <= kMaxRedirects; ++hops) {
      std::string body;
      bool too_long = false;
      const auto sink = [&](const HttpAnswer&, std::string_view piece) {
        too_long = piece.size() > limit - body.size();
        if (!too_long) body.append(piece);
        return !too_long;
      };
      HttpRequest request;
      request.url = url.url;
      request.headers = headers;
      request.trust = &trust_;
      auto answer = session_.send(request, sink);
      if (too_long) {
        return fail(ErrorCode::kLimitExceeded, url.authority() + " sends more than the " +
                                                   std::to_string(limit) +
                                                   " bytes that were expected");
      }
      if (!answer) return std::unexpected(std::move(answer).error());
      if (answer->status == 304 || (answer->status >= 200 && answer->status < 300)) {
        answer->body = std::move(body);
        return *std::move(answer);
      }
      if (answer->status < 301 || answer->status > 308) {
        return fail(answer->status == 404 ? ErrorCode::kNotFound : ErrorCode::kIo,
                    url.authority() + " answers " + std::to_string(answer->status));
      }
      YAGURA_TRY(image::HttpUrl next,
                 image::parse_http_url(answer->headers.find("location"), url.url));
      if (url.scheme == "https" && next.scheme != "https") {
        return fail(ErrorCode::kInvalidInput,
                    url.authority() + " redirects to a place without TLS");
      }
      url = std::move(next);
    }
    return fail(ErrorCode::kLimitExceeded, start + ": more than 5 redirects");
  }

 private:
  image::HttpSession session_;
  image::HostTrust trust_;
};

Result<std::string> base_url(const UpdateOptions& options) {
  if (options.offline) {
    return fail(ErrorCode::kUnsupported,
                "offline: the index is not updated over the network; import one from disk");
  }
  YAGURA_TRY(const image::HttpUrl url, image::parse_http_url(options.url));
  if (url.scheme != "https" && options.trust.keys.empty()) {
    return fail(ErrorCode::kInvalidInput,
                "an index over plain http is taken with a signature alone: give the public key");
  }
  std::string base = url.url;
  while (base.ends_with('/')) base.pop_back();
  return base + "/";
}

}  // namespace

Result<InstallResult> update_index(const std::filesystem::path& directory,
                                   const UpdateOptions& options) {
  YAGURA_TRY(const std::string base, base_url(options));
  Server server(options);
  const std::string manifest_url = base + std::string(kManifestFile);
  Validators validators = read_validators(directory);
  std::vector<std::string> headers = {"Accept: application/json"};
  // An index that is damaged or gone is fetched whatever the server says of its age.
  const bool usable = validators.url == manifest_url && Index::open(directory).has_value();
  if (usable && is_header_value(validators.etag)) {
    headers.push_back("If-None-Match: " + validators.etag);
  }
  if (usable && is_header_value(validators.last_modified)) {
    headers.push_back("If-Modified-Since: " + validators.last_modified);
  }
  YAGURA_TRY(HttpAnswer answer, server.get(manifest_url, kMaxManifest, headers));
  if (answer.status == 304) {
    if (auto verified = verify_index(directory, options.trust)) return verified;
    YAGURA_TRY(answer, server.get(manifest_url, kMaxManifest, {headers.front()}));
  }
  YAGURA_TRY(InstallResult result,
             install_index(answer.body, directory, options.trust,
                           [&](const ShardInfo& shard) -> Result<std::string> {
                             YAGURA_TRY(HttpAnswer file,
                                        server.get(base + shard.file, shard.size, {}));
                             return std::move(file.body);
                           }));
  validators = {.url = manifest_url,
                .etag = std::string(answer.headers.find("etag")),
                .last_modified = std::string(answer.headers.find("last-modified"))};
  YAGURA_TRY_VOID(write_validators(directory, validators));
  return result;
}

}  // namespace yagura::vuln
