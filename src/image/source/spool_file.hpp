#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "core/result.hpp"
#include "image/source/file_tree.hpp"

namespace yagura::image {

// A file without a name, gone with its descriptor: where what comes as a stream is put, so that it
// can be read at any place.
class SpoolFile {
 public:
  // In `directory`, or in $TMPDIR or /var/tmp. More than `max_size` bytes are kLimitExceeded.
  [[nodiscard]] static Result<SpoolFile> create(const std::filesystem::path& directory,
                                                std::uint64_t max_size);
  [[nodiscard]] Result<void> write(std::string_view bytes);
  [[nodiscard]] FileDescriptor take() { return std::move(file_); }

 private:
  SpoolFile(FileDescriptor file, std::uint64_t max_size)
      : file_(std::move(file)), left_(max_size), max_size_(max_size) {}
  FileDescriptor file_;
  std::uint64_t left_;
  std::uint64_t max_size_;
};

// An archive for reading at any place: the file itself where it is a plain one, else what it
// inflates to (gzip, zstd), or what a pipe gives, in a spool file. `name` is for messages.
[[nodiscard]] Result<FileDescriptor> seekable_archive(FileDescriptor file, std::string_view name,
                                                      const std::filesystem::path& directory,
                                                      std::uint64_t max_size);

}  // namespace yagura::image
