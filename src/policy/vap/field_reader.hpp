#pragma once

// Reads the fields of one map of an API object: types, required fields, unknown fields, each
// problem a diagnostic at the field. Used by the policy readers and the table tests.

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"

namespace yagura::policy {

class FieldReader {
 public:
  // `map` is looked at as it is: where it is null or no map, every field is missing.
  FieldReader(const kube::Document& document, Diagnostics& diagnostics, const kube::Node* map,
              std::string path);

  [[nodiscard]] const kube::Document& document() const { return document_; }
  [[nodiscard]] const kube::Node* map() const { return map_; }
  // "spec.validations[0]": for messages. Empty: the object itself.
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string path_of(std::string_view field) const;

  // The field, where it is there and not null.
  [[nodiscard]] const kube::Node* find(std::string_view field) const;
  // Each says what is wrong where the field has another type; a missing field is not wrong.
  [[nodiscard]] const kube::Node* string(std::string_view field);
  [[nodiscard]] std::string_view text(std::string_view field);
  [[nodiscard]] const kube::Node* object(std::string_view field);
  [[nodiscard]] std::span<const kube::Node> list(std::string_view field);
  [[nodiscard]] std::vector<std::string_view> strings(std::string_view field);

  // A warning for each field that is none of these.
  void allow_only(std::initializer_list<std::string_view> fields);

  void error(const kube::Node& at, std::string message, std::string hint = {});
  // At the field, or where it should be: at the map.
  void error_at(std::string_view field, std::string message, std::string hint = {});
  void warning_at(std::string_view field, std::string message, std::string hint = {});
  void missing(std::string_view field, std::string hint = {});

  // For an item of a list field: a reader of its own.
  [[nodiscard]] FieldReader item(std::string_view field, std::size_t index, const kube::Node& node);
  [[nodiscard]] FieldReader child(std::string_view field);

 private:
  void report(DiagnosticLevel level, const kube::Node* at, std::string message, std::string hint);

  const kube::Document& document_;
  Diagnostics& diagnostics_;
  const kube::Node* map_;
  std::string path_;
};

}  // namespace yagura::policy
