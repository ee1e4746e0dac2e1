#include "rules/k8s_audit/audit_reader.hpp"

#include <memory>
#include <utility>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "kube/reader.hpp"

namespace yagura::rules {
namespace {

// The problem for which something of the text was not read, or null. A key given twice is a
// diagnostic too, but its document is read (the last one counts, as it does for Go). Reading ends
// at the first other problem, so that is the last one; where more came than are kept, nobody knows.
const Diagnostic* fatal(const Diagnostics& diagnostics, bool nothing_read) {
  if (!diagnostics.has_errors() || diagnostics.list().empty()) return nullptr;
  if (nothing_read) return &diagnostics.list().front();
  const Diagnostic& last = diagnostics.list().back();
  const bool harmless =
      diagnostics.dropped_count() == 0 && last.message.find("given twice") != std::string::npos;
  return harmless ? nullptr : &last;
}

}  // namespace

std::string_view to_string(AuditRefusal reason) {
  switch (reason) {
    case AuditRefusal::kTooLarge:
      return "too_large";
    case AuditRefusal::kBadJson:
      return "bad_json";
    case AuditRefusal::kNotAnEvent:
      return "not_an_event";
    case AuditRefusal::kTooManyEvents:
      return "too_many_events";
  }
  return "unknown";
}

AuditReader::AuditReader(OnEvent on_event, OnRefusal on_refusal, const AuditLimits& limits)
    : on_event_(std::move(on_event)), on_refusal_(std::move(on_refusal)), limits_(limits) {}

void AuditReader::refuse(AuditRefusal reason, std::string_view message) {
  ++counts_.refused[static_cast<std::size_t>(reason)];
  if (on_refusal_) on_refusal_(reason, message);
}

bool AuditReader::read(std::string_view text, const std::string& name) {
  const std::uint64_t refused_before = counts_.refused_in_all();
  if (text.size() > limits_.max_text) {
    refuse(AuditRefusal::kTooLarge,
           name + ": more than " + std::to_string(limits_.max_text) + " bytes in one text");
    return false;
  }
  const auto source =
      std::make_shared<const kube::Source>(name, std::string(text), kube::SourceFormat::kJson);
  Diagnostics diagnostics;
  const auto documents = kube::read_documents(source, diagnostics,
                                              {.max_document_size = limits_.max_text,
                                               .max_depth = limits_.max_depth,
                                               .max_nodes = limits_.max_nodes});
  std::uint32_t taken = 0;
  for (const kube::Document& document : documents) take(document.root(), name, taken);
  if (const Diagnostic* const problem = fatal(diagnostics, documents.empty())) {
    refuse(AuditRefusal::kBadJson, to_string(*problem));
  }
  return counts_.refused_in_all() == refused_before;
}

// A list of lists is read too; the tree's depth is bounded.
void AuditReader::take(const kube::Node& value, const std::string& name, std::uint32_t& taken) {
  if (value.is_list()) {
    for (const kube::Node& item : value.items()) take(item, name, taken);
    return;
  }
  const kube::Node* const items = value.find("items");
  if (items != nullptr && items->is_list() && value.find("auditID") == nullptr) {
    for (const kube::Node& item : items->items()) take(item, name, taken);
    return;
  }
  const kube::Node* const id = value.find("auditID");
  if (id == nullptr || !id->is_string()) {
    refuse(AuditRefusal::kNotAnEvent, name + ": a JSON value that is no audit event: no auditID");
    return;
  }
  if (taken >= limits_.max_events) {
    refuse(AuditRefusal::kTooManyEvents,
           name + ": more than " + std::to_string(limits_.max_events) + " events in one text");
    return;
  }
  ++taken;
  ++counts_.events;
  on_event_(value);
}

}  // namespace yagura::rules
