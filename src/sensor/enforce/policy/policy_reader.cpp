// A document is read section by section; each section appends rules. Everything wrong is reported,
// and a policy with an error is left out whole: half of a policy is not what anybody wrote.

#include "sensor/enforce/policy/policy_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/file.hpp"
#include "kube/reader.hpp"
#include "sensor/enforce/policy/rule_sections.hpp"
#include "sensor/enforce/policy/section_reader.hpp"

namespace yagura::sensor::enforce {
namespace {

LabelRequirement read_expression(SectionReader section) {
  section.allow_only({"key", "operator", "values"});
  LabelRequirement requirement;
  requirement.key = section.text("key");
  if (requirement.key.empty()) section.error_at("key", "a requirement without key");
  if (!section.has("operator")) section.error_at("operator", "a requirement without operator");
  const std::size_t op = section.word("operator", {"In", "NotIn", "Exists", "DoesNotExist"}, 2);
  requirement.op = static_cast<LabelRequirement::Operator>(op);
  requirement.values = section.texts("values");
  if ((op < 2) == requirement.values.empty()) {
    section.error_at(
        "values", op < 2 ? "In and NotIn need values" : "Exists and DoesNotExist take no values");
  }
  return requirement;
}

std::vector<LabelRequirement> read_pod_selector(SectionReader section) {
  section.allow_only({"matchLabels", "matchExpressions"});
  std::vector<LabelRequirement> requirements;
  if (const kube::Node* labels = section.find("matchLabels"); labels != nullptr) {
    SectionReader map = section.child("matchLabels");
    if (labels->is_map()) {
      for (const kube::Member& label : labels->members()) {
        requirements.push_back({.key = std::string(label.key),
                                .op = LabelRequirement::Operator::kIn,
                                .values = {map.spelling(label.value)}});
      }
    }
  }
  std::size_t index = 0;
  for (const kube::Node& item : section.list("matchExpressions")) {
    requirements.push_back(read_expression(section.item("matchExpressions", index++, item)));
  }
  return requirements;
}

void read_host(SectionReader section, Selector& selector) {
  section.allow_only({"cgroupPaths"});
  selector.host_cgroups = section.texts("cgroupPaths");
  if (selector.host_cgroups.empty()) {
    section.error_at("cgroupPaths", "host without control groups selects nothing",
                     "name them: cgroupPaths: [/system.slice/demo.service]");
  }
  for (const std::string& path : selector.host_cgroups) {
    const auto pattern = parse_path_pattern(path);
    if (!pattern || pattern->kind != PathPattern::Kind::kExact || pattern->path.empty()) {
      section.error_at("cgroupPaths",
                       fmt::format("\"{}\" is no path of a control group below the root", path));
    }
  }
}

Selector read_selector(SectionReader section) {
  section.allow_only({"namespaces", "podSelector", "containers", "workload", "host"});
  Selector selector;
  selector.namespaces = section.texts("namespaces");
  selector.containers = section.texts("containers");
  selector.pod_labels = read_pod_selector(section.child("podSelector"));
  SectionReader workload = section.child("workload");
  workload.allow_only({"kind", "name"});
  selector.workload_kind = workload.text("kind");
  selector.workload_name = workload.text("name");
  if (section.has("host")) {
    read_host(section.child("host"), selector);
    if (section.has("namespaces") || section.has("podSelector") || section.has("containers") ||
        section.has("workload")) {
      section.error_at("host", "host and pods in one selector", "write two policies");
    }
  }
  return selector;
}

AutoRevert read_auto_revert(SectionReader section) {
  section.allow_only({"afterMinutes", "afterDenials"});
  AutoRevert revert;
  revert.after = std::chrono::minutes(section.number("afterMinutes", 1, 525'600, 0));
  revert.after_denials =
      static_cast<std::uint32_t>(section.number("afterDenials", 1, 1'000'000'000, 0));
  if (!section.node().is_null() && revert.after.count() == 0 && revert.after_denials == 0) {
    section.error(section.node(), "autoRevert without afterMinutes and afterDenials does nothing");
  }
  return revert;
}

std::size_t count_values(const PolicyRule& rule) {
  return rule.paths.size() + rule.hashes.size() + rule.cidrs.size() + rule.domains.size() +
         rule.ports.size() + rule.subjects.size();
}

void check_limits(const Policy& policy, SectionReader& root, const PolicyLimits& limits) {
  std::size_t values = 0;
  for (const PolicyRule& rule : policy.rules) values += count_values(rule);
  if (policy.rules.size() > limits.max_rules) {
    root.error(root.node(), fmt::format("more than {} rules in one policy", limits.max_rules));
  }
  if (values > limits.max_values) {
    root.error(root.node(), fmt::format("more than {} values in one policy", limits.max_values));
  }
}

bool is_policy_name(std::string_view name) {
  return !name.empty() && name.size() <= 253 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

void read_metadata(SectionReader metadata, Policy& policy) {
  metadata.allow_only({"name", "labels", "annotations"});
  policy.name = metadata.text("name");
  if (!is_policy_name(policy.name)) {
    metadata.error_at("name", "metadata.name is missing or no name of an object",
                      "lower case letters, digits, - and .");
  }
  policy.number = policy_number(policy.name);
}

bool is_policy(SectionReader& root) {
  const kube::Node* version = root.find("apiVersion");
  const kube::Node* kind = root.find("kind");
  if (version != nullptr && version->string_or() == kPolicyApiVersion && kind != nullptr &&
      kind->string_or() == kPolicyKind) {
    return true;
  }
  root.error(
      root.node(), "not a RuntimePolicy",
      fmt::format("it begins with apiVersion: {} and kind: {}", kPolicyApiVersion, kPolicyKind));
  return false;
}

Policy read_policy(const kube::Document& document, Diagnostics& diagnostics,
                   const PolicyLimits& limits) {
  Policy policy;
  SectionReader root(document, diagnostics, document.root(), "");
  if (!is_policy(root)) return policy;
  root.allow_only({"apiVersion", "kind", "metadata", "spec"});
  const auto place = document.position_of(document.root());
  policy.file = place.file;
  policy.line = place.position.line;
  read_metadata(root.child("metadata"), policy);
  SectionReader spec = root.child("spec");
  if (!root.has("spec")) root.error(root.node(), "a RuntimePolicy without spec");
  if (!spec.has("selector")) {
    spec.error(spec.node().is_null() ? root.node() : spec.node(), "spec.selector is missing",
               "selector: {} selects every pod");
  }
  policy.selector = read_selector(spec.child("selector"));
  if (!spec.has("mode")) {
    spec.error(spec.node().is_null() ? root.node() : spec.node(), "spec.mode is missing",
               "observe, alert or block");
  }
  policy.mode = static_cast<Mode>(spec.word("mode", {"observe", "alert", "block"}, 1) + 1);
  policy.auto_revert = read_auto_revert(spec.child("autoRevert"));
  read_rule_sections(spec, policy);
  if (policy.rules.empty() && !spec.node().is_null()) {
    spec.error(spec.node(), "a policy without rules");
  }
  check_limits(policy, root, limits);
  return policy;
}

void check_names(const std::vector<Policy>& policies, Diagnostics& diagnostics) {
  std::set<std::string_view> names;
  std::set<std::uint32_t> numbers;
  for (const Policy& policy : policies) {
    const bool is_new = names.insert(policy.name).second;
    if (!is_new) {
      diagnostics.error(policy.file, policy.line, 0,
                        fmt::format("a second policy \"{}\"", policy.name));
    } else if (!numbers.insert(policy.number).second) {
      diagnostics.error(
          policy.file, policy.line, 0,
          fmt::format("the number of policy \"{}\" is that of another's name", policy.name),
          "give it another name");
    }
  }
}

}  // namespace

std::vector<Policy> read_policies(const std::shared_ptr<const kube::Source>& source,
                                  Diagnostics& diagnostics, const PolicyLimits& limits) {
  std::vector<Policy> policies;
  kube::ReadLimits reading;
  reading.max_document_size = 8U << 20;
  for (const kube::Document& document : kube::read_documents(source, diagnostics, reading)) {
    Diagnostics own;
    Policy policy = read_policy(document, own, limits);
    for (const Diagnostic& diagnostic : own.list()) diagnostics.add(diagnostic);
    if (own.has_errors()) continue;
    if (policies.size() == limits.max_policies) {
      diagnostics.error(source->name(), 0, 0,
                        fmt::format("more than {} policies", limits.max_policies));
      break;
    }
    policies.push_back(std::move(policy));
  }
  check_names(policies, diagnostics);
  return policies;
}

Result<std::vector<Policy>> load_policies(const std::filesystem::path& path,
                                          Diagnostics& diagnostics, const PolicyLimits& limits) {
  std::vector<std::filesystem::path> files;
  std::error_code problem;
  if (std::filesystem::is_directory(path, problem)) {
    for (const auto& entry : std::filesystem::directory_iterator(path, problem)) {
      const std::string extension = entry.path().extension();
      if (extension == ".yaml" || extension == ".yml" || extension == ".json")
        files.push_back(entry.path());
    }
    if (problem)
      return fail(ErrorCode::kIo, fmt::format("{}: {}", path.string(), problem.message()));
    std::ranges::sort(files);
  } else {
    files.push_back(path);
  }
  std::vector<Policy> policies;
  for (const auto& file : files) {
    YAGURA_TRY(std::string text, core::read_file(file, {.max_size = std::uint64_t{16} << 20}));
    const auto format =
        file.extension() == ".json" ? kube::SourceFormat::kJson : kube::SourceFormat::kYaml;
    const auto source =
        std::make_shared<const kube::Source>(file.string(), std::move(text), format);
    for (Policy& policy : read_policies(source, diagnostics, limits))
      policies.push_back(std::move(policy));
  }
  if (policies.size() > limits.max_policies) {
    return fail(ErrorCode::kLimitExceeded,
                fmt::format("more than {} policies", limits.max_policies));
  }
  check_names(policies, diagnostics);
  return policies;
}

}  // namespace yagura::sensor::enforce
