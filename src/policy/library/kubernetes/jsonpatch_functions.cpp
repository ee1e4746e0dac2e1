#include "policy/library/kubernetes/kubernetes_library.hpp"
#include "policy/program/context.hpp"

namespace yagura::policy {

namespace {

// RFC 6901: '~' is "~0" and '/' is "~1" in a step of a JSON pointer.
Value escape_key(EvalContext& context, std::span<const Value> args) {
  if (!args[0].is_string()) return EvalContext::no_such_overload();
  if (!context.charge(traversal_cost(cost_size(args[0])))) return EvalContext::cost_exceeded();
  const std::string_view key = args[0].as_string();
  if (key.find_first_of("~/") == std::string_view::npos) return args[0];
  std::string escaped;
  for (const char c : key) {
    if (c == '~') {
      escaped += "~0";
    } else if (c == '/') {
      escaped += "~1";
    } else {
      escaped.push_back(c);
    }
  }
  return context.copy_string(escaped);
}

constexpr OverloadSignature kEscapeKey[] = {
    {"string_jsonpatch_escapeKey_string", "jsonpatch.escapeKey(string) -> string"}};

constexpr Function kFunctions[] = {
    {.name = "jsonpatch.escapeKey",
     .overloads = kEscapeKey,
     .implementation = escape_key,
     .min_args = 1,
     .max_args = 1,
     .own_cost = true},
};

}  // namespace

std::span<const Function> kubernetes_jsonpatch_functions() { return kFunctions; }

}  // namespace yagura::policy
