#pragma once

// From "this validation failed, and here is why" (policy/program/explain.hpp) to findings: one for
// each element to blame, with the exact field, its position, what it holds, and the fix for it.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kube/document.hpp"
#include "kube/node_path.hpp"
#include "kube/workload.hpp"
#include "model/finding.hpp"
#include "policy/program/explain.hpp"
#include "posture/fix_template.hpp"

namespace yagura::posture {

// What is the same for all findings that one control makes.
struct FindingContext {
  std::shared_ptr<const model::Control> control;
  const FixTemplate* fix = nullptr;  // null: words only
  // Secrets: messages say where, never what.
  bool hide_values = false;
  // kNotEvaluated for an error of evaluation: the explanation then says on what it stumbled.
  model::Status status = model::Status::kFail;
};

// Of one object. Cheap to make; keeps references.
class FindingBuilder {
 public:
  FindingBuilder(const kube::Document& document, std::shared_ptr<const model::Resource> resource);

  // Appends one finding for each failure. `message` is the validation's.
  void add_failures(const FindingContext& context, std::string_view message,
                    const policy::Explanation& explanation,
                    std::vector<model::Finding>& findings) const;

  // Appends a finding about the object as a whole (its first key).
  void add_whole(const FindingContext& context, model::Status status, std::string message,
                 std::vector<model::Finding>& findings) const;

 private:
  void add_failure(const FindingContext& context, std::string_view message,
                   const policy::Failure& failure, std::vector<model::Finding>& findings) const;

  const kube::Document& document_;
  std::shared_ptr<const model::Resource> resource_;
  std::optional<kube::Workload> workload_;
};

// The resource of a document: apiVersion, kind, namespace, name, file and first line.
[[nodiscard]] std::shared_ptr<const model::Resource> resource_of(const kube::Document& document);

// Where the field at `path` is written (its key, where it has one); where it is missing, its
// nearest ancestor that is there.
[[nodiscard]] model::Location location_of(const kube::Document& document,
                                          const kube::NodePath& path);

}  // namespace yagura::posture
