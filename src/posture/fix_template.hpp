#pragma once

// The `yagura.dev/fix` annotation: steps whose paths start at a place that is known only once a
// finding is made. rules/README.md describes the form.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "kube/document.hpp"
#include "model/finding.hpp"

namespace yagura::posture {

enum class FixPlace : std::uint8_t { kObject, kPod, kPodTemplate, kContainer, kElement, kField };

struct FixStep {
  model::PatchOperation::Kind kind = model::PatchOperation::Kind::kSet;
  FixPlace place = FixPlace::kObject;
  std::string pointer;  // RFC 6901, from the place; may be empty
  std::string value;    // JSON
};

// `unless: $container.securityContext.runAsUser`: where that field is there, the fix would
// contradict it, and is not offered.
struct FixCondition {
  FixPlace place = FixPlace::kObject;
  std::string pointer;
};

struct FixTemplate {
  std::vector<FixStep> steps;
  std::vector<FixCondition> unless;
};

// Where the places are in one object, as JSON pointers; nullopt: there is none (a Service has no
// pod).
struct FixPlaces {
  std::optional<std::string> pod;
  std::optional<std::string> pod_template;
  std::optional<std::string> container;
  std::optional<std::string> element;
  std::optional<std::string> field;
};

// `steps` is the annotation's YAML, read. The error says which step is wrong.
[[nodiscard]] Result<FixTemplate> read_fix_template(const kube::Node& steps);

// Empty where a step's place is not there (half a fix is none), or where a condition speaks against
// it.
[[nodiscard]] std::vector<model::PatchOperation> instantiate(const FixTemplate& fix,
                                                             const FixPlaces& places,
                                                             const kube::Node& object);

}  // namespace yagura::posture
