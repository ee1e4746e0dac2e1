#include "image/bloat/needs.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "image/config/build_step.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kMaxMissing = 20;
constexpr std::string_view kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? std::string_view() : path.substr(0, slash);
}

bool is_shell(std::string_view path) {
  static const std::set<std::string_view> kShells = {"sh", "bash", "dash", "ash", "busybox", "zsh"};
  return kShells.contains(base_name(path));
}

class Finder {
 public:
  Finder(const MergedImage& image, const Ownership& ownership, const Inventory& inventory,
         const RunConfig& run)
      : image_(image),
        ownership_(ownership),
        inventory_(inventory),
        run_(run),
        path_(kDefaultPath) {
    for (const std::string& variable : run.env) {
      if (variable.starts_with("PATH=")) path_ = variable.substr(5);
    }
  }

  Needs find() {
    index_libraries();
    begin_with_entry_point();
    begin_with_own_programs();
    walk();
    needs_.known = !needs_.starts.empty() && ownership_.known();
    if (needs_.known) weigh();
    return std::move(needs_);
  }

 private:
  // By file name, since loaders search many directories; where one name stands several times all
  // count.
  void index_libraries() {
    for (const MergedFile& file : image_.files()) {
      const std::string_view name = base_name(file.path);
      if (name.contains(".so")) libraries_[name].push_back(&file);
    }
  }

  void start(const MergedFile* file) {
    if (file == nullptr) return;
    if (needs_.starts.size() < 100) needs_.starts.emplace_back(file->path);
    reach(file);
  }

  void reach(const MergedFile* file) {
    if (file == nullptr || !reached_.insert(file).second) return;
    queue_.push_back(file);
  }

  // A program as a shell or execvp finds it; its links count as well.
  const MergedFile* program(const std::string& word) {
    if (word.contains('/')) {
      const std::string full = word.starts_with('/') ? word : run_.working_dir + "/" + word;
      return reach_links(full);
    }
    std::string_view left = path_;
    while (true) {
      const auto colon = left.find(':');
      std::string candidate(left.substr(0, colon));
      candidate += "/" + word;
      if (const MergedFile* file = reach_links(candidate)) return file;
      if (colon == left.npos) return nullptr;
      left.remove_prefix(colon + 1);
    }
  }

  // "usr/bin/python3" may be a link of one package to a file of another.
  const MergedFile* reach_links(const std::string& path) {
    const MergedFile* file = image_.resolve(path);
    if (file == nullptr || file->file->kind == FileKind::kDirectory) return nullptr;
    if (const MergedFile* link = image_.locate(path)) reach(link);
    return file;
  }

  void begin_with_entry_point() {
    std::vector<std::string> words = run_.entrypoint;
    words.insert(words.end(), run_.cmd.begin(), run_.cmd.end());
    if (words.empty()) return;
    start(program(words.front()));
    if (is_shell(words.front()) && words.size() >= 3 && words[1] == "-c") {
      for (const ShellCommand& command : shell_commands(words[2])) {
        const bool skips = command.words.front() == "exec" && command.words.size() > 1;
        start(program(command.words[skips ? 1 : 0]));
      }
      return;
    }
    // "docker-entrypoint.sh nginx -g …": what the first is given may be a program too.
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (words[i].starts_with('-')) continue;
      start(program(words[i]));
      break;
    }
  }

  void begin_with_own_programs() {
    if (!ownership_.known()) return;
    for (const MergedFile& file : image_.files()) {
      if (file.file->kind != FileKind::kRegular || !ownership_.owner(file).empty()) continue;
      const FileFacts* facts = image_.facts(file);
      if (facts != nullptr && facts->executable) start(&file);
    }
  }

  void walk() {
    while (!queue_.empty()) {
      const MergedFile* file = queue_.front();
      queue_.pop_front();
      if (is_shell(file->path)) needs_.needs_shell = true;
      const FileFacts* facts = image_.facts(*file);
      if (facts == nullptr || !facts->executable) continue;
      const Executable& executable = *facts->executable;
      if (executable.kind == Executable::Kind::kScript) {
        reach_script(executable);
        continue;
      }
      if (!executable.interpreter.empty()) {
        needs_.needs_libc = true;
        reach(reach_links(executable.interpreter));
      }
      for (const std::string& name : executable.needed) reach_library(name, executable, *file);
    }
  }

  void reach_script(const Executable& script) {
    reach(reach_links(script.interpreter));
    if (base_name(script.interpreter) != "env") return;
    for (const std::string& word : script.arguments) {
      if (word.starts_with('-') || word.contains('=')) continue;
      reach(program(word));
      return;
    }
  }

  void reach_library(const std::string& name, const Executable& of, const MergedFile& file) {
    for (const std::string& directory : of.run_path) {
      std::string path = directory;
      if (const auto origin = path.find("$ORIGIN"); origin != std::string::npos)
        path.replace(origin, 7, "/" + std::string(folder_of(file.path)));
      if (const MergedFile* found = reach_links(path + "/" + name)) {
        reach(found);
        return;
      }
    }
    const auto at = libraries_.find(name);
    if (at == libraries_.end()) {
      if (needs_.missing.size() < kMaxMissing && missing_.insert(name).second)
        needs_.missing.push_back(name);
      return;
    }
    for (const MergedFile* candidate : at->second) {
      reach(candidate);
      reach(image_.resolve(candidate->path));
    }
  }

  // Packages that own something that was reached, and what they say that they depend on.
  std::set<std::string> needed_packages() {
    std::map<std::string_view, std::vector<const Package*>> by_name;
    for (const Component& component : inventory_.components) {
      if (!is_distribution_package(component.package.type)) continue;
      by_name[component.package.name].push_back(&component.package);
      for (const std::string& name : component.package.provides)
        by_name[name].push_back(&component.package);
    }
    std::set<std::string> needed;
    std::deque<std::string> todo;
    const auto need = [&](std::string_view name) {
      const auto at = by_name.find(name);
      if (at == by_name.end()) return;
      for (const Package* package : at->second) {
        if (needed.insert(package->name).second) todo.push_back(package->name);
      }
    };
    for (const MergedFile* file : reached_) {
      if (const std::string_view owner = ownership_.owner(*file); !owner.empty()) need(owner);
    }
    while (!todo.empty()) {
      const std::string name = std::move(todo.front());
      todo.pop_front();
      for (const Package* package : by_name[name]) {
        for (const std::string& other : package->depends) need(other);
      }
    }
    return needed;
  }

  void weigh() {
    const std::set<std::string> needed = needed_packages();
    needs_.needed_packages = needed.size();
    std::map<std::string, PackageWeight> weights;
    for (const MergedFile& file : image_.files()) {
      const std::string_view owner = ownership_.owner(file);
      if (owner.empty() || file.file->kind != FileKind::kRegular) continue;
      const std::string name(owner);
      if (needed.contains(name)) continue;
      PackageWeight& weight = weights[name];
      weight.bytes += file.file->size;
      ++weight.files;
    }
    for (auto& [name, weight] : weights) {
      weight.name = name;
      needs_.unneeded_bytes += weight.bytes;
      needs_.unneeded.push_back(std::move(weight));
    }
    std::ranges::stable_sort(needs_.unneeded, std::greater{}, &PackageWeight::bytes);
  }

  const MergedImage& image_;
  const Ownership& ownership_;
  const Inventory& inventory_;
  const RunConfig& run_;
  std::string path_;
  std::unordered_map<std::string_view, std::vector<const MergedFile*>> libraries_;
  std::unordered_set<const MergedFile*> reached_;
  std::deque<const MergedFile*> queue_;
  std::set<std::string> missing_;
  Needs needs_;
};

}  // namespace

Needs find_needs(const MergedImage& image, const Ownership& ownership, const Inventory& inventory,
                 const RunConfig& run) {
  return Finder(image, ownership, inventory, run).find();
}

std::string smaller_base(const Needs& needs, const Inventory& inventory) {
  if (!needs.known) return {};
  std::size_t packages = 0;
  for (const Component& component : inventory.components)
    packages += is_distribution_package(component.package.type) ? 1 : 0;
  if (packages < 20 || needs.unneeded.empty()) return {};
  const std::string lost = std::to_string(needs.unneeded.size()) + " of " +
                           std::to_string(packages) + " packages would be gone, ";
  if (!needs.needs_libc && !needs.needs_shell)
    return "scratch, or a distroless image without libc, would do: the programs are static; " +
           lost + "with shell and package manager";
  if (!needs.needs_shell)
    return "a distroless image with libc would do: no script is reached from the entry point; " +
           lost + "with shell and package manager";
  if (needs.unneeded_bytes > (std::uint64_t{64} << 20))
    return "a slim or Alpine image would do: a shell is needed, but not most of the rest; " + lost +
           "and what is missed can be installed";
  return {};
}

}  // namespace yagura::image
