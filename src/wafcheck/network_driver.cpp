#include "wafcheck/network_driver.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <random>

#include "wafcheck/ftw_request.hpp"

namespace yagura::wafcheck {

namespace {

constexpr std::chrono::milliseconds kMarkerTimeout{15'000};
constexpr int kMarkerTries = 3;

std::string random_mark(std::uint64_t number) {
  std::random_device random;
  return fmt::format("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", random(), random() & 0xFFFF,
                     random() & 0xFFF, random() & 0xFFF, number & 0xFFFF'FFFF'FFFF);
}

std::string marker_request(const std::string& mark) {
  return "GET /status/200 HTTP/1.1\r\nAccept: */*\r\nConnection: close\r\nHost: localhost\r\n"
         "User-Agent: yagura waf test\r\nX-CRS-Test: " +
         mark + "\r\n\r\n";
}

}  // namespace

Result<std::unique_ptr<NetworkDriver>> NetworkDriver::open(const Endpoint& endpoint,
                                                           const std::filesystem::path& log) {
  YAGURA_TRY(LogFollower follower, LogFollower::open(log));
  std::unique_ptr<NetworkDriver> driver(new NetworkDriver(endpoint, std::move(follower)));
  YAGURA_TRY(const auto before, driver->mark());
  return driver;
}

Result<std::vector<std::string>> NetworkDriver::mark() {
  const std::string mark = random_mark(++markers_sent_);
  for (int tries = 1;; ++tries) {
    const auto sent = exchange_bytes(endpoint_, marker_request(mark));
    if (!sent) return std::unexpected(sent.error());
    auto lines = log_.lines_before(mark, kMarkerTimeout);
    if (lines || tries == kMarkerTries) return lines;
  }
}

Result<Observed> NetworkDriver::run(const StageInput& input) {
  YAGURA_TRY(RawExchange exchange, exchange_bytes(endpoint_, build_request(input)));
  Observed observed{.status = status_of(exchange.response)};
  if (observed.status == 0) {
    observed.error = true;
    observed.error_text = exchange.timed_out          ? "no response in time"
                          : exchange.response.empty() ? "the connection was closed"
                                                      : "a response without a status line";
  }
  observed.response = std::move(exchange.response);
  YAGURA_TRY(observed.log, mark());
  return observed;
}

}  // namespace yagura::wafcheck
