#include "kube/patch.hpp"

#include <fmt/format.h>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "kube/edit/patch_tree.hpp"
#include "kube/json/json_reader.hpp"
#include "kube/node_builder.hpp"
#include "kube/read_context.hpp"

namespace yagura::kube {

namespace {

std::unexpected<Error> bad_pointer(std::string_view pointer, std::string_view why) {
  return fail(ErrorCode::kInvalidInput, fmt::format("\"{}\" is no JSON pointer: {}", pointer, why));
}

// A copy that owns itself: nodes and texts in the arena. Depth was bounded by the reader.
Node copied(const Node& node, core::Arena& arena) {
  switch (node.kind()) {
    case NodeKind::kString:
      return NodeBuilder::string(arena.copy(node.as_string()), node.is_ascii());
    case NodeKind::kList: {
      std::vector<Node> items;
      for (const Node& item : node.items()) items.push_back(copied(item, arena));
      return NodeBuilder::list(arena, items);
    }
    case NodeKind::kMap: {
      std::vector<Member> members;
      for (const Member& member : node.members()) {
        members.push_back({.key = arena.copy(member.key),
                           .key_begin = 0,
                           .key_end = 0,
                           .value = copied(member.value, arena)});
      }
      return NodeBuilder::map(arena, members);
    }
    default:
      return NodeBuilder::with_extent(node, {});
  }
}

}  // namespace

Result<std::vector<std::string>> parse_pointer(std::string_view pointer,
                                               const PatchLimits& limits) {
  std::vector<std::string> segments;
  if (pointer.empty()) return segments;
  if (pointer.front() != '/') return bad_pointer(pointer, "it must begin with /");
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    const char c = pointer[i];
    if (c == '/') {
      if (segments.size() == limits.max_segments) {
        return fail(
            ErrorCode::kLimitExceeded,
            fmt::format("a JSON pointer may have at most {} segments", limits.max_segments));
      }
      segments.emplace_back();
    } else if (c != '~') {
      segments.back() += c;
    } else {
      const char escaped = i + 1 < pointer.size() ? pointer[i + 1] : '\0';
      if (escaped != '0' && escaped != '1') return bad_pointer(pointer, "~ must be written ~0");
      segments.back() += escaped == '0' ? '~' : '/';
      ++i;
    }
  }
  return segments;
}

std::string to_pointer(std::span<const std::string_view> segments) {
  std::string pointer;
  for (const std::string_view segment : segments) {
    pointer += '/';
    for (const char c : segment) {
      if (c == '~') {
        pointer += "~0";
      } else if (c == '/') {
        pointer += "~1";
      } else {
        pointer += c;
      }
    }
  }
  return pointer;
}

bool is_list_index(std::string_view segment, std::size_t& index) {
  constexpr std::size_t kMaxDigits = 9;  // more items than any list that we read
  if (segment.empty() || segment.size() > kMaxDigits) return false;
  if (segment.size() > 1 && segment.front() == '0') return false;
  index = 0;
  for (const char c : segment) {
    if (c < '0' || c > '9') return false;
    index = index * 10 + static_cast<std::size_t>(c - '0');
  }
  return true;
}

Result<const Node*> parse_json_value(std::string_view json, core::Arena& arena,
                                     const PatchLimits& limits) {
  if (json.size() > limits.max_value_size) {
    return fail(ErrorCode::kLimitExceeded,
                fmt::format("a step's value may have at most {} bytes", limits.max_value_size));
  }
  const Source source("value", std::string(json), SourceFormat::kJson);
  Diagnostics diagnostics;
  ReadLimits read_limits;
  read_limits.max_depth = limits.max_value_depth;
  const auto values =
      json::read({.source = source, .diagnostics = diagnostics, .limits = read_limits});
  if (diagnostics.has_errors() || values.size() != 1) {
    const std::string why =
        diagnostics.has_errors() ? diagnostics.list().front().message : "one value is expected";
    return fail(ErrorCode::kInvalidInput, fmt::format("a step's value is not JSON: {}", why));
  }
  return arena.make<Node>(copied(*values.front(), arena));
}

Result<const Node*> apply_patch(const Node& root, std::span<const model::PatchOperation> operations,
                                core::Arena& arena, const PatchLimits& limits) {
  edit::PatchTree tree(root, arena, limits);
  if (auto added = tree.add(operations); !added) return std::unexpected(added.error());
  return arena.make<Node>(tree.apply(arena));
}

}  // namespace yagura::kube
