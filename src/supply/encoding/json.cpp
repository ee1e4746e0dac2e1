#include "supply/encoding/json.hpp"

#include <simdjson.h>

#include <charconv>
#include <cstring>

namespace yagura::supply {
namespace {

constexpr std::size_t kMaxText = std::size_t{64} << 20;
constexpr std::size_t kMaxItems = 10'000;

using Element = simdjson::dom::element;
static_assert(sizeof(Element) <= 16);

Element element_of(const unsigned char* bytes) {
  Element out;
  std::memcpy(&out, bytes, sizeof out);
  return out;
}

}  // namespace

JsonValue JsonValue::operator[](std::string_view key) const {
  JsonValue out;
  if (document_ == nullptr) return out;
  Element found;
  simdjson::dom::object object;
  if (element_of(element_).get(object) != simdjson::SUCCESS ||
      object.at_key(key).get(found) != simdjson::SUCCESS)
    return out;
  out.document_ = document_;
  std::memcpy(out.element_, &found, sizeof found);
  return out;
}

std::string JsonValue::text() const {
  if (document_ == nullptr) return {};
  const Element element = element_of(element_);
  std::string_view text;
  if (element.get(text) == simdjson::SUCCESS) return std::string(text);
  std::int64_t number = 0;
  if (element.get(number) == simdjson::SUCCESS) return std::to_string(number);
  return {};
}

std::int64_t JsonValue::number() const {
  if (document_ == nullptr) return 0;
  const Element element = element_of(element_);
  std::int64_t number = 0;
  if (element.get(number) == simdjson::SUCCESS) return number;
  std::string_view text;
  if (element.get(text) != simdjson::SUCCESS) return 0;
  const auto end = text.data() + text.size();
  return std::from_chars(text.data(), end, number).ptr == end ? number : 0;
}

std::vector<JsonValue> JsonValue::items() const {
  std::vector<JsonValue> out;
  simdjson::dom::array array;
  if (document_ == nullptr || element_of(element_).get(array) != simdjson::SUCCESS) return out;
  for (const Element item : array) {
    if (out.size() == kMaxItems) break;
    JsonValue& value = out.emplace_back();
    value.document_ = document_;
    std::memcpy(value.element_, &item, sizeof item);
  }
  return out;
}

std::vector<std::pair<std::string, JsonValue>> JsonValue::members() const {
  std::vector<std::pair<std::string, JsonValue>> out;
  simdjson::dom::object object;
  if (document_ == nullptr || element_of(element_).get(object) != simdjson::SUCCESS) return out;
  for (const auto [key, item] : object) {
    if (out.size() == kMaxItems) break;
    JsonValue value;
    value.document_ = document_;
    std::memcpy(value.element_, &item, sizeof item);
    out.emplace_back(std::string(key), value);
  }
  return out;
}

std::string JsonValue::json() const {
  return document_ == nullptr ? "null" : simdjson::minify(element_of(element_));
}

JsonDocument::JsonDocument() : parser_(std::make_unique<simdjson::dom::parser>()) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

Result<JsonDocument> JsonDocument::parse(std::string_view text) {
  if (text.size() > kMaxText)
    return fail(ErrorCode::kLimitExceeded, "the JSON document is larger than 64 MiB");
  JsonDocument out;
  Element root;
  const auto error =
      text.empty() ? simdjson::EMPTY : out.parser_->parse(text.data(), text.size(), true).get(root);
  if (error != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalidInput,
                std::string("it is no JSON: ") + simdjson::error_message(error));
  }
  return out;
}

JsonValue JsonDocument::root() const {
  JsonValue out;
  const Element root = parser_->doc.root();
  out.document_ = this;
  std::memcpy(out.element_, &root, sizeof root);
  return out;
}

}  // namespace yagura::supply
