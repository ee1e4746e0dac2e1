#include "sensor/enforce/hash_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <memory>

namespace yagura::sensor::enforce {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// By size and times: the device's number of an overlay is another one in each mount namespace's
// stat() than in the kernel.
bool is_same(const ygr_file& file, const struct stat& facts) {
  return S_ISREG(facts.st_mode) && static_cast<std::uint64_t>(facts.st_ino) == file.ino &&
         static_cast<std::uint64_t>(facts.st_size) == file.size &&
         static_cast<std::uint64_t>(facts.st_ctim.tv_sec) * 1'000'000'000U +
                 static_cast<std::uint64_t>(facts.st_ctim.tv_nsec) ==
             file.ctime_ns;
}

}  // namespace

std::optional<Sha256> hash_descriptor(int fd) {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) return std::nullopt;
  std::array<char, 65536> buffer{};
  std::uint64_t at = 0;
  while (true) {
    const ssize_t size = pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(at));
    if (size < 0 || at > kMaxHashedSize) return std::nullopt;
    if (size == 0) break;
    EVP_DigestUpdate(context.get(), buffer.data(), static_cast<std::size_t>(size));
    at += static_cast<std::uint64_t>(size);
  }
  Sha256 hash{};
  EVP_DigestFinal_ex(context.get(), hash.data(), nullptr);
  return hash;
}

std::optional<Sha256> hash_executable(const ygr_file& file, std::string_view path,
                                      std::span<const std::uint32_t> pids) {
  for (const std::uint32_t pid : pids) {
    const std::string place = fmt::format("/proc/{}/root{}", pid, path);
    const Descriptor open_file(open(place.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat facts{};
    if (open_file.get() < 0 || fstat(open_file.get(), &facts) != 0 || !is_same(file, facts))
      continue;
    const auto hash = hash_descriptor(open_file.get());
    // Changed while it was read: the hash is of nothing that ever was.
    if (!hash || fstat(open_file.get(), &facts) != 0 || !is_same(file, facts)) continue;
    return hash;
  }
  return std::nullopt;
}

}  // namespace yagura::sensor::enforce
