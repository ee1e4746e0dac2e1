#include "image/packages/apk/installed.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

#include "image/model/problems.hpp"

namespace yagura::image {
namespace {

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  while (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view take_word(std::string_view& text) {
  const auto first = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  text.remove_prefix(first);
  const auto end = std::min(text.find_first_of(" \t\r\n"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

// "so:libc.musl-x86_64.so.1", "busybox" of "busybox>=1.36", "cmd:sh" of "cmd:sh=1.0-r0", "a" of
// "a@edge".
std::string_view relation_name(std::string_view word) {
  return word.substr(0, word.find_first_of("<>=~@"));
}

std::uint64_t parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

class InstalledReader {
 public:
  InstalledReader(FileFacts& facts, const ApkLimits& limits)
      : facts_(facts),
        limits_(limits),
        relations_(limits.max_relations),
        paths_text_(limits.max_paths_text) {}

  void read(std::string_view text) {
    while (!text.empty() && !full_) {
      const std::string_view line = take_line(text);
      if (line.empty()) {
        finish();
      } else {
        take(line);
      }
    }
    finish();
    if (relations_ == 0) {
      problems_.add("more relations than are kept; what packages need is not whole");
    }
    if (paths_left_out_)
      problems_.add("more or longer paths than are kept; lists of files are not whole");
  }

 private:
  void take(std::string_view line) {
    ++lines_;
    if (line.size() < 2 || line[1] != ':') {
      stray_ = true;
      return;
    }
    const std::string_view value = line.substr(2);
    switch (line[0]) {
      case 'P':
        package_.name = value;
        break;
      case 'V':
        package_.version = value;
        break;
      case 'A':
        package_.architecture = value;
        break;
      case 'o':
        package_.source_name = value;
        break;
      case 'L':
        if (!value.empty()) package_.licenses.emplace_back(value);
        break;
      case 'm':
        package_.maintainer = value;
        break;
      case 'I':
        package_.installed_size = parse_number(value);
        break;
      case 'D':
        add_relations(value, package_.depends);
        break;
      case 'p':
        add_relations(value, package_.provides);
        break;
      case 'F':
        directory_ = value;
        break;
      case 'R':
        add_file(value);
        break;
      default:  // checksums, modes, times: nothing that an inventory tells
        break;
    }
  }

  void add_relations(std::string_view value, std::vector<std::string>& names) {
    while (relations_ > 0) {
      const std::string_view word = take_word(value);
      if (word.empty()) return;
      if (word.front() == '!') continue;  // a conflict
      const std::string_view name = relation_name(word);
      if (name.empty()) continue;
      names.emplace_back(name);
      --relations_;
    }
  }

  void add_file(std::string_view name) {
    path_.assign(directory_);
    while (path_.ends_with('/')) path_.pop_back();
    if (!path_.empty()) path_.push_back('/');
    path_.append(name);
    if (path_.size() > limits_.max_path || path_.size() > paths_text_) {
      paths_left_out_ = true;
      return;
    }
    paths_text_ -= path_.size();
    package_.files.push_back(path_);
  }

  void finish() {
    if (lines_ == 0) return;
    ++number_;
    if (stray_) complain("has lines that are no fields");
    if (package_.name.empty()) {
      complain("names no package");
    } else if (package_.version.empty()) {
      complain("has no version");
    } else if (too_long()) {
      complain("has a name or version that is too long");
    } else if (facts_.packages.size() >= limits_.max_packages) {
      problems_.add("more than " + std::to_string(limits_.max_packages) +
                    " packages; the rest was not read");
      full_ = true;
    } else {
      if (package_.source_name == package_.name) package_.source_name.clear();
      facts_.packages.push_back(std::move(package_));
    }
    package_ = Package{.type = PackageType::kApk};
    directory_ = {};
    lines_ = 0;
    stray_ = false;
  }

  [[nodiscard]] bool too_long() const {
    const std::size_t limit = limits_.max_text;
    return package_.name.size() > limit || package_.version.size() > limit ||
           package_.architecture.size() > limit || package_.source_name.size() > limit;
  }

  void complain(std::string_view about) {
    problems_.add("package " + std::to_string(number_) + " " + std::string(about));
  }

  FileFacts& facts_;
  const ApkLimits& limits_;
  Problems problems_{facts_, "apk database"};
  Package package_{.type = PackageType::kApk};
  std::string_view directory_;
  std::string path_;
  std::size_t relations_;
  std::size_t paths_text_;
  std::size_t number_ = 0;
  std::size_t lines_ = 0;  // of the package so far
  bool stray_ = false;
  bool full_ = false;
  bool paths_left_out_ = false;
};

}  // namespace

void read_apk_installed(std::string_view text, FileFacts& facts, const ApkLimits& limits) {
  InstalledReader(facts, limits).read(text);
}

void read_apk_world(std::string_view text, FileFacts& facts, const ApkLimits& limits) {
  while (facts.notes.size() < limits.max_packages) {
    const std::string_view word = take_word(text);
    if (word.empty()) return;
    const std::string_view name = relation_name(word);
    if (name.empty() || name.front() == '!' || name.size() > limits.max_text) continue;
    facts.notes.push_back({.type = PackageType::kApk,
                           .package = std::string(name),
                           .architecture = {},
                           .licenses = {},
                           .automatic = false});
  }
}

}  // namespace yagura::image
