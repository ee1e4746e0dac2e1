#pragma once

// What the checks of this folder share: the pod they look at, how they report, and the table that
// the engine reads. Private to posture/pss.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kube/workload.hpp"
#include "posture/pss/pss.hpp"

namespace yagura::posture::pss {

struct Pod {
  const kube::Node* metadata = nullptr;
  const kube::Node* spec = nullptr;  // never null
};

// Where a field is: nodes followed as far as they are there. Making and copying one allocates
// nothing, so that a pod without violations costs no memory.
class Field {
 public:
  [[nodiscard]] static Field spec(const Pod& pod) { return Field("spec", pod.spec); }
  [[nodiscard]] static Field metadata(const Pod& pod) { return Field("metadata", pod.metadata); }
  [[nodiscard]] static Field of(const Pod& pod, const kube::Container& container) {
    return spec(pod) / container.list / container.index;
  }

  // Keys must live as long as the field.
  [[nodiscard]] Field operator/(std::string_view key) const;
  [[nodiscard]] Field operator/(std::size_t index) const;

  [[nodiscard]] const kube::Node* node() const { return found_; }  // null: missing (or null)
  [[nodiscard]] const kube::Node* nearest() const { return nearest_; }
  [[nodiscard]] std::string path() const;     // "spec.containers[0].image"
  [[nodiscard]] std::string pointer() const;  // "/spec/containers/0/image"

  // The node's text, true, or items; nothing where it is missing or of another kind.
  [[nodiscard]] std::string_view text() const {
    return found_ == nullptr ? std::string_view{} : found_->string_or();
  }
  [[nodiscard]] bool is_true() const { return found_ != nullptr && found_->bool_or(false); }
  [[nodiscard]] bool is_false() const { return found_ != nullptr && !found_->bool_or(true); }
  [[nodiscard]] std::span<const kube::Node> items() const {
    return found_ != nullptr && found_->is_list() ? found_->items() : std::span<const kube::Node>{};
  }

 private:
  static constexpr std::size_t kMaxSteps =
      10;  // spec.containers[0].lifecycle.preStop.httpGet.host: 7
  struct Step {
    std::string_view key{};  // unused in a list
    std::size_t index = 0;
    bool is_index = false;
  };

  Field(std::string_view root, const kube::Node* node) : found_(node), nearest_(node) {
    steps_[0] = {.key = root};
  }
  [[nodiscard]] Field child(const Step& step, const kube::Node* node) const;

  std::array<Step, kMaxSteps> steps_;
  std::size_t count_ = 1;
  const kube::Node* found_;
  const kube::Node* nearest_;
};

// Who sets a field of a securityContext: a container, or the pod.
class Setter {
 public:
  Setter() = default;  // the pod
  explicit Setter(const kube::Container& container) : container_(&container) {}
  [[nodiscard]] std::string describe() const;  // `the pod`, `container "a"`
  [[nodiscard]] std::string_view subject() const {
    return container_ == nullptr ? std::string_view{} : container_->name;
  }

 private:
  const kube::Container* container_ = nullptr;
};

// visit(field, setter) for the securityContext of the pod, then of each container.
template <typename Visit>
void for_each_security_context(const Pod& pod, const Visit& visit) {
  visit(Field::spec(pod) / "securityContext", Setter());
  for (const kube::Container& container : kube::containers(*pod.spec)) {
    visit(Field::of(pod, container) / "securityContext", Setter(container));
  }
}

// Collects the violations of one check.
class Reporter {
 public:
  Reporter(std::string_view check, std::vector<Violation>& out) : check_(check), out_(out) {}

  Violation& add(const Field& at, std::string message, std::string_view subject = {});

 private:
  std::string_view check_;
  std::vector<Violation>& out_;
};

// Fixes.
void fix_set(Violation& violation, const Field& field, std::string_view json);
void fix_append(Violation& violation, const Field& field, std::string_view json);
void fix_remove(Violation& violation, const Field& field);

// `container "a"`, `init container "b"`; one without a name: `container 2` (its position).
[[nodiscard]] std::string describe(const kube::Container& container);
// `"a", "b"`.
[[nodiscard]] std::string quoted(std::span<const std::string_view> items);

using CheckFunction = void (*)(const Pod& pod, Reporter& report);

// From `since` (minor version) until the next row.
struct CheckVersion {
  std::uint16_t since;
  CheckFunction run;
};

struct Check {
  std::string_view id;
  Level level;
  std::string_view
      overrides;  // id of the baseline check that this one takes the place of, or empty
  std::span<const CheckVersion> versions;  // ascending
};

[[nodiscard]] std::span<const Check> baseline_checks();    // baseline.cpp
[[nodiscard]] std::span<const Check> restricted_checks();  // restricted.cpp

// Shared by two checks each.
void forbid_added_capabilities(const Pod& pod, const kube::Container& container,
                               std::span<const std::string_view> allowed, std::string_view reason,
                               Reporter& report);
void forbid_unmasked_proc(const Pod& pod, Reporter& report);
void forbid_bad_seccomp_types(const Pod& pod, Reporter& report);
[[nodiscard]] bool is_good_profile_type(std::string_view type);  // RuntimeDefault, Localhost

}  // namespace yagura::posture::pss
