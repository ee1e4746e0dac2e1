#include "sensor/probe/call_numbers.hpp"

#include <algorithm>

namespace yagura::sensor {

namespace {

#if defined(__aarch64__)
constexpr CallNumber kNative[] = {
#include "sensor/probe/numbers/arm64.inc"
};
#else
constexpr CallNumber kNative[] = {
#include "sensor/probe/numbers/x86_64.inc"
};
constexpr CallNumber kCompat[] = {
#include "sensor/probe/numbers/i386.inc"
};
#endif

struct Alias {
  std::string_view call;
  std::string_view event;
};

// Calls that came later to do the same with wider numbers. Sorted.
constexpr Alias kAliases[] = {
    {"_llseek", "llseek"},        {"chown32", "chown"},         {"fadvise64_64", "fadvise64"},
    {"fchown32", "fchown"},       {"fcntl64", "fcntl"},         {"ftruncate64", "ftruncate"},
    {"getegid32", "getegid"},     {"geteuid32", "geteuid"},     {"getgid32", "getgid"},
    {"getgroups32", "getgroups"}, {"getresgid32", "getresgid"}, {"getresuid32", "getresuid"},
    {"getuid32", "getuid"},       {"lchown32", "lchown"},       {"oldfstat", "fstat"},
    {"oldlstat", "lstat"},        {"oldstat", "stat"},          {"pread64", "pread"},
    {"prlimit64", "prlimit"},     {"pwrite64", "pwrite"},       {"sendfile64", "sendfile"},
    {"setfsgid32", "setfsgid"},   {"setfsuid32", "setfsuid"},   {"setgid32", "setgid"},
    {"setgroups32", "setgroups"}, {"setregid32", "setregid"},   {"setresgid32", "setresgid"},
    {"setresuid32", "setresuid"}, {"setreuid32", "setreuid"},   {"setuid32", "setuid"},
    {"truncate64", "truncate"},   {"ugetrlimit", "getrlimit"},
};

}  // namespace

std::span<const CallNumber> native_calls() { return kNative; }

std::span<const CallNumber> compat_calls() {
#if defined(__aarch64__)
  return {};
#else
  return kCompat;
#endif
}

int native_call_number(std::string_view name) {
  const auto* found = std::ranges::find(kNative, name, &CallNumber::name);
  return found == std::end(kNative) ? -1 : found->number;
}

std::string_view event_name_of_call(std::string_view name) {
  const auto* found = std::ranges::lower_bound(kAliases, name, {}, &Alias::call);
  return found != std::end(kAliases) && found->call == name ? found->event : name;
}

}  // namespace yagura::sensor
