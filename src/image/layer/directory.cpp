// One thread walks, holding a descriptor for each directory on its way down; names are opened
// relative to it with O_NOFOLLOW, so no path is ever resolved twice and no link followed. Files are
// opened in the walk (where the directory's descriptor is), read and looked at in the pool.

#include "image/layer/directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <thread>

#include "image/layer/analysis.hpp"
#include "image/layer/contents.hpp"
#include "image/layer/facts_builder.hpp"

namespace yagura::image {

namespace {

constexpr std::size_t kHead = 4096;
constexpr std::size_t kPiece = std::size_t{256} << 10;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// File systems whose files are made up when they are read.
bool is_made_up(int fd) {
  struct statfs about{};
  if (::fstatfs(fd, &about) != 0) return false;
  constexpr std::array<std::uint32_t, 12> kTypes = {
      PROC_SUPER_MAGIC, SYSFS_MAGIC,        CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
      DEBUGFS_MAGIC,    TRACEFS_MAGIC,      SECURITYFS_MAGIC,   BPF_FS_MAGIC,
      PSTOREFS_MAGIC,   DEVPTS_SUPER_MAGIC, SELINUX_MAGIC,      EFIVARFS_MAGIC};
  const auto type = static_cast<std::uint32_t>(about.f_type);
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

FileKind kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return FileKind::kDirectory;
  if (S_ISLNK(mode)) return FileKind::kSymlink;
  if (S_ISCHR(mode)) return FileKind::kCharacterDevice;
  if (S_ISBLK(mode)) return FileKind::kBlockDevice;
  if (S_ISFIFO(mode)) return FileKind::kFifo;
  if (S_ISSOCK(mode)) return FileKind::kSocket;
  return FileKind::kRegular;
}

// Reads what is at `offset` until `into` is full; less: the end, or an error.
std::size_t read_at(int fd, std::uint64_t offset, std::span<char> into) {
  std::size_t have = 0;
  while (have < into.size()) {
    const ssize_t got =
        ::pread(fd, into.data() + have, into.size() - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  return have;
}

std::uint64_t hash_of(std::string_view bytes) {
  const std::uint64_t hash = XXH3_64bits(bytes.data(), bytes.size());
  return hash == 0 ? 1 : hash;
}

class DirectoryReader {
 public:
  DirectoryReader(const Analyzers& analyzers, const DirectoryOptions& options, unsigned threads)
      : analyzers_(analyzers),
        options_(options),
        context_(threads, options.limits, options.temporary),
        group_(context_.pool) {}

  Result<LayerFacts> read(const std::filesystem::path& root) {
    // The root itself may be a link: the user named it.
    Descriptor top(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (top.get() < 0) {
      return fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                  "reading " + root.string() + ": " + std::strerror(errno));
    }
    enter(std::move(top));
    while (!open_.empty()) step();
    group_.wait();
    LayerFacts facts = builder_.finish();
    for (LayerFile& file : facts.files) facts.size += file.size;
    for (const auto& [path, hash] : hashes_) set_hash(facts, path, hash);
    return facts;
  }

 private:
  struct Open {
    std::unique_ptr<DIR, int (*)(DIR*)> directory;
    std::size_t path_size = 0;  // of path_ with this directory
  };

  void enter(Descriptor fd) {
    DIR* directory = ::fdopendir(fd.get());
    if (directory == nullptr) {
      builder_.note(shown_path(path_) + " could not be read: " + std::strerror(errno));
      return;
    }
    (void)fd.release();
    open_.push_back({{directory, ::closedir}, path_.size()});
  }

  // One name of the directory that was entered last.
  void step() {
    path_.resize(open_.back().path_size);
    errno = 0;
    const dirent* item = ::readdir(open_.back().directory.get());
    if (item == nullptr) {
      if (errno != 0) {
        builder_.note(shown_path(path_) + " could not be read: " + std::strerror(errno));
      }
      open_.pop_back();
      return;
    }
    const std::string_view name = item->d_name;
    if (name == "." || name == "..") return;
    if (++entries_ > options_.limits.tar.max_entries) {
      if (entries_ == options_.limits.tar.max_entries + 1) {
        builder_.note(fmt::format("more than {} entries: the rest was not read",
                                  options_.limits.tar.max_entries));
      }
      open_.clear();
      return;
    }
    if (!path_.empty()) path_.push_back('/');
    path_ += name;
    if (path_.size() > options_.limits.tar.path.max_bytes) {
      builder_.note(shown_path(path_) + " has a path that is too long");
      return;
    }
    take(::dirfd(open_.back().directory.get()), item->d_name);
  }

  void take(int directory, const char* name) {
    struct stat status{};
    if (::fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return;  // gone meanwhile
    FileEntry entry{.path = path_,
                    .kind = kind_of(status.st_mode),
                    .mode = static_cast<std::uint32_t>(status.st_mode & 07777),
                    .uid = status.st_uid,
                    .gid = status.st_gid,
                    .modified = status.st_mtim.tv_sec};
    std::string link;
    if (entry.kind == FileKind::kSymlink) {
      link.resize(options_.limits.tar.path.max_bytes);
      const ssize_t size = ::readlinkat(directory, name, link.data(), link.size());
      link.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
      entry.link = link;
    }
    if (entry.kind == FileKind::kRegular) return take_file(directory, name, entry);
    (void)builder_.add_plain(entry);
    if (entry.kind == FileKind::kDirectory) take_directory(directory, name);
  }

  void take_directory(int directory, const char* name) {
    if (std::find(options_.skip.begin(), options_.skip.end(), path_) != options_.skip.end()) return;
    if (open_.size() >= options_.limits.tar.path.max_depth) {
      builder_.note(shown_path(path_) + " lies too deep");
      return;
    }
    Descriptor fd(::openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (fd.get() < 0) {
      builder_.note(shown_path(path_) + " could not be read: " + std::strerror(errno));
      return;
    }
    if (!is_made_up(fd.get())) enter(std::move(fd));
  }

  void take_file(int directory, const char* name, FileEntry entry) {
    // O_NONBLOCK: should it have become a pipe meanwhile, nobody waits.
    Descriptor fd(::openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status{};
    if (fd.get() < 0 || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
      if (fd.get() < 0) {
        builder_.note(shown_path(path_) + " could not be read: " + std::strerror(errno));
      }
      (void)builder_.add_plain(entry);
      return;
    }
    entry.size = static_cast<std::uint64_t>(status.st_size);
    entry.has_capabilities = ::fgetxattr(fd.get(), "security.capability", nullptr, 0) > 0;
    const FactsBuilder::Added file = builder_.add_plain(entry);
    std::array<char, kHead> head{};
    const std::string_view begin(head.data(), read_at(fd.get(), 0, head));
    Wanting wanting;
    who_wants(analyzers_, file.entry, begin, wanting);
    if (wanting.empty()) return;
    if (file.entry.size > options_.limits.max_file) {
      builder_.note(fmt::format("{} has {} bytes: too large to be looked at", shown_path(path_),
                                file.entry.size));
      return;
    }
    if (file.entry.size > options_.limits.max_in_memory) {
      return take_large(file, wanting, fd.get());
    }
    auto content =
        std::make_shared<OwnedContent>(std::max<std::size_t>(file.entry.size, 1), context_.memory);
    group_.run([this, file, wanting = std::move(wanting), content,
                fd = std::make_shared<Descriptor>(std::move(fd))] {
      content->wrote(read_at(fd->get(), 0, content->room().first(file.entry.size)));
      remember(file, content->bytes());
      builder_.set_facts(file.position, analyze_file(wanting, file.entry, *content));
    });
  }

  // A copy is mapped, not the file: it may be cut while it is looked at.
  void take_large(const FactsBuilder::Added& file, const Wanting& wanting, int fd) {
    auto content = SpilledContent::open(options_.temporary);
    Result<void> copied;
    if (content) {
      const auto piece = std::make_unique_for_overwrite<char[]>(kPiece);
      for (std::uint64_t at = 0; copied && at < file.entry.size;) {
        const auto most =
            static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, file.entry.size - at));
        const std::size_t got = read_at(fd, at, {piece.get(), most});
        if (got == 0) break;
        copied = (*content)->append({piece.get(), got});
        at += got;
      }
      if (copied) copied = (*content)->map();
    } else {
      copied = std::unexpected(content.error());
    }
    if (!copied) {
      builder_.note(shown_path(file.entry.path) +
                    " could not be looked at: " + copied.error().message);
      return;
    }
    remember(file, (*content)->bytes());
    (*content)->forget((*content)->bytes().size());
    builder_.set_facts(file.position, analyze_file(wanting, file.entry, **content));
  }

  void remember(const FactsBuilder::Added& file, std::string_view bytes) {
    const std::uint64_t hash = hash_of(bytes);
    const std::scoped_lock lock(mutex_);
    hashes_.emplace_back(file.entry.path, hash);
  }

  static void set_hash(LayerFacts& facts, std::string_view path, std::uint64_t hash) {
    const auto found =
        std::lower_bound(facts.files.begin(), facts.files.end(), path,
                         [](const LayerFile& a, std::string_view b) { return a.path < b; });
    if (found != facts.files.end() && found->path == path) found->content_hash = hash;
  }

  const Analyzers& analyzers_;
  const DirectoryOptions& options_;
  LayerContext context_;
  FactsBuilder builder_;
  std::mutex mutex_;
  std::vector<std::pair<std::string_view, std::uint64_t>> hashes_;
  std::vector<Open> open_;
  std::string path_;
  std::uint64_t entries_ = 0;
  WorkGroup group_;  // the last: its tasks use the others
};

}  // namespace

Result<LayerFacts> read_directory(const std::filesystem::path& root, const Analyzers& analyzers,
                                  const DirectoryOptions& options) {
  const unsigned threads =
      options.threads != 0 ? options.threads : std::thread::hardware_concurrency();
  return DirectoryReader(analyzers, options, threads).read(root);
}

}  // namespace yagura::image
