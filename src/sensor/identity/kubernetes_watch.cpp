#include "sensor/identity/kubernetes_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "sensor/identity/json_text.hpp"

namespace yagura::sensor {
namespace {

constexpr JsonLimits kListLimits{.max_depth = 100, .max_nodes = 5'000'000};
constexpr JsonLimits kEventLimits{.max_depth = 100, .max_nodes = 500'000};
constexpr int kGone = 410;
constexpr std::size_t kMaxPages = 1000;

// A stream of JSON objects, each on a line of its own.
class Lines {
 public:
  explicit Lines(std::size_t max_line) : max_line_(max_line) {}
  // False: a line is too long, or `on_line` wants no more.
  template <typename OnLine>
  bool take(std::string_view piece, OnLine on_line) {
    while (!piece.empty()) {
      const std::size_t end = piece.find('\n');
      const std::size_t size = std::min(end, piece.size());
      if (pending_.size() + size > max_line_) {
        is_too_long_ = true;
        return false;
      }
      pending_ += piece.substr(0, size);
      if (end == std::string_view::npos) {
        return true;
      }
      piece.remove_prefix(end + 1);
      if (!pending_.empty() && !on_line(std::exchange(pending_, {}))) {
        return false;
      }
    }
    return true;
  }
  [[nodiscard]] bool is_too_long() const { return is_too_long_; }

 private:
  std::size_t max_line_;
  std::string pending_;
  bool is_too_long_ = false;
};

}  // namespace

struct KubernetesWatch::State {
  State(KubernetesOptions given, PodSink given_sink)
      : options(std::move(given)), sink(std::move(given_sink)), client(options.endpoint) {}

  KubernetesOptions options;
  PodSink sink;
  HttpsClient client;
  std::string version;  // resourceVersion to go on from; "": list first
  mutable std::mutex mutex;
  std::condition_variable_any stopping;
  KubernetesCounts counts;
  std::jthread worker;  // last: stops first

  void run(const std::stop_token& stop) {
    auto delay = options.first_retry;
    while (!stop.stop_requested()) {
      const std::uint64_t events = counts.events;
      const bool is_watch = !version.empty();
      const auto done = is_watch ? watch(stop) : list(stop);
      if (stop.stop_requested()) {
        return;
      }
      {
        const std::lock_guard lock(mutex);
        counts.problem = done ? "" : done.error().message;
        counts.failures += done ? 0 : 1;
      }
      if (done) {
        delay = options.first_retry;
        // A server that ends watches at once is not asked in a circle.
        if (is_watch && counts.events == events) {
          wait(delay, stop);
        }
        continue;
      }
      wait(delay, stop);
      delay = std::min(delay * 2, options.last_retry);
    }
  }

  void wait(std::chrono::milliseconds delay, const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    stopping.wait_for(lock, stop, delay, [] { return false; });
  }

  void count(std::uint64_t KubernetesCounts::* what) {
    const std::lock_guard lock(mutex);
    ++(counts.*what);
  }

  [[nodiscard]] std::string path(std::string_view rest) const {
    return fmt::format("/api/v1/pods?fieldSelector={}&{}",
                       url_escape("spec.nodeName=" + options.node), rest);
  }

  Result<void> list(const std::stop_token& stop) {
    std::vector<std::string> uids;
    std::string next;
    std::string listed_version;
    for (std::size_t page = 0; page < kMaxPages; ++page) {
      // Version 0: whatever the server has at hand, as all agents of a large cluster ask.
      const std::string rest =
          next.empty() ? "resourceVersion=0" : "limit=500&continue=" + url_escape(next);
      YAGURA_TRY(auto answer, client.fetch({.path = path(rest)}, options.max_list, stop));
      if (answer.status != 200) {
        return refused(answer.status, answer.body);
      }
      YAGURA_TRY(const JsonText json,
                 JsonText::parse("list of pods", std::move(answer.body), kListLimits));
      for (const kube::Node& item : json.root().list("items")) {
        if (const auto pod = read_listed_pod(item)) {
          sink.put(*pod);
          uids.push_back(pod->cgroup_uid);
        }
      }
      listed_version = text_at(json.root(), {"metadata", "resourceVersion"});
      next = text_at(json.root(), {"metadata", "continue"});
      if (next.empty()) {
        break;
      }
    }
    if (listed_version.empty()) {
      return fail(ErrorCode::kInvalidInput, "the list of pods has no resourceVersion");
    }
    sink.keep(uids);
    version = listed_version;
    count(&KubernetesCounts::lists);
    return {};
  }

  Result<void> watch(const std::stop_token& stop) {
    Lines lines(options.max_event);
    Result<void> done;
    count(&KubernetesCounts::watches);
    const auto sent = client.send(
        {.path = path(fmt::format("watch=1&allowWatchBookmarks=true&timeoutSeconds={}"
                                  "&resourceVersion={}",
                                  options.watch_timeout.count(), url_escape(version))),
         .timeout = options.watch_timeout + std::chrono::seconds(30)},
        [&](std::string_view piece) {
          return lines.take(piece, [&](std::string line) {
            done = take_event(std::move(line));
            return done.has_value() && !version.empty();
          });
        },
        stop);
    if (!sent) {
      return std::unexpected(sent.error());
    }
    if (*sent == kGone) {
      forget_version();
      return {};
    }
    if (*sent != 200) {
      // The body is one Status object, which was taken for an event.
      return done ? refused(*sent, "") : done;
    }
    // What cannot be read would come again from the same version: all is listed anew.
    if (!done) {
      version.clear();
    }
    if (lines.is_too_long()) {
      version.clear();
      return fail(ErrorCode::kLimitExceeded, "an event of the watch is too large");
    }
    return done;
  }

  void forget_version() {
    version.clear();
    count(&KubernetesCounts::versions_gone);
  }

  Result<void> take_event(std::string line) {
    YAGURA_TRY(const JsonText json,
               JsonText::parse("event of the watch", std::move(line), kEventLimits));
    const std::string_view type = text_at(json.root(), {"type"});
    const kube::Node* object = json.root().find("object");
    if (object == nullptr) {
      return status_of(json.root());
    }
    if (type == "ERROR") {
      return status_of(*object);
    }
    count(&KubernetesCounts::events);
    if (const auto seen = text_at(*object, {"metadata", "resourceVersion"}); !seen.empty()) {
      version = seen;
    }
    if (type == "BOOKMARK") {
      return {};
    }
    if (const auto pod = read_listed_pod(*object)) {
      if (type == "DELETED") {
        sink.remove(pod->cgroup_uid);
      } else {
        sink.put(*pod);
      }
    }
    return {};
  }

  // A Status object in the stream.
  Result<void> status_of(const kube::Node& object) {
    const kube::Node* code = object.find("code");
    if (code != nullptr && code->is_int() && code->as_int() == kGone) {
      forget_version();
      return {};
    }
    return fail(ErrorCode::kIo,
                fmt::format("the API server ends the watch: {}", text_at(object, {"message"})));
  }

  static Result<void> refused(int status, const std::string& body) {
    const auto json = JsonText::parse("status", body);
    return fail(ErrorCode::kIo,
                fmt::format("the API server answers {}: {}", status,
                            json ? text_at(json->root(), {"message"}) : std::string_view()));
  }
};

KubernetesWatch::KubernetesWatch(KubernetesOptions options, PodSink sink)
    : state_(std::make_unique<State>(std::move(options), std::move(sink))) {
  State& state = *state_;
  state_->worker = std::jthread([&state](const std::stop_token& stop) { state.run(stop); });
}

KubernetesWatch::~KubernetesWatch() = default;

KubernetesCounts KubernetesWatch::counts() const {
  const std::lock_guard lock(state_->mutex);
  return state_->counts;
}

}  // namespace yagura::sensor
