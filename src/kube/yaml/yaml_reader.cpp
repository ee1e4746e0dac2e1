#include "kube/yaml/yaml_reader.hpp"

#include "kube/json/json_reader.hpp"

namespace yagura::kube::yaml {

// First step: the part of YAML that is JSON. The scanner for the whole language replaces this.
std::vector<YamlDocument> read(const ReadContext& context) {
  std::vector<YamlDocument> documents;
  for (const Node* root : json::read(context)) documents.push_back({.root = root, .ignores = {}});
  return documents;
}

}  // namespace yagura::kube::yaml
