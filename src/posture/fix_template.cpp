#include "posture/fix_template.hpp"

#include <array>
#include <utility>

#include "kube/node_json.hpp"
#include "kube/node_path.hpp"

namespace yagura::posture {

namespace {

struct NamedPlace {
  std::string_view name;
  FixPlace place;
};

constexpr std::array<NamedPlace, 6> kPlaces = {{{"$object", FixPlace::kObject},
                                                {"$pod", FixPlace::kPod},
                                                {"$podTemplate", FixPlace::kPodTemplate},
                                                {"$container", FixPlace::kContainer},
                                                {"$element", FixPlace::kElement},
                                                {"$field", FixPlace::kField}}};

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::kInvalidInput, std::move(message));
}

void append_segment(std::string& pointer, std::string_view name) {
  pointer += '/';
  for (const char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

// One `["quoted.key"]` or `[0]` at the front of `text`.
Result<void> take_bracket(std::string_view& text, std::string& pointer) {
  const std::size_t end = text.starts_with("[\"") ? text.find("\"]", 2) : text.find(']');
  if (end == std::string_view::npos) return wrong("a bracket is not closed");
  const bool quoted = text.starts_with("[\"");
  append_segment(pointer, quoted ? text.substr(2, end - 2) : text.substr(1, end - 1));
  text.remove_prefix(end + (quoted ? 2 : 1));
  return {};
}

Result<std::string> pointer_of(std::string_view text) {
  std::string pointer;
  while (!text.empty()) {
    if (text.front() == '[') {
      YAGURA_TRY_VOID(take_bracket(text, pointer));
      continue;
    }
    if (text.front() != '.') return wrong("expected `.` or `[`");
    text.remove_prefix(1);
    const std::size_t end = std::min(text.find_first_of(".["), text.size());
    if (end == 0) return wrong("an empty name");
    append_segment(pointer, text.substr(0, end));
    text.remove_prefix(end);
  }
  return pointer;
}

Result<FixStep> read_path(std::string_view path, model::PatchOperation::Kind kind) {
  const std::size_t end = std::min(path.find_first_of(".["), path.size());
  for (const NamedPlace& named : kPlaces) {
    if (named.name != path.substr(0, end)) continue;
    YAGURA_TRY(std::string pointer, pointer_of(path.substr(end)));
    return FixStep{.kind = kind, .place = named.place, .pointer = std::move(pointer), .value = {}};
  }
  return wrong("a path starts with $object, $pod, $podTemplate, $container, $element or $field");
}

Result<FixStep> read_step(const kube::Node& item) {
  using Kind = model::PatchOperation::Kind;
  static constexpr std::array<std::pair<std::string_view, Kind>, 3> kKinds = {
      {{"set", Kind::kSet}, {"append", Kind::kAppend}, {"remove", Kind::kRemove}}};
  for (const auto& [name, kind] : kKinds) {
    const kube::Node* path = item.find(name);
    if (path == nullptr) continue;
    auto step = read_path(path->string_or(), kind);
    if (!step) {
      return std::unexpected(std::move(step).error().with_context(path->string_or("(not a text)")));
    }
    const kube::Node* value = item.find("value");
    if (kind == Kind::kRemove) return step;
    if (value == nullptr) return wrong(std::string(name) + " needs a value");
    step->value = kube::to_json(*value);
    return step;
  }
  return wrong("a step is one of set, append, remove, unless");
}

std::optional<std::string> base_of(const FixPlaces& places, FixPlace place) {
  switch (place) {
    case FixPlace::kObject:
      return std::string{};
    case FixPlace::kPod:
      return places.pod;
    case FixPlace::kPodTemplate:
      return places.pod_template;
    case FixPlace::kContainer:
      return places.container;
    case FixPlace::kElement:
      return places.element;
    case FixPlace::kField:
      return places.field;
  }
  return std::nullopt;
}

}  // namespace

Result<FixTemplate> read_fix_template(const kube::Node& steps) {
  if (!steps.is_list()) return wrong("the fix is not a list of steps");
  FixTemplate fix;
  for (std::size_t i = 0; i < steps.items().size(); ++i) {
    const kube::Node& item = steps.items()[i];
    const std::string where = "step " + std::to_string(i + 1);
    if (const kube::Node* unless = item.find("unless"); unless != nullptr) {
      auto condition = read_path(unless->string_or(), model::PatchOperation::Kind::kSet);
      if (!condition) return std::unexpected(std::move(condition).error().with_context(where));
      fix.unless.push_back({.place = condition->place, .pointer = std::move(condition->pointer)});
      continue;
    }
    auto step = read_step(item);
    if (!step) return std::unexpected(std::move(step).error().with_context(where));
    fix.steps.push_back(*std::move(step));
  }
  return fix;
}

std::vector<model::PatchOperation> instantiate(const FixTemplate& fix, const FixPlaces& places,
                                               const kube::Node& object) {
  for (const FixCondition& condition : fix.unless) {
    const std::optional<std::string> base = base_of(places, condition.place);
    if (base && kube::resolve_pointer(object, *base + condition.pointer) != nullptr) return {};
  }
  std::vector<model::PatchOperation> operations;
  operations.reserve(fix.steps.size());
  for (const FixStep& step : fix.steps) {
    const std::optional<std::string> base = base_of(places, step.place);
    if (!base) return {};
    operations.push_back({.kind = step.kind, .path = *base + step.pointer, .value = step.value});
  }
  return operations;
}

}  // namespace yagura::posture
