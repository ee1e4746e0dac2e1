#pragma once

// `target` of a patch: which objects it is for.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "kube/sources/kustomize/build_state.hpp"

namespace re2 {
class RE2;
}

namespace yagura::kube::kustomize {

// The string form of a selector: "app=web,tier in (a, b),!legacy". (apimachinery's labels.Parse.)
class TextSelector {
 public:
  [[nodiscard]] static Result<TextSelector> parse(std::string_view text);
  // `labels` may be null.
  [[nodiscard]] bool matches(const Node* labels) const;

 private:
  enum class Operator : std::uint8_t { kIn, kNotIn, kExists, kNotExists };
  struct Requirement {
    std::string key;
    Operator op = Operator::kExists;
    std::vector<std::string> values;
  };
  static Result<Requirement> parse_requirement(std::string_view text);
  std::vector<Requirement> requirements_;
};

// Regular expressions (RE2) for whole group, version, kind, name and namespace, and the two
// selectors. Names and namespaces are compared with all that an object has had.
class PatchTarget {
 public:
  [[nodiscard]] static Result<PatchTarget> parse(const Node& target);
  [[nodiscard]] bool matches(const Object& object) const;

 private:
  using Pattern = std::shared_ptr<const re2::RE2>;  // null: anything
  static Result<Pattern> pattern(const Node& target, std::string_view field);
  static bool fits(const Pattern& pattern, std::string_view text);

  Pattern group_;
  Pattern version_;
  Pattern kind_;
  Pattern name_;
  Pattern namespace_;
  TextSelector labels_;
  TextSelector annotations_;
};

}  // namespace yagura::kube::kustomize
