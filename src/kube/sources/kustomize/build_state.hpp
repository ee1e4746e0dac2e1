#pragma once

// What the steps of a Kustomize build share: the objects so far, the sources they come from, and
// the problems.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "kube/reader.hpp"
#include "kube/source_map.hpp"
#include "kube/sources/file_tree.hpp"
#include "kube/sources/kustomize/edit.hpp"
#include "kube/sources/kustomize/kustomize.hpp"

namespace yagura::kube::kustomize {

// A name that an object has or had. References and patches may use any of them.
struct Identity {
  std::string_view name;
  std::string_view namespace_;
  friend bool operator==(const Identity&, const Identity&) = default;
};

struct Object {
  Node root;
  std::shared_ptr<const Source> source;
  std::vector<IgnoreComment> ignores;
  std::vector<Identity> former;       // oldest first, without the present one
  std::vector<std::uint32_t> layers;  // the kustomizations that it went through, innermost first
  bool needs_hash = false;

  [[nodiscard]] std::string_view kind() const;
  [[nodiscard]] std::string_view api_version() const;
  [[nodiscard]] std::string_view group() const;
  [[nodiscard]] Identity identity() const;
  // Whether it has or had that name.
  [[nodiscard]] bool was_named(std::string_view name) const;
  // None written is "default".
  [[nodiscard]] bool was_in_namespace(std::string_view namespace_) const;
};

// Remembers the present name, then changes it. The value's place in the source stays that of the
// first name.
void rename(core::Arena& arena, Object& object, std::string_view name);
void move_to_namespace(core::Arena& arena, Object& object, const Node& namespace_);

class BuildState {
 public:
  BuildState(const FileTree& tree, const KustomizeLimits& limits, const ReadLimits& read_limits,
             Diagnostics& diagnostics);

  [[nodiscard]] const FileTree& tree() const { return tree_; }
  [[nodiscard]] const KustomizeLimits& limits() const { return limits_; }
  [[nodiscard]] core::Arena& arena() { return map_->arena(); }
  [[nodiscard]] std::shared_ptr<const SourceMap> map() const { return map_; }
  [[nodiscard]] Diagnostics& diagnostics() { return diagnostics_; }
  [[nodiscard]] std::uint32_t next_layer() { return layers_++; }

  // Reads a file into the joint space. Nothing: the problem was reported (at `blame`, where there
  // is one).
  struct File {
    std::shared_ptr<const Source> source;
    std::uint32_t base = 0;  // of its offsets in the joint space
  };
  [[nodiscard]] std::optional<File> read_file(const std::string& path, const Node* blame);

  // Its documents, offsets in the joint space. Problems are reported.
  struct Parsed {
    Node root;
    std::vector<IgnoreComment> ignores;
  };
  [[nodiscard]] const std::vector<Parsed>& parse(const File& file);
  // A YAML text that is a string in another file (an inline patch); its nodes get the offsets of
  // that file, exact in a literal block
  // (`|`), the string's begin elsewhere.
  [[nodiscard]] std::vector<Parsed> parse_inline(const Node& text);

  // At a node of the joint space.
  void error(const Node& node, std::string message, std::string hint = {});
  void warning(const Node& node, std::string message, std::string hint = {});

  // False, and reported once, where a bound of the whole build is reached.
  [[nodiscard]] bool within_limits(std::size_t object_count);
  // Counts work that hostile input could multiply; false, and reported once, where it is too much.
  [[nodiscard]] bool spend(std::uint64_t steps);
  [[nodiscard]] std::uint64_t file_count() const { return opened_.size(); }
  [[nodiscard]] std::uint64_t byte_count() const { return bytes_; }
  [[nodiscard]] bool stopped() const { return stopped_; }
  void stop(std::string message);

 private:
  [[nodiscard]] bool within_memory();
  void report(DiagnosticLevel level, const Node& node, std::string message, std::string hint);

  const FileTree& tree_;
  const KustomizeLimits& limits_;
  const ReadLimits& read_limits_;
  Diagnostics& diagnostics_;
  std::shared_ptr<SourceMap> map_;
  std::uint32_t layers_ = 0;
  std::uint32_t files_ = 0;
  std::uint64_t bytes_ = 0;  // of the files
  std::uint64_t steps_ = 0;
  std::uint64_t source_memory_ = 0;  // texts and what the reader made of them
  // A base that several overlays build on is read once; its nodes are shared.
  std::map<std::string, File> opened_;
  std::map<const Source*, std::vector<Parsed>> parsed_;
  bool stopped_ = false;
  std::string first_file_;
};

}  // namespace yagura::kube::kustomize
