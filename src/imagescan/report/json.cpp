#include "imagescan/report/json.hpp"

#include "core/json_text.hpp"
#include "imagescan/report/convert.hpp"
#include "report/text.hpp"

namespace yagura::imagescan {
namespace {

using core::JsonWriter;

void write_strings(JsonWriter& json, std::string_view name, const std::vector<std::string>& list) {
  json.key(name).begin_array();
  for (const std::string& text : list) json.value(text);
  json.end_array();
}

// Members that would be empty are left out: a reader takes "not there" for "nothing".
void optional_member(JsonWriter& json, std::string_view name, const std::string& text) {
  if (!text.empty()) json.member(name, text);
}

std::string_view evidence_text(image::PackageEvidence evidence) {
  switch (evidence) {
    case image::PackageEvidence::kInstalled:
      return "installed";
    case image::PackageEvidence::kBinary:
      return "binary";
    case image::PackageEvidence::kLocked:
      return "locked";
    case image::PackageEvidence::kDeclared:
      return "declared";
  }
  return "installed";
}

class ImageJson {
 public:
  explicit ImageJson(const ImageReport& report) : report_(report), json_(out_, 1) {}

  std::string write() {
    json_.begin_object();
    json_.member("schema", "yagura-image/1");
    json_.member("tool_version", report_.tool_version);
    json_.member("time", report::format_time(report_.time));
    json_.member("duration_ms", static_cast<long long>(report_.duration.count()));
    image();
    components();
    if (report_.looked_for(Section::kVulnerabilities)) vulnerabilities();
    if (report_.looked_for(Section::kSecrets)) secrets();
    if (report_.looked_for(Section::kMalware)) suspicions();
    if (report_.looked_for(Section::kConfiguration)) configuration();
    if (report_.looked_for(Section::kProvenance)) provenance();
    if (report_.looked_for(Section::kSize)) sizes();
    write_strings(json_, "incomplete", report_.inventory.incomplete);
    write_strings(json_, "notes", report_.notes);
    summary();
    json_.end_object();
    out_ += '\n';
    return std::move(out_);
  }

 private:
  void image() {
    const image::Inventory& inventory = report_.inventory;
    json_.key("image").begin_object().member("name", inventory.name);
    optional_member(json_, "digest", inventory.digest);
    optional_member(json_, "config_digest", inventory.config_digest);
    optional_member(json_, "os", inventory.os);
    optional_member(json_, "architecture", inventory.architecture);
    optional_member(json_, "created", inventory.created);
    if (!inventory.distro.id.empty()) {
      json_.key("distro").begin_object().member("id", inventory.distro.id);
      optional_member(json_, "version_id", inventory.distro.version_id);
      optional_member(json_, "name", inventory.distro.name);
      json_.end_object();
    }
    json_.key("layers").begin_array();
    for (std::size_t i = 0; i < inventory.layers.size(); ++i) {
      const image::LayerInfo& layer = inventory.layers[i];
      json_.begin_object();
      optional_member(json_, "digest", layer.digest);
      optional_member(json_, "diff_id", layer.diff_id);
      json_.member("size", layer.size);
      optional_member(json_, "created_by", layer.created_by);
      if (i < report_.base.layers) json_.member("base", true);
      json_.end_object();
    }
    json_.end_array();
    if (!report_.base.name.empty() || report_.base.layers > 0) {
      json_.key("base").begin_object();
      optional_member(json_, "name", report_.base.name);
      json_.member("layers", report_.base.layers);
      optional_member(json_, "evidence", report_.base.evidence);
      optional_member(json_, "newer", report_.base.newer);
      json_.end_object();
    }
    json_.end_object();
  }

  void components() {
    json_.key("packages").begin_array();
    for (const image::Component& component : report_.inventory.components) {
      const image::Package& package = component.package;
      json_.begin_object();
      json_.member("purl", component.purl);
      json_.member("type", to_string(package.type));
      json_.member("name", package.name).member("version", package.version);
      optional_member(json_, "source", package.source_name);
      optional_member(json_, "source_version", package.source_version);
      optional_member(json_, "architecture", package.architecture);
      optional_member(json_, "path", component.path);
      optional_member(json_, "location", package.location);
      if (component.layer >= 0) json_.member("layer", component.layer);
      optional_member(json_, "owner", component.owner);
      json_.member("evidence", evidence_text(package.evidence));
      if (package.development) json_.member("development", true);
      if (!package.licenses.empty()) write_strings(json_, "licenses", package.licenses);
      json_.end_object();
    }
    json_.end_array();
  }

  void vulnerabilities() {
    json_.key("vulnerabilities").begin_array();
    for (const vuln::Finding& finding : report_.vulnerabilities) vulnerability(finding);
    json_.end_array();
    json_.key("plan").begin_array();
    for (const PlanStep& step : report_.plan) {
      json_.begin_object();
      json_.member("command", step.command).member("explanation", step.explanation);
      json_.key("clears").begin_array();
      for (const std::size_t index : step.clears)
        json_.value(report_.vulnerabilities[index].vulnerability->id);
      json_.end_array().end_object();
    }
    json_.end_array();
  }

  void vulnerability(const vuln::Finding& finding) {
    const vuln::Vulnerability& known = *finding.vulnerability;
    const image::Component& component = report_.component_of(finding);
    json_.begin_object().member("id", known.id);
    if (!known.aliases.empty()) write_strings(json_, "aliases", known.aliases);
    json_.member("severity", model::to_string(known.severity));
    if (!known.severity_known) json_.member("severity_assumed", true);
    json_.member("package", component.package.name);
    json_.member("version", component.package.version);
    json_.member("purl", component.purl);
    optional_member(json_, "path", component.path);
    if (component.layer >= 0) json_.member("layer", component.layer);
    json_.member("fix_state", to_string(finding.fix_state));
    optional_member(json_, "fixed_version", finding.fixed_version);
    if (finding.fixed_versions.size() > 1)
      write_strings(json_, "fixed_versions", finding.fixed_versions);
    optional_member(json_, "advisory", finding.advisory);
    optional_member(json_, "source", finding.source);
    optional_member(json_, "summary", known.summary);
    optional_member(json_, "published", known.published);
    optional_member(json_, "modified", known.modified);
    if (known.known_exploited) {
      json_.member("known_exploited", true);
      optional_member(json_, "exploited_since", known.exploited_since);
    }
    if (known.epss) json_.member("epss", *known.epss);
    if (known.epss_percentile) json_.member("epss_percentile", *known.epss_percentile);
    if (!known.ratings.empty()) ratings(known);
    if (!known.weaknesses.empty()) write_strings(json_, "weaknesses", known.weaknesses);
    if (!known.references.empty()) write_strings(json_, "references", known.references);
    if (!finding.counts()) {
      json_.key("suppressed").begin_object();
      json_.member("reason", finding.suppression.reason);
      json_.member("source", finding.suppression.source).end_object();
    }
    json_.end_object();
  }

  void ratings(const vuln::Vulnerability& known) {
    json_.key("ratings").begin_array();
    for (const vuln::Rating& rating : known.ratings) {
      json_.begin_object();
      optional_member(json_, "source", rating.source);
      optional_member(json_, "vector", rating.vector);
      if (rating.score > 0) json_.member("score", rating.score);
      optional_member(json_, "word", rating.word);
      json_.end_object();
    }
    json_.end_array();
  }

  void secrets() {
    json_.key("secrets").begin_array();
    for (const LocatedSecret& located : report_.secrets) {
      const image::Secret& secret = located.secret;
      json_.begin_object().member("rule", secret.rule).member("title", secret.title);
      json_.member("severity", model::to_string(secret.severity));
      json_.member("origin", origin_text(located.origin)).member("path", located.path);
      optional_member(json_, "place", secret.place);
      if (secret.line > 0) json_.member("line", secret.line);
      if (located.layer >= 0) json_.member("layer", located.layer);
      json_.member("removed", located.removed).member("verified", secret.verified);
      json_.member("excerpt", secret.excerpt).member("fingerprint", secret.fingerprint);
      json_.end_object();
    }
    json_.end_array();
  }

  void suspicions() {
    json_.key("suspicious_files").begin_array();
    for (const LocatedSuspicion& located : report_.suspicions) {
      const image::Suspicion& suspicion = located.suspicion;
      json_.begin_object().member("rule", suspicion.rule).member("category", suspicion.category);
      json_.member("title", suspicion.title);
      json_.member("severity", model::to_string(suspicion.severity)).member("path", located.path);
      if (located.layer >= 0) json_.member("layer", located.layer);
      optional_member(json_, "owner", located.owner);
      optional_member(json_, "detail", suspicion.detail);
      optional_member(json_, "remedy", suspicion.remedy);
      json_.end_object();
    }
    json_.end_array();
  }

  void configuration() {
    json_.key("configuration").begin_array();
    for (const model::Finding& finding : report_.configuration) {
      json_.begin_object();
      json_.member("control", finding.control->id).member("title", finding.control->title);
      json_.member("status", model::to_string(finding.status));
      json_.member("severity", model::to_string(finding.severity));
      optional_member(json_, "message", finding.message);
      optional_member(json_, "file", finding.location.file);
      if (finding.location.line > 0) json_.member("line", finding.location.line);
      if (!finding.control->tags.empty()) write_strings(json_, "tags", finding.control->tags);
      optional_member(
          json_, "fix",
          finding.fix.description.empty() ? finding.control->fix_text : finding.fix.description);
      json_.end_object();
    }
    json_.end_array();
  }

  void provenance() {
    json_.key("provenance").begin_array();
    for (const ProvenanceCheck& check : report_.provenance) {
      json_.begin_object().member("id", check.id);
      const bool checked = check.outcome != ProvenanceCheck::Outcome::kNotChecked;
      const bool good = check.outcome == ProvenanceCheck::Outcome::kVerified;
      json_.member("outcome", !checked ? "not-checked" : good ? "verified" : "failed");
      json_.member("title", check.title);
      optional_member(json_, "detail", check.detail);
      json_.end_object();
    }
    json_.end_array();
  }

  void sizes() {
    json_.key("size").begin_array();
    for (const SizeItem& item : report_.sizes) {
      json_.begin_object().member("group", item.group).member("name", item.name);
      json_.member("bytes", item.bytes).member("files", item.files);
      optional_member(json_, "advice", item.advice);
      json_.end_object();
    }
    json_.end_array();
  }

  void counts(std::string_view name, Section section, const SeverityCounts& counts) {
    if (!report_.looked_for(section)) return;
    json_.key(name).begin_object();
    for (std::size_t i = std::size(counts.by_severity); i-- > 0;)
      json_.member(model::to_string(static_cast<model::Severity>(i)), counts.by_severity[i]);
    json_.end_object();
  }

  void summary() {
    json_.key("summary").begin_object();
    json_.member("packages", report_.inventory.components.size());
    counts("vulnerabilities", Section::kVulnerabilities, count_vulnerabilities(report_));
    counts("secrets", Section::kSecrets, count_secrets(report_));
    counts("suspicious_files", Section::kMalware, count_suspicions(report_));
    counts("configuration", Section::kConfiguration, count_configuration(report_));
    optional_member(json_, "database", report_.database);
    json_.member("complete", report_.inventory.incomplete.empty());
    json_.end_object();
  }

  const ImageReport& report_;
  std::string out_;
  JsonWriter json_;
};

}  // namespace

std::string write_json(const ImageReport& report) { return ImageJson(report).write(); }

}  // namespace yagura::imagescan
