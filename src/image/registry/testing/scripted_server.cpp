#include "image/registry/testing/scripted_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <microhttpd.h>

#include <algorithm>
#include <cstring>

namespace yagura::image::testing {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return text;
}

// The body of one answer while it is sent.
struct Body {
  std::string bytes;
  std::size_t cut_after = 0;
};

ssize_t read_body(void* context, std::uint64_t at, char* out, std::size_t max) {
  const auto& body = *static_cast<Body*>(context);
  if (at >= body.cut_after) return MHD_CONTENT_READER_END_WITH_ERROR;
  const std::size_t count = std::min<std::size_t>(max, body.cut_after - at);
  std::memcpy(out, body.bytes.data() + at, count);
  return static_cast<ssize_t>(count);
}

MHD_Response* make_response(const ScriptedAnswer& answer) {
  if (!answer.cut_after) {
    return MHD_create_response_from_buffer(
        answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
  }
  auto* body = new Body{answer.body, *answer.cut_after};
  return MHD_create_response_from_callback(answer.body.size(), 1024, &read_body, body,
                                           [](void* done) { delete static_cast<Body*>(done); });
}

}  // namespace

struct ScriptedServerHandler {
  static MHD_Result on_request(void* context, MHD_Connection* connection, const char* url,
                               const char* method, const char*, const char* data, std::size_t* size,
                               void** state) {
    auto& server = *static_cast<ScriptedServer*>(context);
    if (*state == nullptr) {
      *state = start(connection, url, method);
      return MHD_YES;
    }
    auto& request = *static_cast<ScriptedRequest*>(*state);
    if (*size > 0) {
      request.body.append(data, *size);
      *size = 0;
      return MHD_YES;
    }
    const ScriptedAnswer answer = [&] {
      const std::lock_guard lock(server.mutex_);
      server.requests_.push_back(request);
      return server.script_(request);
    }();
    MHD_Response* response = make_response(answer);
    for (const auto& [name, value] : answer.headers) {
      MHD_add_response_header(response, name.c_str(), value.c_str());
    }
    const MHD_Result result =
        MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
    MHD_destroy_response(response);
    return result;
  }

  static ScriptedRequest* start(MHD_Connection* connection, const char* url, const char* method) {
    auto* request = new ScriptedRequest{.method = method, .path = url};
    const auto collect = [](void* to, MHD_ValueKind kind, const char* key, const char* value) {
      auto& map = *static_cast<std::map<std::string, std::string>*>(to);
      map[kind == MHD_HEADER_KIND ? lower(key) : key] = value == nullptr ? "" : value;
      return MHD_YES;
    };
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, collect, &request->query);
    MHD_get_connection_values(connection, MHD_HEADER_KIND, collect, &request->headers);
    return request;
  }

  static void on_done(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    delete static_cast<ScriptedRequest*>(*state);
    *state = nullptr;
  }
};

ScriptedServer::ScriptedServer(Script script, const KeyPair* tls, int listen_fd)
    : script_(std::move(script)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::vector<MHD_OptionItem> options;
  if (tls != nullptr) {
    tls_ = *tls;
    options.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, tls_.key.data()});
    options.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, tls_.certificate.data()});
  }
  if (listen_fd >= 0) {
    options.push_back({MHD_OPTION_LISTEN_SOCKET, listen_fd, nullptr});
  } else {
    options.push_back({MHD_OPTION_SOCK_ADDR, 0, &address});
  }
  options.push_back({MHD_OPTION_END, 0, nullptr});
  unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL;
  if (tls != nullptr) flags |= MHD_USE_TLS;
  daemon_ = MHD_start_daemon(flags, 0, nullptr, nullptr, &ScriptedServerHandler::on_request, this,
                             MHD_OPTION_NOTIFY_COMPLETED, &ScriptedServerHandler::on_done, nullptr,
                             MHD_OPTION_ARRAY, options.data(), MHD_OPTION_END);
}

ScriptedServer::~ScriptedServer() {
  if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
}

std::string ScriptedServer::authority() const {
  const MHD_DaemonInfo* info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT);
  return fmt::format("127.0.0.1:{}", info == nullptr ? 0 : info->port);
}

std::vector<ScriptedRequest> ScriptedServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

}  // namespace yagura::image::testing
