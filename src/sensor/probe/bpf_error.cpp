#include "sensor/probe/bpf_error.hpp"

#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string>

namespace yagura::sensor {

namespace {

// libbpf tells its troubles to a callback; the first line of them is the reason of an error of
// ours.
thread_local std::string first_warning;

[[gnu::format(printf, 2, 0)]] int keep_warning(libbpf_print_level level, const char* format,
                                               va_list arguments) {
  if (level != LIBBPF_WARN || !first_warning.empty()) return 0;
  char line[512];
  const int length = std::vsnprintf(line, sizeof(line), format, arguments);
  if (length > 0) {
    first_warning.assign(line, std::min<std::size_t>(static_cast<std::size_t>(length), 511));
    while (!first_warning.empty() && first_warning.back() == '\n') first_warning.pop_back();
  }
  return 0;
}

}  // namespace

void keep_bpf_warnings() {
  first_warning.clear();
  libbpf_set_print(keep_warning);
}

std::unexpected<Error> bpf_failure(std::string_view what, int error) {
  const bool is_permission = error == -EPERM || error == -EACCES;
  return fail(
      is_permission ? ErrorCode::kIo : ErrorCode::kUnsupported,
      fmt::format(
          "{}: {}{}{}{}", what, std::strerror(-error), first_warning.empty() ? "" : ": ",
          first_warning,
          is_permission ? "; it needs root, or CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN" : ""));
}

}  // namespace yagura::sensor
