#include "sensor/agent/privileges.hpp"

#include <sys/capability.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace yagura::sensor {
namespace {

struct FreeCapabilities {
  void operator()(cap_t state) const { ::cap_free(state); }
};
using Capabilities = std::unique_ptr<std::remove_pointer_t<cap_t>, FreeCapabilities>;

Result<std::vector<cap_value_t>> numbers_of(std::span<const std::string> names) {
  std::vector<cap_value_t> numbers;
  for (std::string name : names) {
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    cap_value_t number = 0;
    if (::cap_from_name(name.c_str(), &number) != 0) {
      return fail(ErrorCode::kInvalidInput, "no capability \"" + name + "\"");
    }
    numbers.push_back(number);
  }
  return numbers;
}

}  // namespace

Result<void> keep_only_capabilities(std::span<const std::string> names) {
  YAGURA_TRY(const std::vector<cap_value_t> wanted, numbers_of(names));
  const Capabilities before(::cap_get_proc());
  const Capabilities after(::cap_init());
  if (before == nullptr || after == nullptr) return fail(ErrorCode::kIo, std::strerror(errno));
  for (const cap_value_t number : wanted) {
    cap_flag_value_t has = CAP_CLEAR;
    if (::cap_get_flag(before.get(), number, CAP_PERMITTED, &has) != 0 || has == CAP_CLEAR)
      continue;
    ::cap_set_flag(after.get(), CAP_PERMITTED, 1, &number, CAP_SET);
    ::cap_set_flag(after.get(), CAP_EFFECTIVE, 1, &number, CAP_SET);
  }
  // While CAP_SETPCAP is still there.
  for (cap_value_t number = 0; number < cap_max_bits(); ++number) {
    if (std::ranges::find(wanted, number) == wanted.end()) ::cap_drop_bound(number);
  }
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  if (::cap_set_proc(after.get()) != 0) {
    return fail(ErrorCode::kIo, std::string("dropping capabilities: ") + std::strerror(errno));
  }
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return fail(ErrorCode::kIo, std::string("no_new_privs: ") + std::strerror(errno));
  }
  return {};
}

std::vector<std::string> effective_capabilities() {
  std::vector<std::string> names;
  const Capabilities state(::cap_get_proc());
  for (cap_value_t number = 0; state != nullptr && number < cap_max_bits(); ++number) {
    cap_flag_value_t has = CAP_CLEAR;
    ::cap_get_flag(state.get(), number, CAP_EFFECTIVE, &has);
    char* const name = has == CAP_SET ? ::cap_to_name(number) : nullptr;
    if (name == nullptr) continue;
    names.emplace_back(name);
    std::ranges::transform(names.back(), names.back().begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
    ::cap_free(name);
  }
  return names;
}

}  // namespace yagura::sensor
