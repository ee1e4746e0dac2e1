#pragma once

// Reads a log file that a server appends to, from where it ended when the reading began.

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace yagura::wafcheck {

class LogFollower {
 public:
  // Lines there already are passed over.
  [[nodiscard]] static Result<LogFollower> open(const std::filesystem::path& path);

  // The lines up to the one that holds `mark` in any case, without that one; what stands behind it
  // belongs to the next call. Waits for it for at most `timeout`. An error: it did not come, or the
  // file was cut.
  [[nodiscard]] Result<std::vector<std::string>> lines_before(std::string_view mark,
                                                              std::chrono::milliseconds timeout);

 private:
  explicit LogFollower(std::filesystem::path path) : path_(std::move(path)) {}
  [[nodiscard]] Result<void> read_more();

  static constexpr std::size_t kMaxPending = std::size_t{256} << 20;
  std::filesystem::path path_;
  std::uint64_t offset_ = 0;  // of the file, behind what is in pending_
  std::string pending_;       // read, not yet given out
};

}  // namespace yagura::wafcheck
