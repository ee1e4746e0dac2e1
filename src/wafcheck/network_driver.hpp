#pragma once

// Stages over the network to a server with an engine in it, whose log tells which rules matched.
// Between stages goes a marker request, whose header X-CRS-Test a rule logs (see
// crs_test_settings()): the lines between two markers belong to the stage. Nobody else may talk to
// the server meanwhile.

#include <filesystem>

#include "wafcheck/driver.hpp"
#include "wafcheck/log_follower.hpp"
#include "wafcheck/socket.hpp"

namespace yagura::wafcheck {

class NetworkDriver final : public Driver {
 public:
  // Sends the first marker: an error here says that server, log and marker rule do not fit.
  [[nodiscard]] static Result<std::unique_ptr<NetworkDriver>> open(
      const Endpoint& endpoint, const std::filesystem::path& log);
  [[nodiscard]] Result<Observed> run(const StageInput& input) override;

 private:
  NetworkDriver(Endpoint endpoint, LogFollower log)
      : endpoint_(std::move(endpoint)), log_(std::move(log)) {}
  [[nodiscard]] Result<std::vector<std::string>> mark();

  Endpoint endpoint_;
  LogFollower log_;
  std::uint64_t markers_sent_ = 0;
};

}  // namespace yagura::wafcheck
