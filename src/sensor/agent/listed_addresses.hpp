#pragma once

// The addresses of those watch lists that policies name, made ready for the kernel: read on a
// thread of their own, and again when a file changes.

#include <cstdint>
#include <filesystem>
#include <future>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sensor/enforce/compile/watched.hpp"

namespace yagura::sensor {

// Used by one thread.
class ListedAddresses {
 public:
  // A list's name is that of its file, without what follows the last dot.
  explicit ListedAddresses(std::vector<std::filesystem::path> files = {});
  ~ListedAddresses();  // waits for a reading under way
  ListedAddresses(const ListedAddresses&) = delete;
  ListedAddresses& operator=(const ListedAddresses&) = delete;

  // What to read from now on. Names that no file has, for people.
  [[nodiscard]] std::vector<std::string> want(const std::set<std::string>& names);

  // Cheap: a stat a file every ten seconds; call it every second. What was read since the last
  // call: lines for the kernel, or why they could not be made (what was in force should stay so).
  using Made = Result<enforce::WatchedLines>;
  [[nodiscard]] std::optional<Made> poll(std::int64_t wall_ns);
  // The same, but waits for a reading under way; nothing: there is none.
  [[nodiscard]] std::optional<Made> wait();

 private:
  struct FileState {
    std::filesystem::path path;
    std::int64_t mtime_ns = 0;
    std::uint64_t inode = 0;
    std::int64_t size = -1;
    friend bool operator==(const FileState&, const FileState&) = default;
  };
  [[nodiscard]] std::vector<FileState> look() const;

  std::vector<std::filesystem::path> files_;
  std::vector<std::filesystem::path> wanted_;
  std::optional<std::vector<FileState>> read_;  // of the last reading that was begun
  std::int64_t next_look_ns_ = 0;
  std::future<Made> reading_;
};

}  // namespace yagura::sensor
