#include "image/distro/os_release.hpp"

#include <algorithm>

namespace yagura::image {
namespace {

constexpr std::size_t kMaxAssignments = 200;
constexpr std::size_t kMaxValue = 1024;

using Assignments = std::vector<std::pair<std::string, std::string>>;

bool is_key_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

std::string unquoted(std::string_view text) {
  std::string out;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size() && out.size() < kMaxValue; ++i) {
    const char c = text[i];
    if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else if (quote != '\0' && c == quote) {
      quote = '\0';
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      out.push_back(text[++i]);
    } else if (quote == '\0' && (c == ' ' || c == '\t')) {
      break;  // a comment, or a word that is a command to a shell
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

const std::string& find(const Assignments& assignments, std::string_view key) {
  static const std::string empty;
  const auto at = std::ranges::find(assignments, key, &Assignments::value_type::first);
  return at == assignments.end() ? empty : at->second;
}

const std::string& first_of(const Assignments& assignments,
                            std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (const std::string& value = find(assignments, key); !value.empty()) return value;
  }
  return find(assignments, "");
}

// VERSION is for people ("22.04.3 LTS (Jammy Jellyfish)"); its first word is often the version in
// full.
std::string full_version(const Assignments& assignments, std::string_view version_id) {
  if (const std::string& full = find(assignments, "DEBIAN_VERSION_FULL"); !full.empty())
    return full;
  std::string_view version = find(assignments, "VERSION");
  version = version.substr(0, version.find(' '));
  const bool refines = version.size() > version_id.size() && !version_id.empty() &&
                       version.starts_with(version_id) && version[version_id.size()] == '.';
  return refines ? std::string(version) : std::string();
}

// "bookworm" of "12 (bookworm)": what older files have instead of VERSION_CODENAME. One lower-case
// word: "(Blue Onyx)" is a name for people.
std::string codename_in_brackets(std::string_view version) {
  const auto open = version.find('(');
  const auto close = version.find(')', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) return {};
  const std::string_view name = version.substr(open + 1, close - open - 1);
  const bool is_word =
      !name.empty() && std::ranges::all_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
  return is_word ? std::string(name) : std::string();
}

}  // namespace

std::vector<std::pair<std::string, std::string>> read_assignments(std::string_view text) {
  Assignments out;
  text = text.substr(0, kMaxReleaseText);
  while (!text.empty() && out.size() < kMaxAssignments) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    const std::string_view key = line.substr(0, equals);
    if (!std::ranges::all_of(key, is_key_character)) continue;
    out.emplace_back(key, unquoted(line.substr(equals + 1)));
  }
  return out;
}

std::optional<Distro> read_os_release(std::string_view text) {
  const Assignments assignments = read_assignments(text);
  Distro distro;
  distro.id = lowered(find(assignments, "ID"));
  if (distro.id.empty()) {
    const std::string& name = find(assignments, "NAME");
    distro.id = lowered(std::string_view(name).substr(0, name.find(' ')));
  }
  if (distro.id.empty()) return std::nullopt;
  distro.version_id = find(assignments, "VERSION_ID");
  distro.id_like = lowered(find(assignments, "ID_LIKE"));
  distro.codename = first_of(assignments, {"VERSION_CODENAME", "UBUNTU_CODENAME"});
  if (distro.codename.empty()) distro.codename = codename_in_brackets(find(assignments, "VERSION"));
  distro.name = first_of(assignments, {"PRETTY_NAME", "NAME"});
  distro.version = full_version(assignments, distro.version_id);
  // "Stream" stands in the NAME alone, and it is another distribution than CentOS Linux.
  if (distro.id == "centos" && find(assignments, "NAME").find("Stream") != std::string::npos &&
      distro.name.find("Stream") == std::string::npos) {
    distro.name = find(assignments, "NAME") + " " + distro.version_id;
  }
  return distro;
}

std::optional<Distro> read_lsb_release(std::string_view text) {
  const Assignments assignments = read_assignments(text);
  Distro distro{.id = lowered(find(assignments, "DISTRIB_ID")),
                .version_id = find(assignments, "DISTRIB_RELEASE"),
                .id_like = {},
                .codename = find(assignments, "DISTRIB_CODENAME"),
                .name = find(assignments, "DISTRIB_DESCRIPTION"),
                .version = {}};
  if (distro.id.empty()) return std::nullopt;
  // Wolfi's and Alpine's files know no such name; of rolling ones "rolling" is no release.
  if (lowered(distro.version_id) == "rolling") distro.version_id.clear();
  return distro;
}

}  // namespace yagura::image
