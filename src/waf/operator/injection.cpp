// @detectSQLi and @detectXSS: adapters of src/waf/detect.

#include "waf/detect/sqli.hpp"
#include "waf/detect/xss.hpp"
#include "waf/operator/internal/families.hpp"

namespace yagura::waf::internal {
namespace {

class DetectSqli final : public Operator {
 public:
  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    // Captures are views; the fingerprint lives until this thread asks again, and whoever asked
    // copies what it keeps before that.
    thread_local SqliResult result;
    if (!detect_sqli(value, result)) return OperatorResult::kNoMatch;
    context.matched = value;
    if (context.captures != nullptr) context.captures->add(result.fingerprint);
    return OperatorResult::kMatch;
  }
  ByteCondition condition() const override { return sqli_condition(); }
};

class DetectXss final : public Operator {
 public:
  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    if (!detect_xss(value)) return OperatorResult::kNoMatch;
    context.matched = value;
    if (context.captures != nullptr) context.captures->add(value);
    return OperatorResult::kMatch;
  }
  ByteCondition condition() const override { return xss_condition(); }
};

}  // namespace

Result<OperatorPointer> make_detect_sqli(std::string_view, std::string_view,
                                         const OperatorEnvironment&) {
  return std::make_unique<DetectSqli>();
}

Result<OperatorPointer> make_detect_xss(std::string_view, std::string_view,
                                        const OperatorEnvironment&) {
  return std::make_unique<DetectXss>();
}

}  // namespace yagura::waf::internal
