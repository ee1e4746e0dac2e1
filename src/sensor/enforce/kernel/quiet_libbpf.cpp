#include "sensor/enforce/kernel/quiet_libbpf.hpp"

#include <bpf/libbpf.h>

#include <cstdarg>
#include <cstdio>

namespace yagura::sensor::enforce {
namespace {

constexpr std::size_t kMost = 4096;

std::string& buffer() {
  thread_local std::string text;
  return text;
}

__attribute__((format(printf, 2, 0))) int keep(libbpf_print_level level, const char* format,
                                               va_list arguments) {
  if (level != LIBBPF_WARN) return 0;
  // The end of a verifier's log says why.
  va_list again;
  va_copy(again, arguments);
  const int size = std::vsnprintf(nullptr, 0, format, again);
  va_end(again);
  if (size <= 0) return 0;
  std::string line(static_cast<std::size_t>(size), '\0');
  std::vsnprintf(line.data(), line.size() + 1, format, arguments);
  buffer().append(line);
  if (buffer().size() > kMost) buffer().erase(0, buffer().size() - kMost);
  return 0;
}

}  // namespace

QuietLibbpf::QuietLibbpf() : previous_(reinterpret_cast<void*>(libbpf_set_print(keep))) {
  buffer().clear();
}
QuietLibbpf::~QuietLibbpf() { libbpf_set_print(reinterpret_cast<libbpf_print_fn_t>(previous_)); }
const std::string& QuietLibbpf::said() const { return buffer(); }

}  // namespace yagura::sensor::enforce
