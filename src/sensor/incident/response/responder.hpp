#pragma once

// What is done about an alert, by rule or by hand: on a thread of its own, since some of it waits
// for the kernel or the API server, and the pipeline does not.
//
// Only containers and their pods are acted on: the host's processes, and with them the kubelet, the
// runtime and this agent, are refused.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "sensor/event/process.hpp"
#include "sensor/identity/https_client.hpp"

namespace yagura::sensor {

enum class ResponseAction : std::uint8_t {
  kKill,     // the process
  kPause,    // the container's processes
  kResume,   //
  kIsolate,  // the pod's network
  kRelease,  //
  kLabel,    // the pod, at the API server
  kUnlabel,
};

// "kill", "pause", "resume", "isolate", "release", "label", "unlabel".
[[nodiscard]] std::string_view to_string(ResponseAction action);
[[nodiscard]] std::optional<ResponseAction> find_response_action(std::string_view name);

struct ResponseRequest {
  ResponseAction action = ResponseAction::kKill;
  std::uint32_t pid = 0;  // kKill
  std::uint64_t start_ns = 0;
  std::shared_ptr<const Container> container;
  std::string reason;  // for people: the rule
};

[[nodiscard]] ResponseRequest response_to(ResponseAction action, const Process& process,
                                          std::string reason);

struct ResponderOptions {
  std::string pin_directory = "/sys/fs/bpf/yagura/isolate";
  std::string label_key = "yagura.dev/quarantine";
  std::string label_value = "true";
  std::optional<HttpsEndpoint> kubernetes;  // nothing: pods are not labelled
  std::size_t max_queue = 1024;             // more are refused and counted
};

struct ResponderCounts {
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::uint64_t refused = 0;  // the queue was full
};

class Responder {
 public:
  // Called on the responder's thread after each request.
  using OnDone = std::function<void(const ResponseRequest&, const Result<void>&)>;

  Responder(ResponderOptions options, OnDone on_done);
  ~Responder();  // what is queued is still done
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;

  // Any thread; never waits. False: the queue is full.
  bool submit(ResponseRequest request);
  [[nodiscard]] ResponderCounts counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yagura::sensor
