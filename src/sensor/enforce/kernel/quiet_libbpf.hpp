#pragma once

// While one lives, libbpf prints nothing; what it would have printed as a warning is kept.

#include <string>

namespace yagura::sensor::enforce {

class QuietLibbpf {
 public:
  QuietLibbpf();
  ~QuietLibbpf();
  QuietLibbpf(const QuietLibbpf&) = delete;
  QuietLibbpf& operator=(const QuietLibbpf&) = delete;

  // The end of what this thread's calls said, at most 4 KiB.
  [[nodiscard]] const std::string& said() const;

 private:
  void* previous_;
};

}  // namespace yagura::sensor::enforce
