#include "model/resource.hpp"

namespace yagura::model {

std::string display_name(const Resource& resource) {
  std::string text = resource.kind.empty() ? std::string("object") : resource.kind;
  if (!resource.namespace_.empty()) text += "/" + resource.namespace_;
  return text + "/" + (resource.name.empty() ? std::string("(unnamed)") : resource.name);
}

}  // namespace yagura::model
