#pragma once

// Bounded JSON of runtimes and API servers, kept with its nodes. Errors name the source.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "kube/document.hpp"
#include "sensor/event/container.hpp"

namespace yagura::sensor {

struct JsonLimits {
  std::uint32_t max_depth = 64;
  std::uint32_t max_nodes = 200'000;
};

class JsonText {
 public:
  // The first value of the text, which must be the only one.
  [[nodiscard]] static Result<JsonText> parse(std::string name, std::string text,
                                              const JsonLimits& limits = {});
  [[nodiscard]] const kube::Node& root() const { return *root_; }

 private:
  std::shared_ptr<const kube::Source> source_;
  const kube::Node* root_ = nullptr;
};

// What is at the path, else "".
[[nodiscard]] std::string_view text_at(const kube::Node& node,
                                       std::initializer_list<std::string_view> path);
[[nodiscard]] bool truth_at(const kube::Node& node, std::initializer_list<std::string_view> path);
// The members that are strings, sorted by key. `node` may be null.
[[nodiscard]] Labels labels_of(const kube::Node* node);
// The value of a label; "" where it isn't there. O(log n).
[[nodiscard]] std::string_view label_of(const Labels& labels, std::string_view key);
// The list's strings with blanks between; `node` may be null.
[[nodiscard]] std::string joined(const kube::Node* list, std::size_t first = 0);

}  // namespace yagura::sensor
