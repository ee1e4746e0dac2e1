#include "sensor/replay/recorded_users.hpp"

#include <stdlib.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "core/file.hpp"

namespace yagura::sensor {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxEntries = 100'000;
constexpr std::size_t kMaxFile = std::size_t{64} << 20;

// passwd(5) has colons between fields and an entry a line: names with either would make others.
std::string field(std::string_view text) {
  std::string clean(text);
  std::erase_if(clean, [](char c) { return c == ':' || static_cast<unsigned char>(c) < 0x20; });
  return clean;
}

std::string passwd(const std::vector<UserFacts>& users) {
  std::string text;
  for (const UserFacts& user : users) {
    text += field(user.name) + ":x:" + std::to_string(user.id) + ":" + std::to_string(user.group) +
            "::" + field(user.home) + ":" + field(user.shell) + "\n";
  }
  return text;
}

std::string group(const std::vector<GroupFacts>& groups) {
  std::string text;
  for (const GroupFacts& one : groups) {
    text += field(one.name) + ":x:" + std::to_string(one.id) + ":\n";
  }
  return text;
}

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

Result<std::unique_ptr<RecordedUsers>> RecordedUsers::make(const std::vector<UserFacts>& users,
                                                           const std::vector<GroupFacts>& groups) {
  std::unique_ptr<RecordedUsers> made(new RecordedUsers());
  std::error_code error;
  std::string name = (fs::temp_directory_path(error) / "yagura-replay-XXXXXX").string();
  if (error || mkdtemp(name.data()) == nullptr) {
    return fail(ErrorCode::kIo, "no temporary folder for the recording's users");
  }
  made->folder_ = name;
  fs::create_directory(made->folder_ / "etc", error);
  YAGURA_TRY_VOID(core::write_file(made->folder_ / "etc/passwd", passwd(users)));
  YAGURA_TRY_VOID(core::write_file(made->folder_ / "etc/group", group(groups)));
  made->names_ = std::make_unique<UserNames>(UserNamesOptions{
      .host_root = made->folder_, .proc = "", .max_file = kMaxFile, .max_entries = kMaxEntries});
  return made;
}

RecordedUsers::~RecordedUsers() {
  names_.reset();
  std::error_code error;
  if (!folder_.empty()) fs::remove_all(folder_, error);
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
