#pragma once

// A file that lines are appended to by several processes at once: each line is one write() to a
// descriptor with O_APPEND, so lines never mix.

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

  // For log rotation: what is written from now on goes to the file of this name. Other threads may
  // append meanwhile. On an error the old file stays. `path` as given to open(), and not empty
  // where that was not.
  [[nodiscard]] Result<void> reopen(const std::string& path);
  // Writes to a descriptor (O_APPEND) that somebody else opens and closes; -1: nowhere. Not while
  // others append.
  void borrow(int descriptor);

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  // Adds the line's end. False: it could not be written whole. `line` holds no line end.
  bool append(std::string line);

 private:
  void close_owned();
  int fd_ = -1;
  bool is_owned_ = false;
};

}  // namespace yagura::waf
