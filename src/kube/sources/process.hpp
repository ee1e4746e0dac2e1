#pragma once

// Running a program without a shell, bounded in time and output.

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace yagura::kube {

struct ProcessLimits {
  std::chrono::milliseconds timeout{60'000};  // then the program and its children are killed
  std::size_t max_output = std::size_t{64}
                           << 20;  // bytes of standard output; more ends the program
  std::size_t max_error_text = std::size_t{16} << 10;  // bytes of standard error that are kept
};

struct ProcessResult {
  int exit_code = 0;  // 128 + signal for one that a signal ended
  std::string output;
  std::string error_text;
};

// `arguments[0]` is the program's path. Standard input is empty; the environment is ours.
// kLimitExceeded for timeout and output; kNotFound or kIo where it cannot be started.
[[nodiscard]] Result<ProcessResult> run_process(const std::vector<std::string>& arguments,
                                                const ProcessLimits& limits = {});

// The program in the absolute folders of PATH, or "". Relative ones are passed over: they may be of
// the repository that is scanned.
[[nodiscard]] std::string find_program(std::string_view name);

}  // namespace yagura::kube
