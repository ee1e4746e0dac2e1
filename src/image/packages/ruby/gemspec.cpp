#include "image/packages/ruby/gemspec.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/collect/path.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kLargest = std::size_t{4} << 20;
constexpr std::size_t kMostStrings = 10'000;  // of one line

char closing(char open) {
  constexpr std::array<std::pair<char, char>, 4> kBrackets{
      {{'<', '>'}, {'(', ')'}, {'[', ']'}, {'{', '}'}}};
  for (const auto& [begin, end] : kBrackets) {
    if (open == begin) return end;
  }
  return open;
}

// Takes the string literal that `text` begins with: "…", '…', %q<…>. Nothing where it is none, or
// holds something to be computed.
std::optional<std::string> take_string(std::string_view& text) {
  std::string_view rest = text;
  char end = '\0';
  bool is_literal = false;
  if (rest.starts_with("%q") && rest.size() > 3) {
    end = closing(rest[2]);
    is_literal = true;
    rest.remove_prefix(3);
  } else if (rest.starts_with('"') || rest.starts_with('\'')) {
    end = rest.front();
    is_literal = end == '\'';
    rest.remove_prefix(1);
  } else {
    return std::nullopt;
  }
  std::string out;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == end) {
      text = rest;
      return out;
    }
    if (!is_literal && c == '#' && rest.starts_with('{')) return std::nullopt;
    if (c == '\\' && !rest.empty()) {
      out.push_back(rest.front());
      rest.remove_prefix(1);
    } else {
      out.push_back(c);
    }
  }
  return std::nullopt;
}

// The string literals of a line, whatever stands between them.
std::vector<std::string> strings_of(std::string_view text) {
  std::vector<std::string> out;
  while (out.size() < kMostStrings) {
    const auto at = text.find_first_of("\"'%");
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at);
    if (auto string = take_string(text)) {
      out.push_back(*std::move(string));
    } else {
      text.remove_prefix(1);
    }
  }
  return out;
}

struct Gem {
  std::string name;
  std::string version;
  std::string platform;
  std::vector<std::string> licenses;
  std::vector<std::string> authors;
  std::vector<std::string> depends;
};

void add_depend(std::vector<std::string> strings, Gem& gem) {
  if (!strings.empty()) gem.depends.push_back(std::move(strings.front()));
}

// `s.name = …` to "name" and what stands behind "=".
void read_line(std::string_view line, Gem& gem) {
  line = trimmed(line);
  const auto dot = line.find('.');
  if (dot == std::string_view::npos ||
      line.substr(0, dot).find_first_of(" \"'") != std::string_view::npos) {
    return;
  }
  std::string_view rest = line.substr(dot + 1);
  const auto end = rest.find_first_of(" =(");
  if (end == std::string_view::npos) return;
  const std::string_view key = rest.substr(0, end);
  rest = trimmed(rest.substr(end));
  if (key == "add_runtime_dependency" || key == "add_dependency") {
    return add_depend(strings_of(rest), gem);
  }
  if (!rest.starts_with('=') || rest.starts_with("==")) return;
  if (key != "name" && key != "version" && key != "platform" && !key.starts_with("license") &&
      !key.starts_with("author")) {
    return;
  }
  auto strings = strings_of(rest);
  if (strings.empty()) return;
  if (key == "name" && gem.name.empty()) gem.name = strings.front();
  if (key == "version" && gem.version.empty()) gem.version = strings.front();
  if (key == "platform") gem.platform = strings.front();
  if (key == "license" || key == "licenses") gem.licenses = std::move(strings);
  if (key == "author" || key == "authors") gem.authors = std::move(strings);
}

// "# stub: rake 13.0.6 ruby lib"
void read_stub(std::string_view text, Gem& gem) {
  constexpr std::string_view kStub = "# stub: ";
  for (int i = 0; i < 4; ++i) {
    const auto line = next_line(text);
    if (!line) return;
    if (!line->starts_with(kStub)) continue;
    std::array<std::string_view, 3> words;
    std::string_view rest = line->substr(kStub.size());
    for (std::string_view& word : words) {
      const auto blank = rest.find(' ');
      word = rest.substr(0, blank);
      rest = blank == std::string_view::npos ? std::string_view() : rest.substr(blank + 1);
    }
    if (gem.name.empty()) gem.name = words[0];
    if (gem.version.empty()) gem.version = words[1];
    if (gem.platform.empty()) gem.platform = words[2];
    return;
  }
}

}  // namespace

void read_gemspec(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kGem, PackageEvidence::kInstalled);
  if (bytes.size() > kLargest) return packages.problem("gemspec: too large");
  Gem gem;
  std::string_view text = bytes;
  while (const auto line = next_line(text)) read_line(*line, gem);
  read_stub(bytes, gem);
  if (gem.name.empty() || gem.version.empty()) {
    return packages.problem("gemspec: no name or no version");
  }
  Package* package = packages.add(gem.name, gem.version).package;
  if (package == nullptr) return;
  if (gem.platform != "ruby") package->architecture = std::move(gem.platform);
  for (const std::string& license : gem.licenses) add_license(*package, license);
  if (!gem.authors.empty()) package->maintainer = gem.authors.front().substr(0, 300);
  package->depends = std::move(gem.depends);
}

}  // namespace yagura::image
