#pragma once

// A pinned link that is taken away goes a moment later, in the kernel's own time. Whoever needs to
// know that its program no longer judges waits for it.

#include <cstdint>
#include <filesystem>
#include <vector>

namespace yagura::sensor::enforce {

class GoneLinks {
 public:
  // Before it is taken away. What is no pinned link is not noted.
  void note(const std::filesystem::path& pin);
  // Returns when they are gone, or after `kMostTurns` looks: then they go later.
  void wait() const;

 private:
  static constexpr int kMostTurns = 2000;
  std::vector<std::uint32_t> ids_;
};

}  // namespace yagura::sensor::enforce
