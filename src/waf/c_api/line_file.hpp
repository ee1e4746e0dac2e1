#pragma once

// A file that lines are appended to by several processes at once: each line is one write() to a
// descriptor with O_APPEND, so lines never mix. Reopening swaps what the descriptor refers to, for
// log rotation.

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace yagura::waf {

class LineFile {
 public:
  LineFile() = default;  // writes nowhere
  // Created with mode 0640 where it is missing. An empty path writes nowhere.
  [[nodiscard]] static Result<LineFile> open(const std::string& path);
  LineFile(LineFile&& other) noexcept;
  LineFile& operator=(LineFile&& other) noexcept;
  ~LineFile();

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  // Adds the line's end. False: it could not be written whole. `line` holds no line end.
  bool append(std::string line);

 private:
  int fd_ = -1;
};

}  // namespace yagura::waf
