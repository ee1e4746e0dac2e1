// Any bytes as an audit log: however they are cut into pieces, the same texts come out of the
// splitter; every field of every event that is read gives valid UTF-8, and an alert of it is one
// line of JSON that reads back.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "core/diagnostics.hpp"
#include "core/utf8.hpp"
#include "kube/document.hpp"
#include "kube/reader.hpp"
#include "rules/field.hpp"
#include "rules/k8s_audit/audit_event_view.hpp"
#include "rules/k8s_audit/audit_log_splitter.hpp"
#include "rules/k8s_audit/audit_reader.hpp"
#include "rules/output/alert.hpp"
#include "rules/output/output_template.hpp"

namespace {

using namespace yagura;
using namespace yagura::rules;

constexpr AuditLimits kLimits = {
    .max_text = 4096, .max_depth = 16, .max_nodes = 500, .max_events = 20};

// Every field, those that need an argument with some.
const OutputTemplate& all_fields() {
  static const OutputTemplate made = [] {
    std::string text;
    for (const FieldInfo& info : fields_of(Source::kK8sAudit)) {
      text += "%" + std::string(info.name);
      if (info.argument == FieldArgument::kRequired) text += "[/requestObject/spec]";
      text += " ";
    }
    return *OutputTemplate::parse(Source::kK8sAudit, text + "%ka.sourceips[0] %ka.uri.param[a]");
  }();
  return made;
}

std::vector<std::string> split(std::string_view log, std::size_t piece) {
  std::vector<std::string> texts;
  AuditLogSplitter splitter(
      kLimits.max_text, [&](std::string_view text, std::uint64_t) { texts.emplace_back(text); },
      [](std::uint64_t) {});
  for (std::size_t at = 0; at < log.size(); at += piece) splitter.feed(log.substr(at, piece));
  splitter.finish();
  return texts;
}

void check_alert(const AuditEventView& view) {
  const Alert alert{.rule = "r", .priority = "Notice", .output = &all_fields(), .event = &view};
  std::string json;
  append_json_line(json, alert);
  YAGURA_CHECK(core::find_invalid_utf8(json) == std::string_view::npos, "an alert is valid UTF-8");
  YAGURA_CHECK(json.find('\n') == std::string::npos, "an alert is one line");
  Diagnostics problems;
  const auto source =
      std::make_shared<const kube::Source>("alert", json, kube::SourceFormat::kJson);
  const auto documents = kube::read_documents(source, problems);
  YAGURA_CHECK(documents.size() == 1 && !problems.has_errors(), "an alert reads back as JSON");
  YAGURA_CHECK(documents[0].root().find("output_fields") != nullptr, "an alert keeps its fields");
  std::string line;
  append_text_line(line, alert);
  for (const char c : line)
    YAGURA_CHECK(static_cast<unsigned char>(c) >= 0x20, "a line of text holds no control byte");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view log(reinterpret_cast<const char*>(data), size);
  const auto texts = split(log, size + 1);
  YAGURA_CHECK(texts == split(log, 7), "the texts do not depend on how the bytes arrive");
  AuditEventView view;
  std::uint64_t events = 0;
  AuditReader reader(
      [&](const kube::Node& event) {
        ++events;
        view.set(event, 0);
        check_alert(view);
      },
      [](AuditRefusal, std::string_view message) {
        YAGURA_CHECK(!message.empty(), "a refusal says why");
      },
      kLimits);
  for (const std::string& text : texts) {
    const std::uint64_t refused = reader.counts().refused_in_all();
    const bool clean = reader.read(text, "fuzz");
    YAGURA_CHECK(clean == (reader.counts().refused_in_all() == refused),
                 "what is refused is counted");
  }
  YAGURA_CHECK(events == reader.counts().events, "events are counted");
  (void)OutputTemplate::parse(Source::kSyscall, log);
  return 0;
}
