#pragma once

// One item of a rule file: its keys, read with their places. Internal to src/rules/load.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "rules/load/definitions.hpp"

namespace yagura::rules {

class ItemReader {
 public:
  // `node` is a map of `source`; both outlive this.
  ItemReader(const std::shared_ptr<const kube::Source>& source, const kube::Node& node,
             Diagnostics& diagnostics)
      : source_(source), node_(&node), diagnostics_(&diagnostics) {}

  [[nodiscard]] bool has(std::string_view key) const { return node_->find(key) != nullptr; }
  [[nodiscard]] const kube::Node* find(std::string_view key) const { return node_->find(key); }
  [[nodiscard]] const kube::Node& node() const { return *node_; }
  [[nodiscard]] const std::shared_ptr<const kube::Source>& source() const { return source_; }
  [[nodiscard]] Diagnostics& diagnostics() const { return *diagnostics_; }
  // False once error() or fail() was called.
  [[nodiscard]] bool ok() const { return ok_; }

  [[nodiscard]] FilePlace place(const kube::Node& node) const {
    return place_of(source_, node.begin());
  }
  [[nodiscard]] FilePlace place() const { return place(*node_); }
  [[nodiscard]] FilePlace place_of_key(std::string_view key) const;

  // As it was written: numbers, booleans and null keep their spelling.
  [[nodiscard]] std::string text_of(const kube::Node& scalar) const;

  // The value of a key that must be a scalar and not empty; errors are reported where it is not,
  // and where it is missing.
  std::optional<std::string> required_text(std::string_view key);
  // Nothing where the key is missing, or wrong (and reported).
  std::optional<std::string> optional_text(std::string_view key);
  std::optional<bool> optional_bool(std::string_view key);
  // A list of scalars.
  std::optional<std::vector<TextItem>> text_list(std::string_view key);
  std::optional<std::vector<TextItem>> text_list(const kube::Node& list, std::string_view what);
  // A scalar that is a condition.
  std::shared_ptr<ConditionText> condition(std::string_view key);

  // Reports every key that is not among `known`, with the nearest of them, as a warning: Falco
  // takes such files.
  void check_keys(std::span<const std::string_view> known, std::string_view what);

  void error(const FilePlace& place, std::string message, std::string hint = {});
  void error(const kube::Node& node, std::string message, std::string hint = {}) {
    error(place(node), std::move(message), std::move(hint));
  }
  void warning(const FilePlace& place, std::string message, std::string hint = {});
  // What belongs to this item was reported elsewhere.
  void fail() { ok_ = false; }

 private:
  std::optional<std::string> scalar(std::string_view key, const kube::Node& value);

  std::shared_ptr<const kube::Source> source_;
  const kube::Node* node_;
  Diagnostics* diagnostics_;
  bool ok_ = true;
};

}  // namespace yagura::rules
