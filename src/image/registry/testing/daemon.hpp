#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/result.hpp"

namespace yagura::image::testing {

// A program that runs until the object goes, and says in its log when it is ready.
class Daemon {
 public:
  // Waits until the log (standard output and error) has `marker`; kNotFound where the program is
  // missing, kIo with the log where it ends before.
  [[nodiscard]] static Result<std::unique_ptr<Daemon>> start(std::vector<std::string> words,
                                                             const std::string& marker);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // What the log says behind the marker, up to the next comma, quote or line end.
  [[nodiscard]] const std::string& said() const { return said_; }

 private:
  Daemon() = default;
  std::string said_;
  pid_t pid_ = -1;
  std::thread log_;
};

}  // namespace yagura::image::testing
