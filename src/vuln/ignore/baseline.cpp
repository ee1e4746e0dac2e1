// Fingerprints of findings, written and read.

#include <fmt/core.h>

#include <unordered_set>

#include "core/json_text.hpp"
#include "kube/document.hpp"
#include "kube/reader.hpp"
#include "vuln/ignore/ignore.hpp"

namespace yagura::vuln {
namespace {

constexpr std::uint32_t kMaxSize = std::uint32_t{1} << 30;

std::string text_of(const kube::Node& node, std::string_view key) {
  const kube::Node* const found = node.find(key);
  return found == nullptr ? std::string() : std::string(found->string_or());
}

}  // namespace

std::string fingerprint(const image::Inventory& inventory, const Finding& finding) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a, as all fingerprints of findings
  const auto mix = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    hash = (hash ^ 0xff) * 1099511628211U;
  };
  mix(finding.vulnerability->id);
  if (finding.component < inventory.components.size()) {
    const image::Component& component = inventory.components[finding.component];
    mix(to_string(component.package.type));
    mix(component.package.name);
    mix(component.path);
    mix(component.package.location);
  }
  return fmt::format("{:016x}", hash);
}

std::string write_baseline(const image::Inventory& inventory,
                           const std::vector<Finding>& findings) {
  std::string out;
  core::JsonWriter json(out);
  json.begin_object().member("version", 1).key("findings").begin_array();
  for (const Finding& finding : findings) {
    if (!finding.counts() || finding.component >= inventory.components.size()) continue;
    const image::Component& component = inventory.components[finding.component];
    json.begin_object().member("id", fingerprint(inventory, finding));
    json.member("vulnerability", finding.vulnerability->id);
    json.member("package", component.package.name).member("path", component.path).end_object();
  }
  json.end_array().end_object();
  out += '\n';
  return out;
}

Result<std::size_t> apply_baseline(const std::string& name, std::string_view text,
                                   const image::Inventory& inventory,
                                   std::vector<Finding>& findings) {
  if (text.size() > kMaxSize) return fail(ErrorCode::kLimitExceeded, name + ": larger than 1 GiB");
  const kube::Source source(name, std::string(text), kube::SourceFormat::kJson);
  Diagnostics diagnostics;
  const auto documents =
      kube::read_json(source, diagnostics, {.max_document_size = kMaxSize, .max_depth = 64});
  if (diagnostics.has_errors() || documents.empty()) {
    const auto& list = diagnostics.list();
    return fail(ErrorCode::kInvalidInput,
                list.empty() ? name + ": empty" : to_string(list.front()));
  }
  const kube::Node* const known_list = documents.front()->find("findings");
  if (known_list == nullptr || !known_list->is_list()) {
    return fail(ErrorCode::kInvalidInput, name + ": no findings in it: not a baseline");
  }
  std::unordered_set<std::string> known;
  for (const kube::Node& node : known_list->items()) {
    known.insert(text_of(node, "id"));
    known.insert(text_of(node, "fingerprint"));
  }
  std::size_t count = 0;
  for (Finding& finding : findings) {
    if (!finding.counts() || !known.contains(fingerprint(inventory, finding))) continue;
    finding.suppression = {
        .kind = Suppression::Kind::kBaseline, .reason = "known before", .source = name};
    ++count;
  }
  return count;
}

}  // namespace yagura::vuln
