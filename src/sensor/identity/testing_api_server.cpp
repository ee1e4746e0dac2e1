#include "sensor/identity/testing_api_server.hpp"

#include <fmt/format.h>
#include <microhttpd.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace yagura::sensor::testing {
namespace {

template <typename Write>
std::string pem_of(Write write) {
  BIO* bio = BIO_new(BIO_s_mem());
  write(bio);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

// A key and a certificate for 127.0.0.1 that signs itself.
std::pair<std::string, std::string> make_certificate() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("api"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  for (const auto& [nid, value] : {std::pair{NID_subject_alt_name, "IP:127.0.0.1"},
                                   std::pair{NID_basic_constraints, "critical,CA:TRUE"}}) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(certificate, key, EVP_sha256());
  auto texts =
      std::pair{pem_of([&](BIO* bio) {
                  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
                }),
                pem_of([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); })};
  X509_free(certificate);
  EVP_PKEY_free(key);
  return texts;
}

std::string header_of(MHD_Connection* connection, const char* name) {
  const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value == nullptr ? "" : value;
}

MHD_Result answer(MHD_Connection* connection, int status, const std::string& body) {
  MHD_Response* response = MHD_create_response_from_buffer(
      body.size(), const_cast<char*>(body.data()), MHD_RESPMEM_MUST_COPY);
  const MHD_Result result = MHD_queue_response(connection, static_cast<unsigned>(status), response);
  MHD_destroy_response(response);
  return result;
}

std::string status_object(int code) {
  return fmt::format(R"({{"kind":"Status","status":"Failure","message":"said no","code":{}}})",
                     code);
}

}  // namespace

// One open watch.
struct Stream {
  ApiServer* server = nullptr;
  std::uint64_t sent = 0;  // version
  std::size_t next = 0;    // in the history
  std::uint64_t ended = 0;
  std::string pending;
};

struct ApiServerHandler {
  static MHD_Result on_request(void* context, MHD_Connection* connection, const char* url,
                               const char* method, const char*, const char* data, std::size_t* size,
                               void** state) {
    auto& server = *static_cast<ApiServer*>(context);
    if (*state == nullptr) {
      auto* request = new ApiRequest{.method = method, .path = url};
      MHD_get_connection_values(
          connection, MHD_GET_ARGUMENT_KIND,
          [](void* to, MHD_ValueKind, const char* key, const char* value) {
            (*static_cast<std::map<std::string, std::string>*>(to))[key] =
                value == nullptr ? "" : value;
            return MHD_YES;
          },
          &request->query);
      request->content_type = header_of(connection, "Content-Type");
      *state = request;
      return MHD_YES;
    }
    auto& request = *static_cast<ApiRequest*>(*state);
    if (*size > 0) {
      request.body.append(data, *size);
      *size = 0;
      return MHD_YES;
    }
    return respond(server, connection, request);
  }

  static void on_done(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    delete static_cast<ApiRequest*>(*state);
    *state = nullptr;
  }

  static MHD_Result respond(ApiServer& server, MHD_Connection* connection,
                            const ApiRequest& request) {
    const Decision decision = decide(server, header_of(connection, "Authorization"), request);
    // The server's lock is not held: libmicrohttpd has its own, which it holds in read_stream.
    if (decision.stream_from) {
      return stream(server, connection, *decision.stream_from, decision.streams_ended);
    }
    return answer(connection, decision.status, decision.body);
  }

  struct Decision {
    int status = 200;
    std::string body;
    std::optional<std::uint64_t> stream_from;
    std::uint64_t streams_ended = 0;
  };
  static Decision decide(ApiServer& server, const std::string& authorization,
                         const ApiRequest& request) {
    const std::lock_guard lock(server.mutex_);
    server.requests_.push_back(request);
    if (authorization != "Bearer " + server.token_) {
      return {.status = 401, .body = status_object(401)};
    }
    if (server.refusal_ != 0) {
      return {.status = server.refusal_, .body = status_object(server.refusal_)};
    }
    if (request.method == "PATCH") {
      return {.body = "{}"};
    }
    if (!request.query.contains("watch")) {
      return {.body = list(server)};
    }
    const std::uint64_t from = std::stoull(request.query.at("resourceVersion"));
    if (from < server.oldest_) {
      return {.status = 410, .body = status_object(410)};
    }
    return {.stream_from = from, .streams_ended = server.streams_ended_};
  }

  static std::string list(const ApiServer& server) {
    std::string items;
    for (const auto& [uid, pod] : server.pods_) {
      items += (items.empty() ? "" : ",") + server.object(uid, server.version_);
    }
    return fmt::format(
        R"({{"kind":"PodList","apiVersion":"v1","metadata":{{"resourceVersion":"{}"}},"items":[{}]}})",
        server.version_, items);
  }

  static MHD_Result stream(ApiServer& server, MHD_Connection* connection, std::uint64_t from,
                           std::uint64_t ended) {
    auto* opened = new Stream{.server = &server, .sent = from, .ended = ended};
    MHD_Response* response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, &read_stream, opened,
                                          [](void* done) { delete static_cast<Stream*>(done); });
    const MHD_Result result = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
  }

  // A thread of its own for each connection: it may wait.
  static ssize_t read_stream(void* context, std::uint64_t, char* out, std::size_t max) {
    auto& stream = *static_cast<Stream*>(context);
    ApiServer& server = *stream.server;
    std::unique_lock lock(server.mutex_);
    server.changed_.wait(lock, [&] {
      while (stream.pending.empty() && stream.next < server.history_.size()) {
        const auto& event = server.history_[stream.next++];
        if (event.version > stream.sent) {
          stream.pending = event.line + "\n";
        }
      }
      return !stream.pending.empty() || stream.ended != server.streams_ended_ ||
             server.is_stopping_;
    });
    if (stream.pending.empty()) {
      return MHD_CONTENT_READER_END_OF_STREAM;
    }
    const std::size_t size = std::min(max, stream.pending.size());
    std::memcpy(out, stream.pending.data(), size);
    stream.pending.erase(0, size);
    return static_cast<ssize_t>(size);
  }
};

ApiServer::ApiServer(std::string token) : token_(std::move(token)) {
  std::tie(key_, certificate_) = make_certificate();
  daemon_ = MHD_start_daemon(
      MHD_USE_TLS | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL,
      0, nullptr, nullptr, &ApiServerHandler::on_request, this, MHD_OPTION_HTTPS_MEM_KEY,
      key_.c_str(), MHD_OPTION_HTTPS_MEM_CERT, certificate_.c_str(), MHD_OPTION_NOTIFY_COMPLETED,
      &ApiServerHandler::on_done, nullptr, MHD_OPTION_END);
}

ApiServer::~ApiServer() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  if (daemon_ != nullptr) {
    MHD_stop_daemon(daemon_);
  }
}

std::string ApiServer::url() const {
  const MHD_DaemonInfo* info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT);
  return fmt::format("https://127.0.0.1:{}", info->port);
}

std::string ApiServer::object(const std::string& uid, std::uint64_t version) const {
  const auto& [metadata, rest] = pods_.at(uid);
  return fmt::format(R"({{"metadata":{{"uid":"{}","resourceVersion":"{}"{}{}}}{}{}}})", uid,
                     version, metadata.empty() ? "" : ",", metadata, rest.empty() ? "" : ",", rest);
}

void ApiServer::add_event(const std::string& type, const std::string& object) {
  history_.push_back({version_, fmt::format(R"({{"type":"{}","object":{}}})", type, object)});
  changed_.notify_all();
}

void ApiServer::put(const std::string& uid, const std::string& metadata, const std::string& rest) {
  const std::lock_guard lock(mutex_);
  const bool is_new = !pods_.contains(uid);
  pods_[uid] = {metadata, rest};
  ++version_;
  add_event(is_new ? "ADDED" : "MODIFIED", object(uid, version_));
}

void ApiServer::remove(const std::string& uid) {
  const std::lock_guard lock(mutex_);
  ++version_;
  add_event("DELETED", object(uid, version_));
  pods_.erase(uid);
}

void ApiServer::send_bookmark() {
  const std::lock_guard lock(mutex_);
  ++version_;
  add_event("BOOKMARK",
            fmt::format(R"({{"kind":"Pod","metadata":{{"resourceVersion":"{}"}}}})", version_));
}

void ApiServer::send_line(const std::string& line) {
  const std::lock_guard lock(mutex_);
  history_.push_back({++version_, line});
  changed_.notify_all();
}

void ApiServer::compact() {
  const std::lock_guard lock(mutex_);
  oldest_ = ++version_;
  history_.clear();
}

void ApiServer::end_watches(int status) {
  const std::lock_guard lock(mutex_);
  if (status != 0) {
    add_event("ERROR", status_object(status));
    history_.back().version = ++version_;
  }
  ++streams_ended_;
  changed_.notify_all();
}

void ApiServer::refuse_with(int status) {
  const std::lock_guard lock(mutex_);
  refusal_ = status;
}

std::vector<ApiRequest> ApiServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

}  // namespace yagura::sensor::testing
