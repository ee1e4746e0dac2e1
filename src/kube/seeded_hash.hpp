#pragma once

// A hash for tables whose keys come from hostile documents: seeded at random once a process, so
// that nobody can choose keys that collide. Internal to src/kube.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace yagura::kube {

[[nodiscard]] std::uint64_t seeded_hash(std::string_view text);

// For unordered containers.
struct SeededHash {
  std::size_t operator()(std::string_view text) const { return seeded_hash(text); }
};

}  // namespace yagura::kube
