#pragma once

// YAGURA_CHECK(condition, "why it must hold"): aborts on a bug of ours. Never for bad input.
namespace yagura::core {

[[noreturn]] void check_failed(const char* condition, const char* why, const char* file, int line);

}  // namespace yagura::core

#define YAGURA_CHECK(condition, why)                                       \
  do {                                                                     \
    if (!(condition)) [[unlikely]] {                                       \
      ::yagura::core::check_failed(#condition, (why), __FILE__, __LINE__); \
    }                                                                      \
  } while (false)
