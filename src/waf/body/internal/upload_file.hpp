#pragma once

// The content of one uploaded file, written to a file of its own while it arrives.

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace yagura::waf::internal {

// Without keep() the file is removed on destruction. Not copyable: it owns the file.
class UploadFile {
 public:
  UploadFile() = default;
  UploadFile(const UploadFile&) = delete;
  UploadFile& operator=(const UploadFile&) = delete;
  ~UploadFile() { discard(); }

  // Makes "FOLDER/yagura-upload-XXXXXX", readable by us alone. Discards the one before.
  [[nodiscard]] Result<void> create(const std::string& folder);
  [[nodiscard]] Result<void> append(std::string_view bytes);
  // Writes what is buffered, closes, and leaves the file to whoever knows its path.
  [[nodiscard]] Result<std::string> keep();
  void discard();

 private:
  [[nodiscard]] Result<void> flush();

  int fd_ = -1;
  std::string path_;
  std::string buffer_;
};

}  // namespace yagura::waf::internal
