#include "policy/vap/value_json.hpp"

#include "core/json_text.hpp"
#include "policy/library/time.hpp"

namespace yagura::policy {

namespace {

void append_base64(std::string& out, std::string_view bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  out.push_back('"');
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out.push_back(j <= count ? kDigits[group >> (18 - 6 * j) & 63] : '=');
    }
  }
  out.push_back('"');
}

void append_key(std::string& out, const Value& key) {
  if (key.is_string()) return core::append_json_string(out, key.as_string());
  std::string text;
  append_json(text, key);
  core::append_json_string(out, text);
}

void append_list(std::string& out, const Value& list) {
  out.push_back('[');
  for (std::uint32_t i = 0; i < list.count(); ++i) {
    if (i > 0) out.push_back(',');
    append_json(out, list.item(i));
  }
  out.push_back(']');
}

void append_map(std::string& out, const Value& map) {
  out.push_back('{');
  for (std::uint32_t i = 0; i < map.count(); ++i) {
    if (i > 0) out.push_back(',');
    append_key(out, map.key_at(i));
    out.push_back(':');
    append_json(out, map.value_at(i));
  }
  out.push_back('}');
}

}  // namespace

void append_json(std::string& out, const Value& value) {
  switch (value.kind()) {
    case ValueKind::kBool:
      out += value.as_bool() ? "true" : "false";
      return;
    case ValueKind::kInt:
      out += std::to_string(value.as_int());
      return;
    case ValueKind::kUint:
      out += std::to_string(value.as_uint());
      return;
    case ValueKind::kDouble:
      return core::append_json_double(out, value.as_double());
    case ValueKind::kString:
      return core::append_json_string(out, value.as_string());
    case ValueKind::kBytes:
      return append_base64(out, value.as_bytes());
    case ValueKind::kTimestamp:
      return core::append_json_string(out, format_timestamp(value.as_timestamp()));
    case ValueKind::kDuration:
      return core::append_json_string(out, format_duration(value.as_duration()));
    case ValueKind::kList:
      return append_list(out, value);
    case ValueKind::kMap:
      return append_map(out, value);
    case ValueKind::kType:
      return core::append_json_string(out, value.as_type());
    case ValueKind::kOpaque: {
      std::string text;
      value.as_opaque().append_text(text);
      return core::append_json_string(out, text);
    }
    case ValueKind::kOptional:
      if (value.as_optional() != nullptr) return append_json(out, *value.as_optional());
      break;
    case ValueKind::kUnknown:  // inside a map: who sent the request
    default:
      break;
  }
  out += "null";
}

}  // namespace yagura::policy
