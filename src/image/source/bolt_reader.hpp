#pragma once

// Reads a bbolt database (go.etcd.io/bbolt, file format version 2): a tree of buckets, each a B+
// tree of keys in pages. Containerd keeps its images' names in one.
//
// Nothing is locked: the daemon holds its own lock for as long as it runs. Pages that a snapshot
// uses are not written over before the second transaction after it, so what was read is right where
// txid() is still the same afterwards; read_bolt() sees to that.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace yagura::image {

struct BoltLimits {
  std::size_t max_node = std::size_t{16} << 20;  // bytes of one page with those that continue it
  int max_depth = 32;                            // pages from a bucket's root to a leaf
  std::size_t max_pages = 200'000;               // looked at in all
  std::size_t max_keys = 200'000;                // of one list
};

// One snapshot. Damaged files end in kInvalidInput, limits in kLimitExceeded.
class BoltReader {
 public:
  // Fills the span from a place of the file; kInvalidInput where the file is shorter.
  using ReadAt = std::function<Result<void>(std::uint64_t offset, std::span<char> out)>;
  using Path = std::vector<std::string_view>;

  // Finds the newer of the two valid meta pages.
  [[nodiscard]] static Result<BoltReader> open(ReadAt read_at, const BoltLimits& limits = {});

  // Of the snapshot.
  [[nodiscard]] std::uint64_t txid() const { return txid_; }
  // The value of `key` in the bucket at `path`; nothing where bucket or key is missing.
  [[nodiscard]] Result<std::optional<std::string>> get(const Path& path, std::string_view key);
  // The names of the buckets, or of the values, in the bucket at `path`, in order; empty where it
  // is missing.
  [[nodiscard]] Result<std::vector<std::string>> buckets(const Path& path);
  [[nodiscard]] Result<std::vector<std::string>> values(const Path& path);

 private:
  struct Bucket {
    std::uint64_t root = 0;  // page; 0: inline
    std::string inline_page;
  };
  struct Leaf {
    bool is_bucket = false;
    std::string value;
  };
  BoltReader(ReadAt read_at, const BoltLimits& limits)
      : read_at_(std::move(read_at)), limits_(limits) {}
  Result<std::string> page(std::uint64_t id);
  Result<std::optional<Bucket>> bucket_at(const Path& path);
  Result<std::optional<Leaf>> find(const Bucket& bucket, std::string_view key);
  Result<std::vector<std::string>> list(const Path& path, bool are_buckets);
  Result<void> walk(std::string_view node, int depth, bool are_buckets,
                    std::vector<std::string>& out);

  ReadAt read_at_;
  BoltLimits limits_;
  std::uint64_t page_size_ = 0;
  std::uint64_t root_ = 0;
  std::uint64_t end_ = 0;  // no page is at or above it
  std::uint64_t txid_ = 0;
  std::size_t pages_read_ = 0;
};

// Runs `read` on a snapshot of the file until none was changed under it: at most 20 times.
[[nodiscard]] Result<void> read_bolt(const std::filesystem::path& path,
                                     const std::function<Result<void>(BoltReader&)>& read,
                                     const BoltLimits& limits = {});

}  // namespace yagura::image
