#pragma once

// One object of one source: its tree, its place, and the comments that mean something to us.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "kube/node.hpp"

namespace yagura::kube {

struct Position {
  std::uint32_t line = 0;    // 1-based
  std::uint32_t column = 0;  // 1-based, in bytes
  friend bool operator==(const Position&, const Position&) = default;
};

enum class SourceFormat : std::uint8_t { kYaml, kJson };

// The bytes of one file (or archive member, or standard input). Immutable and shared by its
// documents; the arena holds the nodes of all of them.
class Source {
 public:
  Source(std::string name, std::string text, SourceFormat format);
  Source(const Source&) = delete;  // nodes point into it
  Source& operator=(const Source&) = delete;

  [[nodiscard]] const std::string& name() const {
    return name_;
  }  // as messages show it; "-" is standard input
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] SourceFormat format() const { return format_; }
  // O(1) (a table of 8 bytes for 1 KiB of text, and at most that much text to count). The table is
  // made at first use, thread-safe. An offset behind the text counts as its end.
  [[nodiscard]] Position position(std::uint32_t offset) const;
  [[nodiscard]] core::Arena& arena() const { return arena_; }  // for the reader alone

 private:
  struct LineTable;
  std::string name_;
  std::string text_;
  SourceFormat format_;
  mutable core::Arena arena_;
  mutable std::shared_ptr<LineTable> lines_;  // see document.cpp
};

// `# yagura:ignore ID[,ID…] reason`: for the node that begins on its line or on the next line that
// is not a comment, and for all below it. At the top of a document: for the whole document.
struct IgnoreComment {
  std::uint32_t offset = 0;           // of the '#'
  std::uint32_t applies_to_line = 0;  // 1-based line of the node; 0: the whole document
  std::vector<std::string> ids;       // as written, aliases not resolved; "*" is all
  std::string reason;
};

class SourceMap;  // source_map.hpp

// Where a node was written.
struct Place {
  const Source* source = nullptr;  // as long-lived as the Document; never null
  std::uint32_t offset = 0;        // into source->text()
  std::string_view file;           // source->name()
  Position position;
};

class Document {
 public:
  // `map` is there for a document that was put together from several sources (a Kustomize build):
  // its nodes' offsets then count in the map's joint space, and `source` is the one that the object
  // itself came from.
  Document(std::shared_ptr<const Source> source, const Node* root, std::uint32_t index,
           std::shared_ptr<const SourceMap> map = nullptr)
      : source_(std::move(source)), root_(root), index_(index), map_(std::move(map)) {}

  [[nodiscard]] const Node& root() const { return *root_; }
  // The source that the object came from. Never put a node's offset to it: ask position_of() and
  // place_of(), since parts of the object may be from other files (patches, generators, the
  // kustomization itself).
  [[nodiscard]] const Source& source() const { return *source_; }
  [[nodiscard]] const std::shared_ptr<const Source>& shared_source() const { return source_; }
  [[nodiscard]] std::uint32_t index() const {
    return index_;
  }  // in its source, from 0; items of a List count on
  // File and position of an offset of this document's nodes: a node's begin() or end(), a member's
  // key_begin or key_end, a comment's offset. O(log lines).
  [[nodiscard]] Place place_of(std::uint32_t offset) const;
  [[nodiscard]] Place position_of(const Node& node) const { return place_of(node.begin()); }
  // True where nodes may come from several files.
  [[nodiscard]] bool is_composed() const { return map_ != nullptr; }
  // The comments of all sources that the object was made of. A comment speaks of nodes of its own
  // file alone: place_of(comment.offset).file says which.
  [[nodiscard]] const std::vector<IgnoreComment>& ignores() const { return ignores_; }
  void set_ignores(std::vector<IgnoreComment> ignores) { ignores_ = std::move(ignores); }

 private:
  std::shared_ptr<const Source> source_;
  const Node* root_;
  std::uint32_t index_;
  std::shared_ptr<const SourceMap> map_;
  std::vector<IgnoreComment> ignores_;
};

}  // namespace yagura::kube
