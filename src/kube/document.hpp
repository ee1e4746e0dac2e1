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

// The bytes of one file (or archive member, or standard input). Immutable and shared by its documents; the arena
// holds the nodes of all of them.
class Source {
 public:
  Source(std::string name, std::string text, SourceFormat format);

  [[nodiscard]] const std::string& name() const { return name_; }  // as messages show it; "-" is standard input
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] SourceFormat format() const { return format_; }
  // O(log lines); the line table is made at first use (thread-safe).
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

// `# yagura:ignore ID[,ID…] reason`: for the node that begins on its line or on the next line that is not a
// comment, and for all below it. At the top of a document: for the whole document.
struct IgnoreComment {
  std::uint32_t offset = 0;              // of the '#'
  std::uint32_t applies_to_line = 0;     // 1-based line of the node; 0: the whole document
  std::vector<std::string> ids;          // as written, aliases not resolved; "*" is all
  std::string reason;
};

class Document {
 public:
  Document(std::shared_ptr<const Source> source, const Node* root, std::uint32_t index)
      : source_(std::move(source)), root_(root), index_(index) {}

  [[nodiscard]] const Node& root() const { return *root_; }
  [[nodiscard]] const Source& source() const { return *source_; }
  [[nodiscard]] const std::shared_ptr<const Source>& shared_source() const { return source_; }
  [[nodiscard]] std::uint32_t index() const { return index_; }  // in its source, from 0; items of a List count on
  [[nodiscard]] const std::vector<IgnoreComment>& ignores() const { return ignores_; }
  void set_ignores(std::vector<IgnoreComment> ignores) { ignores_ = std::move(ignores); }

 private:
  std::shared_ptr<const Source> source_;
  const Node* root_;
  std::uint32_t index_;
  std::vector<IgnoreComment> ignores_;
};

}  // namespace yagura::kube
