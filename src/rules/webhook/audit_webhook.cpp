#include "rules/webhook/audit_webhook.hpp"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace yagura::rules {
namespace {

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

MHD_Result answer(MHD_Connection* connection, unsigned status, const std::string& text) {
  return answer(connection, status, "text/plain", text);
}

std::string sender_of(MHD_Connection* connection) {
  const MHD_ConnectionInfo* const info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (info == nullptr || info->client_addr == nullptr) return "webhook";
  const sockaddr* const address = info->client_addr;
  const void* const bytes =
      address->sa_family == AF_INET
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(address)->sin_addr)
          : static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr);
  if (::inet_ntop(address->sa_family, bytes, text.data(), text.size()) == nullptr) return "webhook";
  return text.data();
}

bool is_json(MHD_Connection* connection) {
  const char* const type =
      MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
  if (type == nullptr) return false;
  std::string_view essence = type;
  essence = essence.substr(0, essence.find(';'));
  while (essence.ends_with(' ')) essence.remove_suffix(1);
  return essence == "application/json";
}

// A request on its way in.
struct Arriving {
  std::string body;
  bool too_large = false;
  bool busy = false;
};

class Server final : public AuditWebhook {
 public:
  Server(const WebhookOptions& options, WebhookHandlers handlers)
      : options_(options), handlers_(std::move(handlers)) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() override {
    if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
  }

  Result<void> listen() {
    sockaddr_storage storage{};
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD;
    auto* const four = reinterpret_cast<sockaddr_in*>(&storage);
    auto* const six = reinterpret_cast<sockaddr_in6*>(&storage);
    if (::inet_pton(AF_INET, options_.address.c_str(), &four->sin_addr) == 1) {
      four->sin_family = AF_INET;
      four->sin_port = htons(options_.port);
    } else if (::inet_pton(AF_INET6, options_.address.c_str(), &six->sin6_addr) == 1) {
      six->sin6_family = AF_INET6;
      six->sin6_port = htons(options_.port);
      flags |= MHD_USE_IPv6;
    } else {
      return fail(ErrorCode::kInvalidInput, "\"" + options_.address + "\" is no IP address");
    }
    daemon_ = MHD_start_daemon(
        flags, options_.port, nullptr, nullptr, &Server::handle, this, MHD_OPTION_SOCK_ADDR,
        reinterpret_cast<sockaddr*>(&storage), MHD_OPTION_CONNECTION_LIMIT,
        options_.max_connections, MHD_OPTION_CONNECTION_TIMEOUT, options_.timeout_seconds,
        MHD_OPTION_NOTIFY_COMPLETED, &Server::completed, this, MHD_OPTION_END);
    if (daemon_ == nullptr) {
      return fail(ErrorCode::kIo, "cannot listen on " + options_.address + ":" +
                                      std::to_string(options_.port) + ": " + std::strerror(errno));
    }
    return {};
  }

  [[nodiscard]] std::uint16_t port() const override {
    const MHD_DaemonInfo* const info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT);
    return info == nullptr ? std::uint16_t{0} : info->port;
  }

 private:
  static MHD_Result handle(void* self, MHD_Connection* connection, const char* url,
                           const char* method, const char*, const char* data, std::size_t* size,
                           void** state) {
    return static_cast<Server*>(self)->serve(connection, url, method, {data, *size}, size, state);
  }

  static void completed(void* self, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    auto* const arriving = static_cast<Arriving*>(*state);
    if (arriving == nullptr) return;
    static_cast<Server*>(self)->pending_ -= arriving->body.size();
    delete arriving;
    *state = nullptr;
  }

  // Called first without bytes, then for each piece, then without bytes again (libmicrohttpd's
  // order).
  MHD_Result serve(MHD_Connection* connection, std::string_view url, std::string_view method,
                   std::string_view bytes, std::size_t* size, void** state) {
    if (method == "GET" || method == "HEAD") return page(connection, url);
    auto* const arriving = static_cast<Arriving*>(*state);
    if (arriving == nullptr) return begin(connection, url, method, state);
    if (!bytes.empty()) {
      take(*arriving, bytes);
      *size = 0;
      return MHD_YES;
    }
    return judge(connection, *arriving);
  }

  MHD_Result page(MHD_Connection* connection, std::string_view url) {
    if (url == "/healthz") return answer(connection, MHD_HTTP_OK, "ok\n");
    if (url == "/metrics") {
      return answer(connection, MHD_HTTP_OK, "text/plain; version=0.0.4", handlers_.metrics());
    }
    return refuse(connection, WebhookRefusal::kWrongRequest, MHD_HTTP_NOT_FOUND,
                  "POST /k8s-audit, GET /metrics or /healthz\n");
  }

  MHD_Result begin(MHD_Connection* connection, std::string_view url, std::string_view method,
                   void** state) {
    if (method != "POST") {
      return refuse(connection, WebhookRefusal::kWrongRequest, MHD_HTTP_METHOD_NOT_ALLOWED,
                    "POST events\n");
    }
    if (url != "/" && url != "/k8s-audit") {
      return refuse(connection, WebhookRefusal::kWrongRequest, MHD_HTTP_NOT_FOUND,
                    "POST to /k8s-audit\n");
    }
    if (!is_json(connection)) {
      return refuse(connection, WebhookRefusal::kNotJson, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
                    "the body must be application/json\n");
    }
    *state = new Arriving;
    return MHD_YES;
  }

  // What is refused is read to its end and dropped: then the sender sees the answer.
  void take(Arriving& arriving, std::string_view bytes) {
    if (arriving.too_large || arriving.busy) return;
    if (arriving.body.size() + bytes.size() > options_.max_body) {
      arriving.too_large = true;
    } else if (pending_ + bytes.size() > options_.max_pending) {
      arriving.busy = true;
    } else {
      arriving.body += bytes;
      pending_ += bytes.size();
      return;
    }
    pending_ -= arriving.body.size();
    arriving.body = {};
  }

  MHD_Result judge(MHD_Connection* connection, const Arriving& arriving) {
    if (arriving.too_large) {
      return refuse(connection, WebhookRefusal::kTooLarge, MHD_HTTP_CONTENT_TOO_LARGE,
                    "more than " + std::to_string(options_.max_body) + " bytes\n");
    }
    if (arriving.busy) {
      return refuse(connection, WebhookRefusal::kBusy, MHD_HTTP_SERVICE_UNAVAILABLE,
                    "too much at once, send it again\n");
    }
    if (handlers_.on_body(arriving.body, sender_of(connection))) {
      return answer(connection, MHD_HTTP_OK, "ok\n");
    }
    return answer(connection, MHD_HTTP_BAD_REQUEST, "not all of it are audit events\n");
  }

  MHD_Result refuse(MHD_Connection* connection, WebhookRefusal reason, unsigned status,
                    const std::string& text) {
    handlers_.on_refused(reason);
    return answer(connection, status, text);
  }

  WebhookOptions options_;
  WebhookHandlers handlers_;
  std::size_t pending_ = 0;  // the server's thread alone touches it
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<AuditWebhook>> AuditWebhook::start(const WebhookOptions& options,
                                                          WebhookHandlers handlers) {
  auto server = std::make_unique<Server>(options, std::move(handlers));
  YAGURA_TRY_VOID(server->listen());
  return std::unique_ptr<AuditWebhook>(std::move(server));
}

}  // namespace yagura::rules
