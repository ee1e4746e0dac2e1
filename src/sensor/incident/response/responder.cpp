#include "sensor/incident/response/responder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "sensor/incident/response/container_cgroup.hpp"
#include "sensor/incident/response/freezer.hpp"
#include "sensor/incident/response/kill_process.hpp"
#include "sensor/incident/response/network_isolation.hpp"
#include "sensor/incident/response/pod_label.hpp"

namespace yagura::sensor {
namespace {

constexpr std::array<std::string_view, 7> kNames = {"kill",    "pause", "resume", "isolate",
                                                    "release", "label", "unlabel"};

// A pod's uid, or a container's id outside pods.
const std::string& isolation_name(const Container& container) {
  return container.pod && !container.pod->uid.empty() ? container.pod->uid : container.id;
}

}  // namespace

std::string_view to_string(ResponseAction action) {
  return kNames[static_cast<std::size_t>(action)];
}

std::optional<ResponseAction> find_response_action(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) {
    return std::nullopt;
  }
  return static_cast<ResponseAction>(found - kNames.begin());
}

ResponseRequest response_to(ResponseAction action, const Process& process, std::string reason) {
  return {.action = action,
          .pid = process.pid,
          .start_ns = process.start_ns,
          .container = process.container,
          .reason = std::move(reason)};
}

struct Responder::State {
  State(ResponderOptions given, OnDone given_done)
      : options(std::move(given)),
        on_done(std::move(given_done)),
        isolation(options.pin_directory) {
    if (options.kubernetes) {
      client = std::make_unique<HttpsClient>(*options.kubernetes);
    }
  }

  ResponderOptions options;
  OnDone on_done;
  NetworkIsolation isolation;
  std::unique_ptr<HttpsClient> client;
  mutable std::mutex mutex;
  std::condition_variable_any queued;
  std::deque<ResponseRequest> queue;
  ResponderCounts counts;
  std::jthread worker;  // last: stops first

  void work(const std::stop_token& stop) {
    while (true) {
      std::unique_lock lock(mutex);
      queued.wait(lock, stop, [this] { return !queue.empty(); });
      if (queue.empty()) {
        return;
      }
      const ResponseRequest request = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      const auto done = run(request);
      lock.lock();
      ++(done ? counts.done : counts.failed);
      lock.unlock();
      if (on_done) {
        on_done(request, done);
      }
    }
  }

  Result<void> run(const ResponseRequest& request) {
    if (!request.container) {
      return fail(ErrorCode::kUnsupported, "nothing is done to the host's processes");
    }
    const Container& container = *request.container;
    switch (request.action) {
      case ResponseAction::kKill:
        return kill_process(request.pid, request.start_ns);
      case ResponseAction::kPause:
      case ResponseAction::kResume: {
        YAGURA_TRY(const auto cgroup, find_container_cgroup(container));
        return request.action == ResponseAction::kPause ? freeze(cgroup) : thaw(cgroup);
      }
      case ResponseAction::kIsolate:
        return isolate(container);
      case ResponseAction::kRelease:
        return isolation.release(isolation_name(container));
      case ResponseAction::kLabel:
        return label(container, options.label_value);
      case ResponseAction::kUnlabel:
        return label(container, "");
    }
    return fail(ErrorCode::kInternal, "no such response");
  }

  Result<void> isolate(const Container& container) {
    YAGURA_TRY(const std::string cgroup, find_pod_cgroup(container));
    const bool is_on_host = container.pod && container.pod->host_network;
    return isolation.isolate(isolation_name(container), cgroup,
                             is_on_host ? Loopback::kDropped : Loopback::kKept);
  }

  Result<void> label(const Container& container, const std::string& value) {
    if (!client) {
      return fail(ErrorCode::kUnsupported, "no API server is configured");
    }
    if (!container.pod) {
      return fail(ErrorCode::kUnsupported, "the container belongs to no pod");
    }
    return label_pod(*client, *container.pod, options.label_key, value);
  }
};

Responder::Responder(ResponderOptions options, OnDone on_done)
    : state_(std::make_unique<State>(std::move(options), std::move(on_done))) {
  State& state = *state_;
  state_->worker = std::jthread([&state](const std::stop_token& stop) { state.work(stop); });
}

Responder::~Responder() = default;

bool Responder::submit(ResponseRequest request) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->queue.size() >= state_->options.max_queue) {
      ++state_->counts.refused;
      return false;
    }
    state_->queue.push_back(std::move(request));
  }
  state_->queued.notify_one();
  return true;
}

ResponderCounts Responder::counts() const {
  const std::lock_guard lock(state_->mutex);
  return state_->counts;
}

}  // namespace yagura::sensor
