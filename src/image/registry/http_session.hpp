#pragma once

// One HTTP request at a time over libcurl: no redirects are followed and no credentials added here,
// so that who calls decides where they go.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace yagura::image {

// Whom to believe, and who we are, when a host is spoken to by TLS.
struct HostTrust {
  std::string ca_pem;  // further authorities, beside the system's
  std::string client_certificate_pem;
  std::string client_key_pem;
  bool skip_verify = false;
};

struct HttpHeaders {
  std::vector<std::pair<std::string, std::string>> list;  // names in lower case
  // The first of the name (in lower case), or empty.
  [[nodiscard]] std::string_view find(std::string_view name) const;
};

struct HttpRequest {
  enum class Method : std::uint8_t { kGet, kHead, kPost };
  Method method = Method::kGet;
  std::string url;
  std::vector<std::string> headers;  // "Accept: …"
  std::string form;                  // of kPost: application/x-www-form-urlencoded
  const HostTrust* trust = nullptr;
  std::string unix_socket;  // connects there instead of to the URL's host; no TLS, no proxy
  std::size_t max_body = std::size_t{8} << 20;  // bytes that are kept
};

struct HttpAnswer {
  int status = 0;
  HttpHeaders headers;
  std::string body;  // of what was not given to a sink
};

struct HttpSettings {
  std::chrono::seconds connect_timeout{20};
  std::chrono::seconds stall_timeout{60};
  // Of a request without a sink.
  std::chrono::seconds total_timeout{300};
};

class HttpSession {
 public:
  explicit HttpSession(HttpSettings settings);
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;
  ~HttpSession();

  // Takes the body of a 2xx answer as it comes, with its status and headers; false ends the
  // transfer (kIo). May block: that slows the sender down.
  using Sink = std::function<bool(const HttpAnswer& head, std::string_view piece)>;

  // kIo: a connection that broke or stalled, which may be tried again. kNotFound: nobody is there.
  // kInvalidInput: TLS says no. kUnsupported: the host speaks no TLS at all. kLimitExceeded: a body
  // above max_body. Messages name the host, never the URL's query.
  [[nodiscard]] Result<HttpAnswer> send(const HttpRequest& request, const Sink& sink = {});

  // Waits; cancel() ends it early.
  void pause(std::chrono::milliseconds time);

  // From any thread: ends the request that runs, and every later one (kIo).
  void cancel();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A URL taken apart (RFC 3986), http and https alone.
struct HttpUrl {
  std::string url;     // whole, absolute, without user and fragment
  std::string scheme;  // "https"
  std::string host;    // "registry.example", "[::1]"
  std::string port;    // "443" also where it was not written
  // "registry.example:5000", the port left out where it is the scheme's.
  [[nodiscard]] std::string authority() const;
  [[nodiscard]] bool has_same_origin(const HttpUrl& other) const {
    return scheme == other.scheme && host == other.host && port == other.port;
  }
};
// `text` may be relative to `base` (empty: it must not be).
[[nodiscard]] Result<HttpUrl> parse_http_url(std::string_view text, std::string_view base = {});

// For queries and forms: all but unreserved characters escaped.
[[nodiscard]] std::string url_escaped(std::string_view text);

}  // namespace yagura::image
