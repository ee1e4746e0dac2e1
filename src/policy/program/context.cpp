#include "policy/program/context.hpp"

#include <re2/re2.h>

#include <string>
#include <unordered_map>

#include "core/utf8.hpp"
#include "policy/program/internal/code.hpp"

namespace yagura::policy {
namespace {

constexpr ErrorValue kNoSuchOverloadError{.kind = ErrorKind::kNoSuchOverload};
constexpr ErrorValue kCostExceededError{.kind = ErrorKind::kCostExceeded};
constexpr ErrorValue kMemoryExceededError{.kind = ErrorKind::kLimitExceeded,
                                          .detail = "memory of the values made"};

// RE2's program and DFA; a regular expression that needs more is refused or matched slower, never
// wrongly.
constexpr std::int64_t kRegexMemory = std::int64_t{8} << 20;

constexpr ErrorValue kWorkExceededError{.kind = ErrorKind::kLimitExceeded,
                                        .detail = "work of one evaluation"};

}  // namespace

struct EvalContext::RegexCache {
  std::unordered_map<std::string, std::unique_ptr<re2::RE2>> compiled;
};

EvalContext::EvalContext(EvalLimits limits) : limits_(limits) {}
EvalContext::~EvalContext() = default;

Value EvalContext::error(ErrorKind kind, std::string_view detail) {
  return Value::error(arena_.make<ErrorValue>(
      ErrorValue{.kind = kind, .expr_id = 0, .detail = arena_.copy(detail)}));
}

Value EvalContext::no_such_overload() { return Value::error(&kNoSuchOverloadError); }
Value EvalContext::cost_exceeded() { return Value::error(&kCostExceededError); }
Value EvalContext::memory_exceeded() { return Value::error(&kMemoryExceededError); }

std::unique_ptr<re2::RE2> compile_regex(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kRegexMemory);
  return std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
}

Value EvalContext::exhaustion() const {
  if (over_budget()) return cost_exceeded();
  return work_ > limits_.work ? Value::error(&kWorkExceededError) : memory_exceeded();
}

const re2::RE2* EvalContext::regex(std::string_view pattern) {
  if (regexes_ == nullptr) regexes_ = std::make_unique<RegexCache>();
  auto& compiled = regexes_->compiled;
  std::string key(pattern);
  if (const auto found = compiled.find(key); found != compiled.end()) {
    return found->second->ok() ? found->second.get() : nullptr;
  }
  if (compiled.size() >= kMaxRegexes) compiled.clear();
  auto made = compile_regex(pattern);
  const re2::RE2* result = made->ok() ? made.get() : nullptr;
  compiled.emplace(std::move(key), std::move(made));
  return result;
}

std::uint64_t cost_size_of_text(const Value& string) {
  return core::utf8_length(string.as_string());
}

}  // namespace yagura::policy
