#include "sensor/identity/https_client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <mutex>
#include <utility>

#include "core/file.hpp"

namespace yagura::sensor {
namespace {

constexpr std::uint64_t kMaxCredential = 1 << 20;

struct Transfer {
  const HttpsClient::Take* take = nullptr;
  const std::stop_token* stop = nullptr;
  bool was_ended = false;  // by `take`
};

std::size_t on_data(char* data, std::size_t size, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  if (!(*transfer.take)({data, size * count})) {
    transfer.was_ended = true;
    return 0;
  }
  return size * count;
}

int on_progress(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Transfer*>(context)->stop->stop_requested() ? 1 : 0;
}

// A file that is read now, or what is given.
Result<std::string> current(const std::string& given, const std::string& file) {
  if (file.empty()) {
    return given;
  }
  return core::read_file(file, {.max_size = kMaxCredential});
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
    text.remove_suffix(1);
  }
  return text;
}

void set_blob(CURL* curl, CURLoption option, const std::string& pem) {
  if (pem.empty()) {
    return;
  }
  curl_blob blob{.data = const_cast<char*>(pem.data()), .len = pem.size(), .flags = CURL_BLOB_COPY};
  curl_easy_setopt(curl, option, &blob);
}

using HeaderList =
    std::unique_ptr<curl_slist, decltype([](curl_slist* list) { curl_slist_free_all(list); })>;

void add_header(HeaderList& list, const std::string& line) {
  list.reset(curl_slist_append(list.release(), line.c_str()));
}

}  // namespace

struct HttpsClient::State {
  HttpsEndpoint endpoint;
  CURL* curl = nullptr;

  Result<void> set_credentials(HeaderList& headers) const {
    YAGURA_TRY(const std::string ca, current(endpoint.ca_pem, endpoint.ca_file));
    YAGURA_TRY(const std::string token, current(endpoint.token, endpoint.token_file));
    set_blob(curl, CURLOPT_CAINFO_BLOB, ca);
    set_blob(curl, CURLOPT_SSLCERT_BLOB, endpoint.client_certificate_pem);
    set_blob(curl, CURLOPT_SSLKEY_BLOB, endpoint.client_key_pem);
    if (!trimmed(token).empty()) {
      add_header(headers, fmt::format("Authorization: Bearer {}", trimmed(token)));
    }
    return {};
  }

  void set_request(const HttpsRequest& request, HeaderList& headers) const {
    curl_easy_setopt(curl, CURLOPT_URL, (endpoint.server + request.path).c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPIDLE, 30L);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPINTVL, 10L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(request.timeout.count()));
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (request.method == HttpsMethod::kPatch) {
      curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "PATCH");
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
      curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, request.body.c_str());
      add_header(headers, "Content-Type: " + request.content_type);
    }
    add_header(headers, "Accept: application/json");
    add_header(headers, "User-Agent: yagura-sensor");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  }
};

HttpsClient::HttpsClient(HttpsEndpoint endpoint) : state_(std::make_unique<State>()) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  state_->endpoint = std::move(endpoint);
  state_->curl = curl_easy_init();
}

HttpsClient::~HttpsClient() {
  if (state_->curl != nullptr) {
    curl_easy_cleanup(state_->curl);
  }
}

Result<int> HttpsClient::send(const HttpsRequest& request, const Take& take,
                              const std::stop_token& stop) {
  CURL* curl = state_->curl;
  if (curl == nullptr) {
    return fail(ErrorCode::kInternal, "libcurl does not start");
  }
  curl_easy_reset(curl);  // keeps connections
  HeaderList headers;
  state_->set_request(request, headers);
  YAGURA_TRY_VOID(state_->set_credentials(headers));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  std::string problem(CURL_ERROR_SIZE, '\0');
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, problem.data());
  Transfer transfer{.take = &take, .stop = &stop};
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  const CURLcode code = curl_easy_perform(curl);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr);
  if (code != CURLE_OK && !transfer.was_ended) {
    const std::string_view said = problem.c_str();
    return fail(code == CURLE_OPERATION_TIMEDOUT ? ErrorCode::kLimitExceeded : ErrorCode::kIo,
                fmt::format("{}: {}", state_->endpoint.server,
                            said.empty() ? std::string_view(curl_easy_strerror(code)) : said));
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

Result<HttpsClient::Answer> HttpsClient::fetch(const HttpsRequest& request, std::size_t max_size,
                                               const std::stop_token& stop) {
  Answer answer;
  bool is_too_large = false;
  YAGURA_TRY(answer.status, send(
                                request,
                                [&](std::string_view piece) {
                                  is_too_large = answer.body.size() + piece.size() > max_size;
                                  if (!is_too_large) {
                                    answer.body += piece;
                                  }
                                  return !is_too_large;
                                },
                                stop));
  if (is_too_large) {
    return fail(ErrorCode::kLimitExceeded,
                fmt::format("{}: an answer of more than {} bytes", request.path, max_size));
  }
  return answer;
}

std::string url_escape(std::string_view text) {
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

}  // namespace yagura::sensor
