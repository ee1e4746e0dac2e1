#include "image/distro/choose.hpp"

#include <algorithm>
#include <vector>

namespace yagura::image {
namespace {

bool is_completed_by(const Distro& best, const Distro& other) {
  if (other.id != best.id) return false;
  // Another release (a file that an upgrade left) adds nothing.
  return best.version_id.empty() || other.version_id.empty() ||
         other.version_id.starts_with(best.version_id) ||
         best.version_id.starts_with(other.version_id);
}

void complete(Distro& best, const Distro& other) {
  if (!is_completed_by(best, other)) return;
  if (best.codename.empty()) best.codename = other.codename;
  if (!best.version.empty()) return;
  const std::string& version = other.version.empty() ? other.version_id : other.version;
  if (version != best.version_id && !best.version_id.empty()) best.version = version;
}

}  // namespace

int distro_file_rank(std::string_view path) {
  if (path == "etc/os-release") return 0;
  if (path == "usr/lib/os-release") return 1;
  if (path.ends_with("os-release") || path.starts_with("usr/lib/os.release.d/")) return 2;
  if (path == "etc/lsb-release") return 4;
  if (path == "etc/redhat-release") return 5;
  if (path == "etc/system-release") return 6;
  if (path == "etc/debian_version") return 7;
  if (path.starts_with("bin/") || path.starts_with("usr/bin/")) return 8;
  return 3;  // the file of one distribution
}

std::optional<Distro> choose_distro(std::span<const DistroClaim> claims) {
  std::vector<DistroClaim> sorted(claims.begin(), claims.end());
  std::ranges::stable_sort(sorted, {},
                           [](const DistroClaim& claim) { return distro_file_rank(claim.path); });
  std::optional<Distro> best;
  for (const DistroClaim& claim : sorted) {
    if (claim.distro == nullptr) continue;
    if (!best) {
      best = *claim.distro;
    } else {
      complete(*best, *claim.distro);
    }
  }
  return best;
}

}  // namespace yagura::image
