#include "policy/check/internal/signature.hpp"

#include <string>

namespace yagura::policy::internal {

std::unexpected<Error> SignatureReader::wrong(std::string_view what) const {
  return fail(ErrorCode::kInvalidInput, "declaration '" + std::string(text_) + "': " +
                                            std::string(what) + " at " + std::to_string(at_));
}

void SignatureReader::skip_blanks() {
  while (at_ < text_.size() && text_[at_] == ' ') ++at_;
}

bool SignatureReader::accept(std::string_view sign) {
  skip_blanks();
  if (!text_.substr(at_).starts_with(sign)) return false;
  at_ += sign.size();
  return true;
}

std::string_view SignatureReader::name() {
  skip_blanks();
  const std::size_t begin = at_;
  while (at_ < text_.size() &&
         std::string_view("(), ->").find(text_[at_]) == std::string_view::npos) {
    ++at_;
  }
  return text_.substr(begin, at_ - begin);
}

Result<const Type*> SignatureReader::make_type(std::string_view name,
                                               std::span<const Type* const> parameters) {
  const std::size_t count = parameters.size();
  if (name == "list" && count == 1) return types_.list(parameters[0]);
  if (name == "map" && count == 2) return types_.map(parameters[0], parameters[1]);
  if (name == "type" && count == 1) return types_.type_of(parameters[0]);
  if (name == "wrapper" && count == 1) {
    switch (parameters[0]->kind) {
      case TypeKind::kBool:
        return &types::kBoolWrapper;
      case TypeKind::kInt:
        return &types::kIntWrapper;
      case TypeKind::kUint:
        return &types::kUintWrapper;
      case TypeKind::kDouble:
        return &types::kDoubleWrapper;
      case TypeKind::kString:
        return &types::kStringWrapper;
      case TypeKind::kBytes:
        return &types::kBytesWrapper;
      default:
        return wrong("no such wrapper");
    }
  }
  if (count > 0) return types_.opaque(name, parameters);
  if (name.size() == 1 && name[0] >= 'A' && name[0] <= 'Z') return types_.parameter(name);
  if (const Type* known = types_.well_known(name)) return known;
  const Type* declared = environment_ != nullptr ? environment_->find_type_name(name) : nullptr;
  if (declared != nullptr) return declared;
  return types_.opaque(name);
}

Result<const Type*> SignatureReader::type(int depth) {
  if (depth > kMaxDepth) return wrong("nested too deeply");
  const std::string_view type_name = name();
  if (type_name.empty()) return wrong("expected a type");
  std::vector<const Type*> parameters;
  if (accept("(")) {
    YAGURA_TRY(parameters, types_in_parentheses(depth + 1));
    if (parameters.empty()) return wrong("expected a type");
  }
  return make_type(type_name, parameters);
}

// Behind the opening one.
Result<std::vector<const Type*>> SignatureReader::types_in_parentheses(int depth) {
  std::vector<const Type*> out;
  if (accept(")")) return out;
  do {
    YAGURA_TRY(const Type* one, type(depth));
    out.push_back(one);
  } while (accept(","));
  if (!accept(")")) return wrong("expected ')'");
  return out;
}

Result<const Type*> SignatureReader::whole_type() {
  YAGURA_TRY(const Type* result, type());
  skip_blanks();
  if (at_ != text_.size()) return wrong("unexpected text");
  return result;
}

// Where "function(" begins outside of parentheses.
std::size_t SignatureReader::find_call(std::string_view function) const {
  int level = 0;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    const std::string_view rest = text_.substr(i);
    if (level == 0 && (i == 0 || text_[i - 1] == '.') && rest.starts_with(function) &&
        rest.substr(function.size()).starts_with("(")) {
      return i;
    }
    if (text_[i] == '(') ++level;
    if (text_[i] == ')') --level;
  }
  return std::string_view::npos;
}

Result<OverloadDecl> SignatureReader::signature(std::string_view function, std::string_view id) {
  OverloadDecl overload;
  overload.id = id;
  const std::size_t call = find_call(function);
  if (call == std::string_view::npos) {
    return wrong("is no signature of " + std::string(function));
  }
  overload.member = call > 0;
  if (overload.member) {
    SignatureReader receiver(text_.substr(0, call - 1), types_, environment_);
    YAGURA_TRY(const Type* type, receiver.whole_type());
    overload.parameters.push_back(type);
  }
  at_ = call + function.size() + 1;
  YAGURA_TRY(const std::vector<const Type*> parameters, types_in_parentheses(0));
  overload.parameters.insert(overload.parameters.end(), parameters.begin(), parameters.end());
  if (!accept("->")) return wrong("expected '->'");
  YAGURA_TRY(overload.result, type());
  skip_blanks();
  if (at_ != text_.size()) return wrong("unexpected text");
  return overload;
}

}  // namespace yagura::policy::internal
