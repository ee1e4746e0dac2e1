#include "sensor/replay/recorded_users.hpp"

#include <stdlib.h>

#include <algorithm>
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

}  // namespace yagura::sensor
