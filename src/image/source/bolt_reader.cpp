// Layout, all numbers little-endian (bbolt writes the machine's own order):
//   page    id:8 flags:2 count:2 overflow:4, then the elements; `overflow` more pages continue it
//   meta    magic:4 version:4 page size:4 flags:4 root bucket:16 freelist:8 end:8 txid:8 FNV-1a:8
//   branch  position:4 (from the element itself) key size:4 page:8
//   leaf    flags:4 (1: a bucket) position:4 key size:4 value size:4; the value follows the key
//   bucket  root page:8 sequence:8; root 0: a page follows inline

#include "image/source/bolt_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "image/source/file_tree.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kPageHeader = 16;
constexpr std::size_t kElement = 16;  // of branches and of leaves
constexpr std::size_t kMeta = 64;
constexpr std::uint32_t kMagic = 0xED0CDAED;
constexpr std::uint32_t kVersion = 2;
constexpr std::uint16_t kBranch = 0x01;
constexpr std::uint16_t kLeaf = 0x02;
constexpr std::uint32_t kBucketFlag = 0x01;
constexpr int kMaxSnapshots = 20;

std::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorCode::kInvalidInput, fmt::format("the database is damaged: {}", what));
}

template <typename T>
T number_at(std::string_view bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value |= static_cast<T>(static_cast<T>(static_cast<unsigned char>(bytes[at + i])) << (8 * i));
  }
  return value;
}

std::uint64_t fnv1a(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

struct Meta {
  std::uint32_t page_size = 0;
  std::uint64_t root = 0;
  std::uint64_t end = 0;
  std::uint64_t txid = 0;
};

std::optional<Meta> parse_meta(std::string_view page) {
  const std::string_view meta = page.substr(kPageHeader, kMeta);
  Meta out{.page_size = number_at<std::uint32_t>(meta, 8),
           .root = number_at<std::uint64_t>(meta, 16),
           .end = number_at<std::uint64_t>(meta, 40),
           .txid = number_at<std::uint64_t>(meta, 48)};
  const bool is_valid = number_at<std::uint32_t>(meta, 0) == kMagic &&
                        number_at<std::uint32_t>(meta, 4) == kVersion &&
                        number_at<std::uint64_t>(meta, 56) == fnv1a(meta.substr(0, 56)) &&
                        out.page_size >= 512 && out.page_size <= 65536 &&
                        (out.page_size & (out.page_size - 1)) == 0;
  return is_valid ? std::optional(out) : std::nullopt;
}

struct Header {
  std::uint16_t flags = 0;
  std::uint16_t count = 0;
  std::uint32_t overflow = 0;
};

Header header_of(std::string_view page) {
  return {number_at<std::uint16_t>(page, 8), number_at<std::uint16_t>(page, 10),
          number_at<std::uint32_t>(page, 12)};
}

// A branch's or a leaf's elements, each checked to lie within the node.
class Node {
 public:
  static Result<Node> parse(std::string_view bytes) {
    if (bytes.size() < kPageHeader) return damaged("a page is cut off");
    Node node(bytes, header_of(bytes));
    const bool is_branch = node.header_.flags == kBranch;
    if (!is_branch && node.header_.flags != kLeaf) return damaged("a page is of the wrong kind");
    if (kPageHeader + node.size() * kElement > bytes.size()) {
      return damaged("a page has more elements than it holds");
    }
    if (is_branch && node.size() == 0) return damaged("a branch is empty");
    for (std::size_t i = 0; i < node.size(); ++i) {
      const std::size_t at = kPageHeader + i * kElement;
      const std::uint64_t end = at + node.position(i) + std::uint64_t{node.key_size(i)} +
                                (is_branch ? 0 : node.value_size(i));
      if (end > bytes.size()) return damaged("an element lies outside its page");
    }
    return node;
  }

  [[nodiscard]] bool is_branch() const { return header_.flags == kBranch; }
  [[nodiscard]] std::size_t size() const { return header_.count; }
  [[nodiscard]] std::string_view key(std::size_t i) const {
    return bytes_.substr(kPageHeader + i * kElement + position(i), key_size(i));
  }
  [[nodiscard]] std::string_view value(std::size_t i) const {
    return bytes_.substr(kPageHeader + i * kElement + position(i) + key_size(i), value_size(i));
  }
  [[nodiscard]] bool is_bucket(std::size_t i) const { return (field(i, 0) & kBucketFlag) != 0; }
  [[nodiscard]] std::uint64_t child(std::size_t i) const {
    return number_at<std::uint64_t>(bytes_, kPageHeader + i * kElement + 8);
  }

 private:
  Node(std::string_view bytes, Header header) : bytes_(bytes), header_(header) {}
  [[nodiscard]] std::uint32_t field(std::size_t i, std::size_t at) const {
    return number_at<std::uint32_t>(bytes_, kPageHeader + i * kElement + at);
  }
  [[nodiscard]] std::uint32_t position(std::size_t i) const {
    return field(i, is_branch() ? 0 : 4);
  }
  [[nodiscard]] std::uint32_t key_size(std::size_t i) const {
    return field(i, is_branch() ? 4 : 8);
  }
  [[nodiscard]] std::uint32_t value_size(std::size_t i) const { return field(i, 12); }

  std::string_view bytes_;
  Header header_;
};

}  // namespace

Result<BoltReader> BoltReader::open(ReadAt read_at, const BoltLimits& limits) {
  BoltReader reader(std::move(read_at), limits);
  std::optional<Meta> best;
  const auto look_at = [&](std::uint64_t offset) {
    std::array<char, kPageHeader + kMeta> page{};
    if (!reader.read_at_(offset, page)) return;
    const auto meta = parse_meta({page.data(), page.size()});
    if (meta && (!best || meta->txid > best->txid)) best = meta;
  };
  look_at(0);
  // The second lies one page on; the first may be the damaged one.
  for (std::uint64_t size = 1024; size <= 65536; size *= 2) {
    if (!best || best->page_size == size) look_at(size);
  }
  if (!best) return fail(ErrorCode::kInvalidInput, "is no bbolt database, or a damaged one");
  reader.page_size_ = best->page_size;
  reader.root_ = best->root;
  reader.end_ = best->end;
  reader.txid_ = best->txid;
  return reader;
}

Result<std::string> BoltReader::page(std::uint64_t id) {
  if (id < 2 || id >= end_ || end_ > (std::uint64_t{1} << 48) / page_size_) {
    return damaged("a page number leads outside");
  }
  if (++pages_read_ > limits_.max_pages) {
    return fail(ErrorCode::kLimitExceeded,
                fmt::format("the database has more than {} pages to look at", limits_.max_pages));
  }
  std::string bytes(page_size_, '\0');
  YAGURA_TRY_VOID(read_at_(id * page_size_, bytes));
  const std::uint64_t whole = (std::uint64_t{header_of(bytes).overflow} + 1) * page_size_;
  if (whole == page_size_) return bytes;
  if (whole > limits_.max_node) {
    return fail(ErrorCode::kLimitExceeded,
                fmt::format("a page of the database has more than {} bytes", limits_.max_node));
  }
  bytes.resize(whole);
  YAGURA_TRY_VOID(read_at_((id + 1) * page_size_, std::span(bytes).subspan(page_size_)));
  return bytes;
}

Result<std::optional<BoltReader::Leaf>> BoltReader::find(const Bucket& bucket,
                                                         std::string_view key) {
  std::string bytes = bucket.inline_page;
  if (bucket.root != 0) {
    YAGURA_TRY(bytes, page(bucket.root));
  }
  for (int depth = 0; depth < limits_.max_depth; ++depth) {
    YAGURA_TRY(const Node node, Node::parse(bytes));
    if (!node.is_branch()) {
      for (std::size_t i = 0; i < node.size(); ++i) {
        if (node.key(i) == key) return Leaf{node.is_bucket(i), std::string(node.value(i))};
      }
      return std::nullopt;
    }
    // The last child whose first key is not above ours.
    std::size_t at = 0;
    while (at + 1 < node.size() && node.key(at + 1) <= key) ++at;
    YAGURA_TRY(bytes, page(node.child(at)));
  }
  return damaged("pages are nested without end");
}

Result<std::optional<BoltReader::Bucket>> BoltReader::bucket_at(const Path& path) {
  Bucket bucket{.root = root_};
  for (const std::string_view name : path) {
    YAGURA_TRY(const auto leaf, find(bucket, name));
    if (!leaf || !leaf->is_bucket) return std::nullopt;
    if (leaf->value.size() < 16) return damaged("a bucket is cut off");
    bucket.root = number_at<std::uint64_t>(leaf->value, 0);
    bucket.inline_page = bucket.root == 0 ? leaf->value.substr(16) : std::string();
  }
  return bucket;
}

Result<std::optional<std::string>> BoltReader::get(const Path& path, std::string_view key) {
  YAGURA_TRY(const auto bucket, bucket_at(path));
  if (!bucket) return std::nullopt;
  YAGURA_TRY(auto leaf, find(*bucket, key));
  if (!leaf || leaf->is_bucket) return std::nullopt;
  return std::move(leaf->value);
}

Result<void> BoltReader::walk(std::string_view bytes, int depth, bool are_buckets,
                              std::vector<std::string>& out) {
  if (depth == limits_.max_depth) return damaged("pages are nested without end");
  YAGURA_TRY(const Node node, Node::parse(bytes));
  for (std::size_t i = 0; i < node.size(); ++i) {
    if (node.is_branch()) {
      YAGURA_TRY(const std::string child, page(node.child(i)));
      YAGURA_TRY_VOID(walk(child, depth + 1, are_buckets, out));
    } else if (node.is_bucket(i) == are_buckets) {
      if (out.size() == limits_.max_keys) {
        return fail(ErrorCode::kLimitExceeded,
                    fmt::format("a bucket has more than {} keys", limits_.max_keys));
      }
      out.emplace_back(node.key(i));
    }
  }
  return {};
}

Result<std::vector<std::string>> BoltReader::list(const Path& path, bool are_buckets) {
  std::vector<std::string> out;
  YAGURA_TRY(const auto bucket, bucket_at(path));
  if (!bucket) return out;
  std::string bytes = bucket->inline_page;
  if (bucket->root != 0) {
    YAGURA_TRY(bytes, page(bucket->root));
  }
  YAGURA_TRY_VOID(walk(bytes, 0, are_buckets, out));
  return out;
}

Result<std::vector<std::string>> BoltReader::buckets(const Path& path) { return list(path, true); }
Result<std::vector<std::string>> BoltReader::values(const Path& path) { return list(path, false); }

Result<void> read_bolt(const std::filesystem::path& path,
                       const std::function<Result<void>(BoltReader&)>& read,
                       const BoltLimits& limits) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.is_open()) {
    const int error = errno;
    const auto code = error == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo;
    return fail(code, fmt::format("{}: {}", path.string(), std::generic_category().message(error)));
  }
  const BoltReader::ReadAt read_at = [&file](std::uint64_t offset,
                                             std::span<char> out) -> Result<void> {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t got = pread(file.get(), out.data() + done, out.size() - done,
                                static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail(ErrorCode::kIo, std::generic_category().message(errno));
      if (got == 0) return damaged("the file is cut off");
      done += static_cast<std::size_t>(got);
    }
    return {};
  };
  const auto with_path = [&](Error error) {
    return std::unexpected(std::move(error).with_context(path.string()));
  };
  for (int tries = 0; tries < kMaxSnapshots; ++tries) {
    auto reader = BoltReader::open(read_at, limits);
    if (!reader) return with_path(std::move(reader).error());
    const Result<void> result = read(*reader);
    const auto after = BoltReader::open(read_at, limits);
    if (!after || after->txid() != reader->txid()) continue;
    if (!result) return with_path(result.error());
    return {};
  }
  return fail(ErrorCode::kIo,
              fmt::format("{}: is written to all the time; try again", path.string()));
}

}  // namespace yagura::image
