#include "vuln/feeds/ecosystem.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "vuln/feeds/record.hpp"

namespace yagura::vuln {

namespace {

using Names = std::pair<std::string_view, std::string_view>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

// Cuts behind the part that `count` dots separate: ("9.3.1", 1) -> "9".
std::string_view leading_parts(std::string_view version, int count) {
  std::size_t at = 0;
  while (at < version.size() && (version[at] != '.' || --count > 0)) ++at;
  return version.substr(0, at);
}

std::string ubuntu(std::string_view rest) {
  if (rest.ends_with(":LTS")) rest.remove_suffix(4);
  return "Ubuntu:" + std::string(rest);
}

// "enterprise_linux:9::appstream", and the same with "cpe:/o:redhat:" before it.
std::string red_hat(std::string_view rest) {
  if (const auto at = rest.find("redhat:"); at != std::string_view::npos)
    rest = rest.substr(at + 7);
  const auto colon = rest.find(':');
  if (colon == std::string_view::npos) return "Red Hat:" + std::string(rest);
  const std::string_view product = rest.substr(0, colon);
  const std::string_view tail = rest.substr(colon + 1);
  const std::string_view version = tail.substr(0, tail.find(':'));
  if (product == "enterprise_linux") return "Red Hat:" + std::string(leading_parts(version, 1));
  return "Red Hat:" + std::string(product) + ":" + std::string(version);
}

// "… 15 SP5", "… 15 SP3-LTSS", "Leap 15.5": the version in the form of os-release.
std::string suse(std::string_view base, std::string_view rest) {
  if (lowered(rest).find("tumbleweed") != std::string::npos) {
    return std::string(base) + ":tumbleweed";
  }
  std::size_t at = 0;
  while (at < rest.size() && !(is_digit(rest[at]) && (at == 0 || rest[at - 1] == ' '))) ++at;
  if (at == rest.size()) return std::string(base) + ":" + std::string(rest);
  std::size_t end = at;
  while (end < rest.size() && (is_digit(rest[end]) || rest[end] == '.')) ++end;
  std::string version(rest.substr(at, end - at));
  if (rest.substr(end).starts_with(" SP")) {
    std::size_t pack = end + 3;
    version += '.';
    while (pack < rest.size() && is_digit(rest[pack])) version += rest[pack++];
  } else if (version.find('.') == std::string::npos) {
    version += ".0";
  }
  const bool micro = rest.find("Micro") != std::string_view::npos;
  return std::string(base) + (micro ? ":micro " : ":") + version;
}

std::string_view look_up(std::string_view name, const Names* begin, const Names* end) {
  for (; begin != end; ++begin) {
    if (begin->first == name) return begin->second;
  }
  return name;
}

}  // namespace

bool is_cve(std::string_view id) {
  if (!id.starts_with("CVE-") || id.size() < 13 || id.size() > 19 || id[8] != '-') return false;
  return std::ranges::all_of(id.substr(4, 4), is_digit) &&
         std::ranges::all_of(id.substr(9), is_digit);
}

std::string_view ecosystem_base(std::string_view ecosystem) {
  return ecosystem.substr(0, ecosystem.find(':'));
}

std::string canonical_ecosystem(std::string_view ecosystem) {
  const std::string_view base = ecosystem_base(ecosystem);
  if (base.size() == ecosystem.size()) return std::string(ecosystem);
  const std::string_view rest = ecosystem.substr(base.size() + 1);
  if (base == "Ubuntu") return ubuntu(rest);
  if (base == "Red Hat") return red_hat(rest);
  if (base == "SUSE" || base == "openSUSE") return suse(base, rest);
  if (base == "AlmaLinux" || base == "Rocky Linux") {
    return std::string(base) + ":" + std::string(leading_parts(rest, 1));
  }
  if (base == "Alpine" && !rest.empty() && is_digit(rest.front())) {
    return "Alpine:v" + std::string(leading_parts(rest, 2));
  }
  if (base == "Wolfi" || base == "Chainguard" || base == "Maven") return std::string(base);
  return std::string(ecosystem);
}

std::string canonical_package(std::string_view ecosystem, std::string_view name) {
  const std::string_view base = ecosystem_base(ecosystem);
  if (base == "NuGet" || base == "Packagist") return lowered(name);
  if (base != "PyPI") return std::string(name);
  std::string out;
  for (const char c : name) {
    if (c != '-' && c != '_' && c != '.') {
      out += lower(c);
    } else if (!out.ends_with('-')) {
      out += '-';
    }
  }
  return out;
}

bool is_rpm_ecosystem(std::string_view ecosystem) {
  static constexpr std::array<std::string_view, 12> kBases = {
      "AlmaLinux", "Rocky Linux", "Red Hat",     "SUSE",         "openSUSE",     "Mageia",
      "openEuler", "Photon OS",   "Azure Linux", "Amazon Linux", "Oracle Linux", "Fedora"};
  return std::ranges::find(kBases, ecosystem_base(ecosystem)) != kBases.end();
}

std::string_view debian_release(std::string_view codename) {
  static constexpr std::array<Names, 14> kReleases = {{{"lenny", "5"},
                                                       {"squeeze", "6"},
                                                       {"wheezy", "7"},
                                                       {"jessie", "8"},
                                                       {"stretch", "9"},
                                                       {"buster", "10"},
                                                       {"bullseye", "11"},
                                                       {"bookworm", "12"},
                                                       {"trixie", "13"},
                                                       {"forky", "14"},
                                                       {"duke", "15"},
                                                       {"etch", "4"},
                                                       {"sarge", "3.1"},
                                                       {"woody", "3.0"}}};
  return look_up(codename, kReleases.data(), kReleases.data() + kReleases.size());
}

std::string_view ubuntu_release(std::string_view codename) {
  static constexpr std::array<Names, 15> kReleases = {{{"precise", "12.04"},
                                                       {"trusty", "14.04"},
                                                       {"xenial", "16.04"},
                                                       {"bionic", "18.04"},
                                                       {"focal", "20.04"},
                                                       {"groovy", "20.10"},
                                                       {"hirsute", "21.04"},
                                                       {"impish", "21.10"},
                                                       {"jammy", "22.04"},
                                                       {"kinetic", "22.10"},
                                                       {"lunar", "23.04"},
                                                       {"mantic", "23.10"},
                                                       {"noble", "24.04"},
                                                       {"oracular", "24.10"},
                                                       {"plucky", "25.04"}}};
  return look_up(codename, kReleases.data(), kReleases.data() + kReleases.size());
}

}  // namespace yagura::vuln
