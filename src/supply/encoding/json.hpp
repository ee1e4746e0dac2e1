#pragma once

// Looking things up in a JSON document that somebody else wrote: what is missing or of another type
// is empty, so that readers say what they need instead of how to find it.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace simdjson::dom {
class element;
class parser;
}  // namespace simdjson::dom

namespace yagura::supply {

class JsonDocument;

// A place in a document; valid while the document lives. A place that is not there has no members.
class JsonValue {
 public:
  [[nodiscard]] JsonValue operator[](std::string_view key) const;
  // The document's strings; numbers in decimal, since protobuf's JSON writes 64-bit numbers as
  // strings and others don't. Else empty.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::int64_t number() const;           // also of a string of digits; else 0
  [[nodiscard]] std::vector<JsonValue> items() const;  // of an array; else none; 10,000 at most
  [[nodiscard]] std::vector<std::pair<std::string, JsonValue>> members() const;
  [[nodiscard]] bool exists() const { return document_ != nullptr; }
  // The value as compact JSON; "null" where it is not there.
  [[nodiscard]] std::string json() const;

 private:
  friend class JsonDocument;
  const JsonDocument* document_ = nullptr;
  // simdjson's element is two words; kept here without its header.
  alignas(8) unsigned char element_[16] = {};
};

class JsonDocument {
 public:
  // kInvalidInput where it is no JSON, kLimitExceeded above 64 MiB.
  [[nodiscard]] static Result<JsonDocument> parse(std::string_view text);
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();
  [[nodiscard]] JsonValue root() const;

 private:
  JsonDocument();
  std::unique_ptr<simdjson::dom::parser> parser_;
};

}  // namespace yagura::supply
