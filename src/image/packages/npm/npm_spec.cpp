#include "image/packages/npm/npm_spec.hpp"

#include <algorithm>
#include <array>

#include "image/packages/collect/path.hpp"

namespace yagura::image {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

bool is_commit(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) && std::ranges::all_of(text, is_hex);
}

// Takes digits off the front; false where there are none.
bool take_number(std::string_view& text) {
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(end);
  return end > 0;
}

bool take_dot(std::string_view& text) {
  if (!text.starts_with('.')) return false;
  text.remove_prefix(1);
  return true;
}

// "user/repository": what npm takes for a repository of GitHub. Ranges have no slash.
bool is_short_hand(std::string_view specifier) {
  const auto slash = specifier.find('/');
  if (slash == std::string_view::npos || slash == 0 || specifier.front() == '@') return false;
  const std::string_view repository = specifier.substr(slash + 1, specifier.find('#') - slash - 1);
  return !repository.empty() && repository.find_first_of(" /:") == std::string_view::npos &&
         specifier.substr(0, slash).find_first_of(" :<>=|.~") == std::string_view::npos;
}

}  // namespace

NpmSpec split_npm_spec(std::string_view text) {
  const auto at = text.find('@', 1);
  if (text.empty() || at == std::string_view::npos) return {.name = text, .range = {}};
  return {.name = text.substr(0, at), .range = text.substr(at + 1)};
}

bool is_npm_name(std::string_view name) {
  if (name.empty() || name.size() > 500) return false;
  if (name.find_first_of(" \t\r\n:#?%\\") != std::string_view::npos) return false;
  const auto slash = name.find('/');
  if (name.front() != '@') return slash == std::string_view::npos && name.front() != '.';
  return slash != std::string_view::npos && slash > 1 && slash + 1 < name.size() &&
         name.find('/', slash + 1) == std::string_view::npos;
}

bool is_semantic_version(std::string_view text) {
  return take_number(text) && take_dot(text) && take_number(text) && take_dot(text) &&
         take_number(text) && (text.empty() || text.front() == '-' || text.front() == '+') &&
         text.find_first_of(" /:@#") == std::string_view::npos;
}

NpmOrigin npm_origin(std::string_view specifier) {
  constexpr std::array<std::string_view, 7> kLocal{
      "link:", "workspace:", "portal:", "virtual:", "exec:", "root:", "file:"};
  constexpr std::array<std::string_view, 10> kGit{
      "git:",  "git@", "git+",       "github:",  "gitlab:",
      "gist:", "ssh:", "bitbucket:", "git-ssh:", "git-https:"};
  const auto begins = [specifier](std::string_view prefix) {
    return specifier.starts_with(prefix);
  };
  // An archive from disk is somebody's package all the same.
  const std::string_view path = specifier.substr(0, specifier.find_first_of("#:", 5));
  if (begins("file:") && (path.ends_with(".tgz") || path.ends_with(".tar.gz"))) {
    return NpmOrigin::kRegistry;
  }
  if (std::ranges::any_of(kLocal, begins) || begins("./") || begins("../")) {
    return NpmOrigin::kLocal;
  }
  if (std::ranges::any_of(kGit, begins)) return NpmOrigin::kGit;
  if (begins("https:") || begins("http:")) {
    const std::string_view before = specifier.substr(0, specifier.find('#'));
    const bool is_git = before.ends_with(".git") || begins("https://codeload.github.com/") ||
                        specifier.find("#commit=") != std::string_view::npos;
    return is_git ? NpmOrigin::kGit : NpmOrigin::kRegistry;
  }
  return is_short_hand(specifier) ? NpmOrigin::kGit : NpmOrigin::kRegistry;
}

std::string_view npm_commit(std::string_view address) {
  if (const auto hash = address.rfind('#'); hash != std::string_view::npos) {
    std::string_view commit = address.substr(hash + 1);
    if (commit.starts_with("commit=")) commit.remove_prefix(7);
    commit = commit.substr(0, commit.find('&'));
    return is_commit(commit) ? commit : std::string_view();
  }
  const std::string_view last = base_name(address);
  return is_commit(last) ? last : std::string_view();
}

std::string_view version_of_archive(std::string_view address, std::string_view name) {
  std::string_view file = base_name(address.substr(0, address.find_first_of("?#")));
  const std::string_view bare = base_name(name);
  if (!file.starts_with(bare) || !file.ends_with(".tgz")) return {};
  file.remove_suffix(4);
  file.remove_prefix(bare.size());
  if (!file.starts_with('-')) return {};
  file.remove_prefix(1);
  return is_semantic_version(file) ? file : std::string_view();
}

}  // namespace yagura::image
