// What a capture says of the machine that it is made on.

#include <sys/utsname.h>

#include <charconv>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "core/file.hpp"
#include "sensor/capture/facts.hpp"

namespace yagura::sensor {

namespace {

constexpr std::size_t kMaxEntries = 10'000;
constexpr std::size_t kMaxFile = std::size_t{4} << 20;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool read_id(std::string_view text, std::uint32_t& id) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

MachineFacts this_machine() {
  MachineFacts machine;
  utsname names{};
  if (uname(&names) == 0) {
    machine.hostname = names.nodename;
    machine.kernel = names.release;
    machine.architecture = names.machine;
  }
  timespec real{};
  timespec boot{};
  clock_gettime(CLOCK_REALTIME, &real);
  clock_gettime(CLOCK_BOOTTIME, &boot);
  machine.boot_offset_ns =
      (real.tv_sec - boot.tv_sec) * 1'000'000'000LL + (real.tv_nsec - boot.tv_nsec);
  machine.program = "yagura";
  return machine;
}

std::vector<UserFacts> users_of_this_machine() {
  std::vector<UserFacts> users;
  const auto text = core::read_file("/etc/passwd", {.max_size = kMaxFile});
  if (!text) return users;
  for (const std::string_view line : split(*text, '\n')) {
    const auto parts = split(line, ':');
    UserFacts user;
    if (parts.size() < 7 || users.size() == kMaxEntries || !read_id(parts[2], user.id) ||
        !read_id(parts[3], user.group)) {
      continue;
    }
    user.name = parts[0];
    user.home = parts[5];
    user.shell = parts[6];
    users.push_back(std::move(user));
  }
  return users;
}

std::vector<GroupFacts> groups_of_this_machine() {
  std::vector<GroupFacts> groups;
  const auto text = core::read_file("/etc/group", {.max_size = kMaxFile});
  if (!text) return groups;
  for (const std::string_view line : split(*text, '\n')) {
    const auto parts = split(line, ':');
    GroupFacts one;
    if (parts.size() < 3 || groups.size() == kMaxEntries || !read_id(parts[2], one.id)) continue;
    one.name = parts[0];
    groups.push_back(std::move(one));
  }
  return groups;
}

}  // namespace yagura::sensor
