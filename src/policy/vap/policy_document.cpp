#include "policy/vap/policy_document.hpp"

namespace yagura::policy {

std::string_view to_string(DenyReason reason) {
  switch (reason) {
    case DenyReason::kInvalid:
      return "Invalid";
    case DenyReason::kForbidden:
      return "Forbidden";
    case DenyReason::kUnauthorized:
      return "Unauthorized";
    case DenyReason::kRequestEntityTooLarge:
      return "RequestEntityTooLarge";
  }
  return "";
}

int http_code(DenyReason reason) {
  switch (reason) {
    case DenyReason::kInvalid:
      return 422;
    case DenyReason::kForbidden:
      return 403;
    case DenyReason::kUnauthorized:
      return 401;
    case DenyReason::kRequestEntityTooLarge:
      return 413;
  }
  return 422;
}

std::string_view PolicyDocument::annotation(std::string_view key) const {
  const kube::Node* value = annotations == nullptr ? nullptr : annotations->find(key);
  return value == nullptr ? std::string_view() : value->string_or();
}

}  // namespace yagura::policy
