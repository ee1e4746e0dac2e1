#include "image/packages/toml/toml.hpp"

#include <utility>

namespace yagura::image {

TomlValue TomlValue::string(std::string text) {
  TomlValue value(Kind::kString);
  value.text_ = std::move(text);
  return value;
}

TomlValue TomlValue::scalar(std::string text) {
  TomlValue value(Kind::kScalar);
  value.text_ = std::move(text);
  return value;
}

const TomlValue* TomlValue::find(std::string_view key) const {
  const auto found = members_.find(key);
  return found == members_.end() ? nullptr : &found->second;
}

std::string_view TomlValue::text() const {
  return kind_ == Kind::kString ? std::string_view(text_) : std::string_view();
}

std::string_view TomlValue::text(std::string_view key) const {
  const TomlValue* value = find(key);
  return value == nullptr ? std::string_view() : value->text();
}

std::string_view TomlValue::scalar_text() const {
  return kind_ == Kind::kScalar ? std::string_view(text_) : std::string_view();
}

const std::vector<TomlValue>& TomlValue::items(std::string_view key) const {
  static const std::vector<TomlValue> kNone;
  const TomlValue* value = find(key);
  return value == nullptr ? kNone : value->items();
}

}  // namespace yagura::image
