#include "image/distro/distro_analyzer.hpp"

#include <optional>

#include "image/distro/os_release.hpp"
#include "image/distro/release_files.hpp"

namespace yagura::image {
namespace {

using Reader = std::optional<Distro> (*)(std::string_view);

std::optional<Distro> read_arch_release(std::string_view /*text*/) {
  return Distro{.id = "arch",
                .version_id = {},
                .id_like = {},
                .codename = {},
                .name = "Arch Linux",
                .version = {}};
}

struct KnownFile {
  std::string_view path;
  Reader read;
};

constexpr KnownFile kKnownFiles[] = {
    {"etc/os-release", read_os_release},
    {"usr/lib/os-release", read_os_release},
    {"etc/lsb-release", read_lsb_release},
    {"etc/openwrt_release", read_lsb_release},
    {"etc/debian_version", read_debian_version},
    {"etc/alpine-release", read_alpine_release},
    {"etc/redhat-release", read_redhat_release},
    {"etc/centos-release", read_redhat_release},
    {"etc/fedora-release", read_redhat_release},
    {"etc/oracle-release", read_redhat_release},
    {"etc/rocky-release", read_redhat_release},
    {"etc/almalinux-release", read_redhat_release},
    {"etc/system-release", read_redhat_release},
    {"etc/photon-release", read_redhat_release},
    {"etc/mariner-release", read_redhat_release},
    {"etc/azurelinux-release", read_redhat_release},
    {"etc/openEuler-release", read_redhat_release},
    {"etc/SuSE-release", read_suse_release},
    {"etc/arch-release", read_arch_release},
    // The first of the hard links by name is the file; in images of BusyBox that is "[".
    {"bin/[", read_busybox},
    {"bin/busybox", read_busybox},
    {"usr/bin/busybox", read_busybox},
};

// Fedora's editions each have one; the link etc/os-release leads to the one that counts.
constexpr std::string_view kEditions = "usr/lib/os.release.d/os-release-";

Reader reader_of(std::string_view path) {
  for (const KnownFile& known : kKnownFiles) {
    if (path == known.path) return known.read;
  }
  return path.starts_with(kEditions) ? read_os_release : nullptr;
}

}  // namespace

bool DistroAnalyzer::wants(const FileEntry& file, std::string_view head) const {
  const Reader reader = reader_of(file.path);
  if (reader == nullptr) return false;
  return reader != read_busybox || head.starts_with(
                                       "\x7f"
                                       "ELF");
}

void DistroAnalyzer::analyze(const FileEntry& file, const FileContent& content,
                             FileFacts& facts) const {
  const Reader reader = reader_of(file.path);
  if (reader == nullptr) return;
  facts.distro = reader(content.bytes());
}

}  // namespace yagura::image
