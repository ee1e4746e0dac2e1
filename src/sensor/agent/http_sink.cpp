#include <curl/curl.h>

#include "sensor/agent/line_sink.hpp"

namespace yagura::sensor {
namespace {

constexpr long kSeconds = 5;

std::size_t drop(char*, std::size_t size, std::size_t count, void*) { return size * count; }

class HttpSink final : public LineSink {
 public:
  explicit HttpSink(HttpOutput options) : options_(std::move(options)) {
    static const CURLcode ready = ::curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready != CURLE_OK) return;
    handle_ = ::curl_easy_init();
    if (handle_ == nullptr) return;
    headers_ = ::curl_slist_append(headers_, "Content-Type: application/json");
    headers_ = ::curl_slist_append(headers_, "Expect:");
    set(CURLOPT_URL, options_.url.c_str());
    set(CURLOPT_HTTPHEADER, headers_);
    set(CURLOPT_USERAGENT, options_.user_agent.c_str());
    set(CURLOPT_TIMEOUT, kSeconds);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_WRITEFUNCTION, &drop);
    if (options_.insecure) {
      set(CURLOPT_SSL_VERIFYPEER, 0L);
      set(CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (!options_.ca_cert.empty()) set(CURLOPT_CAINFO, options_.ca_cert.c_str());
    if (!options_.client_cert.empty()) set(CURLOPT_SSLCERT, options_.client_cert.c_str());
    if (!options_.client_key.empty()) set(CURLOPT_SSLKEY, options_.client_key.c_str());
  }
  HttpSink(const HttpSink&) = delete;
  HttpSink& operator=(const HttpSink&) = delete;
  ~HttpSink() override {
    ::curl_slist_free_all(headers_);
    ::curl_easy_cleanup(handle_);
  }

  [[nodiscard]] std::string_view name() const override { return "http"; }

  Result<void> write(std::string_view line) override {
    if (handle_ == nullptr) return fail(ErrorCode::kInternal, "libcurl does not start");
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(line.size()));
    set(CURLOPT_POSTFIELDS, line.data());
    const CURLcode code = ::curl_easy_perform(handle_);
    if (code != CURLE_OK) {
      return fail(ErrorCode::kIo, options_.url + ": " + ::curl_easy_strerror(code));
    }
    long status = 0;
    ::curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 300) {
      return fail(ErrorCode::kIo, options_.url + " answered " + std::to_string(status));
    }
    return {};
  }

 private:
  template <typename Value>
  void set(CURLoption option, Value value) {
    ::curl_easy_setopt(handle_, option, value);
  }

  HttpOutput options_;
  CURL* handle_ = nullptr;
  curl_slist* headers_ = nullptr;
};

}  // namespace

std::unique_ptr<LineSink> make_http_sink(HttpOutput options) {
  return std::make_unique<HttpSink>(std::move(options));
}

}  // namespace yagura::sensor
