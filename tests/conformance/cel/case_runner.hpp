#pragma once

// One case of a suite through parse, check and evaluation.

#include <memory>
#include <string>
#include <vector>

#include "policy/check/environment.hpp"
#include "suite.hpp"

namespace yagura::conformance {

enum class Verdict { kPassed, kFailed, kSkipped };

struct Outcome {
  Verdict verdict = Verdict::kPassed;
  std::string reason;  // why it was skipped
  std::string expected;
  std::string got;
};

class CaseRunner {
 public:
  explicit CaseRunner(const Suites& suites);

  [[nodiscard]] Outcome run(const TestCase& test) const;

 private:
  [[nodiscard]] std::shared_ptr<const policy::Environment> environment(const TestCase& test) const;

  const Suites& suites_;
  std::shared_ptr<const policy::Environment> base_;
};

}  // namespace yagura::conformance
