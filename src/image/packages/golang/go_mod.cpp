#include "image/packages/golang/go_mod.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/collect/path.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kLargest = std::size_t{8} << 20;

using Module = std::pair<std::string, std::string>;  // path, version; without a version: all

// What replaces a module; without a version a directory.
struct Replacement {
  std::string path;
  std::string version;
};

// The words of a line, quotes and the comment taken off.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    line = trimmed(line);
    if (line.empty() || line.starts_with("//")) return words;
    if (line.front() == '"' || line.front() == '`') {
      const auto end = line.find(line.front(), 1);
      words.emplace_back(line.substr(1, end == std::string_view::npos ? end : end - 1));
      line = end == std::string_view::npos ? std::string_view() : line.substr(end + 1);
      continue;
    }
    auto end = line.find_first_of(" \t");
    if (const auto comment = line.find("//"); comment != std::string_view::npos) {
      // "https://" never stands here: module paths have no double slash.
      end = std::min(end, comment);
    }
    words.emplace_back(line.substr(0, end));
    line = end == std::string_view::npos ? std::string_view() : line.substr(end);
  }
}

class GoMod {
 public:
  void read(std::string_view text) {
    std::string block;
    while (const auto line = next_line(text)) {
      auto words = words_of(*line);
      if (words.empty()) continue;
      if (words.front() == ")") {
        block.clear();
      } else if (!block.empty()) {
        directive(block, words);
      } else if (words.size() >= 2 && words[1] == "(") {
        block = words.front();
      } else {
        const std::string verb = words.front();
        words.erase(words.begin());
        directive(verb, words);
      }
    }
  }

  void add_to(PackageCollector& packages) const {
    for (const Module& module : required_) {
      if (excluded_.contains(module)) continue;
      const Replacement* replacement = replacement_of(module);
      if (replacement == nullptr) {
        packages.add(module.first, module.second);
      } else if (!replacement->version.empty()) {
        packages.add(replacement->path, replacement->version);
      }
      // A directory is the project's own code.
    }
  }

 private:
  void directive(const std::string& verb, const std::vector<std::string>& words) {
    if (verb == "require" && words.size() >= 2) {
      if (is_version(words[1])) required_.emplace_back(words[0], words[1]);
    } else if (verb == "exclude" && words.size() >= 2) {
      excluded_.emplace(words[0], words[1]);
    } else if (verb == "replace") {
      replace(words);
    }
  }

  // path [version] => path [version]
  void replace(const std::vector<std::string>& words) {
    const auto arrow = std::ranges::find(words, "=>");
    const auto before = static_cast<std::size_t>(arrow - words.begin());
    if (before < 1 || before > 2 || before + 2 > words.size()) return;
    replaced_[{words[0], before == 2 ? words[1] : std::string()}] =
        Replacement{.path = words[before + 1],
                    .version = before + 2 < words.size() ? words[before + 2] : std::string()};
  }

  [[nodiscard]] const Replacement* replacement_of(const Module& module) const {
    auto found = replaced_.find(module);
    if (found == replaced_.end()) found = replaced_.find({module.first, std::string()});
    return found == replaced_.end() ? nullptr : &found->second;
  }

  static bool is_version(std::string_view text) {
    return text.size() > 1 && text[0] == 'v' && text[1] >= '0' && text[1] <= '9';
  }

  std::vector<Module> required_;
  std::set<Module> excluded_;
  std::map<Module, Replacement> replaced_;
};

}  // namespace

void read_go_mod(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kGo, PackageEvidence::kLocked);
  if (bytes.size() > kLargest) return packages.problem("go.mod: too large");
  GoMod file;
  file.read(without_byte_order_mark(bytes));
  file.add_to(packages);
}

}  // namespace yagura::image
