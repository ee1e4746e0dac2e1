#include "core/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace yagura::core {

void check_failed(const char* condition, const char* why, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: internal error: %s (%s)\n", file, line, why, condition);
  std::abort();
}

}  // namespace yagura::core
