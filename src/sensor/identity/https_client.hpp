#pragma once

// HTTPS to an API server (libcurl): one request at a time, the answer piece by piece. Only TLS,
// always verified, no redirects, no proxies: the token goes nowhere else.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace yagura::sensor {

struct HttpsEndpoint {
  std::string server;  // "https://10.0.0.1:443"
  // Certificates in PEM; files are read again for each request, since they are replaced in time.
  std::string ca_pem;
  std::string ca_file;
  std::string token;
  std::string token_file;
  std::string client_certificate_pem;
  std::string client_key_pem;
};

// From the files that the kubelet gives to a pod, and its environment. kNotFound outside a cluster.
[[nodiscard]] Result<HttpsEndpoint> in_cluster_endpoint(
    const std::string& directory = "/var/run/secrets/kubernetes.io/serviceaccount");

// From a kubeconfig file's current context. kUnsupported: programs that make credentials, and
// servers that are not to be verified.
[[nodiscard]] Result<HttpsEndpoint> kubeconfig_endpoint(const std::string& path);

enum class HttpsMethod : std::uint8_t { kGet, kPatch };

struct HttpsRequest {
  HttpsMethod method = HttpsMethod::kGet;
  std::string path;  // with query: "/api/v1/pods?limit=500"
  std::string body;
  std::string content_type;
  std::chrono::seconds timeout{30};  // of the whole answer
};

class HttpsClient {
 public:
  explicit HttpsClient(HttpsEndpoint endpoint);
  ~HttpsClient();
  HttpsClient(const HttpsClient&) = delete;
  HttpsClient& operator=(const HttpsClient&) = delete;

  // Gives the body to `take` as it comes, which ends the request with false (no failure). Returns
  // the status; a body of a status other than 2xx is given all the same. Stops within about a
  // second when asked to (kIo). One call at a time.
  using Take = std::function<bool(std::string_view)>;
  [[nodiscard]] Result<int> send(const HttpsRequest& request, const Take& take,
                                 const std::stop_token& stop = {});
  // The same with the whole body; more than `max_size` is kLimitExceeded.
  struct Answer {
    int status = 0;
    std::string body;
  };
  [[nodiscard]] Result<Answer> fetch(const HttpsRequest& request, std::size_t max_size,
                                     const std::stop_token& stop = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A query's value with what URLs reserve escaped.
[[nodiscard]] std::string url_escape(std::string_view text);

}  // namespace yagura::sensor
