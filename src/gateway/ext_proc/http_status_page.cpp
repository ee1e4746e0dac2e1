#include "gateway/ext_proc/http_status_page.hpp"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>

#include <cstring>
#include <string_view>

namespace yagura::gateway {

namespace {

MHD_Result answer(MHD_Connection* connection, unsigned status, std::string_view type,
                  const std::string& text) {
  MHD_Response* response = MHD_create_response_from_buffer(
      text.size(), const_cast<char*>(text.data()), MHD_RESPMEM_MUST_COPY);
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type.data());
  const MHD_Result result = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return result;
}

class Page final : public StatusPage {
 public:
  explicit Page(Text metrics) : metrics_(std::move(metrics)) {}
  ~Page() override {
    if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
  }

  Result<void> listen(const std::string& address, std::uint16_t port) {
    sockaddr_storage storage{};
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD;
    auto* four = reinterpret_cast<sockaddr_in*>(&storage);
    auto* six = reinterpret_cast<sockaddr_in6*>(&storage);
    if (::inet_pton(AF_INET, address.c_str(), &four->sin_addr) == 1) {
      four->sin_family = AF_INET;
      four->sin_port = htons(port);
    } else if (::inet_pton(AF_INET6, address.c_str(), &six->sin6_addr) == 1) {
      six->sin6_family = AF_INET6;
      six->sin6_port = htons(port);
      flags |= MHD_USE_IPv6;
    } else {
      return fail(ErrorCode::kInvalidInput,
                  "--metrics takes an address and a port, like 127.0.0.1:9090, not " + address);
    }
    daemon_ =
        MHD_start_daemon(flags, port, nullptr, nullptr, &Page::handle, this, MHD_OPTION_SOCK_ADDR,
                         reinterpret_cast<sockaddr*>(&storage), MHD_OPTION_CONNECTION_LIMIT, 64U,
                         MHD_OPTION_CONNECTION_TIMEOUT, 10U, MHD_OPTION_END);
    if (daemon_ == nullptr) {
      return fail(ErrorCode::kIo, "cannot listen for metrics on " + address + ":" +
                                      std::to_string(port) + ": " + std::strerror(errno));
    }
    return {};
  }

  [[nodiscard]] std::uint16_t port() const override {
    const MHD_DaemonInfo* info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT);
    return info == nullptr ? std::uint16_t{0} : info->port;
  }

 private:
  static MHD_Result handle(void* self, MHD_Connection* connection, const char* url,
                           const char* method, const char*, const char*, std::size_t*, void**) {
    if (std::string_view(method) != "GET" && std::string_view(method) != "HEAD") {
      return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", "GET only\n");
    }
    if (std::string_view(url) == "/healthz")
      return answer(connection, MHD_HTTP_OK, "text/plain", "ok\n");
    if (std::string_view(url) != "/metrics")
      return answer(connection, MHD_HTTP_NOT_FOUND, "text/plain", "/metrics or /healthz\n");
    return answer(connection, MHD_HTTP_OK, "text/plain; version=0.0.4",
                  static_cast<Page*>(self)->metrics_());
  }

  Text metrics_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<StatusPage>> StatusPage::start(const std::string& address,
                                                      std::uint16_t port, Text metrics) {
  auto page = std::make_unique<Page>(std::move(metrics));
  YAGURA_TRY_VOID(page->listen(address, port));
  return std::unique_ptr<StatusPage>(std::move(page));
}

}  // namespace yagura::gateway
