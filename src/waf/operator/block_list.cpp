// @rbl: is the address on a DNS block list? Never waits: see block_list.hpp.

#include "waf/operator/internal/block_list.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "waf/operator/internal/argument.hpp"
#include "waf/operator/internal/families.hpp"

namespace yagura::waf::internal {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kMappedPrefix = 0x0000'ffff'0000'0000U;
constexpr std::string_view kHttpBlZone = "dnsbl.httpbl.org";  // wants an access key before the name

bool is_v4(const IpAddress& address) {
  return address.high == 0 && (address.low & 0xffff'ffff'0000'0000U) == kMappedPrefix;
}

}  // namespace

Listing resolve_by_system(const std::string& host) {
  const addrinfo hints{.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error == 0) {
    freeaddrinfo(found);
    return Listing::kListed;
  }
  return error == EAI_NONAME || error == EAI_NODATA ? Listing::kNotListed : Listing::kFailed;
}

std::string block_list_name(const IpAddress& address, std::string_view zone) {
  std::string name;
  const bool v4 = is_v4(address);
  const int bits = v4 ? 8 : 4;
  for (int at = 0; at < (v4 ? 32 : 128); at += bits) {
    const std::uint64_t half = at < 64 ? address.low >> at : address.high >> (at - 64);
    const std::uint64_t part = half & (v4 ? 0xff : 0xf);
    name += v4 ? fmt::format("{}.", part) : fmt::format("{:x}.", part);
  }
  return name.append(zone);
}

struct BlockList::State {
  std::string zone;
  ResolveName resolve;

  std::mutex mutex;
  std::condition_variable changed;
  struct Answer {
    Listing listing = Listing::kFailed;
    Clock::time_point expires;
  };
  std::map<IpAddress, std::optional<Answer>> answers;  // nullopt: the question is open
  std::deque<IpAddress> questions;
  bool thread_runs = false, busy = false, stop = false;

  // Makes room by forgetting answers that are over, then the first one there is.
  void make_room(Clock::time_point now) {
    if (answers.size() < kMaxAnswers) return;
    std::erase_if(answers, [now](const auto& entry) {
      return entry.second.has_value() && entry.second->expires <= now;
    });
    for (auto at = answers.begin(); answers.size() >= kMaxAnswers && at != answers.end(); ++at) {
      if (at->second) {
        answers.erase(at);
        break;
      }
    }
  }

  void ask(const IpAddress& address, const std::shared_ptr<State>& self) {
    if (questions.size() >= kMaxQuestions) return;
    make_room(Clock::now());
    answers.insert_or_assign(address, std::nullopt);
    questions.push_back(address);
    // The thread begins with the first question: never in a process that will fork.
    if (!thread_runs) std::thread([self] { self->run(); }).detach();
    thread_runs = true;
    changed.notify_all();
  }

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return stop || !questions.empty(); });
      if (stop) return;
      const IpAddress address = questions.front();
      questions.pop_front();
      busy = true;
      lock.unlock();
      const Listing listing = resolve(block_list_name(address, zone));
      lock.lock();
      busy = false;
      const auto life = listing == Listing::kFailed ? kFailureLife : kAnswerLife;
      answers.insert_or_assign(address, Answer{listing, Clock::now() + life});
      changed.notify_all();
    }
  }
};

BlockList::BlockList(std::string zone, ResolveName resolve) : state_(std::make_shared<State>()) {
  state_->zone = std::move(zone);
  state_->resolve = std::move(resolve);
}

BlockList::~BlockList() {
  const std::lock_guard lock(state_->mutex);
  state_->stop = true;
  state_->changed.notify_all();
}

std::optional<Listing> BlockList::look_up(const IpAddress& address) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->answers.find(address);
  if (found != state_->answers.end()) {
    if (!found->second) return std::nullopt;
    if (found->second->expires > Clock::now()) return found->second->listing;
  }
  state_->ask(address, state_);
  return std::nullopt;
}

void BlockList::wait_until_idle() const {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [this] { return state_->questions.empty() && !state_->busy; });
}

namespace {

class Rbl final : public Operator {
 public:
  // `prefix` stands before the reversed address: "key.2.0.0.127.zone".
  explicit Rbl(std::string zone, const std::string& prefix = {})
      : list_(std::move(zone),
              [prefix](const std::string& host) { return resolve_by_system(prefix + host); }) {}

  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    const auto address = IpAddress::parse(value);
    if (!address) return OperatorResult::kNoMatch;
    switch (list_.look_up(*address).value_or(Listing::kFailed)) {
      case Listing::kListed:
        context.matched = value;
        if (context.captures != nullptr) context.captures->add(value);
        return OperatorResult::kMatch;
      case Listing::kNotListed:
        return OperatorResult::kNoMatch;
      case Listing::kFailed:
        break;
    }
    return OperatorResult::kNotEvaluated;
  }
  ByteCondition condition() const override {
    return {.one_of = {ByteSet::of(".:")}, .min_length = 2};
  }

 private:
  BlockList list_;
};

// A list that cannot be asked: its key is not configured.
class RblWithoutKey final : public Operator {
 public:
  OperatorResult evaluate(std::string_view, OperatorContext&) const override {
    return OperatorResult::kNotEvaluated;
  }
};

bool is_host_name(std::string_view text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
  return !text.empty() && text.size() <= 180 && !text.starts_with('.') &&
         text.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace

Result<OperatorPointer> make_rbl(std::string_view name, std::string_view argument,
                                 const OperatorEnvironment& environment) {
  YAGURA_TRY_VOID(refuse_macro(name, environment));
  if (!is_host_name(argument)) {
    return bad_argument(
        name, fmt::format("'{}' is no name of a DNS zone, such as zen.spamhaus.org", argument));
  }
  if (argument != kHttpBlZone) return std::make_unique<Rbl>(std::string(argument));
  if (environment.http_bl_key.empty()) return std::make_unique<RblWithoutKey>();
  return std::make_unique<Rbl>(std::string(argument), environment.http_bl_key + ".");
}

}  // namespace yagura::waf::internal
