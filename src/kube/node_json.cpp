#include "kube/node_json.hpp"

#include <algorithm>

#include "core/json_text.hpp"

namespace yagura::kube {

namespace {

std::string double_text(double value) {
  std::string text;
  core::append_json_double(text, value);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

void write(core::JsonWriter& writer, const Node& node) {
  switch (node.kind()) {
    case NodeKind::kNull:
      writer.null();
      return;
    case NodeKind::kBool:
      writer.value(node.as_bool());
      return;
    case NodeKind::kInt:
      writer.value(node.as_int());
      return;
    case NodeKind::kUint:
      writer.value(node.as_uint());
      return;
    case NodeKind::kDouble:
      writer.raw(double_text(node.as_double()));
      return;
    case NodeKind::kString:
      writer.value(node.as_string());
      return;
    case NodeKind::kList:
      writer.begin_array();
      for (const Node& item : node.items()) write(writer, item);
      writer.end_array();
      return;
    case NodeKind::kMap:
      writer.begin_object();
      for (const Member& member : node.members()) {
        writer.key(member.key);
        write(writer, member.value);
      }
      writer.end_object();
      return;
  }
}

bool equal_maps(const Node& a, const Node& b) {
  if (a.members().size() != b.members().size()) return false;
  return std::ranges::all_of(a.members(), [&b](const Member& member) {
    const Node* other = b.find(member.key);
    return other != nullptr && equal(member.value, *other);
  });
}

}  // namespace

void append_json(std::string& out, const Node& node) {
  core::JsonWriter writer(out, 0);
  write(writer, node);
}

std::string to_json(const Node& node, JsonLayout layout) {
  std::string out;
  core::JsonWriter writer(out, layout == JsonLayout::kIndented ? 2 : 0);
  write(writer, node);
  return out;
}

bool equal(const Node& a, const Node& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case NodeKind::kNull:
      return true;
    case NodeKind::kBool:
      return a.as_bool() == b.as_bool();
    case NodeKind::kInt:
      return a.as_int() == b.as_int();
    case NodeKind::kUint:
      return a.as_uint() == b.as_uint();
    case NodeKind::kDouble:
      return a.as_double() == b.as_double();
    case NodeKind::kString:
      return a.as_string() == b.as_string();
    case NodeKind::kList:
      return std::ranges::equal(a.items(), b.items(), equal);
    case NodeKind::kMap:
      return equal_maps(a, b);
  }
  return false;
}

}  // namespace yagura::kube
