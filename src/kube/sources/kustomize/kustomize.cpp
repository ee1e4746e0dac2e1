// The order of the steps is Kustomize's (its documentation calls it accumulation): resources and
// bases, generators, components, then the transformers of the kustomization, and once at the end,
// over everything, hashes and references.

#include "kube/sources/kustomize/kustomize.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "kube/sources/kustomize/build_state.hpp"
#include "kube/sources/kustomize/content_hash.hpp"
#include "kube/sources/kustomize/generators.hpp"
#include "kube/sources/kustomize/patches.hpp"
#include "kube/sources/kustomize/references.hpp"
#include "kube/sources/kustomize/transformers.hpp"

namespace yagura::kube {

namespace {

using kustomize::BuildState;
using kustomize::Object;

constexpr std::array<std::string_view, 3> kFileNames = {"kustomization.yaml", "kustomization.yml",
                                                        "Kustomization"};

constexpr std::array<std::string_view, 24> kBuiltFields = {
    "apiVersion",      "kind",
    "metadata",        "resources",
    "bases",           "components",
    "namespace",       "namePrefix",
    "nameSuffix",      "commonLabels",
    "labels",          "commonAnnotations",
    "images",          "replicas",
    "patches",         "patchesStrategicMerge",
    "patchesJson6902", "configMapGenerator",
    "secretGenerator", "generatorOptions",
    "validators",      "sortOptions",
    "buildMetadata",   "inventory"};

// They change objects, and we do not do it.
constexpr std::array<std::string_view, 8> kUnbuiltFields = {
    "helmCharts",   "helmChartInflationGenerator",
    "helmGlobals",  "generators",
    "transformers", "vars",
    "replacements", "imageTags"};

// They change how other fields work: reported, but their absence is rarely seen.
constexpr std::array<std::string_view, 3> kUnusedFields = {"openapi", "crds", "configurations"};

template <typename Names>
bool contains(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string_view text_of(const Node& map, std::string_view key) {
  const Node* node = map.find(key);
  return node == nullptr ? std::string_view() : node->string_or();
}

bool looks_remote(std::string_view path) {
  return path.find("://") != std::string_view::npos ||
         path.find("?ref=") != std::string_view::npos || path.starts_with("git@") ||
         path.starts_with("git::") || path.starts_with("github.com/") ||
         path.starts_with("github.com:") || path.starts_with("gitlab.com/") ||
         path.starts_with("bitbucket.org/");
}

std::string folder_of(const std::string& file) { return std::string(parent_of(file)); }

class Builder {
 public:
  Builder(const FileTree& tree, const KustomizeLimits& limits, const ReadLimits& read_limits,
          Diagnostics& diagnostics)
      : state_(tree, limits, read_limits, diagnostics) {}

  KustomizeBuild build(const std::string& folder) {
    std::vector<Object> objects;
    accumulate(folder, nullptr, std::nullopt, objects);
    add_hashes(objects);
    kustomize::mend_references(state_, objects);
    KustomizeBuild built;
    std::vector<Document>& documents = built.documents;
    documents.reserve(objects.size());
    for (Object& object : objects) {
      if (is_local(object)) continue;
      const Node* root = state_.arena().make<Node>(object.root);
      Document& document = documents.emplace_back(
          object.source, root, static_cast<std::uint32_t>(documents.size()), state_.map());
      document.set_ignores(std::move(object.ignores));
    }
    built.files = state_.file_count();
    built.bytes = state_.byte_count();
    return built;
  }

 private:
  // `component_of`: the layer of the kustomization that a component works for, on that one's
  // objects.
  void accumulate(const std::string& folder, const Node* blame,
                  std::optional<std::uint32_t> component_of, std::vector<Object>& objects) {
    if (!enter(folder, blame)) return;
    if (const std::string file = kustomization_file(folder, blame); !file.empty()) {
      if (const auto opened = state_.read_file(file, blame)) {
        for (const BuildState::Parsed& parsed : state_.parse(*opened)) {
          run(folder, *opened, parsed.root, component_of, objects);
          break;
        }
      }
    }
    path_.pop_back();
  }

  bool enter(const std::string& folder, const Node* blame) {
    if (std::ranges::find(path_, folder) != path_.end()) {
      if (blame != nullptr) state_.error(*blame, "the kustomization builds on itself");
      return false;
    }
    if (path_.size() >= state_.limits().max_depth) {
      state_.stop("kustomizations are nested deeper than " +
                  std::to_string(state_.limits().max_depth));
      return false;
    }
    path_.push_back(folder);
    return true;
  }

  std::string kustomization_file(const std::string& folder, const Node* blame) {
    std::string found;
    for (const std::string_view name : kFileNames) {
      const std::string path = join_path(folder, name);
      if (state_.tree().kind(path) != EntryKind::kFile) continue;
      if (!found.empty()) {
        state_.diagnostics().error(state_.tree().display(path), 0, 0,
                                   "the folder has more than one kustomization file",
                                   "only " + state_.tree().display(found) + " is read");
        break;
      }
      found = path;
    }
    if (found.empty() && blame != nullptr) {
      state_.error(*blame, state_.tree().display(folder) + " has no kustomization file");
    }
    return found;
  }

  void run(const std::string& folder, const BuildState::File& file, const Node& root,
           std::optional<std::uint32_t> component_of, std::vector<Object>& objects) {
    if (!root.is_map()) {
      state_.error(root, "a kustomization must be a map");
      return;
    }
    report_unbuilt(root);
    const std::uint32_t layer = component_of ? *component_of : state_.next_layer();
    for (const std::string_view field : {"resources", "bases"}) {
      for (const Node& entry : root.list(field)) add_resource(folder, entry, layer, objects);
    }
    kustomize::run_generators(state_, folder, file, root, layer, objects);
    for (const Node& entry : root.list("components")) {
      accumulate(join_path(folder, entry.string_or()), &entry, layer, objects);
    }
    kustomize::apply_patches(state_, folder, root, objects);
    kustomize::apply_namespace(state_, root, objects);
    kustomize::apply_name_affixes(state_, root, objects);
    kustomize::apply_labels(state_, root, objects);
    kustomize::apply_annotations(state_, root, objects);
    kustomize::apply_json6902_patches(state_, folder, root, objects);
    kustomize::apply_replicas(state_, root, objects);
    kustomize::apply_images(state_, root, objects);
    (void)state_.within_limits(objects.size());
  }

  void report_unbuilt(const Node& root) {
    for (const Member& member : root.members()) {
      const std::string name(member.key);
      if (contains(kUnbuiltFields, member.key) || contains(kUnusedFields, member.key)) {
        state_.warning(member.value, name + " is not built; the result may differ",
                       "pipe what Kustomize makes: kustomize build . | yagura scan -");
      } else if (!contains(kBuiltFields, member.key)) {
        state_.warning(member.value, "a kustomization has no field \"" + name + "\"");
      }
    }
  }

  void add_resource(const std::string& folder, const Node& entry, std::uint32_t layer,
                    std::vector<Object>& objects) {
    if (!state_.within_limits(objects.size())) return;
    const std::string_view name = entry.string_or();
    const std::string path = join_path(folder, name);
    const EntryKind kind = name.empty() ? EntryKind::kMissing : state_.tree().kind(path);
    if (kind == EntryKind::kDirectory) {
      std::vector<Object> inner;
      accumulate(path, &entry, std::nullopt, inner);
      for (Object& object : inner) {
        object.layers.push_back(layer);
        objects.push_back(std::move(object));
      }
    } else if (kind == EntryKind::kFile) {
      add_file(folder, path, entry, layer, objects);
    } else if (looks_remote(name)) {
      state_.warning(entry, std::string(name) + " is remote and was not read",
                     "pipe what Kustomize makes: kustomize build . | yagura scan -");
    } else {
      state_.error(entry, "there is no file or folder \"" + std::string(name) + "\"");
    }
  }

  void add_file(const std::string& folder, const std::string& path, const Node& entry,
                std::uint32_t layer, std::vector<Object>& objects) {
    if (!state_.tree().is_inside(path, folder)) {
      state_.error(entry,
                   std::string(entry.string_or()) + " is outside of the kustomization's folder");
      return;
    }
    const auto file = state_.read_file(path, &entry);
    if (!file) return;
    for (const BuildState::Parsed& parsed : state_.parse(*file)) {
      if (text_of(parsed.root, "kind").empty() || text_of(parsed.root, "apiVersion").empty()) {
        state_.error(parsed.root, "not a Kubernetes object: apiVersion or kind is missing");
        continue;
      }
      objects.push_back({.root = parsed.root,
                         .source = file->source,
                         .ignores = parsed.ignores,
                         .former = {},
                         .layers = {layer}});
    }
  }

  void add_hashes(std::vector<Object>& objects) {
    for (Object& object : objects) {
      if (!object.needs_hash) continue;
      const std::string name =
          std::string(object.identity().name) + "-" + kustomize::content_hash(object.root);
      kustomize::rename(state_.arena(), object, name);
    }
  }

  // Meant for tools on the developer's machine alone; Kustomize leaves it out too.
  static bool is_local(const Object& object) {
    const Node* value =
        object.root.get({"metadata", "annotations", "config.kubernetes.io/local-config"});
    return value != nullptr && value->string_or() != "false" && !value->string_or().empty();
  }

  BuildState state_;
  std::vector<std::string> path_;  // folders that are being built, outermost first
};

class LinkReader {
 public:
  LinkReader(const FileTree& tree, std::string folder) : tree_(tree), folder_(std::move(folder)) {}

  KustomizationLinks read(const Node& root) {
    links_.is_component = text_of(root, "kind") == "Component";
    for (const std::string_view field :
         {"resources", "bases", "components", "generators", "transformers", "validators", "crds",
          "configurations", "patchesStrategicMerge"}) {
      for (const Node& entry : root.list(field)) add(entry.string_or());
    }
    for (const std::string_view field : {"patches", "patchesJson6902", "replacements"}) {
      for (const Node& entry : root.list(field)) add(text_of(entry, "path"));
    }
    for (const std::string_view field : {"configMapGenerator", "secretGenerator"}) {
      for (const Node& entry : root.list(field)) add_data(entry);
    }
    for (const Node& chart : root.list("helmCharts")) add(text_of(chart, "valuesFile"));
    for (const Node& entry : root.list("resources")) {
      const std::string path = join_path(folder_, entry.string_or());
      if (tree_.kind(path) == EntryKind::kFile) links_.resources.insert(path);
    }
    if (const Node* schema = root.find("openapi")) add(text_of(*schema, "path"));
    return std::move(links_);
  }

 private:
  void add(std::string_view name) {
    if (name.empty() || name.find('\n') != std::string_view::npos) return;
    const std::string path = join_path(folder_, name);
    switch (tree_.kind(path)) {
      case EntryKind::kDirectory:
        links_.folders.insert(path);
        break;
      case EntryKind::kFile:
        links_.files.insert(path);
        break;
      default:
        break;
    }
  }

  void add_data(const Node& entry) {
    add(text_of(entry, "env"));
    for (const Node& env : entry.list("envs")) add(env.string_or());
    for (const Node& file : entry.list("files")) {
      const std::string_view text = file.string_or();
      const std::size_t equals = text.find('=');
      add(equals == std::string_view::npos ? text : text.substr(equals + 1));
    }
  }

  const FileTree& tree_;
  std::string folder_;
  KustomizationLinks links_;
};

std::vector<Document> read_quietly(const FileTree& tree, const std::string& file,
                                   const KustomizeLimits& limits) {
  auto text = tree.read(file, limits.max_file_size);
  if (!text) return {};
  Diagnostics unused;
  return read_documents(
      std::make_shared<const Source>(tree.display(file), *std::move(text), SourceFormat::kYaml),
      unused);
}

}  // namespace

std::string find_kustomization(const FileTree& tree, const std::string& folder) {
  for (const std::string_view name : kFileNames) {
    std::string path = join_path(folder, name);
    if (tree.kind(path) != EntryKind::kFile) continue;
    const std::vector<Document> documents = read_quietly(tree, path, {});
    if (!documents.empty()) {
      const std::string_view version = text_of(documents.front().root(), "apiVersion");
      if (!version.empty() && !version.starts_with("kustomize.config.k8s.io/")) continue;
    }
    return path;
  }
  return {};
}

KustomizationLinks kustomization_links(const FileTree& tree, const std::string& file,
                                       const KustomizeLimits& limits) {
  const std::vector<Document> documents = read_quietly(tree, file, limits);
  KustomizationLinks links;
  if (!documents.empty()) links = LinkReader(tree, folder_of(file)).read(documents.front().root());
  links.files.insert(file);
  return links;
}

KustomizeBuild build_kustomization(const FileTree& tree, const std::string& folder,
                                   const KustomizeLimits& limits, const ReadLimits& read_limits,
                                   Diagnostics& diagnostics) {
  return Builder(tree, limits, read_limits, diagnostics).build(folder);
}

}  // namespace yagura::kube
