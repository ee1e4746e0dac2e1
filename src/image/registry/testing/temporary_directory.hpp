#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace yagura::image::testing {

// A directory that goes away with its object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Makes the directories that are missing.
void write_text(const std::filesystem::path& path, std::string_view text);

// Runs a command of the shell; true where it succeeds. Its output is thrown away.
[[nodiscard]] bool run(const std::string& command);
[[nodiscard]] bool has_program(const std::string& name);

}  // namespace yagura::image::testing
