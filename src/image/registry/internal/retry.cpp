#include "image/registry/internal/retry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "image/registry/registry_answers.hpp"

namespace yagura::image::internal {
namespace {

using std::chrono::milliseconds;

bool passes(int status) {
  return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 ||
         status == 504;
}

}  // namespace

milliseconds backoff(int attempt, const RegistryOptions& options) {
  const int doublings = std::clamp(attempt - 1, 0, 16);
  const milliseconds whole =
      std::min<milliseconds>(options.first_backoff * (1 << doublings), options.max_backoff);
  thread_local std::minstd_rand random{std::random_device{}()};
  std::uniform_int_distribution<milliseconds::rep> off(0, whole.count() / 2);
  return whole - milliseconds(off(random));
}

Result<std::optional<milliseconds>> pause_before_retry(const Result<HttpAnswer>& answer,
                                                       int attempt,
                                                       const RegistryOptions& options) {
  const bool may_pass = answer ? passes(answer->status) : answer.error().code == ErrorCode::kIo;
  if (!may_pass || attempt >= options.max_attempts) return std::nullopt;
  if (answer) {
    const auto asked =
        parse_retry_after(answer->headers.find("retry-after"), std::chrono::system_clock::now());
    if (asked && *asked > options.max_backoff) {
      return fail(ErrorCode::kLimitExceeded,
                  fmt::format("it answers with status {} and asks to come back in {} s: a limit on "
                              "requests; logging in may raise it, a mirror has none of it",
                              answer->status, asked->count()));
    }
    if (asked) return std::max<milliseconds>(*asked, backoff(attempt, options));
  }
  return backoff(attempt, options);
}

void wait_for(milliseconds time, const RegistryOptions& options, HttpSession& session) {
  if (options.wait) {
    options.wait(time);
  } else {
    session.pause(time);
  }
}

}  // namespace yagura::image::internal
