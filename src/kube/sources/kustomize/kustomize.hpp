#pragma once

// Kustomize directories, built by our own loader (no program is run):
// https://kubectl.docs.kubernetes.io/references/kustomize/. Built: resources, bases, components,
// namespace, namePrefix, nameSuffix, labels, commonLabels, commonAnnotations, images, replicas,
// patches, patchesStrategicMerge, patchesJson6902, configMapGenerator, secretGenerator,
// generatorOptions. Nothing is fetched: a remote resource is reported and left out. Fields that
// change objects and are not built (helmCharts, replacements, vars, generators, transformers, …)
// are named in a warning. Every node of the result knows the file and line that wrote it
// (Document::position_of).
//
// The bytes are untrusted: files are read below the folder of the kustomization that names them
// alone (as Kustomize does by default), depth, files, objects and memory are bounded.

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "kube/reader.hpp"
#include "kube/sources/file_tree.hpp"

namespace yagura::kube {

// Of one build (one root). Reaching one is an error in the diagnostics; what was built before is
// kept unless said otherwise.
struct KustomizeLimits {
  std::uint32_t max_depth = 32;      // kustomizations in kustomizations
  std::uint32_t max_files = 10'000;  // read, repetitions counted
  std::uint32_t max_objects = 50'000;
  std::uint64_t max_file_size = std::uint64_t{16} << 20;  // bytes
  std::uint64_t max_steps =
      200'000'000;  // objects looked at, once for each patch, label entry, name
  std::uint64_t max_memory = std::uint64_t{512} << 20;  // bytes of made nodes
};

// The kustomization file of a folder ("overlays/prod/kustomization.yaml"), or "". Flux and others
// use the same file name for objects of their own: those are not taken for one.
[[nodiscard]] std::string find_kustomization(const FileTree& tree, const std::string& folder);

// What a kustomization file names, so that a scan knows what not to read by itself.
struct KustomizationLinks {
  bool is_component = false;
  std::set<std::string> folders;    // other kustomizations that it builds on
  std::set<std::string> resources;  // the files among `resources`: whole objects
  std::set<std::string> files;      // resources, patches, data files, and the kustomization itself
};
// `file` is the kustomization file. Problems are left to the build.
[[nodiscard]] KustomizationLinks kustomization_links(const FileTree& tree, const std::string& file,
                                                     const KustomizeLimits& limits);

struct KustomizeBuild {
  std::vector<Document> documents;  // in the order of Kustomize's accumulation
  std::uint64_t files = 0;          // different ones that were read
  std::uint64_t bytes = 0;          // of their texts
};

// Builds the kustomization of a folder. Problems go to `diagnostics`; what can be built in spite of
// them is.
[[nodiscard]] KustomizeBuild build_kustomization(const FileTree& tree, const std::string& folder,
                                                 const KustomizeLimits& limits,
                                                 const ReadLimits& read_limits,
                                                 Diagnostics& diagnostics);

}  // namespace yagura::kube
