#pragma once

// How a relation reports. Internal to relations.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "kube/node_path.hpp"
#include "model/control.hpp"
#include "model/finding.hpp"
#include "posture/relations/object_index.hpp"

namespace yagura::posture::relations {

// A place in an object: at("spec", "rules", 0, "host").
template <typename... Steps>
[[nodiscard]] kube::NodePath at(const Steps&... steps) {
  kube::NodePath path;
  const auto add = [&](const auto& step) {
    if constexpr (std::is_integral_v<std::remove_cvref_t<decltype(step)>>) {
      path.push_back(kube::PathStep::item(static_cast<std::uint32_t>(step)));
    } else {
      path.push_back(kube::PathStep::member(step));
    }
  };
  (add(steps), ...);
  return path;
}

// `base` with more steps.
template <typename... Steps>
[[nodiscard]] kube::NodePath below(kube::NodePath base, const Steps&... steps) {
  const kube::NodePath rest = at(steps...);
  base.insert(base.end(), rest.begin(), rest.end());
  return base;
}

struct Details {
  std::string subject = {};
  model::Fix fix = {};
  std::optional<model::Severity> severity = std::nullopt;
};

// One control over one scan. `id` is the control's; texts in paths must live as long as the call.
class Judge {
 public:
  Judge(const ObjectIndex& index, std::shared_ptr<const model::Control> control,
        const RelationOptions& options)
      : index_(index), control_(std::move(control)), options_(options) {}

  [[nodiscard]] const ObjectIndex& index() const { return index_; }

  // The relation is meant for this object and looks at it: without a fail it is a pass.
  void looks_at(const Object& object) {
    if (options_.report_passed) looked_at_.push_back(&object);
  }
  void fail(const Object& object, const kube::NodePath& path, std::string message,
            Details details = {});
  // What it takes is not in the scan.
  void cannot_say(const Object& object, const kube::NodePath& path, std::string why);

  // In order of the objects.
  [[nodiscard]] std::vector<model::Finding> take();

 private:
  struct Found {
    std::uint32_t position;
    model::Finding finding;
  };
  void add(const Object& object, model::Status status, const kube::NodePath& path,
           std::string message, Details details);

  const ObjectIndex& index_;
  std::shared_ptr<const model::Control> control_;
  const RelationOptions& options_;
  std::vector<Found> found_;
  std::vector<const Object*> looked_at_;
  std::unordered_set<const Object*> judged_;
};

using Check = void (*)(Judge&);

// "in the scanned objects" with the namespace, and how sure we are of it.
[[nodiscard]] std::string in_namespace(const Object& object);

// Text of the input as a message shows it: bounded, one line.
[[nodiscard]] std::string quoted(std::string_view text);

[[nodiscard]] inline std::string_view text_of(const kube::Node* map, std::string_view key) {
  const kube::Node* node = map == nullptr ? nullptr : map->find(key);
  return node == nullptr ? std::string_view() : node->string_or();
}

}  // namespace yagura::posture::relations
