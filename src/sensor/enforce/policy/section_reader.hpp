#pragma once

// One map of a policy: its fields with their places. Internal to the policy reader.

#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "sensor/enforce/policy/names.hpp"

namespace yagura::sensor::enforce {

class SectionReader {
 public:
  // All three outlive the reader. `path` is for messages: "spec.network". A node that is no map has
  // no fields, and an error says so unless it is null.
  SectionReader(const kube::Document& document, Diagnostics& diagnostics, const kube::Node& node,
                std::string path);

  // An error for each field that is none of these, with the nearest name.
  void allow_only(std::initializer_list<std::string_view> fields);

  [[nodiscard]] bool has(std::string_view field) const { return find(field) != nullptr; }
  [[nodiscard]] const kube::Node* find(std::string_view field) const;
  [[nodiscard]] const kube::Node& node() const { return *node_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string path_of(std::string_view field) const {
    return path_ + "." + std::string(field);
  }

  // Each gives nothing (and says so) where the value has another type, and nothing where it is
  // missing.
  [[nodiscard]] std::string text(std::string_view field);
  [[nodiscard]] std::span<const kube::Node> list(std::string_view field);
  [[nodiscard]] std::vector<std::string> texts(std::string_view field);
  // A whole number within the bounds; `otherwise` where it is missing or wrong.
  [[nodiscard]] std::uint64_t number(std::string_view field, std::uint64_t lowest,
                                     std::uint64_t highest, std::uint64_t otherwise);
  // One of these words; its index. `otherwise` where it is missing or wrong.
  [[nodiscard]] std::size_t word(std::string_view field,
                                 std::initializer_list<std::string_view> words,
                                 std::size_t otherwise);
  // Numbers of a list of names; plain numbers up to `highest` are taken too.
  [[nodiscard]] std::vector<std::uint64_t> numbers(std::string_view field,
                                                   std::span<const NamedNumber> names,
                                                   std::string_view what, std::uint64_t highest);

  [[nodiscard]] SectionReader child(std::string_view field);
  [[nodiscard]] SectionReader item(std::string_view field, std::size_t index,
                                   const kube::Node& node);

  void error(const kube::Node& at, std::string message, std::string hint = {});
  void error_at(std::string_view field, std::string message, std::string hint = {});
  // As it was written: numbers and booleans keep their spelling.
  [[nodiscard]] std::string spelling(const kube::Node& scalar) const;

 private:
  const kube::Document* document_;
  Diagnostics* diagnostics_;
  const kube::Node* node_;
  std::string path_;
};

}  // namespace yagura::sensor::enforce
