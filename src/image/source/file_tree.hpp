#pragma once

// Files by path, in a directory or in a tar file: what OCI layouts and saved images are read from.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.hpp"
#include "image/blob/blob_stream.hpp"

namespace yagura::image {

// Closes itself.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor();
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

struct OpenFile {
  std::uint64_t size = 0;
  std::unique_ptr<BlobStream> stream;  // of exactly so many bytes, or an error
};

// Const calls are thread-safe.
class FileTree {
 public:
  FileTree() = default;
  FileTree(const FileTree&) = delete;
  FileTree& operator=(const FileTree&) = delete;
  virtual ~FileTree() = default;

  // For messages.
  [[nodiscard]] virtual const std::string& name() const = 0;
  // A regular file; `path` is relative. kNotFound where there is none. Streams may outlive the
  // tree.
  [[nodiscard]] virtual Result<OpenFile> open(std::string_view path) const = 0;

  [[nodiscard]] bool has(std::string_view path) const { return open(path).has_value(); }
  // Above `max_size` kLimitExceeded, unread.
  [[nodiscard]] Result<std::string> read(std::string_view path, std::uint64_t max_size) const;
};

// Never through links that lead out of the directory, never anything but regular files.
[[nodiscard]] Result<std::unique_ptr<FileTree>> open_directory_tree(
    const std::filesystem::path& directory);

struct ArchiveLimits {
  std::size_t max_entries = 200'000;
  std::size_t max_path = 4096;                       // bytes
  std::size_t max_header = std::size_t{1} << 20;     // of one extended header, bytes
  std::uint64_t max_size = std::uint64_t{64} << 30;  // inflated, bytes
};

// A tar file that can be read at any place: its headers are read once, contents when they are asked
// for. `name` is for messages.
[[nodiscard]] Result<std::unique_ptr<FileTree>> open_archive_tree(FileDescriptor file,
                                                                  std::string name,
                                                                  const ArchiveLimits& limits = {});

// All bytes of a stream. Above `max_size` kLimitExceeded.
[[nodiscard]] Result<std::string> read_all(BlobStream& stream, std::uint64_t max_size);

// `size` bytes of an open file from `offset`; ends with an error where the file is shorter.
[[nodiscard]] std::unique_ptr<BlobStream> file_range(std::shared_ptr<const FileDescriptor> file,
                                                     std::uint64_t offset, std::uint64_t size,
                                                     std::string name);

}  // namespace yagura::image
