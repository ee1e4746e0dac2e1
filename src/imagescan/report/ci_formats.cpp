// The two forges' own formats. Field names and allowed values: GitLab's security-report-schemas
// (container-scanning-report-format 15.0.7); GitHub's REST API documentation of dependency
// submission.

#include <array>
#include <map>

#include "core/json_text.hpp"
#include "imagescan/report/convert.hpp"
#include "imagescan/report/json.hpp"
#include "report/text.hpp"

namespace yagura::imagescan {
namespace {

using core::JsonWriter;

std::string_view gitlab_severity(model::Severity severity) {
  static constexpr std::array<std::string_view, 5> kNames = {"Info", "Low", "Medium", "High",
                                                             "Critical"};
  return kNames[static_cast<std::size_t>(severity)];
}

// The schema's pattern for times has no zone.
std::string gitlab_time(std::chrono::system_clock::time_point time) {
  std::string text = report::format_time(time);
  if (text.ends_with('Z')) text.pop_back();
  return text;
}

void gitlab_identifier(JsonWriter& json, const std::string& id) {
  const bool is_cve = id.starts_with("CVE-");
  json.begin_object().member("type", is_cve ? "cve" : id.starts_with("GHSA-") ? "ghsa" : "other");
  json.member("name", id).member("value", id);
  if (is_cve) json.member("url", "https://nvd.nist.gov/vuln/detail/" + id);
  json.end_object();
}

// A UUID's form for what the schema wants unique and stable: FNV-1a over purl, path and id, twice.
std::string stable_id(const image::Component& component, const std::string& id) {
  const auto hash = [&](std::uint64_t state) {
    for (const std::string* text : {&component.purl, &component.path, &id}) {
      for (const char c : *text) {
        state ^= static_cast<unsigned char>(c);
        state *= 0x100000001b3;
      }
      state ^= 0xff;
      state *= 0x100000001b3;
    }
    return state;
  };
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const std::uint64_t word : {hash(0xcbf29ce484222325), hash(0x9e3779b97f4a7c15)}) {
    for (int shift = 60; shift >= 0; shift -= 4) out += kHex[(word >> shift) & 15];
  }
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) out.insert(dash, "-");
  return out;
}

void gitlab_tool(JsonWriter& json, std::string_view name, const ImageReport& report) {
  json.key(name).begin_object().member("id", "yagura").member("name", "Yagura");
  json.key("vendor").begin_object().member("name", "Yagura").end_object();
  json.member("version", report.tool_version).end_object();
}

void gitlab_vulnerability(JsonWriter& json, const ImageReport& report,
                          const vuln::Finding& finding) {
  const image::Component& component = report.component_of(finding);
  const vuln::Vulnerability& known = *finding.vulnerability;
  json.begin_object().member("id", stable_id(component, known.id));
  json.member("name", known.summary.empty() ? known.id : known.summary.substr(0, 255));
  if (!known.details.empty()) json.member("description", known.details);
  json.member("severity", gitlab_severity(known.severity));
  json.member("solution", fix_text(component, finding));
  json.key("identifiers").begin_array();
  gitlab_identifier(json, known.id);
  for (std::size_t i = 0; i < known.aliases.size() && i < 19; ++i)
    gitlab_identifier(json, known.aliases[i]);
  json.end_array();
  json.key("links").begin_array();
  for (const std::string& url : known.references) {
    if (report::is_web_url(url)) json.begin_object().member("url", url).end_object();
  }
  json.end_array();
  json.key("location").begin_object();
  json.key("dependency").begin_object();
  json.key("package").begin_object().member("name", component.package.name).end_object();
  json.member("version", component.package.version).end_object();
  const image::Distro& distro = report.inventory.distro;
  json.member("operating_system",
              distro.id.empty() ? std::string("unknown") : distro.id + " " + distro.version_id);
  json.member("image", report.inventory.name).end_object();
  json.end_object();
}

}  // namespace

std::string write_gitlab(const ImageReport& report) {
  std::string out;
  JsonWriter json(out, 1);
  json.begin_object().member("version", "15.0.7");
  json.member("schema",
              "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/"
              "v15.0.7/dist/container-scanning-report-format.json");
  json.key("scan").begin_object();
  gitlab_tool(json, "analyzer", report);
  gitlab_tool(json, "scanner", report);
  json.member("type", "container_scanning");
  json.member("start_time", gitlab_time(report.time - report.duration));
  json.member("end_time", gitlab_time(report.time)).member("status", "success").end_object();
  json.key("vulnerabilities").begin_array();
  for (const vuln::Finding& finding : report.vulnerabilities) {
    if (finding.counts()) gitlab_vulnerability(json, report, finding);
  }
  json.end_array().key("remediations").begin_array().end_array().end_object();
  out += '\n';
  return out;
}

std::string write_github(const ImageReport& report, const GithubContext& context) {
  std::string out;
  JsonWriter json(out, 1);
  json.begin_object().member("version", 0);
  json.key("detector").begin_object().member("name", "Yagura");
  json.member("version", report.tool_version).member("url", "https://yagura.dev");
  json.end_object();
  json.member("sha", context.sha).member("ref", context.ref);
  json.key("job").begin_object().member("correlator", context.job).member("id", context.run_id);
  json.end_object();
  json.member("scanned", report::format_time(report.time));
  // One manifest a file that told of packages; the distribution's database is one as well.
  std::map<std::string, std::vector<const image::Component*>> by_file;
  for (const image::Component& component : report.inventory.components)
    by_file[component.path.empty() ? report.inventory.name : component.path].push_back(&component);
  json.key("manifests").begin_object();
  for (const auto& [file, components] : by_file) {
    json.key(file).begin_object().member("name", file);
    json.key("file").begin_object().member("source_location", file).end_object();
    json.key("resolved").begin_object();
    std::string last;
    for (const image::Component* component : components) {
      if (component->purl == last) continue;  // sorted by purl
      last = component->purl;
      json.key(component->purl).begin_object().member("package_url", component->purl);
      json.member("relationship", "direct");
      json.member("scope", component->package.development ? "development" : "runtime");
      json.end_object();
    }
    json.end_object().end_object();
  }
  json.end_object().end_object();
  out += '\n';
  return out;
}

}  // namespace yagura::imagescan
