#include "imagescan/report/convert.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace yagura::imagescan {
namespace {

class Converter {
 public:
  explicit Converter(const ImageReport& image) : image_(image) {}

  report::Report convert() {
    out_.target = image_.inventory.name;
    out_.tool_version = image_.tool_version;
    out_.time = image_.time;
    out_.summary.duration = image_.duration;
    out_.summary.files = 1;
    for (const vuln::Finding& finding : image_.vulnerabilities) add_vulnerability(finding);
    for (const LocatedSecret& secret : image_.secrets) add_secret(secret);
    for (const LocatedSuspicion& suspicion : image_.suspicions) add_suspicion(suspicion);
    for (const model::Finding& finding : image_.configuration) add_configuration(finding);
    for (const ProvenanceCheck& check : image_.provenance) add_provenance(check);
    for (const std::string& text : image_.inventory.incomplete) {
      out_.diagnostics.push_back(
          {.level = DiagnosticLevel::kWarning, .file = image_.inventory.name, .message = text});
    }
    for (const std::string& text : image_.notes) {
      out_.diagnostics.push_back(
          {.level = DiagnosticLevel::kNote, .file = image_.inventory.name, .message = text});
    }
    // The image itself was judged, also where nothing was found.
    out_.summary.resources = image_.inventory.components.size() + 1;
    for (auto& [id, control] : controls_) out_.controls.push_back(control);
    if (out_.controls.empty()) out_.controls.push_back(control_for({.id = "image"}));
    out_.summary.controls = out_.controls.size();
    return std::move(out_);
  }

 private:
  std::shared_ptr<const model::Control> control_for(model::Control control) {
    auto& known = controls_[control.id];
    if (!known) known = std::make_shared<const model::Control>(std::move(control));
    return known;
  }

  std::shared_ptr<const model::Resource> resource_for(std::string_view kind, std::string name,
                                                      std::string file) {
    std::string key(kind);
    key.append("\0", 1).append(name).append("\0", 1).append(file);
    auto& known = resources_[key];
    if (!known) {
      model::Resource resource;
      resource.kind = kind;
      resource.name = std::move(name);
      resource.file = std::move(file);
      known = std::make_shared<const model::Resource>(std::move(resource));
    }
    return known;
  }

  static std::string control_text(const vuln::Vulnerability& vulnerability) {
    return vulnerability.summary.empty() ? vulnerability.id : vulnerability.summary;
  }

  static std::string rationale(const vuln::Vulnerability& vulnerability) {
    std::string text = vulnerability.details;
    if (vulnerability.known_exploited) {
      if (!text.empty()) text += "\n\n";
      text += "Known to be exploited (CISA KEV, " + vulnerability.exploited_since + ").";
    }
    return text;
  }

  void add_vulnerability(const vuln::Finding& found) {
    const vuln::Vulnerability& vulnerability = *found.vulnerability;
    const image::Component& component = image_.component_of(found);
    model::Finding finding;
    finding.control = control_for({.id = vulnerability.id,
                                   .title = control_text(vulnerability),
                                   .severity = vulnerability.severity,
                                   .category = "cve",
                                   .rationale = rationale(vulnerability),
                                   .fix_text = "Upgrade to a version with the fix.",
                                   .references = vulnerability.references,
                                   .tags = vulnerability.weaknesses,
                                   .aliases = vulnerability.aliases});
    finding.resource =
        resource_for("Package", component.package.name + " " + component.package.version,
                     component.path.empty() ? image_.inventory.name : component.path);
    finding.severity = vulnerability.severity;
    finding.message = component.package.name + " " + component.package.version + " has " +
                      vulnerability.id + ": " +
                      (found.fix_state == vuln::FixState::kFixed ? "fixed in " + found.fixed_version
                                                                 : fix_text(component, found));
    finding.subject = component.purl;
    finding.fix.description = fix_text(component, found);
    if (!found.counts()) {
      finding.status = model::Status::kIgnored;
      finding.ignored_by = found.suppression.reason + " (" + found.suppression.source + ")";
    }
    out_.findings.push_back(std::move(finding));
  }

  void add_secret(const LocatedSecret& located) {
    const image::Secret& secret = located.secret;
    model::Finding finding;
    finding.control = control_for(
        {.id = "secret/" + secret.rule,
         .title = secret.title + " in the image",
         .severity = secret.severity,
         .category = "secrets",
         .rationale = "Whoever can pull the image can read every layer of it, also files that a "
                      "later layer removed.",
         .fix_text = "Revoke the secret, build without it (a build secret or a mount), and give it "
                     "to the container at run time."});
    finding.resource = resource_for("Image", image_.inventory.name, located.path);
    finding.severity = secret.severity;
    finding.location.line = secret.line;
    finding.message = origin_text(located.origin) + " " + located.path +
                      (located.removed ? " (removed by a later layer)" : "") + ": " +
                      secret.excerpt;
    finding.subject = secret.fingerprint;
    out_.findings.push_back(std::move(finding));
  }

  void add_suspicion(const LocatedSuspicion& located) {
    const image::Suspicion& suspicion = located.suspicion;
    model::Finding finding;
    finding.control = control_for({.id = suspicion.category + "/" + suspicion.rule,
                                   .title = suspicion.title,
                                   .severity = suspicion.severity,
                                   .category = suspicion.category,
                                   .fix_text = suspicion.remedy});
    finding.resource = resource_for("Image", image_.inventory.name, located.path);
    finding.severity = suspicion.severity;
    finding.message = located.path + ": " + suspicion.detail;
    finding.fix.description = suspicion.remedy;
    finding.subject = located.path;
    out_.findings.push_back(std::move(finding));
  }

  void add_configuration(const model::Finding& finding) {
    if (finding.control) controls_.try_emplace(finding.control->id, finding.control);
    out_.findings.push_back(finding);
  }

  void add_provenance(const ProvenanceCheck& check) {
    model::Finding finding;
    finding.control = control_for({.id = "provenance/" + check.id,
                                   .title = "Provenance: " + check.id,
                                   .severity = model::Severity::kHigh,
                                   .category = "image"});
    finding.resource = resource_for("Image", image_.inventory.name, image_.inventory.name);
    finding.severity = model::Severity::kHigh;
    finding.message = check.title + (check.detail.empty() ? "" : ": " + check.detail);
    switch (check.outcome) {
      case ProvenanceCheck::Outcome::kVerified:
        finding.status = model::Status::kPass;
        break;
      case ProvenanceCheck::Outcome::kFailed:
        break;
      case ProvenanceCheck::Outcome::kNotChecked:
        return;  // nobody asked for it: no finding
    }
    out_.findings.push_back(std::move(finding));
  }

  const ImageReport& image_;
  report::Report out_;
  std::map<std::string, std::shared_ptr<const model::Control>> controls_;
  std::map<std::string, std::shared_ptr<const model::Resource>> resources_;
};

}  // namespace

std::string fix_text(const image::Component& component, const vuln::Finding& finding) {
  switch (finding.fix_state) {
    case vuln::FixState::kFixed:
      return "upgrade " + component.package.name + " to " + finding.fixed_version;
    case vuln::FixState::kNotFixed:
      return "no fix yet";
    case vuln::FixState::kDeferred:
      return "a fix is postponed by the distribution";
    case vuln::FixState::kWontFix:
      return "will not be fixed";
    case vuln::FixState::kEndOfLife:
      return "no more fixes: the release is at its end of life";
    case vuln::FixState::kUnknown:
      return "nothing is known of a fix";
  }
  return {};
}

report::Report to_report(const ImageReport& report) { return Converter(report).convert(); }

}  // namespace yagura::imagescan
