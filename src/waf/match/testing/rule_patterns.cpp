#include "waf/match/testing/rule_patterns.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>

namespace yagura::waf::testing {

namespace fs = std::filesystem;

namespace {

std::string contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  std::string logical;
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find_first_not_of(" \t");
    line.erase(0, first == std::string::npos ? line.size() : first);
    const bool continued = line.ends_with('\\');
    if (continued) line.pop_back();
    logical += line;
    if (continued) continue;
    lines.push_back(std::move(logical));
    logical.clear();
  }
  return lines;
}

// The next word of a directive: quoted (with \" inside) or not.
std::string next_word(std::string_view line, std::size_t& at) {
  while (at < line.size() && line[at] == ' ') ++at;
  std::string word;
  if (at < line.size() && line[at] == '"') {
    for (++at; at < line.size() && line[at] != '"'; ++at) {
      if (line[at] == '\\' && at + 1 < line.size()) {
        if (line[at + 1] != '"') word += '\\';
        ++at;
      }
      word += line[at];
    }
    ++at;
    return word;
  }
  while (at < line.size() && line[at] != ' ') word += line[at++];
  return word;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::vector<std::string> phrases_of_file(const fs::path& path) {
  std::vector<std::string> phrases;
  std::ifstream in(path, std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) {
      line.pop_back();
    }
    const auto first = line.find_first_not_of(" \t");
    if (first == std::string::npos || line[first] == '#') continue;
    phrases.push_back(line.substr(first));
  }
  return phrases;
}

// The digits behind `key` in the actions.
std::string number_after(const std::string& actions, std::string_view key) {
  const auto at = actions.find(key);
  if (at == std::string::npos) return {};
  std::size_t end = at + key.size();
  while (end < actions.size() && std::isdigit(static_cast<unsigned char>(actions[end])) != 0) ++end;
  return actions.substr(at + key.size(), end - at - key.size());
}

std::vector<std::string> transforms_of(const std::string& actions) {
  std::vector<std::string> names;
  for (std::size_t at = actions.find("t:"); at != std::string::npos;
       at = actions.find("t:", at + 1)) {
    if (at > 0 && actions[at - 1] != ',' && actions[at - 1] != ' ') continue;
    const std::size_t end = actions.find_first_of(",\" ", at);
    const std::string name =
        actions.substr(at + 2, end == std::string::npos ? std::string::npos : end - at - 2);
    if (name != "none") names.push_back(name);
  }
  return names;
}

void read_operator(RulePattern& pattern, std::string text, const fs::path& folder) {
  if (text.starts_with('!')) {
    pattern.negated = true;
    text.erase(0, 1);
  }
  const auto argument = [&](std::string_view name) -> std::optional<std::string> {
    if (!text.starts_with(name)) return std::nullopt;
    return text.substr(name.size());
  };
  if (const auto regex = argument("@rx ")) {
    pattern.regex = *regex;
  } else if (const auto words = argument("@pm ")) {
    pattern.phrases = words_of(*words);
  } else if (const auto file = argument("@pmFromFile ")) {
    pattern.phrases = phrases_of_file(folder / *file);
  } else if (!text.starts_with('@')) {
    pattern.regex = text;
  }
}

}  // namespace

std::vector<RulePattern> rule_patterns(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".conf") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<RulePattern> patterns;
  for (const fs::path& file : files) {
    int level = 1;
    int phase = 2;
    std::string id;
    for (const std::string& line : lines_of(contents(file))) {
      if (!line.starts_with("SecRule ")) continue;
      std::size_t at = 8;
      RulePattern pattern;
      pattern.targets = next_word(line, at);
      const std::string op = next_word(line, at);
      const std::string actions = next_word(line, at);
      if (pattern.targets.contains("PARANOIA_LEVEL") && op.starts_with("@lt ")) {
        level = std::atoi(op.c_str() + 4);
      }
      if (const std::string own = number_after(actions, "id:"); !own.empty()) id = own;
      if (const std::string own = number_after(actions, "phase:"); !own.empty()) {
        phase = std::atoi(own.c_str());
      }
      read_operator(pattern, op, folder);
      if (pattern.regex.empty() && pattern.phrases.empty()) continue;
      pattern.where = id;
      pattern.level = level;
      pattern.phase = phase;
      pattern.response = phase > 2;
      pattern.transforms = transforms_of(actions);
      patterns.push_back(std::move(pattern));
    }
  }
  return patterns;
}

std::optional<fs::path> corpora_folder() {
  const char* named = std::getenv("YAGURA_CORPORA");
  fs::path folder =
      named != nullptr ? fs::path(named) : fs::path(YAGURA_SOURCE_DIR) / "../shared/corpora";
  std::error_code error;
  if (!fs::is_directory(folder, error)) return std::nullopt;
  return folder;
}

}  // namespace yagura::waf::testing
