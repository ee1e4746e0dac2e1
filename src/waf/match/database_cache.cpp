#include "waf/match/internal/database_cache.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <span>

namespace yagura::waf::internal {

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::uint32_t kFormat = 1;  // raise where expressions mean something else
constexpr std::array<char, 8> kMagic = {'Y', 'A', 'G', 'U', 'R', 'A', 'D', 'B'};
constexpr std::size_t kMostItems = 1'000'000;
constexpr std::size_t kMostBytes = std::size_t{1} << 30;

using Digest = std::array<unsigned char, 32>;

// The first page; the lists of items stand behind the database, each item in four bytes.
struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint32_t format = kFormat;
  std::uint32_t item_count = 0;
  std::uint32_t unscannable_count = 0;
  std::uint32_t reserved = 0;
  std::uint64_t database_size = 0;  // 0: no database, the group has only unscannable items
  Digest key{};
  Digest checksum{};  // of everything behind the first page
};
static_assert(sizeof(Header) <= kPage);

Digest digest_of(std::span<const std::string_view> parts) {
  Digest digest{};
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
  for (const std::string_view part : parts) EVP_DigestUpdate(context, part.data(), part.size());
  EVP_DigestFinal_ex(context, digest.data(), nullptr);
  EVP_MD_CTX_free(context);
  return digest;
}

std::string hex_of(const Digest& digest) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : digest) {
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

template <typename T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] explicit operator bool() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

bool is_ours(const struct stat& about) { return about.st_uid == geteuid() || about.st_uid == 0; }

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string file_name(const std::string& key) { return key + ".hsdb"; }

// Does the library know the database as one of its own version, for this processor?
bool is_usable(const hs_database_t* database, std::size_t size) {
  std::size_t own_size = 0;
  if (hs_database_size(database, &own_size) != HS_SUCCESS || own_size > size) return false;
  char* info = nullptr;
  if (hs_database_info(database, &info) != HS_SUCCESS) return false;
  const bool block = std::string_view(info).contains("Mode: BLOCK");
  std::free(info);
  return block;
}

// The database of `compiled` as it lies in memory at the start of a page, or empty.
std::string laid_out(const hs_database_t* compiled) {
  char* serialized = nullptr;
  std::size_t length = 0;
  if (hs_serialize_database(compiled, &serialized, &length) != HS_SUCCESS) return {};
  std::string bytes;
  std::size_t size = 0;
  if (hs_serialized_database_size(serialized, length, &size) == HS_SUCCESS) {
    void* page = nullptr;
    if (posix_memalign(&page, kPage, size) == 0) {
      std::memset(page, 0, size);
      if (hs_deserialize_database_at(serialized, length, static_cast<hs_database_t*>(page)) ==
          HS_SUCCESS) {
        bytes.assign(static_cast<const char*>(page), size);
      }
      std::free(page);
    }
  }
  std::free(serialized);
  return bytes;
}

// Reads what follows the header of a mapped file.
std::optional<CompiledGroup> read_group(void* mapping, std::size_t size, const Digest& key) {
  const auto give_back = [&] {
    munmap(mapping, size);
    return std::nullopt;
  };
  const auto* start = static_cast<const char*>(mapping);
  Header header;
  std::memcpy(&header, start, sizeof(header));
  if (header.magic != kMagic || header.format != kFormat || header.key != key) return give_back();
  if (header.database_size > kMostBytes || header.item_count > kMostItems ||
      header.unscannable_count > kMostItems) {
    return give_back();
  }
  const std::size_t lists =
      sizeof(std::uint32_t) * (std::size_t{header.item_count} + header.unscannable_count);
  if (size != kPage + header.database_size + lists) return give_back();
  const std::string_view behind(start + kPage, size - kPage);
  if (digest_of({{behind}}) != header.checksum) return give_back();

  CompiledGroup group;
  group.items.resize(header.item_count);
  group.unscannable.resize(header.unscannable_count);
  const char* list = start + kPage + header.database_size;
  const std::size_t item_bytes = group.items.size() * sizeof(std::uint32_t);
  if (!group.items.empty()) std::memcpy(group.items.data(), list, item_bytes);
  if (!group.unscannable.empty()) {
    std::memcpy(group.unscannable.data(), list + item_bytes,
                group.unscannable.size() * sizeof(std::uint32_t));
  }
  if (header.database_size == 0) {
    munmap(mapping, size);
    return group;
  }
  const auto* database = reinterpret_cast<const hs_database_t*>(start + kPage);
  if (!is_usable(database, header.database_size)) return give_back();
  group.database = Database(database, mapping, size);
  return group;
}

Digest digest_from_hex(const std::string& key) {
  const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  Digest digest{};
  for (std::size_t i = 0; i < digest.size() && 2 * i + 1 < key.size(); ++i) {
    digest[i] = static_cast<unsigned char>(value(key[2 * i]) * 16 + value(key[2 * i + 1]));
  }
  return digest;
}

}  // namespace

DatabaseCache::DatabaseCache(const std::filesystem::path& folder) {
  if (folder.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  folder_ = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_ < 0) {
    problem_ = "cannot open " + folder.string() + ": " + std::strerror(errno);
    return;
  }
  struct stat about{};
  const bool known = fstat(folder_, &about) == 0;
  if (known && is_ours(about) && (about.st_mode & S_IWOTH) == 0) return;
  problem_ = folder.string() + " belongs to another user or can be written to by everyone";
  close(folder_);
  folder_ = -1;
}

DatabaseCache::~DatabaseCache() {
  if (folder_ >= 0) close(folder_);
}

std::string DatabaseCache::key_of(std::string_view description) {
  hs_platform_info_t platform{};
  hs_populate_platform(&platform);
  const std::string environment = std::to_string(kFormat) + '/' + hs_version() + '/' +
                                  std::to_string(platform.tune) + '/' +
                                  std::to_string(platform.cpu_features) + '\n';
  return hex_of(digest_of({{environment, description}}));
}

std::optional<CompiledGroup> DatabaseCache::load(const std::string& key) const {
  if (!usable()) return std::nullopt;
  const File file(openat(folder_, file_name(key).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return std::nullopt;
  struct stat about{};
  if (fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode) || !is_ours(about) ||
      (about.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return std::nullopt;
  }
  const auto size = static_cast<std::size_t>(about.st_size);
  if (size < kPage || size > kMostBytes) return std::nullopt;
  void* mapping = mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
  if (mapping == MAP_FAILED) return std::nullopt;
  return read_group(mapping, size, digest_from_hex(key));
}

CompiledGroup DatabaseCache::store(const std::string& key, CompiledGroup group) const {
  if (!usable()) return group;
  const bool has_database = group.database.get() != nullptr;
  const std::string database = has_database ? laid_out(group.database.get()) : std::string();
  if (has_database && database.empty()) return group;

  Header header{.item_count = static_cast<std::uint32_t>(group.items.size()),
                .unscannable_count = static_cast<std::uint32_t>(group.unscannable.size()),
                .database_size = database.size(),
                .key = digest_from_hex(key)};
  const std::string_view items = bytes_of(group.items);
  const std::string_view unscannable = bytes_of(group.unscannable);
  header.checksum = digest_of({{database, items, unscannable}});
  std::string page(kPage, '\0');
  std::memcpy(page.data(), &header, sizeof(header));

  static std::atomic<unsigned> counter;
  const std::string temporary =
      key + '.' + std::to_string(getpid()) + '.' + std::to_string(counter++) + ".tmp";
  {
    const File file(openat(folder_, temporary.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!file) return group;
    const bool whole = fchmod(file.get(), 0644) == 0 && write_all(file.get(), page) &&
                       write_all(file.get(), database) && write_all(file.get(), items) &&
                       write_all(file.get(), unscannable);
    if (!whole || renameat(folder_, temporary.c_str(), folder_, file_name(key).c_str()) != 0) {
      unlinkat(folder_, temporary.c_str(), 0);
      return group;
    }
  }
  if (auto mapped = load(key)) return std::move(*mapped);
  return group;
}

}  // namespace yagura::waf::internal
