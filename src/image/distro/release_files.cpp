#include "image/distro/release_files.hpp"

#include <algorithm>
#include <string>

#include "image/distro/os_release.hpp"

namespace yagura::image {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kMaxWord = 128;

std::string_view first_line(std::string_view text) {
  text = text.substr(0, std::min(text.find('\n'), kMaxReleaseText));
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_version_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
         c == '-' || c == '~' || c == '+';
}

bool is_version(std::string_view text) {
  return !text.empty() && text.size() <= kMaxWord && is_digit(text.front()) &&
         std::ranges::all_of(text, is_version_character);
}

// "9.3" to "9".
std::string_view major(std::string_view version) { return version.substr(0, version.find('.')); }

// "2.0.20220210" to "2.0": what these distributions have as VERSION_ID.
std::string_view major_minor(std::string_view version) {
  const auto dot = version.find('.');
  if (dot == std::string_view::npos) return version;
  return version.substr(0, version.find('.', dot + 1));
}

enum class VersionId : std::uint8_t { kWhole, kMajor, kMajorMinor };

struct RedHatRelative {
  std::string_view start;  // of the line
  std::string_view id;
  VersionId version_id;
};

// What os-release of the same distribution has as ID and VERSION_ID.
constexpr RedHatRelative kRelatives[] = {
    {"CentOS", "centos", VersionId::kMajor},
    {"Red Hat Enterprise Linux", "rhel", VersionId::kWhole},
    {"Fedora", "fedora", VersionId::kMajor},
    {"Oracle Linux", "ol", VersionId::kWhole},
    {"Rocky Linux", "rocky", VersionId::kWhole},
    {"AlmaLinux", "almalinux", VersionId::kWhole},
    {"Scientific Linux", "scientific", VersionId::kWhole},
    {"Amazon Linux", "amzn", VersionId::kMajorMinor},
    {"VMware Photon", "photon", VersionId::kMajorMinor},
    {"Photon", "photon", VersionId::kMajorMinor},
    {"CBL-Mariner", "mariner", VersionId::kMajorMinor},
    {"Common Base Linux Mariner", "mariner", VersionId::kMajorMinor},
    {"Microsoft Azure Linux", "azurelinux", VersionId::kMajorMinor},
    {"openEuler", "openeuler", VersionId::kWhole},
};

std::string_view version_id_of(std::string_view version, VersionId part) {
  switch (part) {
    case VersionId::kWhole:
      return version;
    case VersionId::kMajor:
      return major(version);
    case VersionId::kMajorMinor:
      return major_minor(version);
  }
  return version;
}

// The first word of the line that is a version.
std::string_view find_version(std::string_view line) {
  while (!line.empty()) {
    const auto end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    if (is_version(word)) return word;
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return {};
}

// The value of "KEY = value" in SuSE-release.
std::string_view suse_value(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.starts_with(key)) continue;
    const auto equals = line.find('=');
    if (equals != std::string_view::npos) return first_line(line.substr(equals + 1));
  }
  return {};
}

}  // namespace

std::optional<Distro> read_debian_version(std::string_view text) {
  const std::string_view line = first_line(text);
  if (is_version(line)) {
    return Distro{.id = "debian",
                  .version_id = std::string(major(line)),
                  .id_like = {},
                  .codename = {},
                  .name = "Debian GNU/Linux " + std::string(line),
                  .version = std::string(line)};
  }
  const auto slash = line.find("/sid");
  if (slash == std::string_view::npos || slash == 0 || slash > kMaxWord) return std::nullopt;
  return Distro{.id = "debian",
                .version_id = {},
                .id_like = {},
                .codename = std::string(line.substr(0, slash)),
                .name = "Debian GNU/Linux " + std::string(line.substr(0, kMaxWord)),
                .version = {}};
}

std::optional<Distro> read_alpine_release(std::string_view text) {
  const std::string_view line = first_line(text);
  if (!is_version(line)) return std::nullopt;
  return Distro{.id = "alpine",
                .version_id = std::string(line),
                .id_like = {},
                .codename = {},
                .name = "Alpine Linux " + std::string(line),
                .version = {}};
}

std::optional<Distro> read_redhat_release(std::string_view text) {
  const std::string_view line = first_line(text);
  const auto relative = std::ranges::find_if(kRelatives, [&](const RedHatRelative& candidate) {
    return line.starts_with(candidate.start);
  });
  if (relative == std::end(kRelatives)) return std::nullopt;
  const std::string_view version = find_version(line);
  const std::string_view version_id = version_id_of(version, relative->version_id);
  return Distro{.id = std::string(relative->id),
                .version_id = std::string(version_id),
                .id_like = {},
                .codename = {},
                .name = std::string(line.substr(0, kMaxWord)),
                .version = version == version_id ? std::string() : std::string(version)};
}

std::optional<Distro> read_suse_release(std::string_view text) {
  text = text.substr(0, kMaxReleaseText);
  const std::string_view name = first_line(text);
  const std::string_view version = suse_value(text, "VERSION");
  if (!is_version(version)) return std::nullopt;
  Distro distro{.id = {},
                .version_id = std::string(version),
                .id_like = "suse",
                .codename = {},
                .name = std::string(name.substr(0, kMaxWord)),
                .version = {}};
  if (name.starts_with("openSUSE")) {
    distro.id = "opensuse";
  } else if (name.starts_with("SUSE Linux Enterprise")) {
    distro.id = name.find("Desktop") == std::string_view::npos ? "sles" : "sled";
    const std::string_view patch_level = suse_value(text, "PATCHLEVEL");
    if (is_version(patch_level) && patch_level != "0") {
      distro.version_id += "." + std::string(patch_level);
    }
  } else {
    return std::nullopt;
  }
  return distro;
}

std::optional<Distro> read_busybox(std::string_view program) {
  constexpr std::string_view kMark = "BusyBox v";
  const auto at = program.find(kMark);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view version = program.substr(at + kMark.size(), kMaxWord);
  const auto end =
      std::ranges::find_if_not(version, [](char c) { return is_digit(c) || c == '.'; });
  version = version.substr(0, static_cast<std::size_t>(end - version.begin()));
  if (!is_version(version)) return std::nullopt;
  return Distro{.id = "busybox",
                .version_id = std::string(version),
                .id_like = {},
                .codename = {},
                .name = "BusyBox " + std::string(version),
                .version = {}};
}

}  // namespace yagura::image
