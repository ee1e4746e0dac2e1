#include "policy/vap/match_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "policy/library/kubernetes/name_formats.hpp"

namespace yagura::policy {

namespace {

bool has_wildcard(const std::vector<std::string_view>& list) {
  return std::find(list.begin(), list.end(), "*") != list.end();
}

void check_wildcard(FieldReader& reader, std::string_view field,
                    const std::vector<std::string_view>& list) {
  if (list.size() > 1 && has_wildcard(list)) {
    reader.error_at(field, "\"*\" must stand alone", "remove the other entries, or the \"*\"");
  }
}

void check_no_empty(FieldReader& reader, std::string_view field,
                    const std::vector<std::string_view>& list) {
  if (std::find(list.begin(), list.end(), "") != list.end()) {
    reader.error_at(field, "has an empty entry");
  }
}

std::uint8_t read_operations(FieldReader& reader) {
  std::uint8_t bits = 0;
  const auto operations = reader.strings("operations");
  for (const std::string_view operation : operations) {
    bool known = operation == "*";
    if (known) bits = 0x0F;
    for (const Operation value :
         {Operation::kCreate, Operation::kUpdate, Operation::kDelete, Operation::kConnect}) {
      if (operation != to_string(value)) continue;
      bits = static_cast<std::uint8_t>(bits | (1U << static_cast<unsigned>(value)));
      known = true;
    }
    if (!known) {
      reader.error_at("operations", fmt::format("unknown operation \"{}\"", operation),
                      "CREATE, UPDATE, DELETE, CONNECT or *");
    }
  }
  if (operations.empty()) reader.missing("operations", "for example [\"CREATE\", \"UPDATE\"]");
  check_wildcard(reader, "operations", operations);
  return bits;
}

// "*/*" and "*" do not go with what they cover.
void check_resources(FieldReader& reader, const std::vector<std::string_view>& resources) {
  const std::set<std::string_view> all(resources.begin(), resources.end());
  const auto has = [&](std::string_view wanted) { return all.contains(wanted); };
  if (resources.empty()) return reader.missing("resources", "for example [\"pods\"]");
  check_no_empty(reader, "resources", resources);
  if (resources.size() > 1 && has("*/*")) {
    reader.error_at("resources", "\"*/*\" must stand alone", "remove the other entries");
  }
  for (const std::string_view resource : resources) {
    const std::size_t slash = resource.find('/');
    const std::string_view name = resource.substr(0, slash);
    if (slash == std::string_view::npos) {
      if (resource != "*" && has("*")) {
        reader.error_at("resources", fmt::format("\"*\" covers \"{}\" already", resource),
                        "remove one of them");
      }
      continue;
    }
    const std::string_view part = resource.substr(slash + 1);
    if (part != "*" && has(std::string(name) + "/*")) {
      reader.error_at("resources", fmt::format("\"{}/*\" covers \"{}\" already", name, resource),
                      "remove one of them");
    }
    if (name != "*" && has("*/" + std::string(part))) {
      reader.error_at("resources", fmt::format("\"*/{}\" covers \"{}\" already", part, resource),
                      "remove one of them");
    }
  }
}

void check_names(FieldReader& reader, const std::vector<std::string_view>& names) {
  std::set<std::string_view> seen;
  for (const std::string_view name : names) {
    if (!seen.insert(name).second) {
      reader.error_at("resourceNames", fmt::format("\"{}\" stands twice", name));
    }
    if (name.empty() || name == "." || name == ".." ||
        name.find_first_of("/%") != std::string_view::npos) {
      reader.error_at("resourceNames", fmt::format("\"{}\" is not a name", name));
    }
  }
}

ResourceRule read_rule(FieldReader reader) {
  reader.allow_only(
      {"operations", "apiGroups", "apiVersions", "resources", "scope", "resourceNames"});
  ResourceRule rule;
  rule.operations = read_operations(reader);
  rule.groups = reader.strings("apiGroups");
  if (rule.groups.empty()) reader.missing("apiGroups", "the core group is \"\"");
  check_wildcard(reader, "apiGroups", rule.groups);
  rule.versions = reader.strings("apiVersions");
  if (rule.versions.empty()) reader.missing("apiVersions", "for example [\"v1\"]");
  check_wildcard(reader, "apiVersions", rule.versions);
  check_no_empty(reader, "apiVersions", rule.versions);
  rule.resources = reader.strings("resources");
  check_resources(reader, rule.resources);
  rule.names = reader.strings("resourceNames");
  check_names(reader, rule.names);
  const std::string_view scope = reader.text("scope");
  if (scope == "Namespaced") rule.scope = ResourceRule::Scope::kNamespaced;
  if (scope == "Cluster") rule.scope = ResourceRule::Scope::kCluster;
  if (!scope.empty() && scope != "*" && rule.scope == ResourceRule::Scope::kAll) {
    reader.error_at("scope", fmt::format("unknown scope \"{}\"", scope),
                    "Namespaced, Cluster or *");
  }
  return rule;
}

std::vector<ResourceRule> read_rules(FieldReader& reader, std::string_view field) {
  std::vector<ResourceRule> rules;
  std::size_t index = 0;
  for (const kube::Node& node : reader.list(field)) {
    rules.push_back(read_rule(reader.item(field, index++, node)));
  }
  return rules;
}

void check_label_key(FieldReader& reader, std::string_view field, std::string_view key) {
  for (const std::string& problem : check_qualified_name(key)) {
    reader.error_at(field, fmt::format("label \"{}\": {}", key, problem));
  }
}

LabelSelector::Requirement read_requirement(FieldReader reader) {
  reader.allow_only({"key", "operator", "values"});
  LabelSelector::Requirement requirement;
  requirement.key = reader.text("key");
  check_label_key(reader, "key", requirement.key);
  requirement.values = reader.strings("values");
  const std::string_view op = reader.text("operator");
  using Operator = LabelSelector::Operator;
  if (op == "In") {
    requirement.op = Operator::kIn;
  } else if (op == "NotIn") {
    requirement.op = Operator::kNotIn;
  } else if (op == "Exists") {
    requirement.op = Operator::kExists;
  } else if (op == "DoesNotExist") {
    requirement.op = Operator::kDoesNotExist;
  } else {
    reader.error_at("operator", fmt::format("unknown operator \"{}\"", op),
                    "In, NotIn, Exists or DoesNotExist");
    return requirement;
  }
  const bool takes_values = requirement.op == Operator::kIn || requirement.op == Operator::kNotIn;
  if (takes_values && requirement.values.empty()) {
    reader.missing("values", fmt::format("operator {} compares with values", op));
  }
  if (!takes_values && !requirement.values.empty()) {
    reader.error_at("values", fmt::format("operator {} takes none", op), "remove the values");
  }
  return requirement;
}

}  // namespace

LabelSelector read_label_selector(FieldReader reader) {
  reader.allow_only({"matchLabels", "matchExpressions"});
  LabelSelector selector;
  if (const kube::Node* labels = reader.object("matchLabels")) {
    FieldReader label_reader = reader.child("matchLabels");
    for (const kube::Member& member : labels->members()) {
      check_label_key(label_reader, member.key, member.key);
      const std::string_view value = label_reader.text(member.key);
      for (const std::string& problem : check_label_value(value)) {
        label_reader.error_at(member.key, problem);
      }
      selector.add({.key = member.key, .op = LabelSelector::Operator::kIn, .values = {value}});
    }
  }
  std::size_t index = 0;
  for (const kube::Node& node : reader.list("matchExpressions")) {
    selector.add(read_requirement(reader.item("matchExpressions", index++, node)));
  }
  return selector;
}

MatchResources read_match_resources(FieldReader reader, RulesRequired required) {
  reader.allow_only({"resourceRules", "excludeResourceRules", "matchPolicy", "namespaceSelector",
                     "objectSelector"});
  MatchResources resources;
  resources.rules = read_rules(reader, "resourceRules");
  resources.exclude_rules = read_rules(reader, "excludeResourceRules");
  if (required == RulesRequired::kYes && resources.rules.empty()) {
    reader.missing("resourceRules", "say at least one kind of resource that the policy is about");
  }
  const std::string_view policy = reader.text("matchPolicy");
  if (policy == "Exact") resources.match_policy = MatchPolicy::kExact;
  if (!policy.empty() && policy != "Exact" && policy != "Equivalent") {
    reader.error_at("matchPolicy", fmt::format("unknown match policy \"{}\"", policy),
                    "Exact or Equivalent");
  }
  resources.namespace_selector = read_label_selector(reader.child("namespaceSelector"));
  resources.object_selector = read_label_selector(reader.child("objectSelector"));
  return resources;
}

}  // namespace yagura::policy
