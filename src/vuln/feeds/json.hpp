#pragma once

// simdjson's tree (DOM) with the questions that readers of feeds ask. Everything is optional: a
// member that is missing or of another type reads as empty.

#include <simdjson.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace yagura::vuln::json {

using Element = simdjson::dom::element;
using Object = simdjson::dom::object;
using Array = simdjson::dom::array;

[[nodiscard]] inline std::string_view text(const Element& element) {
  std::string_view out;
  return element.get(out) == simdjson::SUCCESS ? out : std::string_view();
}
[[nodiscard]] inline std::string_view text(const Object& object, std::string_view key) {
  Element found;
  return object[key].get(found) == simdjson::SUCCESS ? text(found) : std::string_view();
}
[[nodiscard]] inline double number(const Object& object, std::string_view key, double otherwise) {
  double out = otherwise;
  return object[key].get(out) == simdjson::SUCCESS ? out : otherwise;
}

// Calls for each element of the array that the member is.
template <class F>
void each(const Object& object, std::string_view key, const F& call) {
  Array array;
  if (object[key].get(array) != simdjson::SUCCESS) return;
  for (const Element element : array) call(element);
}
template <class F>
void each_object(const Object& object, std::string_view key, const F& call) {
  each(object, key, [&](const Element& element) {
    Object inner;
    if (element.get(inner) == simdjson::SUCCESS) call(inner);
  });
}
// Calls with (key, value) for each member of the object that the member is.
template <class F>
void each_member(const Object& object, std::string_view key, const F& call) {
  Object inner;
  if (object[key].get(inner) != simdjson::SUCCESS) return;
  for (const auto field : inner) call(field.key, field.value);
}
[[nodiscard]] inline bool object(const Object& outer, std::string_view key, Object& inner) {
  return outer[key].get(inner) == simdjson::SUCCESS;
}

// Deeper documents are refused; ours have about ten levels (CSAF's product trees).
inline constexpr std::size_t kMaxDepth = 64;

// One parser a thread: its memory is reused. The tree lives until the next parse().
class Reader {
 public:
  [[nodiscard]] Result<Element> parse(std::string_view bytes) {
    if (parser_.capacity() == 0) {
      if (const auto error = parser_.allocate(std::size_t{64} << 10, kMaxDepth)) {
        return fail(ErrorCode::kLimitExceeded, simdjson::error_message(error));
      }
    }
    Element root;
    // Copies the bytes behind padding: feeds come from mapped and inflated memory alike.
    if (const auto error = bytes.empty()
                               ? simdjson::EMPTY
                               : parser_.parse(bytes.data(), bytes.size(), true).get(root)) {
      return fail(ErrorCode::kInvalidInput, simdjson::error_message(error));
    }
    return root;
  }

 private:
  simdjson::dom::parser parser_;
};

}  // namespace yagura::vuln::json
