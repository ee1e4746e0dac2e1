#include "kube/sources/kustomize/json_patch.hpp"

#include <charconv>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "kube/node_json.hpp"
#include "kube/sources/kustomize/edit.hpp"

namespace yagura::kube::kustomize {

namespace {

using Steps = std::vector<std::string>;
using StepSpan = std::span<const std::string>;

Result<Steps> parse_pointer(std::string_view pointer) {
  Steps steps;
  if (pointer.empty()) return steps;
  if (pointer.front() != '/') {
    return fail(ErrorCode::kInvalidInput, "the path must start with a slash");
  }
  for (const std::string_view part : split_path(pointer.substr(1))) {
    std::string step;
    for (std::size_t i = 0; i < part.size(); ++i) {
      const std::string_view escape = part.substr(i, 2);
      if (escape == "~0" || escape == "~1") {
        step += escape == "~0" ? '~' : '/';
        ++i;
      } else {
        step += part[i];
      }
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

std::optional<std::size_t> parse_index(std::string_view step) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  if (error != std::errc() || end != step.data() + step.size()) return std::nullopt;
  return index;
}

std::unexpected<Error> not_there(std::string_view step) {
  return fail(ErrorCode::kInvalidInput, "there is no \"" + std::string(step) + "\" in the object");
}

// What happens in the container that holds the last step.
using Edit = std::function<Result<Node>(const Node& parent, const std::string& step)>;

Result<Node> edit_at(core::Arena& arena, const Node& node, StepSpan steps, const Edit& edit) {
  if (steps.size() == 1) return edit(node, steps.front());
  const std::string& step = steps.front();
  if (node.is_map()) {
    const Node* child = node.find(step);
    if (child == nullptr) return not_there(step);
    YAGURA_TRY(const Node changed, edit_at(arena, *child, steps.subspan(1), edit));
    return with_member(arena, node, step, changed);
  }
  const std::optional<std::size_t> index = parse_index(step);
  if (!node.is_list() || !index || *index >= node.items().size()) return not_there(step);
  YAGURA_TRY(const Node changed, edit_at(arena, node.items()[*index], steps.subspan(1), edit));
  std::vector<Node> items(node.items().begin(), node.items().end());
  items[*index] = changed;
  return with_items(arena, node, items);
}

const Node* look_up(const Node& root, StepSpan steps) {
  const Node* node = &root;
  for (const std::string& step : steps) {
    if (node->is_map()) {
      node = node->find(step);
    } else if (const auto index = parse_index(step);
               node->is_list() && index && *index < node->items().size()) {
      node = &node->items()[*index];
    } else {
      node = nullptr;
    }
    if (node == nullptr) return nullptr;
  }
  return node;
}

Result<Node> add(core::Arena& arena, const Node& root, StepSpan path, const Node& value) {
  if (path.empty()) return value;
  return edit_at(
      arena, root, path, [&](const Node& parent, const std::string& step) -> Result<Node> {
        if (parent.is_map()) return with_member(arena, parent, step, value);
        if (!parent.is_list()) return not_there(step);
        std::vector<Node> items(parent.items().begin(), parent.items().end());
        const std::optional<std::size_t> index = step == "-" ? items.size() : parse_index(step);
        if (!index || *index > items.size()) return not_there(step);
        items.insert(items.begin() + static_cast<std::ptrdiff_t>(*index), value);
        return with_items(arena, parent, items);
      });
}

Result<Node> replace(core::Arena& arena, const Node& root, StepSpan path, const Node& value) {
  if (path.empty()) return value;
  return edit_at(arena, root, path,
                 [&](const Node& parent, const std::string& step) -> Result<Node> {
                   if (parent.is_map()) {
                     if (parent.find(step) == nullptr) return not_there(step);
                     return with_member(arena, parent, step, value);
                   }
                   const std::optional<std::size_t> index = parse_index(step);
                   if (!parent.is_list() || !index || *index >= parent.items().size())
                     return not_there(step);
                   std::vector<Node> items(parent.items().begin(), parent.items().end());
                   items[*index] = value;
                   return with_items(arena, parent, items);
                 });
}

Result<Node> remove(core::Arena& arena, const Node& root, StepSpan path) {
  if (path.empty()) return fail(ErrorCode::kInvalidInput, "the whole object cannot be removed");
  return edit_at(arena, root, path,
                 [&](const Node& parent, const std::string& step) -> Result<Node> {
                   if (parent.is_map()) {
                     if (parent.find(step) == nullptr) return not_there(step);
                     return without_member(arena, parent, step);
                   }
                   const std::optional<std::size_t> index = parse_index(step);
                   if (!parent.is_list() || !index || *index >= parent.items().size())
                     return not_there(step);
                   std::vector<Node> items(parent.items().begin(), parent.items().end());
                   items.erase(items.begin() + static_cast<std::ptrdiff_t>(*index));
                   return with_items(arena, parent, items);
                 });
}

std::string_view text_of(const Node& operation, std::string_view key) {
  const Node* node = operation.find(key);
  return node == nullptr ? std::string_view() : node->string_or();
}

Result<Node> apply(core::Arena& arena, const Node& root, const Node& operation) {
  const std::string_view op = text_of(operation, "op");
  YAGURA_TRY(const Steps path, parse_pointer(text_of(operation, "path")));
  if (op == "remove") return remove(arena, root, path);
  if (op == "copy" || op == "move") {
    YAGURA_TRY(const Steps from, parse_pointer(text_of(operation, "from")));
    const Node* source = look_up(root, from);
    if (source == nullptr) return not_there(text_of(operation, "from"));
    const Node value = *source;
    if (op == "copy") return add(arena, root, path, value);
    YAGURA_TRY(const Node without, remove(arena, root, from));
    return add(arena, without, path, value);
  }
  const Node* value = operation.find("value");
  // Kustomize takes a missing value as null.
  const Node given = value == nullptr ? NodeBuilder::null(extent_of(operation)) : *value;
  if (op == "add") return add(arena, root, path, given);
  if (op == "replace") return replace(arena, root, path, given);
  if (op == "test") {
    const Node* found = look_up(root, path);
    if (found != nullptr && equal(*found, given)) return root;
    return fail(ErrorCode::kInvalidInput, "the test fails");
  }
  return fail(ErrorCode::kInvalidInput, "no such operation \"" + std::string(op) + "\"");
}

}  // namespace

Result<Node> json_patch(core::Arena& arena, const Node& object, const Node& patch,
                        std::uint64_t max_memory) {
  if (!patch.is_list()) {
    return fail(ErrorCode::kInvalidInput, "a JSON patch is a list of operations");
  }
  Node result = object;
  for (std::size_t i = 0; i < patch.items().size(); ++i) {
    const Node& operation = patch.items()[i];
    if (arena.reserved() > max_memory) {
      return fail(ErrorCode::kLimitExceeded, "the patch needs too much memory");
    }
    auto changed = apply(arena, result, operation);
    if (!changed) {
      return std::unexpected(std::move(changed).error().with_context(
          "operation " + std::to_string(i) + " (" + std::string(text_of(operation, "op")) + " " +
          std::string(text_of(operation, "path")) + ")"));
    }
    result = *changed;
  }
  return result;
}

}  // namespace yagura::kube::kustomize
