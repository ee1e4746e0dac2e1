#pragma once

// The object tree: what YAML and JSON are read into and what every analysis reads. Compact (24
// bytes a node, 48 a member), immutable once read, and every node knows where it stands in its
// source. Nodes live in their document's arena; strings point into the source text or the arena. A
// `const Node*` is valid as long as its Document. Thread-safe to read.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

namespace yagura::kube {

enum class NodeKind : std::uint8_t {
  kNull,
  kBool,
  kInt,   // fits int64
  kUint,  // above int64's range, fits uint64
  kDouble,
  kString,
  kList,
  kMap,
};

struct Member;
class NodeBuilder;  // node_builder.hpp: the readers' way to fill nodes

class Node {
 public:
  constexpr Node() = default;

  [[nodiscard]] NodeKind kind() const { return kind_; }
  [[nodiscard]] bool is_null() const { return kind_ == NodeKind::kNull; }
  [[nodiscard]] bool is_bool() const { return kind_ == NodeKind::kBool; }
  [[nodiscard]] bool is_int() const { return kind_ == NodeKind::kInt; }
  [[nodiscard]] bool is_string() const { return kind_ == NodeKind::kString; }
  [[nodiscard]] bool is_list() const { return kind_ == NodeKind::kList; }
  [[nodiscard]] bool is_map() const { return kind_ == NodeKind::kMap; }

  // Preconditions: the kind fits.
  [[nodiscard]] bool as_bool() const { return value_.truth; }
  [[nodiscard]] std::int64_t as_int() const { return value_.integer; }
  [[nodiscard]] std::uint64_t as_uint() const { return value_.unsigned_integer; }
  [[nodiscard]] double as_double() const { return value_.real; }
  [[nodiscard]] std::string_view as_string() const { return {value_.text, size_}; }
  [[nodiscard]] std::span<const Node> items() const { return {value_.items, size_}; }
  [[nodiscard]] std::span<const Member> members() const;  // in source order, keys unique

  // Tolerant reads: the default where this is not of that kind.
  [[nodiscard]] std::string_view string_or(std::string_view other = {}) const {
    return is_string() ? as_string() : other;
  }
  [[nodiscard]] bool bool_or(bool other) const { return is_bool() ? as_bool() : other; }

  // The member's value, or null: also where this is not a map. O(members) up to 16, O(1) above
  // (indexed).
  [[nodiscard]] const Node* find(std::string_view key) const;
  [[nodiscard]] const Member* find_member(std::string_view key) const;
  // find() along names: get({"spec", "template", "spec"}).
  [[nodiscard]] const Node* get(std::initializer_list<std::string_view> path) const;
  // The member's items, or nothing: also where it is missing or no list.
  [[nodiscard]] std::span<const Node> list(std::string_view key) const;

  // Byte offsets into the source of the document: of the value's first byte (its opening quote,
  // bracket, `|`; a block collection begins at its first key or dash; tag and anchor stand before
  // it) and of the byte behind its last (behind the last child of a block collection; a block
  // scalar ends behind its last line of text, before the line end). An empty value has begin ==
  // end, behind the `:` or `-` (or tag, or anchor) that it belongs to. A node that came through an
  // alias or a merge key has the offsets of the anchored original.
  [[nodiscard]] std::uint32_t begin() const { return begin_; }
  [[nodiscard]] std::uint32_t end() const { return end_; }

  [[nodiscard]] bool is_ascii() const {
    return (flags_ & kAsciiFlag) != 0;
  }  // strings: size() == code points
  [[nodiscard]] bool is_flow() const {
    return (flags_ & kFlowFlag) != 0;
  }  // collections: {…} or […], so all of JSON's
  // Put here by `*alias` or `<<`. What is below it is shared with the original and not marked.
  [[nodiscard]] bool is_aliased() const { return (flags_ & kAliasFlag) != 0; }

 private:
  friend class NodeBuilder;
  static constexpr std::uint8_t kAsciiFlag = 1;
  static constexpr std::uint8_t kFlowFlag = 2;
  static constexpr std::uint8_t kAliasFlag = 4;
  static constexpr std::uint8_t kIndexedFlag = 8;  // a hash index stands behind the members

  NodeKind kind_ = NodeKind::kNull;
  std::uint8_t flags_ = 0;
  std::uint32_t size_ = 0;  // bytes of a string, items of a list, members of a map
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;
  union {
    bool truth;
    std::int64_t integer;
    std::uint64_t unsigned_integer;
    double real;
    const char* text;
    const Node* items;
    const Member* members;
  } value_ = {.unsigned_integer = 0};
};

struct Member {
  std::string_view key;
  std::uint32_t key_begin = 0;  // byte offsets of the key as written, quotes included
  std::uint32_t key_end = 0;
  Node value;
};

inline std::span<const Member> Node::members() const { return {value_.members, size_}; }

static_assert(sizeof(Node) == 24);
static_assert(sizeof(Member) == 48);

}  // namespace yagura::kube
