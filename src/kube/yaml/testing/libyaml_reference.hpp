#pragma once

// A second reading of YAML, through libyaml's events, to compare ours with: in tests and fuzz
// targets alone. Kubernetes' loader is of libyaml's family. What scalars mean is asked of
// scalar.hpp by both: the comparison is about structure and text.

#include <memory>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "kube/node.hpp"

namespace yagura::kube::yaml {

struct ReferenceReading {
  bool accepted = false;        // libyaml read the stream to its end
  bool comparable = true;       // nothing in it that we refuse on purpose (see the .cpp)
  std::vector<Node> documents;  // those that are not empty
  std::unique_ptr<core::Arena> arena;
};

[[nodiscard]] ReferenceReading read_with_libyaml(std::string_view text);

}  // namespace yagura::kube::yaml
