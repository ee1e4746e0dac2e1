#include "image/packages/npm/yarn_lock.hpp"

#include <optional>
#include <string>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/collect/path.hpp"
#include "image/packages/npm/npm_spec.hpp"
#include "image/packages/tree/tree.hpp"

// The classic format is read by its indentation: a line at column 0 that ends with ":" names an
// entry by the specifiers that led to it, two blanks begin its fields, four the items of
// "dependencies:".

namespace yagura::image {
namespace {

std::string_view unquoted(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    return text.substr(1, text.size() - 2);
  }
  return text;
}

std::size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

// One entry of the classic format while its lines pass.
struct ClassicEntry {
  std::string_view specifier;  // the first of those in its head
  std::string_view version;
  std::string_view resolved;
  std::vector<std::string> depends;
};

// `"@s/a@^1", "@s/a@^2":` to `@s/a@^1`.
std::string_view first_specifier(std::string_view head) {
  head = trimmed(head);
  if (head.starts_with('"')) {
    const auto end = head.find('"', 1);
    return end == std::string_view::npos ? head.substr(1) : head.substr(1, end - 1);
  }
  return head.substr(0, head.find(','));
}

void add_classic(const ClassicEntry& entry, PackageCollector& packages) {
  NpmSpec spec = split_npm_spec(entry.specifier);
  if (spec.range.starts_with("npm:")) {
    const NpmSpec alias = split_npm_spec(spec.range.substr(4));
    if (!alias.name.empty() && !is_semantic_version(alias.name)) spec = alias;
  }
  const NpmOrigin origin = npm_origin(spec.range);
  // What was never fetched lies in the project. (A directory given by "file:" is copied from it.)
  if (origin == NpmOrigin::kLocal && entry.resolved.empty()) return;
  if (!is_npm_name(spec.name) || entry.version.empty()) {
    return packages.problem("yarn.lock: entry " + std::string(entry.specifier) +
                            " has no name or no version");
  }
  const auto added = packages.add(spec.name, entry.version, false);
  if (!added.is_new) return;
  if (origin == NpmOrigin::kGit) added.package->revision = npm_commit(entry.resolved);
  added.package->depends = entry.depends;
}

void read_field(std::string_view line, ClassicEntry& entry) {
  line = trimmed(line);
  const auto blank = line.find(' ');
  if (blank == std::string_view::npos) return;
  const std::string_view key = line.substr(0, blank);
  if (key == "version") entry.version = unquoted(line.substr(blank));
  if (key == "resolved") entry.resolved = unquoted(line.substr(blank));
}

void read_depend(std::string_view line, ClassicEntry& entry) {
  line = trimmed(line);
  const std::string_view name = line.starts_with('"') ? line.substr(1, line.find('"', 1) - 1)
                                                      : line.substr(0, line.find(' '));
  if (is_npm_name(name)) entry.depends.emplace_back(name);
}

void read_classic(std::string_view text, PackageCollector& packages) {
  std::optional<ClassicEntry> entry;
  bool in_depends = false;
  while (const auto line = next_line(text)) {
    const std::size_t indent = indentation(*line);
    if (indent == line->size() || (*line)[indent] == '#') continue;
    if (indent == 0) {
      if (entry) add_classic(*entry, packages);
      entry.reset();
      if (!line->ends_with(':')) {
        packages.problem("yarn.lock: no entry: " + std::string(line->substr(0, 60)));
        continue;
      }
      entry = ClassicEntry{.specifier = first_specifier(line->substr(0, line->size() - 1))};
    } else if (entry && indent == 2) {
      in_depends = trimmed(*line) == "dependencies:";
      read_field(*line, *entry);
    } else if (entry && in_depends) {
      read_depend(*line, *entry);
    }
  }
  if (entry) add_classic(*entry, packages);
}

void read_berry_entry(const kube::Node& entry, PackageCollector& packages) {
  const NpmSpec resolution = split_npm_spec(text_member(entry, "resolution"));
  const std::string_view range = resolution.range;
  // A patch names the package that it is for: "a@patch:a@npm%3A1.0.0#…".
  const NpmOrigin origin = range.starts_with("patch:") ? NpmOrigin::kRegistry : npm_origin(range);
  if (origin == NpmOrigin::kLocal || text_member(entry, "linkType") == "soft") return;
  const std::string_view version = text_member(entry, "version");
  if (!is_npm_name(resolution.name) || version.empty()) {
    return packages.problem("yarn.lock: " + std::string(text_member(entry, "resolution")) +
                            " has no name or no version");
  }
  const auto added = packages.add(resolution.name, version, false);
  if (!added.is_new) return;
  if (origin == NpmOrigin::kGit) added.package->revision = npm_commit(range);
  for (const kube::Member& member : members_of(entry.find("dependencies"))) {
    if (is_npm_name(member.key)) added.package->depends.emplace_back(member.key);
  }
}

void read_berry(std::string_view bytes, PackageCollector& packages) {
  const auto tree = read_yaml_tree(bytes);
  if (!tree) return packages.problem("yarn.lock: " + tree.error().message);
  for (const kube::Member& member : members_of(&tree->root())) {
    if (member.key == "__metadata" || !member.value.is_map()) continue;
    read_berry_entry(member.value, packages);
  }
}

}  // namespace

void read_yarn_lock(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kNpm, PackageEvidence::kLocked);
  bytes = without_byte_order_mark(bytes);
  const bool is_berry =
      bytes.starts_with("__metadata:") || bytes.find("\n__metadata:") != std::string_view::npos;
  if (is_berry) {
    read_berry(bytes, packages);
  } else if (bytes.size() > kMaxTreeBytes) {
    packages.problem("yarn.lock: too large");
  } else {
    read_classic(bytes, packages);
  }
}

}  // namespace yagura::image
