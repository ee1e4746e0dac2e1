#pragma once

// Bounded reading and atomic writing of whole files.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace yagura::core {

struct ReadOptions {
  std::uint64_t max_size = std::uint64_t{64} << 20;  // bytes; more is kLimitExceeded, never a cut
};

// Reads a regular file, a pipe, or standard input ("-"). The error names the path.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path,
                                            const ReadOptions& options = {});

// Gives the bytes piece by piece (about 1 MiB each): for what may be larger than memory should
// hold. An error of `take` ends the reading and is returned.
[[nodiscard]] Result<void> read_chunks(const std::filesystem::path& path,
                                       const std::function<Result<void>(std::string_view)>& take);

// Writes to a temporary file beside `path` and renames it over, keeping the permissions of the file
// that was there: a reader sees the old bytes or the new ones, and a failure leaves the old file as
// it was. "-" is standard output.
[[nodiscard]] Result<void> write_file(const std::filesystem::path& path, std::string_view text);

// The same for a text that comes in pieces. Without commit() nothing changes. Not thread-safe.
class FileWriter {
 public:
  [[nodiscard]] static Result<FileWriter> open(const std::filesystem::path& path);
  FileWriter(FileWriter&&) noexcept;
  FileWriter& operator=(FileWriter&&) noexcept = delete;
  ~FileWriter();  // removes the temporary file of what was not committed

  [[nodiscard]] Result<void> append(std::string_view text);
  [[nodiscard]] Result<void> commit();

 private:
  FileWriter() = default;
  std::filesystem::path path_;  // as given, for messages
  std::filesystem::path real_;  // links followed
  std::string temporary_;       // empty: standard output, or done
  int fd_ = -1;
};

}  // namespace yagura::core
