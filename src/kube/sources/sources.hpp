#pragma once

// From what a user names on the command line to the documents in it: files, folders, archives, `-`,
// Kustomize directories and Helm charts. One source is in memory at a time (an archive as a whole);
// what is kept of it is the caller's choice.
//
// In folders: *.yaml, *.yml and *.json, in order of name; hidden folders and what Git ignores are
// left out; symlinks are followed only to what lies in the same folder named by the user and was
// not read already; YAML and JSON that holds no Kubernetes object is passed over and counted. A
// file named by the user is read whatever its name, and one without an object is an error.

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "kube/reader.hpp"
#include "kube/sources/archive.hpp"
#include "kube/sources/gitignore.hpp"
#include "kube/sources/kustomize/kustomize.hpp"
#include "kube/sources/process.hpp"

namespace yagura::kube {

struct SourceLimits {
  // Bytes of one. A larger JSON file is an error of its own; of a larger YAML stream, on disk or
  // from standard input, each document up to this size (and to read.max_document_size) is kept.
  std::uint64_t max_file_size = std::uint64_t{64} << 20;
  // Bytes of what is kept of one YAML stream; more is an error of its own.
  std::uint64_t max_stream_size = std::uint64_t{1} << 30;
  std::uint64_t max_total_size = std::uint64_t{8}
                                 << 30;  // bytes read from all; then the scan ends with an error
  std::uint32_t max_files = 500'000;     // found in folders; then the walk ends with an error
  std::uint32_t max_folder_entries =
      200'000;                          // of one folder; one with more is an error of its own
  std::uint32_t max_folder_depth = 64;  // below the one named; a deeper one is an error of its own
  std::uint64_t max_archive_file_size = std::uint64_t{512} << 20;  // packed bytes
  ArchiveLimits archive;
  GitIgnoreLimits gitignore;
  KustomizeLimits kustomize;
  ProcessLimits helm;
  ReadLimits read;
};

enum class SkipReason : std::uint8_t {
  kOtherFormat,    // in a folder: the name says neither YAML nor JSON
  kNotKubernetes,  // no object with apiVersion and kind: values, CI files, package.json
  kGitIgnored,
  kHiddenFolder,
  kSymlink,              // leads out of the folder, or to what was read already
  kChartTemplate,        // templates/ and charts/ of a Helm chart: not YAML until rendered
  kUsedByKustomization,  // a base, a patch, a data file: judged as part of what it is built into
  kUnusedComponent,      // a Kustomize component that nothing in the scan uses
  kRepeated,             // named twice
  kSpecial,              // a device, a socket
};
inline constexpr std::size_t kSkipReasons = 10;
// "not a Kubernetes object", for a line of statistics.
[[nodiscard]] std::string_view to_string(SkipReason reason);

struct SourceSummary {
  std::uint64_t files = 0;  // read, archive members and rendered templates too
  std::uint64_t bytes = 0;
  std::uint64_t objects = 0;         // given to on_document
  std::uint64_t kustomizations = 0;  // built
  std::uint64_t charts = 0;          // rendered
  std::array<std::uint64_t, kSkipReasons> skipped{};

  [[nodiscard]] std::uint64_t skipped_for(SkipReason reason) const {
    return skipped[static_cast<std::size_t>(reason)];
  }
};

struct SourceOptions {
  SourceLimits limits;
  bool use_gitignore = true;
  bool build_kustomizations = true;  // false: their files are read as they are
  bool render_charts = true;         // false: charts are only reported
  std::string helm_program;          // empty: looked up in PATH
  // For --verbose. Folders that are passed over whole are told once, counted once.
  std::function<void(const std::string& file, SkipReason reason)> on_skipped;
};

// Only objects come here: maps with apiVersion and kind, items of lists each by itself.
using OnDocument = std::function<void(Document&& document)>;

// Reads everything that `names` name, in order. Problems go to `diagnostics`, each once; what can
// be read in spite of them is. Deterministic. Blocks on standard input for `-`.
SourceSummary load_sources(std::span<const std::string> names, const SourceOptions& options,
                           const OnDocument& on_document, Diagnostics& diagnostics);

// The same for a tree in memory, as if its root were a folder that the user named. For tests and
// fuzzing.
class MemoryTree;
SourceSummary load_tree(const MemoryTree& tree, const SourceOptions& options,
                        const OnDocument& on_document, Diagnostics& diagnostics);

}  // namespace yagura::kube
