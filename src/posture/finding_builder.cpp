// The explanation lists facts: fields that the failing part read. One of them is the field to point
// at:
//   1. the deepest field of the failing element itself, if it is there;
//   2. where the element has none, a field of the same name that was read elsewhere and is there:
//   the value is inherited, and that is
//      where it is written;
//   3. else the place in the element where the field should be;
//   4. without an element, the deepest field of the object that was read.

#include "posture/finding_builder.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/json_text.hpp"
#include "kube/node_json.hpp"
#include "kube/node_path.hpp"

namespace yagura::posture {

namespace {

using kube::Node;
using kube::NodePath;

constexpr std::size_t kMaxShownValue = 60;  // bytes of a value in a message
constexpr std::size_t kMaxShownFacts = 3;

// A fact with the path of its base from the root of the object.
struct PlacedFact {
  const policy::Fact* fact = nullptr;
  NodePath path;          // the whole of it
  std::size_t found = 0;  // steps of it that are there
  bool in_element = false;

  [[nodiscard]] bool missing() const { return found < path.size(); }
};

kube::PathStep to_step(const policy::PathStep& step) {
  return step.is_index ? kube::PathStep::item(step.index) : kube::PathStep::member(step.field);
}

bool starts_with(const NodePath& path, const NodePath& prefix) {
  return prefix.size() <= path.size() && std::equal(prefix.begin(), prefix.end(), path.begin());
}

std::optional<PlacedFact> place(const policy::Fact& fact, const Node& root,
                                const std::optional<NodePath>& element) {
  if (fact.base == nullptr) return std::nullopt;
  std::optional<NodePath> path = kube::find_path(root, *fact.base);
  if (!path) return std::nullopt;
  PlacedFact placed{.fact = &fact, .path = *std::move(path), .found = 0, .in_element = false};
  placed.found = placed.path.size() + fact.found;
  for (const policy::PathStep& step : fact.path) placed.path.push_back(to_step(step));
  placed.in_element = element && starts_with(placed.path, *element) && !element->empty();
  return placed;
}

// Deeper wins; of two as deep, one whose value was read wins over one that was only asked for, and
// the later one over the earlier.
const PlacedFact* deepest(const std::vector<PlacedFact>& facts, bool in_element) {
  const PlacedFact* best = nullptr;
  for (const PlacedFact& fact : facts) {
    if (fact.in_element != in_element) continue;
    if (best == nullptr || fact.path.size() > best->path.size() ||
        (fact.path.size() == best->path.size() &&
         (!fact.fact->presence_only || best->fact->presence_only))) {
      best = &fact;
    }
  }
  return best;
}

const PlacedFact* inherited_from(const std::vector<PlacedFact>& facts, const PlacedFact& own) {
  for (const PlacedFact& fact : facts) {
    if (fact.in_element || fact.missing() || fact.path.empty() || own.path.empty()) continue;
    if (!fact.path.back().is_index && fact.path.back() == own.path.back()) return &fact;
  }
  return nullptr;
}

const PlacedFact* choose(const std::vector<PlacedFact>& facts, bool has_element) {
  const PlacedFact* own = deepest(facts, true);
  if (own == nullptr) return has_element ? nullptr : deepest(facts, false);
  if (!own->missing()) return own;
  const PlacedFact* inherited = inherited_from(facts, *own);
  return inherited == nullptr ? own : inherited;
}

// Walks down; gives the member (or item) that the path names, or the last one that is there.
struct Walked {
  const Node* node = nullptr;
  std::uint32_t begin = 0;  // of the key where it is a member
  std::size_t steps = 0;
};

Walked walk(const Node& root, const NodePath& path) {
  Walked at{.node = &root, .begin = root.begin(), .steps = 0};
  for (const kube::PathStep& step : path) {
    if (step.is_index) {
      if (!at.node->is_list() || step.index >= at.node->items().size()) break;
      at.node = &at.node->items()[step.index];
      at.begin = at.node->begin();
    } else {
      const kube::Member* member = at.node->find_member(step.key);
      if (member == nullptr) break;
      at.node = &member->value;
      at.begin = member->key_begin;
    }
    ++at.steps;
  }
  return at;
}

std::string shown_value(const Node& node) {
  if (node.is_map()) return "a mapping";
  std::string text = kube::to_json(node);
  if (text.size() > kMaxShownValue) {
    std::size_t cut = kMaxShownValue;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    text.resize(cut);
    text += "…";
  }
  return text;
}

// `inside`: the container that the message names already; paths in it are told from there.
void append_seen(std::string& out, const PlacedFact& placed, const Node& root,
                 const NodePath& inside, bool hide_values) {
  const bool relative =
      !inside.empty() && starts_with(placed.path, inside) && placed.path.size() > inside.size();
  out += kube::to_field_path(
      relative ? NodePath(placed.path.begin() + static_cast<std::ptrdiff_t>(inside.size()),
                          placed.path.end())
               : placed.path);
  if (placed.missing()) {
    out += " is not set";
    return;
  }
  const Walked at = walk(root, placed.path);
  if (hide_values || at.steps < placed.path.size()) {
    out += " is set";
  } else {
    out += " is " + shown_value(*at.node);
  }
}

// "…: a.b is true" with what else was read of the same name, since an inherited value explains
// itself only so.
std::string seen(const std::vector<PlacedFact>& facts, const PlacedFact& chosen, const Node& root,
                 const NodePath& inside, bool hide_values) {
  std::string text;
  append_seen(text, chosen, root, inside, hide_values);
  std::size_t shown = 1;
  for (const PlacedFact& fact : facts) {
    if (&fact == &chosen || shown == kMaxShownFacts || fact.path.empty() || chosen.path.empty())
      continue;
    if (fact.path == chosen.path || fact.path.back() != chosen.path.back() ||
        fact.path.back().is_index)
      continue;
    text += "; ";
    append_seen(text, fact, root, inside, hide_values);
    ++shown;
  }
  return text;
}

// A name to tell elements apart by: of containers, volumes, ports, rules, subjects, hosts.
std::string_view name_of(const Node& element) {
  for (const std::string_view key : {"name", "key", "host", "containerPort", "mountPath"}) {
    const Node* name = element.find(key);
    if (name != nullptr && name->is_string()) return name->as_string();
  }
  return element.string_or();
}

}  // namespace

model::Location location_of(const kube::Document& document, const NodePath& path) {
  const Walked at = walk(document.root(), path);
  const kube::Place begin = document.place_of(at.begin);
  model::Location location;
  if (begin.file != document.source().name()) location.file = begin.file;
  location.line = begin.position.line;
  location.column = begin.position.column;
  location.path = kube::to_field_path(path);
  location.missing = at.steps < path.size();
  // Of what is missing, only the place is marked, not all that stands there.
  const kube::Place end = document.place_of(at.node->end());
  const bool same_file = end.source == begin.source && at.node->end() >= at.begin;
  const bool whole = same_file && !location.missing && !path.empty();
  location.end_line = whole ? end.position.line : location.line;
  location.end_column = whole ? end.position.column : location.column;
  return location;
}

FindingBuilder::FindingBuilder(const kube::Document& document,
                               std::shared_ptr<const model::Resource> resource)
    : document_(document),
      resource_(std::move(resource)),
      workload_(kube::Workload::of(document.root())) {}

void FindingBuilder::add_failures(const FindingContext& context, std::string_view message,
                                  const policy::Explanation& explanation,
                                  std::vector<model::Finding>& findings) const {
  for (const policy::Failure& failure : explanation.failures)
    add_failure(context, message, failure, findings);
  if (explanation.more > 0) {
    add_whole(context, model::Status::kFail,
              std::string(message) + ": " + std::to_string(explanation.more) +
                  " more places of the same kind",
              findings);
  }
}

void FindingBuilder::add_whole(const FindingContext& context, model::Status status,
                               std::string message, std::vector<model::Finding>& findings) const {
  model::Finding finding;
  finding.control = context.control;
  finding.resource = resource_;
  finding.status = status;
  finding.severity = context.control->severity;
  finding.location = location_of(document_, {});
  finding.message = std::move(message);
  finding.fix.description = context.control->fix_text;
  findings.push_back(std::move(finding));
}

void FindingBuilder::add_failure(const FindingContext& context, std::string_view message,
                                 const policy::Failure& failure,
                                 std::vector<model::Finding>& findings) const {
  const Node& root = document_.root();
  const Node* element = nullptr;
  std::optional<NodePath> element_path;
  std::string subject;
  for (const policy::BoundElement& bound : failure.elements) {
    if (bound.node == nullptr) continue;
    auto path = kube::find_path(root, *bound.node);
    if (!path) continue;
    element = bound.node;
    element_path = std::move(path);
    if (subject.empty()) subject = name_of(*element);
  }
  std::vector<PlacedFact> facts;
  facts.reserve(failure.facts.size());
  for (const policy::Fact& fact : failure.facts) {
    if (auto placed = place(fact, root, element_path)) facts.push_back(*std::move(placed));
  }
  const PlacedFact* chosen = choose(facts, element != nullptr);
  const NodePath field = chosen != nullptr ? chosen->path : element_path.value_or(NodePath{});

  model::Finding finding;
  finding.control = context.control;
  finding.resource = resource_;
  finding.status = context.status;
  finding.severity = context.control->severity;
  finding.location = location_of(document_, field);
  finding.message = message;
  finding.subject = std::move(subject);
  finding.fix.description = context.control->fix_text;

  NodePath container_path;
  FixPlaces places{.pod = {},
                   .pod_template = {},
                   .container = {},
                   .element = {},
                   .field = kube::to_json_pointer(field)};
  if (element_path) places.element = kube::to_json_pointer(*element_path);
  if (workload_ && workload_->pod_template() != nullptr) {
    places.pod_template = std::string(workload_->template_pointer());
    places.pod = workload_->pointer_of("/spec");
  }
  if (workload_ && workload_->pod_spec() != nullptr) {
    for (const kube::Container& container : kube::containers(*workload_->pod_spec())) {
      const std::string pointer = workload_->pointer_of(container.pointer());
      const std::string& inside = places.element ? *places.element : *places.field;
      if (!inside.starts_with(pointer) ||
          (inside.size() > pointer.size() && inside[pointer.size()] != '/'))
        continue;
      places.container = pointer;
      container_path = kube::find_path(root, *container.node).value_or(NodePath{});
      if (!container.name.empty()) finding.subject = container.name;
      break;
    }
  }
  if (chosen != nullptr) {
    finding.message += ": ";
    if (places.container && !finding.subject.empty()) {
      finding.message += "container \"" + finding.subject + "\": ";
    }
    finding.message += seen(facts, *chosen, root, container_path, context.hide_values);
  }
  if (context.fix != nullptr) finding.fix.operations = instantiate(*context.fix, places, root);
  findings.push_back(std::move(finding));
}

std::shared_ptr<const model::Resource> resource_of(const kube::Document& document) {
  const Node& root = document.root();
  auto resource = std::make_shared<model::Resource>();
  const auto text = [&root](std::initializer_list<std::string_view> path) {
    const Node* node = root.get(path);
    return std::string(node == nullptr ? std::string_view{} : node->string_or());
  };
  resource->api_version = text({"apiVersion"});
  resource->kind = text({"kind"});
  resource->namespace_ = text({"metadata", "namespace"});
  resource->name = text({"metadata", "name"});
  if (resource->name.empty()) resource->name = text({"metadata", "generateName"});
  const kube::Place place = document.position_of(root);
  resource->file = place.file;
  resource->line = place.position.line;
  return resource;
}

}  // namespace yagura::posture
