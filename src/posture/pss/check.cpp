#include "posture/pss/check.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/check.hpp"

namespace yagura::posture::pss {

namespace {

// As a field path spells a key (kube/node_path.hpp): `.key`, or `["key"]` where it is no plain
// name.
std::string key_step(std::string_view key) {
  for (const char c : key) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-';
    if (!plain) return fmt::format("[\"{}\"]", key);
  }
  return fmt::format(".{}", key);
}

std::string pointer_step(std::string_view key) {
  std::string step = "/";
  for (const char c : key) {
    if (c == '~') {
      step += "~0";
    } else if (c == '/') {
      step += "~1";
    } else {
      step += c;
    }
  }
  return step;
}

void add_step(Violation& violation, model::PatchOperation::Kind kind, const Field& field,
              std::string_view json) {
  violation.fix.operations.push_back(
      {.kind = kind, .path = field.pointer(), .value = std::string(json)});
}

}  // namespace

Field Field::child(const Step& step, const kube::Node* node) const {
  YAGURA_CHECK(count_ < kMaxSteps, "no field that is checked lies deeper");
  Field field = *this;
  field.steps_[field.count_++] = step;
  field.found_ = node;
  if (node != nullptr) field.nearest_ = node;
  return field;
}

Field Field::operator/(std::string_view key) const {
  return child({.key = key}, kube::find_set(found_, key));
}

Field Field::operator/(std::size_t index) const {
  const auto list = items();
  return child({.index = index, .is_index = true}, index < list.size() ? &list[index] : nullptr);
}

std::string Field::path() const {
  std::string path(steps_[0].key);
  for (std::size_t i = 1; i < count_; ++i) {
    const Step& step = steps_[i];
    path += step.is_index ? fmt::format("[{}]", step.index) : key_step(step.key);
  }
  return path;
}

std::string Field::pointer() const {
  std::string pointer;
  for (std::size_t i = 0; i < count_; ++i) {
    const Step& step = steps_[i];
    pointer += step.is_index ? fmt::format("/{}", step.index) : pointer_step(step.key);
  }
  return pointer;
}

std::string Setter::describe() const {
  return container_ == nullptr ? std::string("the pod") : pss::describe(*container_);
}

Violation& Reporter::add(const Field& at, std::string message, std::string_view subject) {
  return out_.emplace_back(Violation{.check = check_,
                                     .message = std::move(message),
                                     .subject = std::string(subject),
                                     .path = at.path(),
                                     .node = at.nearest(),
                                     .missing = at.node() == nullptr,
                                     .fix = {}});
}

void fix_set(Violation& violation, const Field& field, std::string_view json) {
  add_step(violation, model::PatchOperation::Kind::kSet, field, json);
}
void fix_append(Violation& violation, const Field& field, std::string_view json) {
  add_step(violation, model::PatchOperation::Kind::kAppend, field, json);
}
void fix_remove(Violation& violation, const Field& field) {
  add_step(violation, model::PatchOperation::Kind::kRemove, field, {});
}

std::string describe(const kube::Container& container) {
  const std::string_view type = kube::to_string(container.type);
  if (container.name.empty()) return fmt::format("{} {}", type, container.index + 1);
  return fmt::format("{} \"{}\"", type, container.name);
}

std::string quoted(std::span<const std::string_view> items) {
  std::string text;
  for (const std::string_view item : items) {
    if (!text.empty()) text += ", ";
    text.append("\"").append(item).append("\"");
  }
  return text;
}

}  // namespace yagura::posture::pss
