// @unconditionalMatch, @noMatch, and the operators that we refuse at load, each with its reason.

#include <fmt/format.h>

#include <array>

#include "waf/operator/internal/argument.hpp"
#include "waf/operator/internal/families.hpp"

namespace yagura::waf::internal {
namespace {

class UnconditionalMatch final : public Operator {
 public:
  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    context.matched = value;
    return OperatorResult::kMatch;
  }
};

class NoMatch final : public Operator {
 public:
  OperatorResult evaluate(std::string_view, OperatorContext&) const override {
    return OperatorResult::kNoMatch;
  }
  ByteCondition condition() const override { return {.one_of = {ByteSet{}}}; }
};

struct Refusal {
  std::string_view name, reason;
};
constexpr std::array<Refusal, 4> kRefusals = {{
    {"fuzzyHash",
     "compares with ssdeep hashes, which this build does not hold; compare a digest "
     "with t:sha1,t:hexEncode and @pmFromFile instead"},
    {"gsbLookup",
     "asks a service of Google's that has been switched off; ModSecurity 3 refuses it, "
     "too. Remove the rule"},
    {"inspectFile",
     "would start a program for each uploaded file inside the server; hand uploads "
     "to a scanner in the application instead, and remove the rule"},
    {"validateHash",
     "checks links that SecHashEngine signed, which is not supported (nor is it in "
     "ModSecurity 3). Remove the rule"},
}};

}  // namespace

Result<OperatorPointer> make_unconditional_match(std::string_view, std::string_view,
                                                 const OperatorEnvironment&) {
  return std::make_unique<UnconditionalMatch>();
}

Result<OperatorPointer> make_no_match(std::string_view, std::string_view,
                                      const OperatorEnvironment&) {
  return std::make_unique<NoMatch>();
}

Result<OperatorPointer> make_refused(std::string_view name, std::string_view,
                                     const OperatorEnvironment&) {
  for (const Refusal& refusal : kRefusals) {
    if (refusal.name == name) {
      return fail(ErrorCode::kUnsupported, fmt::format("@{} {}", name, refusal.reason));
    }
  }
  return fail(ErrorCode::kUnsupported, fmt::format("@{} is not supported", name));
}

}  // namespace yagura::waf::internal
