#include "image/source/file_tree.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/visible_text.hpp"

namespace yagura::image {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

class FileRange final : public BlobStream {
 public:
  FileRange(std::shared_ptr<const FileDescriptor> file, std::uint64_t offset, std::uint64_t size,
            std::string name)
      : file_(std::move(file)), offset_(offset), left_(size), size_(size), name_(std::move(name)) {}

  Result<std::size_t> read(std::span<char> out) override {
    const std::size_t wanted = std::min<std::uint64_t>(out.size(), left_);
    if (wanted == 0) return 0;
    ssize_t got = 0;
    do {
      got = pread(file_->get(), out.data(), wanted, static_cast<off_t>(offset_));
    } while (got < 0 && errno == EINTR);
    if (got < 0) return fail(ErrorCode::kIo, fmt::format("{}: {}", name_, reason(errno)));
    if (got == 0) {
      return fail(ErrorCode::kIo, fmt::format("{}: ends {} bytes early", name_, left_));
    }
    offset_ += static_cast<std::uint64_t>(got);
    left_ -= static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
  }
  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  std::shared_ptr<const FileDescriptor> file_;
  std::uint64_t offset_;
  std::uint64_t left_;
  std::uint64_t size_;
  std::string name_;
};

class DirectoryTree final : public FileTree {
 public:
  DirectoryTree(FileDescriptor directory, std::string name)
      : directory_(std::move(directory)), name_(std::move(name)) {}

  const std::string& name() const override { return name_; }

  Result<OpenFile> open(std::string_view path) const override {
    const std::string shown = fmt::format("{}/{}", name_, core::visible(path));
    auto file = std::make_shared<FileDescriptor>(open_beneath(std::string(path)));
    if (!file->is_open()) return fail_for(errno, shown);
    struct stat status{};
    if (fstat(file->get(), &status) != 0) return fail_for(errno, shown);
    if (!S_ISREG(status.st_mode)) {
      return fail(ErrorCode::kInvalidInput, fmt::format("{}: is no regular file", shown));
    }
    const auto size = static_cast<std::uint64_t>(status.st_size);
    return OpenFile{.size = size, .stream = file_range(std::move(file), 0, size, shown)};
  }

 private:
  // O_NONBLOCK: a pipe that nobody writes to is refused, not waited for.
  int open_beneath(const std::string& path) const {
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(syscall(SYS_openat2, directory_.get(), path.c_str(), &how, sizeof how));
  }

  static std::unexpected<Error> fail_for(int error, const std::string& shown) {
    if (error == ENOENT || error == ENOTDIR) {
      return fail(ErrorCode::kNotFound, fmt::format("{}: is not there", shown));
    }
    if (error == EXDEV || error == ELOOP) {
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("{}: is a link out of the directory, which is not followed; copy it "
                              "with its links resolved (cp -rL)",
                              shown));
    }
    return fail(ErrorCode::kIo, fmt::format("{}: {}", shown, reason(error)));
  }

  FileDescriptor directory_;
  std::string name_;
};

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) close(fd_);
}

Result<std::string> FileTree::read(std::string_view path, std::uint64_t max_size) const {
  YAGURA_TRY(OpenFile file, open(path));
  if (file.size > max_size) {
    return fail(ErrorCode::kLimitExceeded,
                fmt::format("{}/{}: {} bytes are more than the limit of {}", name(),
                            core::visible(path), file.size, max_size));
  }
  return read_all(*file.stream, max_size);
}

Result<std::unique_ptr<FileTree>> open_directory_tree(const std::filesystem::path& directory) {
  FileDescriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open()) {
    return fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                fmt::format("{}: {}", directory.string(), reason(errno)));
  }
  return std::make_unique<DirectoryTree>(std::move(fd), directory.string());
}

std::unique_ptr<BlobStream> file_range(std::shared_ptr<const FileDescriptor> file,
                                       std::uint64_t offset, std::uint64_t size, std::string name) {
  return std::make_unique<FileRange>(std::move(file), offset, size, std::move(name));
}

Result<std::string> read_all(BlobStream& stream, std::uint64_t max_size) {
  constexpr std::size_t kPiece = std::size_t{64} << 10;
  std::string out;
  while (true) {
    const std::size_t at = out.size();
    out.resize(at + kPiece);
    YAGURA_TRY(const std::size_t got, stream.read(std::span(out).subspan(at)));
    out.resize(at + got);
    if (out.size() > max_size) {
      return fail(ErrorCode::kLimitExceeded, fmt::format("has more than {} bytes", max_size));
    }
    if (got == 0) return out;
  }
}

}  // namespace yagura::image
