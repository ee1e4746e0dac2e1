#include "image/packages/golang/go_version.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "image/packages/collect/path.hpp"

namespace yagura::image {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_digits(std::string_view& text) {
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  return digits;
}

// "1.2.3", "1.2.3-rc.1": a "v" may stand before it. Empty where it is none.
std::string release_of(std::string_view value) {
  if (value.starts_with('v')) value.remove_prefix(1);
  std::string_view rest = value;
  for (int part = 0; part < 3; ++part) {
    if (part > 0) {
      if (!rest.starts_with('.')) return {};
      rest.remove_prefix(1);
    }
    if (take_digits(rest).empty()) return {};
  }
  if (!rest.empty() && rest.front() != '-' && rest.front() != '+') return {};
  return "v" + std::string(value);
}

// Flags as a shell's words: quotes hold blanks together.
std::vector<std::string> words_of(std::string_view flags) {
  std::vector<std::string> words;
  std::string word;
  char quote = '\0';
  for (const char c : flags) {
    if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else {
        word.push_back(c);
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
    } else {
      word.push_back(c);
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

bool names_the_version(std::string_view variable, std::string_view main_module) {
  constexpr std::array<std::string_view, 8> kNames{"version",    "buildversion",  "gitversion",
                                                   "appversion", "versionstring", "ver",
                                                   "tag",        "semver"};
  const auto dot = variable.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string name = ascii_lowered(variable.substr(dot + 1));
  if (std::ranges::find(kNames, name) == kNames.end()) return false;
  const std::string_view package = variable.substr(0, dot);
  if (package == "main" || package == main_module) return true;
  return !main_module.empty() && package.starts_with(main_module) &&
         package[main_module.size()] == '/';
}

}  // namespace

std::string semantic_go_version(std::string_view text) {
  const bool is_devel = text.starts_with("devel");
  if (is_devel) {
    const auto at = text.find("go1.");
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at);
  }
  if (!text.starts_with("go")) return {};
  text.remove_prefix(2);
  std::array<std::string_view, 3> parts{"", "0", "0"};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) {
      if (text.size() < 2 || text[0] != '.' || !is_digit(text[1])) break;
      text.remove_prefix(1);
    }
    parts[i] = take_digits(text);
  }
  if (parts[0].empty()) return {};
  std::string out;
  for (const std::string_view part : parts) {
    if (!out.empty()) out.push_back('.');
    out += part;
  }
  if (is_devel) return out + "-devel";
  for (const std::string_view kind : {"rc", "beta"}) {
    if (!text.starts_with(kind)) continue;
    text.remove_prefix(kind.size());
    const std::string_view number = take_digits(text);
    if (!number.empty()) out.append("-").append(kind).append(".").append(number);
    break;
  }
  return out;
}

std::string version_of_linker_flags(std::string_view flags, std::string_view main_module) {
  const auto words = words_of(flags);
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view definition = words[i];
    if (definition == "-X" && i + 1 < words.size()) {
      definition = words[i + 1];
    } else if (definition.starts_with("-X=")) {
      definition.remove_prefix(3);
    } else {
      continue;
    }
    const auto equals = definition.find('=');
    if (equals == std::string_view::npos) continue;
    if (!names_the_version(definition.substr(0, equals), main_module)) continue;
    if (std::string version = release_of(definition.substr(equals + 1)); !version.empty()) {
      return version;
    }
  }
  return {};
}

}  // namespace yagura::image
