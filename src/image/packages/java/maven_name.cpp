#include "image/packages/java/maven_name.hpp"

#include <algorithm>
#include <array>

#include "image/packages/collect/path.hpp"

namespace yagura::image {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Words that belong to a version: "1.0-SNAPSHOT", "31.1-jre", "2.0-b05".
bool is_qualifier(std::string_view token) {
  constexpr std::array<std::string_view, 22> kWords{
      "snapshot", "release",   "final",   "ga", "alpha",  "beta",       "rc",  "cr",
      "m",        "jre",       "android", "sp", "b",      "incubating", "pre", "preview",
      "ea",       "milestone", "build",   "r",  "redhat", "pfd"};
  const auto end = token.find_first_of("0123456789.+_");
  const std::string word = ascii_lowered(token.substr(0, end));
  return std::ranges::find(kWords, word) != kWords.end();
}

// The length of the version that `text` begins with; 0 where it is none: then something that is no
// version stands before a further number ("1.2-api-2.17.1").
std::size_t version_length(std::string_view text) {
  std::size_t length = 0;
  bool is_over = false;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('-', at), text.size());
    const std::string_view token = text.substr(at, end - at);
    const bool has_number = !token.empty() && is_digit(token.front());
    if (is_over && has_number) return 0;
    if (!is_over && (has_number || is_qualifier(token))) {
      length = end;
    } else {
      is_over = true;
    }
    at = end + 1;
  }
  return length;
}

// "org.a" of "root/.m2/repository/org/a"; empty where it is no repository.
std::string group_below_root(std::string_view directory) {
  for (const std::string_view root : {"repository/", "maven-repo/", "maven2/"}) {
    const auto at = directory.rfind(root);
    if (at == std::string_view::npos || (at > 0 && directory[at - 1] != '/')) continue;
    std::string out(directory.substr(at + root.size()));
    std::ranges::replace(out, '/', '.');
    return out;
  }
  return {};
}

}  // namespace

ArtifactName split_artifact_name(std::string_view stem) {
  constexpr std::size_t kLongest = 300;  // keeps the search below from being quadratic
  if (stem.size() > kLongest) return {.artifact = stem, .version = {}};
  for (auto dash = stem.find('-'); dash != std::string_view::npos;
       dash = stem.find('-', dash + 1)) {
    if (dash == 0 || dash + 1 >= stem.size() || !is_digit(stem[dash + 1])) continue;
    const std::string_view rest = stem.substr(dash + 1);
    if (const std::size_t length = version_length(rest); length > 0) {
      return {.artifact = stem.substr(0, dash), .version = rest.substr(0, length)};
    }
  }
  return {.artifact = stem, .version = {}};
}

std::optional<RepositoryPlace> repository_place(std::string_view path) {
  std::string_view directory = directory_of(path);
  const bool is_gradle = is_below(directory, "files-2.1");
  if (is_gradle) directory = directory_of(directory);
  const std::string_view artifact_directory = directory_of(directory);
  RepositoryPlace place{.artifact = base_name(artifact_directory), .version = base_name(directory)};
  std::string_view name = base_name(path);
  for (const std::string_view part : {place.artifact, std::string_view("-"), place.version}) {
    if (part.empty() || !name.starts_with(part)) return std::nullopt;
    name.remove_prefix(part.size());
  }
  const std::string_view group = directory_of(artifact_directory);
  place.group = is_gradle ? std::string(base_name(group)) : group_below_root(group);
  if (!is_maven_id(place.group)) return std::nullopt;
  return place;
}

bool is_maven_id(std::string_view text) {
  return !text.empty() && text.size() <= 256 && std::ranges::all_of(text, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_';
  });
}

std::string_view stem_of(std::string_view path) {
  const std::string_view name = base_name(path);
  return name.substr(0, name.rfind('.'));
}

bool is_java_archive_name(std::string_view path) {
  constexpr std::array<std::string_view, 9> kExtensions{".jar", ".war", ".ear", ".par", ".sar",
                                                        ".hpi", ".jpi", ".nar", ".kar"};
  return std::ranges::any_of(kExtensions, [path](std::string_view extension) {
    return ends_with_ignoring_case(path, extension);
  });
}

}  // namespace yagura::image
