// Requests run on a multi handle of one transfer: unlike curl_easy_perform it can be woken up from
// another thread, so that a download that nobody wants any more ends at once.

#include "image/registry/http_session.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>

#include "core/visible_text.hpp"
#include "image/registry/registry_reference.hpp"

namespace yagura::image {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxHeaders = 256;
constexpr std::size_t kMaxHeaderBytes = std::size_t{128} << 10;
constexpr long kReceiveBuffer = 256L << 10;
constexpr int kPollMilliseconds = 500;

using HeaderList =
    std::unique_ptr<curl_slist, decltype([](curl_slist* list) { curl_slist_free_all(list); })>;
using UrlHandle = std::unique_ptr<CURLU, decltype([](CURLU* url) { curl_url_cleanup(url); })>;

struct Transfer {
  const HttpRequest* request = nullptr;
  const HttpSession::Sink* sink = nullptr;
  CURL* curl = nullptr;
  HttpAnswer answer;
  std::size_t header_bytes = 0;
  Clock::time_point last_activity = Clock::now();
  bool is_too_large = false;
  bool was_ended = false;  // by the sink
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t start = text.find_first_not_of(kBlank);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlank) - start + 1);
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  const std::string_view line(data, size * count);
  transfer.last_activity = Clock::now();
  transfer.header_bytes += line.size();
  if (transfer.header_bytes > kMaxHeaderBytes) {
    transfer.is_too_large = true;
    return 0;
  }
  auto& list = transfer.answer.headers.list;
  if (line.starts_with("HTTP/")) {  // also after "100 Continue" and a proxy's own answer
    list.clear();
  } else if (const std::size_t colon = line.find(':');
             colon != std::string_view::npos && list.size() < kMaxHeaders) {
    list.emplace_back(lower(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1))));
  }
  return line.size();
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  const std::string_view piece(data, size * count);
  long status = 0;
  curl_easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &status);
  transfer.answer.status = static_cast<int>(status);
  if (*transfer.sink && status >= 200 && status < 300) {
    transfer.was_ended = !(*transfer.sink)(transfer.answer, piece);
    transfer.last_activity = Clock::now();
    return transfer.was_ended ? 0 : piece.size();
  }
  transfer.last_activity = Clock::now();
  transfer.is_too_large = transfer.answer.body.size() + piece.size() > transfer.request->max_body;
  if (transfer.is_too_large) return 0;
  transfer.answer.body += piece;
  return piece.size();
}

void set_blob(CURL* curl, CURLoption option, const std::string& pem) {
  if (pem.empty()) return;
  curl_blob blob{.data = const_cast<char*>(pem.data()), .len = pem.size(), .flags = CURL_BLOB_COPY};
  curl_easy_setopt(curl, option, &blob);
}

void set_trust(CURL* curl, const HostTrust& trust) {
  set_blob(curl, CURLOPT_CAINFO_BLOB, trust.ca_pem);  // the system's directory stays
  set_blob(curl, CURLOPT_SSLCERT_BLOB, trust.client_certificate_pem);
  set_blob(curl, CURLOPT_SSLKEY_BLOB, trust.client_key_pem);
  if (trust.skip_verify) {
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

// libcurl reads https_proxy, HTTPS_PROXY, all_proxy and no_proxy itself, but not HTTP_PROXY, which
// the field's other programs do. This machine is never reached through a proxy.
void set_proxy(CURL* curl, const HttpUrl& url) {
  if (is_loopback_host(url.host)) {
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    return;
  }
  const char* proxy = std::getenv("HTTP_PROXY");
  if (url.scheme == "http" && proxy != nullptr && std::getenv("http_proxy") == nullptr) {
    curl_easy_setopt(curl, CURLOPT_PROXY, proxy);
  }
}

ErrorCode code_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
      return ErrorCode::kNotFound;
    case CURLE_SSL_CONNECT_ERROR:
      return ErrorCode::kUnsupported;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
      return ErrorCode::kInvalidInput;
    default:
      return ErrorCode::kIo;
  }
}

std::string_view hint_of(CURLcode code) {
  if (code == CURLE_PEER_FAILED_VERIFICATION) {
    return "; give the authority that signed its certificate (--ca-file)";
  }
  if (code == CURLE_COULDNT_RESOLVE_HOST) return "; is the name right, and is there a network?";
  return {};
}

Error error_of(CURLcode code, const HttpUrl& url, std::string_view said) {
  if (said.empty()) said = curl_easy_strerror(code);
  Error error{code_of(code),
              fmt::format("{}: {}{}", url.authority(), core::visible(said), hint_of(code))};
  // TLS was spoken, and the host ended it: libcurl calls that a broken connection.
  if (said.find(" alert ") != std::string_view::npos) {
    error.code = ErrorCode::kInvalidInput;
    error.message += "; the host refuses us: it may want a client certificate";
  }
  return error;
}

}  // namespace

std::string_view HttpHeaders::find(std::string_view name) const {
  for (const auto& [key, value] : list) {
    if (key == name) return value;
  }
  return {};
}

struct HttpSession::State {
  HttpSettings settings;
  CURLM* multi = nullptr;
  CURL* curl = nullptr;
  std::atomic<bool> is_cancelled = false;

  void prepare(const HttpRequest& request, const HttpUrl& url, Transfer& transfer,
               HeaderList& headers, char* problem) const {
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, url.scheme.c_str());
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, kReceiveBuffer);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
                     static_cast<long>(settings.connect_timeout.count()));
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "yagura");
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, problem);
    set_proxy(curl, url);
    if (!request.unix_socket.empty()) {
      curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, request.unix_socket.c_str());
      curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    }
    if (request.trust != nullptr) set_trust(curl, *request.trust);
    if (request.method == HttpRequest::Method::kHead) curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    if (request.method == HttpRequest::Method::kPost) {
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.form.size()));
      curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, request.form.c_str());
    }
    for (const std::string& line : request.headers) {
      headers.reset(curl_slist_append(headers.release(), line.c_str()));
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  }

  // Runs the transfer to its end, or to ours.
  Result<CURLcode> run(const Transfer& transfer, const HttpUrl& url) const {
    const Clock::time_point start = Clock::now();
    while (true) {
      int running = 0;
      curl_multi_perform(multi, &running);
      int left = 0;
      const CURLMsg* message = curl_multi_info_read(multi, &left);
      if (message != nullptr && message->msg == CURLMSG_DONE) return message->data.result;
      if (is_cancelled) return fail(ErrorCode::kIo, "the request was ended");
      const Clock::time_point now = Clock::now();
      if (now - transfer.last_activity > settings.stall_timeout) {
        return fail(ErrorCode::kIo, fmt::format("{}: sent nothing for {} s", url.authority(),
                                                settings.stall_timeout.count()));
      }
      if (!*transfer.sink && now - start > settings.total_timeout) {
        return fail(ErrorCode::kIo, fmt::format("{}: did not finish within {} s", url.authority(),
                                                settings.total_timeout.count()));
      }
      curl_multi_poll(multi, nullptr, 0, kPollMilliseconds, nullptr);
    }
  }
};

HttpSession::HttpSession(HttpSettings settings) : state_(std::make_unique<State>()) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  state_->settings = settings;
  state_->multi = curl_multi_init();
  state_->curl = curl_easy_init();
}

HttpSession::~HttpSession() {
  if (state_->curl != nullptr) curl_easy_cleanup(state_->curl);
  if (state_->multi != nullptr) curl_multi_cleanup(state_->multi);
}

void HttpSession::cancel() {
  state_->is_cancelled = true;
  if (state_->multi != nullptr) curl_multi_wakeup(state_->multi);
}

void HttpSession::pause(std::chrono::milliseconds time) {
  if (state_->multi == nullptr || state_->is_cancelled) return;
  curl_multi_poll(state_->multi, nullptr, 0, static_cast<int>(time.count()), nullptr);
}

Result<HttpAnswer> HttpSession::send(const HttpRequest& request, const Sink& sink) {
  if (state_->curl == nullptr || state_->multi == nullptr) {
    return fail(ErrorCode::kInternal, "libcurl does not start");
  }
  if (state_->is_cancelled) return fail(ErrorCode::kIo, "the request was ended");
  YAGURA_TRY(const HttpUrl url, parse_http_url(request.url));
  Transfer transfer{.request = &request, .sink = &sink, .curl = state_->curl};
  HeaderList headers;
  std::array<char, CURL_ERROR_SIZE> problem{};
  state_->prepare(request, url, transfer, headers, problem.data());
  curl_multi_add_handle(state_->multi, state_->curl);
  const auto code = state_->run(transfer, url);
  curl_multi_remove_handle(state_->multi, state_->curl);
  curl_easy_setopt(state_->curl, CURLOPT_ERRORBUFFER, nullptr);
  if (!code) return std::unexpected(code.error());
  if (transfer.is_too_large) {
    return fail(ErrorCode::kLimitExceeded, fmt::format("{}: an answer of more than {} bytes",
                                                       url.authority(), request.max_body));
  }
  if (transfer.was_ended) return fail(ErrorCode::kIo, "the request was ended");
  if (*code != CURLE_OK) return std::unexpected(error_of(*code, url, problem.data()));
  long status = 0;
  curl_easy_getinfo(state_->curl, CURLINFO_RESPONSE_CODE, &status);
  transfer.answer.status = static_cast<int>(status);
  return std::move(transfer.answer);
}

std::string HttpUrl::authority() const {
  const bool is_default =
      (scheme == "https" && port == "443") || (scheme == "http" && port == "80");
  return is_default ? host : fmt::format("{}:{}", host, port);
}

Result<HttpUrl> parse_http_url(std::string_view text, std::string_view base) {
  const auto bad = [&] {
    return fail(
        ErrorCode::kInvalidInput,
        fmt::format("\"{}\" is no URL of HTTP",
                    core::visible(text.substr(0, std::min<std::size_t>(text.find('?'), 160)))));
  };
  if (text.empty() || text.size() > 16384 || text.find('\0') != std::string_view::npos)
    return bad();
  const UrlHandle handle(curl_url());
  if (handle == nullptr) return bad();
  if (!base.empty() &&
      curl_url_set(handle.get(), CURLUPART_URL, std::string(base).c_str(), 0) != CURLUE_OK) {
    return bad();
  }
  if (curl_url_set(handle.get(), CURLUPART_URL, std::string(text).c_str(), 0) != CURLUE_OK) {
    return bad();
  }
  for (const CURLUPart part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_FRAGMENT}) {
    curl_url_set(handle.get(), part, nullptr, 0);
  }
  HttpUrl url;
  const auto get = [&](CURLUPart part, std::string& out, unsigned flags) {
    char* value = nullptr;
    if (curl_url_get(handle.get(), part, &value, flags) != CURLUE_OK) return false;
    out = value;
    curl_free(value);
    return true;
  };
  if (!get(CURLUPART_SCHEME, url.scheme, 0) || (url.scheme != "http" && url.scheme != "https") ||
      !get(CURLUPART_HOST, url.host, 0) || !get(CURLUPART_PORT, url.port, CURLU_DEFAULT_PORT) ||
      !get(CURLUPART_URL, url.url, 0)) {
    return bad();
  }
  url.host = lower(url.host);
  return url;
}

std::string url_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace yagura::image
