#pragma once

#include <cstdint>
#include <string_view>

namespace yagura::image {

enum class FileKind : std::uint8_t {
  kRegular,
  kDirectory,
  kSymlink,
  kHardLink,  // to a path of the same layer
  kCharacterDevice,
  kBlockDevice,
  kFifo,
  kSocket,
};

// One file as a layer or a directory names it. The texts live as long as the call that gets it.
// Everything here is a stranger's word: `path` alone has been made safe.
struct FileEntry {
  // Relative to the root, normalised: no leading or trailing slash, no empty, "." or ".."
  // component, no NUL; any other bytes, not always UTF-8. "" is the root itself.
  std::string_view path;
  FileKind kind = FileKind::kRegular;
  std::uint32_t mode = 0;  // permission bits with setuid, setgid and sticky: 07777 at most
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t size = 0;         // bytes of content; 0 for what has none
  std::int64_t modified = 0;      // seconds since 1970
  std::string_view link;          // symlink: as written; hard link: a path like `path`
  bool has_capabilities = false;  // carries security.capability

  [[nodiscard]] bool is_executable() const { return (mode & 0111) != 0; }
  // What stands behind the last slash.
  [[nodiscard]] std::string_view name() const {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
  }
};

}  // namespace yagura::image
