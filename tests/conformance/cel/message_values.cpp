#include "message_values.hpp"

#include <memory>

namespace yagura::conformance {

namespace {

TestValue boolean(bool v) { return {.type = ValueType::kBool, .truth = v}; }
TestValue integer(std::int64_t v) { return {.type = ValueType::kInt, .integer = v}; }
TestValue unsigned_integer(std::uint64_t v) {
  return {.type = ValueType::kUint, .unsigned_integer = v};
}
TestValue real(double v) { return {.type = ValueType::kDouble, .real = v}; }
TestValue text(ValueType type, std::string v) { return {.type = type, .text = std::move(v)}; }

const char* primitive_name(int number) {
  static constexpr const char* kNames[] = {"?", "bool", "int", "uint", "double", "string", "bytes"};
  return kNames[number];
}

std::string joined(const std::vector<MessageView>& types) {
  std::string out;
  for (const MessageView& type : types) {
    if (!out.empty()) out += ", ";
    out += type_text(type);
  }
  return out;
}

}  // namespace

TestValue ValueReader::value(const MessageView& value) const {
  const std::string_view kind = value.which("kind");
  if (kind == "null_value") return {.type = ValueType::kNull};
  if (kind == "bool_value") return boolean(value.truth("bool_value"));
  if (kind == "int64_value") return integer(value.int64("int64_value"));
  if (kind == "uint64_value") return unsigned_integer(value.uint64("uint64_value"));
  if (kind == "double_value") return real(value.real("double_value"));
  if (kind == "string_value") return text(ValueType::kString, value.text("string_value"));
  if (kind == "bytes_value") return text(ValueType::kBytes, value.text("bytes_value"));
  if (kind == "type_value") return text(ValueType::kType, value.text("type_value"));
  if (kind == "enum_value") {
    const MessageView number = value.child("enum_value");
    return {
        .type = ValueType::kEnum, .integer = number.int32("value"), .text = number.text("type")};
  }
  if (kind == "object_value") return object(value.child("object_value"));
  TestValue out;
  if (kind == "list_value") {
    out.type = ValueType::kList;
    for (const MessageView& item : value.child("list_value").children("values")) {
      out.items.push_back(this->value(item));
    }
  } else if (kind == "map_value") {
    out.type = ValueType::kMap;
    for (const MessageView& entry : value.child("map_value").children("entries")) {
      out.keys.push_back(this->value(entry.child("key")));
      out.items.push_back(this->value(entry.child("value")));
    }
  }
  return out;
}

TestValue ValueReader::object(const MessageView& any) const {
  const std::string url = any.text("type_url");
  const std::string name = url.substr(url.rfind('/') + 1);
  const auto* pool = any.message().GetDescriptor()->file()->pool();
  const auto* descriptor = pool->FindMessageTypeByName(name);
  if (descriptor == nullptr) return text(ValueType::kMessage, name);
  const std::unique_ptr<google::protobuf::Message> message(
      factory_.GetPrototype(descriptor)->New());
  if (!message->ParseFromString(any.text("value"))) return text(ValueType::kMessage, name);
  return well_known(MessageView(*message));
}

TestValue ValueReader::well_known(const MessageView& message) const {
  const std::string& type = message.type();
  if (type == "google.protobuf.Timestamp" || type == "google.protobuf.Duration") {
    return {.type = type.ends_with("Timestamp") ? ValueType::kTimestamp : ValueType::kDuration,
            .integer = message.int64("seconds"),
            .nanos = message.int32("nanos")};
  }
  if (type == "google.protobuf.BoolValue") return boolean(message.truth("value"));
  if (type == "google.protobuf.Int32Value") return integer(message.int32("value"));
  if (type == "google.protobuf.Int64Value") return integer(message.int64("value"));
  if (type == "google.protobuf.UInt32Value") return unsigned_integer(message.uint32("value"));
  if (type == "google.protobuf.UInt64Value") return unsigned_integer(message.uint64("value"));
  if (type == "google.protobuf.FloatValue")
    return real(static_cast<double>(message.single("value")));
  if (type == "google.protobuf.DoubleValue") return real(message.real("value"));
  if (type == "google.protobuf.StringValue") return text(ValueType::kString, message.text("value"));
  if (type == "google.protobuf.BytesValue") return text(ValueType::kBytes, message.text("value"));
  if (type == "google.protobuf.Any") return object(message);
  if (type == "google.protobuf.Value") return json(message);
  if (type == "google.protobuf.ListValue") return json_list(message);
  if (type == "google.protobuf.Struct") return json_struct(message);
  return text(ValueType::kMessage, type);
}

TestValue ValueReader::json(const MessageView& value) {
  const std::string_view kind = value.which("kind");
  if (kind == "bool_value") return boolean(value.truth("bool_value"));
  if (kind == "number_value") return real(value.real("number_value"));
  if (kind == "string_value") return text(ValueType::kString, value.text("string_value"));
  if (kind == "list_value") return json_list(value.child("list_value"));
  if (kind == "struct_value") return json_struct(value.child("struct_value"));
  return {.type = ValueType::kNull};
}

TestValue ValueReader::json_list(const MessageView& list) {
  TestValue out = {.type = ValueType::kList};
  for (const MessageView& item : list.children("values")) out.items.push_back(json(item));
  return out;
}

TestValue ValueReader::json_struct(const MessageView& object) {
  TestValue out = {.type = ValueType::kMap};
  for (const MessageView& entry : object.children("fields")) {
    out.keys.push_back(text(ValueType::kString, entry.text("key")));
    out.items.push_back(json(entry.child("value")));
  }
  return out;
}

std::string type_text(const MessageView& type) {
  const std::string_view kind = type.which("type_kind");
  if (kind == "null") return "null_type";
  if (kind == "primitive") return primitive_name(type.enumeration("primitive"));
  if (kind == "wrapper") {
    return std::string("wrapper(") + primitive_name(type.enumeration("wrapper")) + ")";
  }
  if (kind == "well_known") {
    static constexpr const char* kNames[] = {
        "?", "google.protobuf.Any", "google.protobuf.Timestamp", "google.protobuf.Duration"};
    return kNames[type.enumeration("well_known")];
  }
  if (kind == "list_type")
    return "list(" + type_text(type.child("list_type").child("elem_type")) + ")";
  if (kind == "map_type") {
    const MessageView map = type.child("map_type");
    return "map(" + type_text(map.child("key_type")) + ", " + type_text(map.child("value_type")) +
           ")";
  }
  if (kind == "message_type") return type.text("message_type");
  if (kind == "type_param") return type.text("type_param");
  if (kind == "type") return "type(" + type_text(type.child("type")) + ")";
  if (kind == "abstract_type") {
    const MessageView abstract = type.child("abstract_type");
    const std::string parameters = joined(abstract.children("parameter_types"));
    return abstract.text("name") + (parameters.empty() ? "" : "(" + parameters + ")");
  }
  return "dyn";
}

}  // namespace yagura::conformance
