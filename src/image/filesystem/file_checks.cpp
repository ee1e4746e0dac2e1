#include "image/filesystem/file_checks.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace yagura::image {
namespace {

using enum model::Severity;

constexpr std::size_t kMostOfAKind = 50;

struct Kind {
  const char* rule;
  const char* title;
  model::Severity severity;
  const char* remedy;
};

constexpr Kind kSetuid{
    "setuid-surprise", "setuid or setgid, and no package put it there", kHigh,
    "Remove the bit: `chmod a-s`. Programs that need a right can have a capability."};
constexpr Kind kCapability{"capability-surprise", "A file capability, and no package put it there",
                           kMedium, "Remove it: `setcap -r`, unless you set it."};
constexpr Kind kWritableFile{"world-writable-file", "Anybody may change this file", kMedium,
                             "`chmod o-w`."};
constexpr Kind kWritableFolder{"world-writable-directory",
                               "Anybody may put files here, and take others' away", kLow,
                               "`chmod o-w`, or set the sticky bit as /tmp has it."};
constexpr Kind kDevice{"device-node", "A device node is in the image", kMedium,
                       "Remove it: devices come from the runtime."};
constexpr Kind kGit{"version-control", "Version control was copied into the image", kMedium,
                    "Add .git to .dockerignore: its history may hold secrets that were removed."};
constexpr Kind kCore{"core-dump", "A core dump may hold what was in memory", kMedium, "Remove it."};
constexpr Kind kSshd{"ssh-server", "An SSH server is installed", kMedium,
                     "Remove it: `kubectl exec` is recorded and controlled."};

class Checker {
 public:
  Checker(const MergedImage& image, const Ownership& ownership)
      : image_(image), ownership_(ownership) {}

  std::vector<FileSuspicion> check() {
    for (const MergedFile& file : image_.files()) look_at(file);
    for (const auto& [rule, count] : counts_) {
      if (count <= kMostOfAKind) continue;
      const auto last =
          std::ranges::find_if(out_.rbegin(), out_.rend(),
                               [&](const FileSuspicion& s) { return s.suspicion.rule == rule; });
      last->suspicion.detail +=
          "; " + std::to_string(count - kMostOfAKind) + " more are not listed";
    }
    return std::move(out_);
  }

 private:
  void add(const Kind& kind, const MergedFile& file, std::string detail) {
    if (++counts_[kind.rule] > kMostOfAKind) return;
    out_.push_back({.suspicion = {.rule = kind.rule,
                                  .category = "configuration",
                                  .title = kind.title,
                                  .severity = kind.severity,
                                  .detail = std::move(detail),
                                  .remedy = kind.remedy},
                    .path = std::string(file.path),
                    .layer = file.layer,
                    .owner = std::string(ownership_.owner(file))});
  }

  static std::string mode_text(const LayerFile& file) {
    std::string digits = "0000";
    for (std::size_t i = 0; i < 4; ++i)
      digits[3 - i] = static_cast<char>('0' + (file.mode >> (3 * i) & 7));
    return "mode " + digits + ", owner " + std::to_string(file.uid) + ":" +
           std::to_string(file.gid);
  }

  void look_at(const MergedFile& file) {
    const LayerFile& entry = *file.file;
    // Without a package that told of any file, "nobody's" means nothing.
    const bool strange = ownership_.known() && ownership_.owner(file).empty();
    const std::string_view name = file.path.substr(file.path.rfind('/') + 1);
    switch (entry.kind) {
      case FileKind::kRegular:
      case FileKind::kHardLink:
        if ((entry.mode & 06000) != 0 && (entry.mode & 0111) != 0 && strange)
          add(kSetuid, file, mode_text(entry));
        if (entry.has_capabilities && strange) add(kCapability, file, mode_text(entry));
        if ((entry.mode & 0002) != 0) add(kWritableFile, file, mode_text(entry));
        if ((name == "core" || name.starts_with("core.")) && entry.size > 65536 && is_core(file))
          add(kCore, file, std::to_string(entry.size) + " bytes");
        if (file.path == "usr/sbin/sshd" || file.path == "usr/bin/dropbear")
          add(kSshd, file, std::string(ownership_.owner(file)));
        if (name == "HEAD" && file.path.ends_with(".git/HEAD"))
          add(kGit, file, "a repository with its history");
        break;
      case FileKind::kDirectory:
        if ((entry.mode & 0002) != 0 && (entry.mode & 01000) == 0)
          add(kWritableFolder, file, mode_text(entry));
        break;
      case FileKind::kCharacterDevice:
      case FileKind::kBlockDevice:
        if (!file.path.starts_with("dev/")) add(kDevice, file, mode_text(entry));
        break;
      case FileKind::kSymlink:
      case FileKind::kFifo:
      case FileKind::kSocket:
        break;
    }
  }

  // "core" is also a directory's and a module's name: a dump has no extension that is a word.
  static bool is_core(const MergedFile& file) {
    const std::string_view name = file.path.substr(file.path.rfind('/') + 1);
    return name == "core" ||
           std::ranges::all_of(name.substr(5), [](char c) { return c >= '0' && c <= '9'; });
  }

  const MergedImage& image_;
  const Ownership& ownership_;
  std::vector<FileSuspicion> out_;
  std::map<std::string, std::size_t> counts_;
};

}  // namespace

std::vector<FileSuspicion> check_files(const MergedImage& image, const Ownership& ownership) {
  return Checker(image, ownership).check();
}

}  // namespace yagura::image
