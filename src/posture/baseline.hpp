#pragma once

// What was known before: the ids of an earlier JSON report. A finding with one of them is not new.

#include <span>
#include <string>
#include <unordered_set>

#include "core/result.hpp"
#include "model/finding.hpp"

namespace yagura::posture {

class Baseline {
 public:
  // `text` is a report as `-o json` writes it; `name` is for the error.
  [[nodiscard]] static Result<Baseline> read(const std::string& name, std::string text);

  // Removes the failing and ignored findings that are known; returns how many.
  std::size_t remove_known(std::vector<model::Finding>& findings) const;

 private:
  std::unordered_set<std::string> ids_;
};

}  // namespace yagura::posture
