#include "image/cache/layer_cache.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <vector>

#include "image/cache/layer_codec.hpp"

namespace yagura::image {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kSuffix = ".layer";
constexpr std::string_view kTemporary = ".tmp-";
// Of a process that died while it wrote.
constexpr std::time_t kStaleAfter = 3600;

std::unexpected<Error> system_error(std::string_view doing, const fs::path& path) {
  return fail(ErrorCode::kIo,
              std::string(doing) + " " + path.string() + ": " + std::strerror(errno));
}

std::string key_of(std::string_view layer, std::string_view analysis) {
  return std::string(layer) + "\n" + std::string(analysis);
}

std::string file_name(std::string_view key) {
  const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  return fmt::format("{:016x}{:016x}{}", hash.high64, hash.low64, kSuffix);
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

struct Mapping {
  std::shared_ptr<const void> keep;
  std::string_view bytes;
};

Mapping map_entry(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status{};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) return {};
  if (!S_ISREG(status.st_mode) || status.st_uid != ::geteuid() || status.st_size <= 0) return {};
  const auto size = static_cast<std::size_t>(status.st_size);
  void* at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file.get(), 0);
  if (at == MAP_FAILED) return {};
  ::futimens(file.get(), nullptr);  // used now
  return {{at, [size](void* mapped) { ::munmap(mapped, size); }},
          {static_cast<const char*>(at), size}};
}

struct Entry {
  std::string name;
  std::uint64_t size = 0;
  timespec used{};
};

// Calls `take` for each of our files in the directory.
template <class Take>
void each_file(const fs::path& directory, Take take) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), ::closedir);
  if (!open) return;
  while (const dirent* item = ::readdir(open.get())) {
    const std::string_view name = item->d_name;
    if (!name.ends_with(kSuffix) && !name.starts_with(kTemporary)) continue;
    struct stat status{};
    if (::fstatat(::dirfd(open.get()), item->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    take(Entry{std::string(name), static_cast<std::uint64_t>(status.st_size), status.st_mtim});
  }
}

bool used_before(const Entry& a, const Entry& b) {
  if (a.used.tv_sec != b.used.tv_sec) return a.used.tv_sec < b.used.tv_sec;
  return a.used.tv_nsec < b.used.tv_nsec;
}

}  // namespace

std::string analysis_id(const Analyzers& analyzers, std::string_view more) {
  std::string id;
  for (const auto& analyzer : analyzers) {
    id += fmt::format("{}={};", analyzer->name(), analyzer->version());
  }
  id += more;
  return id;
}

std::optional<fs::path> default_cache_directory() {
  const auto absolute = [](const char* name) -> std::optional<fs::path> {
    const char* value = std::getenv(name);
    if (value == nullptr || *value != '/') return std::nullopt;
    return fs::path(value);
  };
  if (const auto told = absolute("XDG_CACHE_HOME")) return *told / "yagura";
  if (const auto home = absolute("HOME")) return *home / ".cache" / "yagura";
  return std::nullopt;
}

Result<LayerCache> LayerCache::open(const CacheOptions& options) {
  fs::path directory = options.directory;
  if (directory.empty()) {
    const auto found = default_cache_directory();
    if (!found) {
      return fail(ErrorCode::kNotFound,
                  "no cache directory: neither XDG_CACHE_HOME nor HOME is set");
    }
    directory = *found;
  }
  directory /= "layers";
  std::error_code error;
  fs::create_directories(directory.parent_path(), error);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return system_error("making the cache directory", directory);
  }
  if (!fs::is_directory(directory, error)) {
    return fail(ErrorCode::kIo, directory.string() + " is no directory");
  }
  return LayerCache(std::move(directory), options.max_bytes);
}

std::optional<LayerFacts> LayerCache::get(std::string_view layer, std::string_view analysis) const {
  const std::string key = key_of(layer, analysis);
  const fs::path path = directory_ / file_name(key);
  Mapping mapping = map_entry(path);
  if (!mapping.keep) return std::nullopt;
  std::optional<LayerFacts> facts = decode_layer(mapping.bytes, std::move(mapping.keep), key);
  if (!facts) ::unlink(path.c_str());
  return facts;
}

Result<void> LayerCache::put(std::string_view layer, std::string_view analysis,
                             const LayerFacts& facts) const {
  const std::string key = key_of(layer, analysis);
  const std::string bytes = encode_layer(facts, key);
  if (bytes.empty() || bytes.size() > max_bytes_) return {};
  std::string temporary = (directory_ / (std::string(kTemporary) + "XXXXXX")).string();
  const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) return system_error("writing to the cache", directory_);
  for (std::string_view rest = bytes; !rest.empty();) {
    const ssize_t written = ::write(file.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const auto error = system_error("writing to the cache", directory_);
      ::unlink(temporary.c_str());
      return error;
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::rename(temporary.c_str(), (directory_ / file_name(key)).c_str()) != 0) {
    const auto error = system_error("writing to the cache", directory_);
    ::unlink(temporary.c_str());
    return error;
  }
  trim();
  return {};
}

void LayerCache::trim() const {
  std::vector<Entry> entries;
  std::uint64_t bytes = 0;
  const std::time_t now = std::time(nullptr);
  each_file(directory_, [&](Entry entry) {
    if (entry.name.starts_with(kTemporary)) {
      if (entry.used.tv_sec + kStaleAfter < now) ::unlink((directory_ / entry.name).c_str());
      return;
    }
    bytes += entry.size;
    entries.push_back(std::move(entry));
  });
  if (bytes <= max_bytes_) return;
  std::sort(entries.begin(), entries.end(), used_before);
  for (const Entry& entry : entries) {
    if (bytes <= max_bytes_) return;
    ::unlink((directory_ / entry.name).c_str());
    bytes -= entry.size;
  }
}

void LayerCache::clear() const {
  each_file(directory_, [&](const Entry& entry) { ::unlink((directory_ / entry.name).c_str()); });
}

LayerCache::Usage LayerCache::usage() const {
  Usage usage;
  each_file(directory_, [&](const Entry& entry) {
    ++usage.entries;
    usage.bytes += entry.size;
  });
  return usage;
}

}  // namespace yagura::image
