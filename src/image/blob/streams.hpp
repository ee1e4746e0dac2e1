#pragma once

// Blobs that lie on this machine.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "image/blob/blob_stream.hpp"

namespace yagura::image {

// The bytes of `path`, which must be a regular file (a link to one is followed).
[[nodiscard]] Result<std::unique_ptr<BlobStream>> open_file_blob(const std::filesystem::path& path);

// `size` bytes from `offset` on, of an archive that holds the blob uncompressed. Ends early where
// the file does.
[[nodiscard]] Result<std::unique_ptr<BlobStream>> open_file_blob(const std::filesystem::path& path,
                                                                 std::uint64_t offset,
                                                                 std::uint64_t size);

// Bytes that somebody else holds for as long as the stream is used.
class MemoryBlob final : public BlobStream {
 public:
  explicit MemoryBlob(std::string_view bytes) : bytes_(bytes), size_(bytes.size()) {}
  [[nodiscard]] Result<std::size_t> read(std::span<char> into) override;
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }

 private:
  std::string_view bytes_;
  std::uint64_t size_;
};

}  // namespace yagura::image
