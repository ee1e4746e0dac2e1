#pragma once

#include <cstddef>
#include <string>

#include "imagescan/report/image_report.hpp"

namespace yagura::imagescan {

struct TableOptions {
  enum class By : unsigned char {
    kPackage,  // what is wrong with each package
    kFix,      // what each step of the plan clears
  };
  By by = By::kPackage;
  bool color = false;
  std::size_t width = 100;
  bool show_suppressed = false;
};

// For people at a terminal: a line that says what was looked at, the findings in the order in which
// somebody would mend them, a line of counts. Linear but for sorting.
[[nodiscard]] std::string write_table(const ImageReport& report, const TableOptions& options);

}  // namespace yagura::imagescan
