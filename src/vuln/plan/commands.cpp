#include "vuln/plan/commands.hpp"

#include <algorithm>
#include <array>

namespace yagura::vuln {

namespace {

using image::Package;
using image::PackageType;

std::string_view rpm_manager(const image::Distro& distro) {
  const std::string_view id = distro.id;
  if (id.starts_with("sle") || id.starts_with("opensuse") || id == "suse") return "zypper";
  if (id == "photon" || id == "azurelinux" || id == "mariner") return "tdnf";
  if (id == "amzn" && distro.version_id == "2") return "yum";
  const bool old_el = (id == "centos" || id == "rhel") && distro.version_id.starts_with('7');
  return old_el ? "yum" : "dnf";
}

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("@%+=:,./_-").find(c) != std::string_view::npos;
}

// A name may not be read as an option.
std::string operand(std::string_view text) {
  return text.starts_with('-') ? "./" + std::string(text) : std::string(text);
}

std::string_view without_v(std::string_view version) {
  return version.starts_with('v') ? version.substr(1) : version;
}

}  // namespace

std::string_view manager_of(const Package& package, const image::Distro& distro) {
  switch (package.type) {
    case PackageType::kDeb:
      return "apt";
    case PackageType::kApk:
      return "apk";
    case PackageType::kRpm:
      return rpm_manager(distro);
    case PackageType::kNpm:
      return "npm";
    case PackageType::kPypi:
      return "pip";
    case PackageType::kGo:
      return "go";
    case PackageType::kMaven:
      return "maven";
    case PackageType::kGem:
      return "bundler";
    case PackageType::kComposer:
      return "composer";
    case PackageType::kCargo:
      return "cargo";
    case PackageType::kNuget:
      return "dotnet";
    case PackageType::kOpkg:
      return "opkg";
    case PackageType::kConda:
      return "conda";
    case PackageType::kGeneric:
      return {};
  }
  return {};
}

std::string shell_word(std::string_view text) {
  std::string visible;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= ' ' && c != 0x7f) visible += c;
  }
  if (!visible.empty() && std::ranges::all_of(visible, is_plain)) return visible;
  std::string out = "'";
  for (const char c : visible) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string argument_of(std::string_view manager, const PackageChange& change, bool pin) {
  const std::string name = operand(change.name);
  const std::string& to = change.to;
  std::string text;
  if (manager == "apt") {
    text = pin && !to.empty() ? name + "=" + to : name;
  } else if (manager == "apk") {
    text = to.empty() ? name : name + ">=" + to;
  } else if (manager == "dnf" || manager == "yum" || manager == "tdnf") {
    text = pin && !to.empty() ? name + "-" + to : name;
  } else if (manager == "zypper") {
    text = pin && !to.empty() ? name + ">=" + to : name;
  } else if (manager == "npm") {
    text = name + "@" + to;
  } else if (manager == "pip") {
    text = name + ">=" + to;
  } else if (manager == "go") {
    text = name + "@v" + std::string(without_v(to));
  } else if (manager == "composer") {
    text = name + ":^" + std::string(without_v(to));
  } else if (manager == "conda") {
    text = name + ">=" + to;
  } else {
    text = name;
  }
  return shell_word(text);
}

bool takes_several(std::string_view manager) {
  static constexpr std::array<std::string_view, 11> kManagers = {
      "apt", "apk", "dnf", "yum", "tdnf", "zypper", "npm", "pip", "go", "composer", "bundler"};
  return std::ranges::find(kManagers, manager) != kManagers.end();
}

std::string command_for(std::string_view manager, const std::vector<std::string>& arguments) {
  static constexpr std::pair<std::string_view, std::string_view> kStarts[] = {
      {"apt", "apt-get install --only-upgrade"},
      {"apk", "apk add --upgrade"},
      {"dnf", "dnf upgrade"},
      {"yum", "yum update"},
      {"tdnf", "tdnf update"},
      {"zypper", "zypper install"},
      {"npm", "npm install"},
      {"pip", "pip install"},
      {"go", "go get"},
      {"bundler", "bundle update --conservative"},
      {"composer", "composer require"},
      {"conda", "conda install"},
      {"opkg", "opkg upgrade"},
  };
  for (const auto& [name, start] : kStarts) {
    if (name != manager) continue;
    std::string out(start);
    for (const std::string& argument : arguments) out += " " + argument;
    return out;
  }
  return {};
}

std::string note_for(std::string_view manager, const PackageChange& change) {
  if (manager == "go" && change.name == "stdlib") {
    return "build with Go " + std::string(without_v(change.to)) + " or newer";
  }
  if (manager == "maven") return "set " + change.name + " to " + change.to + " in the build file";
  return {};
}

}  // namespace yagura::vuln
