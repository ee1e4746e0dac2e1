// A folder is read in three steps: the walk lists files, kustomizations and charts; the
// kustomizations say which files are theirs and which of them others build on; then everything is
// read in the order of the walk, one source at a time.

#include "kube/sources/sources.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/file.hpp"
#include "kube/sources/document_stream.hpp"
#include "kube/sources/file_tree.hpp"
#include "kube/sources/helm.hpp"
#include "kube/sources/walk.hpp"

namespace yagura::kube {

namespace {

constexpr std::string_view kPipeHelm = "helm template ";

// A key can only be spelled otherwise with a backslash.
bool may_hold_objects(std::string_view text) {
  if (text.find('\\') != std::string_view::npos) return true;
  return text.find("apiVersion") != std::string_view::npos &&
         text.find("kind") != std::string_view::npos;
}

bool has_key_line(std::string_view text, std::string_view key) {
  for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    if (at == 0 || text[at - 1] == '\n' || text[at - 1] == '"') return true;
  }
  return false;
}

bool looks_like_kubernetes(std::string_view text) {
  return has_key_line(text, "apiVersion") && has_key_line(text, "kind");
}

std::string_view text_of(const Node& map, std::string_view key) {
  const Node* node = map.find(key);
  return node == nullptr ? std::string_view() : node->string_or();
}

bool is_object(const Node& root) {
  const std::string_view version = text_of(root, "apiVersion");
  return !version.empty() && !text_of(root, "kind").empty() &&
         !version.starts_with("kustomize.config.k8s.io/");
}

bool starts_like_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

// Which kustomizations of a walk are built, and whose files are whose.
class KustomizationPlan {
 public:
  KustomizationPlan(const FileTree& tree, const KustomizeLimits& limits)
      : tree_(tree), limits_(limits) {}

  void make(const std::vector<WalkItem>& items) {
    std::vector<std::string> found;
    for (const WalkItem& item : items) {
      if (item.kind == WalkItem::Kind::kKustomization) found.push_back(item.path);
    }
    std::set<std::string> used;
    for (const std::string& folder : found) {
      for (const std::string& other : links(folder).folders) used.insert(other);
    }
    for (const std::string& folder : found) {
      if (!used.contains(folder) && !links(folder).is_component) add_root(folder);
    }
    for (const std::string& folder : found) {
      if (reached_.contains(folder)) continue;
      if (links(folder).is_component) {
        leave_component(folder);
      } else {
        add_root(folder);  // a circle: each of it is used by another
      }
    }
  }

  [[nodiscard]] bool is_root(const std::string& folder) const { return roots_.contains(folder); }
  [[nodiscard]] bool is_unused_component(const std::string& folder) const {
    return components_.contains(folder);
  }
  [[nodiscard]] bool uses(const std::string& file) const { return files_.contains(file); }
  [[nodiscard]] bool is_of_component(const std::string& file) const {
    return component_files_.contains(file);
  }

 private:
  const KustomizationLinks& links(const std::string& folder) {
    const auto known = links_.find(folder);
    if (known != links_.end()) return known->second;
    const std::string file = find_kustomization(tree_, folder);
    KustomizationLinks made;
    if (!file.empty()) made = kustomization_links(tree_, file, limits_);
    return links_.emplace(folder, std::move(made)).first->second;
  }

  void add_root(const std::string& folder) {
    roots_.insert(folder);
    std::vector<std::string> open = {folder};
    while (!open.empty() && reached_.size() <= limits_.max_files) {
      const std::string next = std::move(open.back());
      open.pop_back();
      if (!reached_.insert(next).second) continue;
      const KustomizationLinks& theirs = links(next);
      files_.insert(theirs.files.begin(), theirs.files.end());
      open.insert(open.end(), theirs.folders.begin(), theirs.folders.end());
    }
  }

  // Its resources are whole objects, its patches are not.
  void leave_component(const std::string& folder) {
    components_.insert(folder);
    const KustomizationLinks& theirs = links(folder);
    for (const std::string& file : theirs.files) {
      if (!theirs.resources.contains(file)) component_files_.insert(file);
    }
  }

  const FileTree& tree_;
  const KustomizeLimits& limits_;
  std::map<std::string, KustomizationLinks> links_;
  std::set<std::string> roots_;
  std::set<std::string> reached_;
  std::set<std::string> files_;
  std::set<std::string> components_;
  std::set<std::string> component_files_;
};

enum class Naming : std::uint8_t { kByUser, kFound };

class Loader {
 public:
  Loader(const SourceOptions& options, const OnDocument& on_document, Diagnostics& diagnostics)
      : options_(options), on_document_(on_document), diagnostics_(diagnostics) {}

  void load(const std::string& name) {
    if (full_) return;
    if (name == "-") {
      load_standard_input();
    } else if (name.starts_with("http://") || name.starts_with("https://")) {
      diagnostics_.error(name, 0, 0, "addresses are not read",
                         "fetch it and pipe it: curl -fsSL URL | yagura scan -");
    } else {
      load_path(name);
    }
  }

  void load_folder(const FileTree& tree, const std::string& root) {
    Diagnostics found;
    Walk walk(
        tree, options_,
        [&](const std::string& path, SkipReason reason) { skip(tree.display(path), reason); },
        found);
    const std::vector<WalkItem> items = walk.run(root);
    forward(found);
    KustomizationPlan plan(tree, options_.limits.kustomize);
    plan.make(items);
    for (const WalkItem& item : items) {
      if (full_) return;
      load_item(tree, plan, item);
    }
  }

  [[nodiscard]] const SourceSummary& summary() const { return summary_; }

 private:
  void skip(const std::string& file, SkipReason reason) {
    ++summary_.skipped[static_cast<std::size_t>(reason)];
    if (options_.on_skipped) options_.on_skipped(file, reason);
  }

  // Each problem once: several overlays on one base would repeat the base's.
  void forward(const Diagnostics& found) {
    for (const Diagnostic& diagnostic : found.list()) {
      if (reported_.insert(to_string(diagnostic)).second) diagnostics_.add(diagnostic);
    }
    if (found.dropped_count() > 0) {
      diagnostics_.error({}, 0, 0, std::to_string(found.dropped_count()) + " more problems");
    }
  }

  void load_standard_input() {
    auto text = read_stream("-", "-");
    if (!text) {
      diagnostics_.error("-", 0, 0, text.error().message);
      return;
    }
    read_text("-", *std::move(text), Naming::kByUser);
  }

  void load_path(const std::string& name) {
    const std::string path = normalise_path(name);
    switch (disk_.kind(path)) {
      case EntryKind::kDirectory:
        load_folder(disk_, path);
        return;
      case EntryKind::kMissing:
        diagnostics_.error(name, 0, 0, "no such file or folder");
        return;
      case EntryKind::kFile:
        break;
      default:
        // A pipe, as in `yagura scan <(kustomize build)`.
        load_stream(name);
        return;
    }
    if (is_archive_name(path)) {
      load_archive(path);
    } else if (const std::string folder(parent_of(path));
               options_.build_kustomizations && find_kustomization(disk_, folder) == path) {
      build(disk_, folder);
    } else {
      load_file(disk_, path, Naming::kByUser);
    }
  }

  void load_stream(const std::string& name) {
    auto text = read_stream(name, name);
    if (!text) {
      diagnostics_.error(name, 0, 0, text.error().message);
      return;
    }
    read_text(name, *std::move(text), Naming::kByUser);
  }

  // Of a stream that is too large, all documents that are not.
  Result<std::string> read_stream(const std::string& path, const std::string& name) {
    const SourceLimits& limits = options_.limits;
    DocumentStream documents(
        std::min<std::uint64_t>(limits.max_file_size, limits.read.max_document_size),
        limits.max_stream_size);
    YAGURA_TRY_VOID(core::read_chunks(path, [&](std::string_view bytes) -> Result<void> {
      if (documents.feed(bytes)) return {};
      return fail(ErrorCode::kLimitExceeded, "reading " + name + ": more than the limit of " +
                                                 std::to_string(limits.max_stream_size) + " bytes");
    }));
    return documents.finish(name, diagnostics_);
  }

  void load_archive(const std::string& path) {
    const auto bytes = disk_.read(path, options_.limits.max_archive_file_size);
    if (!bytes) {
      diagnostics_.error(path, 0, 0, bytes.error().message);
      return;
    }
    Diagnostics found;
    const std::unique_ptr<MemoryTree> tree =
        read_archive(path, *bytes, options_.limits.archive, found);
    forward(found);
    load_folder(*tree, "");
  }

  void load_item(const FileTree& tree, const KustomizationPlan& plan, const WalkItem& item) {
    switch (item.kind) {
      case WalkItem::Kind::kFile:
        if (plan.uses(item.path)) {
          skip(tree.display(item.path), SkipReason::kUsedByKustomization);
        } else if (plan.is_of_component(item.path)) {
          skip(tree.display(item.path), SkipReason::kUnusedComponent);
        } else {
          load_file(tree, item.path, Naming::kFound);
        }
        break;
      case WalkItem::Kind::kKustomization:
        if (plan.is_root(item.path)) build(tree, item.path);
        break;
      case WalkItem::Kind::kChart:
        render(tree, item.path);
        break;
    }
  }

  void load_file(const FileTree& tree, const std::string& path, Naming naming) {
    if (const FileId id = tree.id(path); id != FileId{} && !seen_.insert(id).second) {
      skip(tree.display(path), SkipReason::kRepeated);
      return;
    }
    auto text = tree.read(path, options_.limits.max_file_size);
    if (!text && text.error().code == ErrorCode::kLimitExceeded && &tree == &disk_ &&
        !path.ends_with(".json")) {
      text = read_stream(path, tree.display(path));
    }
    if (!text) {
      diagnostics_.error(tree.display(path), 0, 0, text.error().message);
      return;
    }
    read_text(tree.display(path), *std::move(text), naming);
  }

  void count_bytes(std::uint64_t bytes) {
    summary_.bytes += bytes;
    if (summary_.bytes <= options_.limits.max_total_size || full_) return;
    full_ = true;
    diagnostics_.error({}, 0, 0,
                       "more than " + std::to_string(options_.limits.max_total_size) +
                           " bytes; the rest was not read");
  }

  std::vector<Document> parse(const std::string& name, std::string text, Diagnostics& found) {
    const bool named_json = name.ends_with(".json");
    if (!named_json && !starts_like_json(text)) {
      return read_documents(
          std::make_shared<const Source>(name, std::move(text), SourceFormat::kYaml), found,
          options_.limits.read);
    }
    Diagnostics as_json;
    const auto source = std::make_shared<const Source>(name, std::move(text), SourceFormat::kJson);
    std::vector<Document> documents = read_documents(source, as_json, options_.limits.read);
    if (!named_json && as_json.has_errors()) {
      // YAML in flow style starts like JSON too.
      Diagnostics as_yaml;
      std::vector<Document> again = read_documents(
          std::make_shared<const Source>(name, std::string(source->text()), SourceFormat::kYaml),
          as_yaml, options_.limits.read);
      if (!as_yaml.has_errors()) {
        documents = std::move(again);
        as_json = std::move(as_yaml);
      }
    }
    found = std::move(as_json);
    return documents;
  }

  void read_text(const std::string& name, std::string text, Naming naming) {
    count_bytes(text.size());
    if (full_) return;
    if (naming == Naming::kFound && !may_hold_objects(text)) {
      skip(name, SkipReason::kNotKubernetes);
      return;
    }
    const bool serious = naming == Naming::kByUser || looks_like_kubernetes(text);
    const bool is_template = text.find("{{") != std::string::npos;
    Diagnostics found;
    std::vector<Document> documents = parse(name, std::move(text), found);
    const auto first_other = std::ranges::stable_partition(
        documents, [](const Document& document) { return is_object(document.root()); });
    const bool any = first_other.begin() != documents.begin();
    if (!any && !serious) {
      skip(name, SkipReason::kNotKubernetes);
      return;
    }
    ++summary_.files;
    if (naming == Naming::kByUser) report_others(name, first_other, any, found);
    if (!any && naming == Naming::kFound && !found.has_errors()) {
      --summary_.files;
      skip(name, SkipReason::kNotKubernetes);
    }
    if (is_template && found.has_errors()) {
      found.warning(name, 0, 0, "it looks like a template, not like YAML",
                    "render it first, then pipe it: helm template . | yagura scan -");
    }
    forward(found);
    documents.erase(first_other.begin(), first_other.end());
    emit(std::move(documents));
  }

  template <typename Range>
  static void report_others(const std::string& name, const Range& others, bool any,
                            Diagnostics& found) {
    if (!any && !found.has_errors()) {
      found.error(name, 0, 0, "holds no Kubernetes object",
                  "an object has apiVersion, kind and metadata");
      return;
    }
    for (const Document& document : others) {
      const Place place = document.position_of(document.root());
      found.warning(name, place.position.line, place.position.column,
                    "not a Kubernetes object: apiVersion or kind is missing");
    }
  }

  void emit(std::vector<Document> documents) {
    for (Document& document : documents) {
      ++summary_.objects;
      on_document_(std::move(document));
    }
  }

  void build(const FileTree& tree, const std::string& folder) {
    Diagnostics found;
    KustomizeBuild built =
        build_kustomization(tree, folder, options_.limits.kustomize, options_.limits.read, found);
    summary_.files += built.files;
    count_bytes(built.bytes);
    ++summary_.kustomizations;
    forward(found);
    emit(std::move(built.documents));
  }

  void render(const FileTree& tree, const std::string& folder) {
    const std::string shown = tree.display(folder);
    if (!options_.render_charts || !tree.on_disk()) {
      diagnostics_.warning(shown, 0, 0, "a Helm chart, which was not rendered",
                           std::string(kPipeHelm) + "CHART | yagura scan -");
      return;
    }
    if (!helm_looked_up_) {
      helm_ = options_.helm_program.empty() ? find_program("helm") : options_.helm_program;
      helm_looked_up_ = true;
    }
    if (helm_.empty()) {
      diagnostics_.warning(shown, 0, 0,
                           "a Helm chart, which was not rendered: there is no helm program in PATH",
                           std::string(kPipeHelm) + shown + " | yagura scan -");
      return;
    }
    auto rendered = render_chart(helm_, folder, options_.limits.helm);
    if (!rendered) {
      diagnostics_.error(shown, 0, 0, rendered.error().message,
                         std::string(kPipeHelm) + shown + " --values … | yagura scan -");
      return;
    }
    ++summary_.charts;
    for (RenderedTemplate& part : *rendered) {
      read_text(part.file, std::move(part.text), Naming::kFound);
    }
  }

  const SourceOptions& options_;
  const OnDocument& on_document_;
  Diagnostics& diagnostics_;
  DiskTree disk_;
  SourceSummary summary_;
  std::set<FileId> seen_;
  std::unordered_set<std::string> reported_;
  std::string helm_;
  bool helm_looked_up_ = false;
  bool full_ = false;
};

}  // namespace

std::string_view to_string(SkipReason reason) {
  switch (reason) {
    case SkipReason::kOtherFormat:
      return "not YAML or JSON";
    case SkipReason::kNotKubernetes:
      return "not a Kubernetes object";
    case SkipReason::kGitIgnored:
      return "ignored by Git";
    case SkipReason::kHiddenFolder:
      return "in a hidden folder";
    case SkipReason::kSymlink:
      return "a symlink to elsewhere or to what was read";
    case SkipReason::kChartTemplate:
      return "a template of a Helm chart";
    case SkipReason::kUsedByKustomization:
      return "part of a kustomization that was built";
    case SkipReason::kUnusedComponent:
      return "a Kustomize component that nothing uses";
    case SkipReason::kRepeated:
      return "read already";
    case SkipReason::kSpecial:
      return "neither file nor folder";
  }
  return "unknown";
}

SourceSummary load_sources(std::span<const std::string> names, const SourceOptions& options,
                           const OnDocument& on_document, Diagnostics& diagnostics) {
  Loader loader(options, on_document, diagnostics);
  for (const std::string& name : names) loader.load(name);
  return loader.summary();
}

SourceSummary load_tree(const MemoryTree& tree, const SourceOptions& options,
                        const OnDocument& on_document, Diagnostics& diagnostics) {
  Loader loader(options, on_document, diagnostics);
  loader.load_folder(tree, "");
  return loader.summary();
}

}  // namespace yagura::kube
