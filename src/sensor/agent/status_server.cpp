#include "sensor/agent/status_server.hpp"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace yagura::sensor {
namespace {

constexpr unsigned kConnections = 16;
constexpr unsigned kTimeoutSeconds = 10;

MHD_Result answer(MHD_Connection* connection, unsigned status, const char* type,
                  const std::string& text) {
  MHD_Response* const response = MHD_create_response_from_buffer(
      text.size(), const_cast<char*>(text.data()), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
  const MHD_Result result = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return result;
}

class Server final : public StatusServer {
 public:
  explicit Server(StatusHandlers handlers) : handlers_(std::move(handlers)) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() override {
    if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
  }

  Result<void> listen(const std::string& address, std::uint16_t port) {
    sockaddr_storage storage{};
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD;
    auto* const four = reinterpret_cast<sockaddr_in*>(&storage);
    auto* const six = reinterpret_cast<sockaddr_in6*>(&storage);
    if (::inet_pton(AF_INET, address.c_str(), &four->sin_addr) == 1) {
      four->sin_family = AF_INET;
      four->sin_port = htons(port);
    } else if (::inet_pton(AF_INET6, address.c_str(), &six->sin6_addr) == 1) {
      six->sin6_family = AF_INET6;
      six->sin6_port = htons(port);
      flags |= MHD_USE_IPv6;
    } else {
      return fail(ErrorCode::kInvalidInput,
                  "webserver.listen_address: \"" + address + "\" is no IP address");
    }
    daemon_ = MHD_start_daemon(flags, port, nullptr, nullptr, &Server::handle, this,
                               MHD_OPTION_SOCK_ADDR, reinterpret_cast<sockaddr*>(&storage),
                               MHD_OPTION_CONNECTION_LIMIT, kConnections,
                               MHD_OPTION_CONNECTION_TIMEOUT, kTimeoutSeconds, MHD_OPTION_END);
    if (daemon_ != nullptr) return {};
    return fail(ErrorCode::kIo, "cannot listen on " + address + " port " + std::to_string(port) +
                                    ": " + std::strerror(errno));
  }

  [[nodiscard]] std::uint16_t port() const override {
    const MHD_DaemonInfo* const info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT);
    return info == nullptr ? std::uint16_t{0} : info->port;
  }

 private:
  static MHD_Result handle(void* self, MHD_Connection* connection, const char* url,
                           const char* method, const char*, const char*, std::size_t*, void**) {
    return static_cast<Server*>(self)->serve(connection, url, method);
  }

  MHD_Result serve(MHD_Connection* connection, std::string_view url, std::string_view method) {
    if (method != "GET" && method != "HEAD") {
      return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", "GET only\n");
    }
    if (url == "/metrics") {
      return answer(connection, MHD_HTTP_OK, "text/plain; version=0.0.4", handlers_.metrics());
    }
    if (url == "/status") {
      return answer(connection, MHD_HTTP_OK, "application/json", handlers_.status());
    }
    if (url == "/healthz") {
      const std::string problem = handlers_.problem();
      return problem.empty()
                 ? answer(connection, MHD_HTTP_OK, "application/json", "{\"status\": \"ok\"}\n")
                 : answer(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "text/plain", problem + "\n");
    }
    return answer(connection, MHD_HTTP_NOT_FOUND, "text/plain", "/metrics, /healthz, /status\n");
  }

  StatusHandlers handlers_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<StatusServer>> StatusServer::start(const std::string& address,
                                                          std::uint16_t port,
                                                          StatusHandlers handlers) {
  auto server = std::make_unique<Server>(std::move(handlers));
  YAGURA_TRY_VOID(server->listen(address, port));
  return std::unique_ptr<StatusServer>(std::move(server));
}

}  // namespace yagura::sensor
