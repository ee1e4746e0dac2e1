#pragma once

// YAML straight into nodes. Internal to src/kube; kube/reader.hpp is the way in.

#include <vector>

#include "kube/document.hpp"
#include "kube/read_context.hpp"

namespace yagura::kube::yaml {

struct YamlDocument {
  const Node* root = nullptr;
  std::vector<IgnoreComment> ignores;
};

// Every document of the stream that could be read; empty ones are left out.
[[nodiscard]] std::vector<YamlDocument> read(const ReadContext& context);

}  // namespace yagura::kube::yaml
