#include "gateway/ext_proc/server.hpp"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <deque>
#include <mutex>
#include <utility>

#include "core/file.hpp"
#include "external_processor.grpc.pb.h"

namespace yagura::gateway {

namespace {

namespace pb = envoy::service::ext_proc::v3;

// One stream. gRPC calls OnReadDone and OnWriteDone from different threads, so that both take the
// lock; the inspection itself runs under it, which costs nothing: a stream's messages come one
// after the other. The first and the last call take it too: gRPC orders them, but by means that
// ThreadSanitizer does not see in a library that was not compiled for it.
class Stream final : public grpc::ServerBidiReactor<pb::ProcessingRequest, pb::ProcessingResponse> {
 public:
  Stream(std::shared_ptr<const waf::RuleSet> rules, const waf::EngineServices& services,
         const ExchangeOptions& options, const ExchangeDone& done)
      : exchange_(std::move(rules), services, options), done_(done) {
    const std::scoped_lock lock(mutex_);
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    const std::scoped_lock lock(mutex_);
    if (!ok) {
      reads_over_ = true;
      finish_when_idle();
      return;
    }
    for (pb::ProcessingResponse& answer : exchange_.take(request_))
      queue_.push_back(std::move(answer));
    write_next();
    request_.Clear();
    StartRead(&request_);
  }

  void OnWriteDone(bool ok) override {
    const std::scoped_lock lock(mutex_);
    writing_ = false;
    queue_.pop_front();
    if (!ok) queue_.clear();
    write_next();
    finish_when_idle();
  }

  void OnDone() override {
    {
      const std::scoped_lock lock(mutex_);
      exchange_.finish();
      if (done_) done_(exchange_.mutable_transaction());
    }
    delete this;  // as gRPC's callback interface has it: nothing of this stream is called any more
  }

 private:
  void write_next() {
    if (writing_ || queue_.empty()) return;
    writing_ = true;
    StartWrite(&queue_.front());
  }
  void finish_when_idle() {
    if (!reads_over_ || writing_ || std::exchange(finished_, true)) return;
    Finish(grpc::Status::OK);
  }

  std::mutex mutex_;
  Exchange exchange_;
  const ExchangeDone& done_;
  pb::ProcessingRequest request_;
  std::deque<pb::ProcessingResponse> queue_;
  bool writing_ = false, reads_over_ = false, finished_ = false;
};

class Server final : public ExtProcServer, private pb::ExternalProcessor::CallbackService {
 public:
  Server(std::shared_ptr<const waf::RuleSet> rules, const waf::EngineServices& services,
         ExchangeOptions exchange, ExchangeDone done)
      : rules_(std::move(rules)),
        services_(services),
        exchange_(std::move(exchange)),
        done_(std::move(done)) {}

  ~Server() override {
    if (server_ == nullptr) return;
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(5));
    server_->Wait();
  }

  Result<void> listen(const ExtProcOptions& options);
  void replace_rules(std::shared_ptr<const waf::RuleSet> rules) override {
    const std::scoped_lock lock(rules_mutex_);
    rules_.swap(rules);  // the old ones, if nobody has them, go without the lock
  }
  [[nodiscard]] int port() const override { return port_; }

 private:
  grpc::ServerBidiReactor<pb::ProcessingRequest, pb::ProcessingResponse>* Process(
      grpc::CallbackServerContext*) override {
    return new Stream(rules(), services_, exchange_, done_);
  }
  std::shared_ptr<const waf::RuleSet> rules() {
    const std::scoped_lock lock(rules_mutex_);
    return rules_;
  }

  // No std::atomic<std::shared_ptr>: libstdc++ 12 ends its load() without an order.
  std::mutex rules_mutex_;
  std::shared_ptr<const waf::RuleSet> rules_;
  waf::EngineServices services_;
  ExchangeOptions exchange_;
  ExchangeDone done_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

Result<std::shared_ptr<grpc::ServerCredentials>> credentials(const ExtProcOptions& options) {
  if (options.certificate.empty() && options.key.empty()) return grpc::InsecureServerCredentials();
  if (options.certificate.empty() || options.key.empty()) {
    return fail(ErrorCode::kInvalidInput,
                "TLS needs both a certificate and its key (--tls-cert and --tls-key)");
  }
  grpc::SslServerCredentialsOptions tls;
  YAGURA_TRY(std::string key, core::read_file(options.key));
  YAGURA_TRY(std::string certificate, core::read_file(options.certificate));
  tls.pem_key_cert_pairs.push_back(
      {.private_key = std::move(key), .cert_chain = std::move(certificate)});
  if (!options.client_ca.empty()) {
    YAGURA_TRY(tls.pem_root_certs, core::read_file(options.client_ca));
    tls.client_certificate_request = GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
  }
  return grpc::SslServerCredentials(tls);
}

Result<void> Server::listen(const ExtProcOptions& options) {
  YAGURA_TRY(const auto secrets, credentials(options));
  grpc::ServerBuilder builder;
  builder.AddListeningPort(options.listen, secrets, &port_);
  builder.SetMaxReceiveMessageSize(static_cast<int>(options.max_message));
  // A second server on the same port would share its connections silently.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || (port_ == 0 && !options.listen.starts_with("unix:"))) {
    return fail(ErrorCode::kIo,
                "cannot listen on " + options.listen +
                    ": it is taken, or no address of this machine; give another with --listen");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<ExtProcServer>> ExtProcServer::start(
    const ExtProcOptions& options, std::shared_ptr<const waf::RuleSet> rules,
    const waf::EngineServices& services, ExchangeDone done) {
  auto server =
      std::make_unique<Server>(std::move(rules), services, options.exchange, std::move(done));
  YAGURA_TRY_VOID(server->listen(options));
  return std::unique_ptr<ExtProcServer>(std::move(server));
}

}  // namespace yagura::gateway
