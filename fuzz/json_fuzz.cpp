// JSON: places, the way through our own writer, and simdjson's verdict and values.

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "kube/node_builder.hpp"
#include "kube_tree.hpp"

namespace {

using yagura::kube::Node;
using yagura::kube::NodeBuilder;

bool equal(const Node& ours, const simdjson::dom::element& theirs);

bool equal_arrays(const Node& ours, const simdjson::dom::array& theirs) {
  if (!ours.is_list() || ours.items().size() != theirs.size()) return false;
  std::size_t i = 0;
  for (const simdjson::dom::element item : theirs) {
    if (!equal(ours.items()[i++], item)) return false;
  }
  return true;
}

bool equal_objects(const Node& ours, const simdjson::dom::object& theirs) {
  if (!ours.is_map() || ours.members().size() != theirs.size()) return false;
  std::size_t i = 0;
  for (const auto field : theirs) {
    const yagura::kube::Member& member = ours.members()[i++];
    if (member.key != field.key || !equal(member.value, field.value)) return false;
  }
  return true;
}

bool equal(const Node& ours, const simdjson::dom::element& theirs) {
  switch (theirs.type()) {
    case simdjson::dom::element_type::ARRAY:
      return equal_arrays(ours, theirs);
    case simdjson::dom::element_type::OBJECT:
      return equal_objects(ours, theirs);
    case simdjson::dom::element_type::INT64:
      return ours.is_int() && ours.as_int() == std::int64_t{theirs};
    case simdjson::dom::element_type::UINT64:
      return yagura::kube::equal(ours, NodeBuilder::unsigned_integer(std::uint64_t{theirs}));
    case simdjson::dom::element_type::DOUBLE:
      return yagura::kube::equal(ours, NodeBuilder::number(double{theirs}));
    case simdjson::dom::element_type::STRING:
      return ours.is_string() && ours.as_string() == std::string_view{theirs};
    case simdjson::dom::element_type::BOOL:
      return ours.is_bool() && ours.as_bool() == bool{theirs};
    case simdjson::dom::element_type::NULL_VALUE:
      return ours.is_null();
  }
  return false;
}

// Whether a message of ours says that a limit of ours, or a rule that simdjson does not have, was
// met.
bool refused_by_own_rules(const yagura::Diagnostics& diagnostics) {
  for (const yagura::Diagnostic& diagnostic : diagnostics.list()) {
    if (diagnostic.message.find("nested") != std::string::npos) return true;
    if (diagnostic.message.find("surrogate") != std::string::npos) return true;
  }
  return false;
}

void compare_with_simdjson(std::string_view text, const std::vector<const Node*>& ours,
                           const yagura::Diagnostics& diagnostics) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(text);
  simdjson::dom::element root;
  const simdjson::error_code error = parser.parse(padded).get(root);
  if (error == simdjson::SUCCESS) {
    if (ours.empty())
      YAGURA_CHECK(refused_by_own_rules(diagnostics), "what simdjson accepts is read");
    if (ours.size() == 1 && diagnostics.list().empty()) {
      YAGURA_CHECK(equal(*ours[0], root), "the values are simdjson's");
    }
    return;
  }
  // Ours reads on where it can: several values, integers beyond 64 bits, a byte order mark.
  const bool accepted = ours.size() == 1 && diagnostics.list().empty();
  const bool known = error == simdjson::NUMBER_ERROR || error == simdjson::DEPTH_ERROR ||
                     text.starts_with("\xEF\xBB\xBF");
  YAGURA_CHECK(!accepted || known, "what simdjson refuses is refused");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const yagura::kube::Source source("fuzz", std::string(text), yagura::kube::SourceFormat::kJson);
  yagura::Diagnostics diagnostics;
  const yagura::kube::ReadLimits limits{};
  const auto roots =
      yagura::kube::json::read({.source = source, .diagnostics = diagnostics, .limits = limits});
  for (const Node* root : roots) {
    yagura::fuzz::check_places(*root, size);
    yagura::fuzz::check_round_trip(*root);
  }
  compare_with_simdjson(text, roots, diagnostics);
  return 0;
}
