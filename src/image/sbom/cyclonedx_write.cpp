// CycloneDX JSON (cyclonedx.org/docs/1.6/json). The versions differ in how tools are named, and
// from 1.5 on there is a place for where a component was seen.

#include <string>
#include <vector>

#include "core/json_text.hpp"
#include "image/sbom/internal/formats.hpp"
#include "image/sbom/internal/unique_names.hpp"

namespace yagura::image::sbom {
namespace {

constexpr std::string_view kNoSerial = "urn:uuid:00000000-0000-8000-8000-000000000000";

std::string_view word_of(Part::Kind kind) {
  switch (kind) {
    case Part::Kind::kOperatingSystem:
      return "operating-system";
    case Part::Kind::kContainer:
      return "container";
    case Part::Kind::kApplication:
      return "application";
    case Part::Kind::kFile:
      return "file";
    default:
      return "library";
  }
}

std::string_view hash_word(std::string_view algorithm) {
  if (algorithm == "md5") return "MD5";
  if (algorithm == "sha1") return "SHA-1";
  if (algorithm == "sha256") return "SHA-256";
  return algorithm == "sha384" ? "SHA-384" : "SHA-512";
}

std::vector<std::string> unique_refs(const Bom& bom) {
  UniqueNames names;
  names.claim("root");
  std::vector<std::string> refs;
  refs.reserve(bom.parts.size());
  for (const Part& part : bom.parts) {
    std::string ref = part.kind == Part::Kind::kOperatingSystem ? "operating-system" : part.purl;
    refs.push_back(names.claim(ref.empty() ? "component" : std::move(ref)));
  }
  return refs;
}

class Writer {
 public:
  Writer(std::string& out, bool has_occurrences) : json_(out), has_occurrences_(has_occurrences) {}

  core::JsonWriter& json() { return json_; }

  void component(const Part& part, std::string_view ref) {
    json_.begin_object();
    json_.member("bom-ref", ref);
    json_.member("type", word_of(part.kind));
    if (!part.supplier.empty()) json_.member("publisher", part.supplier);
    json_.member("name", part.name);
    if (!part.version.empty()) json_.member("version", part.version);
    if (part.excluded) json_.member("scope", "excluded");
    hashes(part);
    licenses(part);
    if (!part.purl.empty()) json_.member("purl", part.purl);
    if (has_occurrences_ && !part.path.empty()) {
      json_.key("evidence").begin_object().key("occurrences").begin_array();
      json_.begin_object().member("location", part.path).end_object();
      json_.end_array().end_object();
    }
    properties(part);
    json_.end_object();
  }

 private:
  void hashes(const Part& part) {
    if (part.hashes.empty()) return;
    json_.key("hashes").begin_array();
    for (const auto& [algorithm, value] : part.hashes) {
      json_.begin_object().member("alg", hash_word(algorithm)).member("content", value);
      json_.end_object();
    }
    json_.end_array();
  }

  void licenses(const Part& part) {
    if (part.licenses.empty()) return;
    json_.key("licenses").begin_array();
    const bool is_expression = part.licenses.size() == 1 && part.licenses[0].contains(' ') &&
                               is_known_expression(part.licenses[0]);
    if (is_expression) {
      json_.begin_object().member("expression", part.licenses[0]).end_object();
    } else {
      for (const std::string& license : part.licenses) {
        json_.begin_object().key("license").begin_object();
        json_.member(is_known_license(license) ? "id" : "name", license);
        json_.end_object().end_object();
      }
    }
    json_.end_array();
  }

  void properties(const Part& part) {
    if (part.properties.empty()) return;
    json_.key("properties").begin_array();
    for (const auto& [name, value] : part.properties) {
      json_.begin_object().member("name", name).member("value", value).end_object();
    }
    json_.end_array();
  }

  core::JsonWriter json_;
  bool has_occurrences_;
};

void write_tools(core::JsonWriter& json, bool old, const SbomOptions& options) {
  json.key("tools");
  if (old) {
    json.begin_array().begin_object().member("vendor", "Yagura").member("name", "yagura");
    if (!options.tool_version.empty()) json.member("version", options.tool_version);
    json.end_object().end_array();
    return;
  }
  json.begin_object().key("components").begin_array();
  json.begin_object().member("type", "application").member("name", "yagura");
  if (!options.tool_version.empty()) json.member("version", options.tool_version);
  json.end_object().end_array().end_object();
}

void write_metadata(Writer& writer, const Bom& bom, bool old, const SbomOptions& options) {
  core::JsonWriter& json = writer.json();
  json.key("metadata").begin_object();
  const std::string_view created =
      options.created.empty() ? std::string_view(bom.created) : options.created;
  if (!created.empty()) json.member("timestamp", created);
  write_tools(json, old, options);
  json.key("component");
  writer.component(bom.root, "root");
  json.end_object();
}

}  // namespace

std::string write_cyclonedx(const Bom& bom, std::string_view version, const SbomOptions& options) {
  const bool old = version == "1.4";
  std::string out;
  Writer writer(out, !old);
  core::JsonWriter& json = writer.json();
  json.begin_object();
  json.member("$schema",
              "http://cyclonedx.org/schema/bom-" + std::string(version) + ".schema.json");
  json.member("bomFormat", "CycloneDX").member("specVersion", version);
  json.member("serialNumber", kNoSerial).member("version", 1);
  const std::size_t before_serial = out.find(kNoSerial);
  write_metadata(writer, bom, old, options);
  const std::vector<std::string> refs = unique_refs(bom);
  json.key("components").begin_array();
  for (std::size_t i = 0; i < bom.parts.size(); ++i) writer.component(bom.parts[i], refs[i]);
  json.end_array();
  json.key("dependencies").begin_array().begin_object().member("ref", "root");
  json.key("dependsOn").begin_array();
  for (const std::string& ref : refs) json.value(ref);
  json.end_array().end_object().end_array();
  json.end_object();
  out += '\n';
  out.replace(before_serial, kNoSerial.size(), uuid_of(out));
  return out;
}

}  // namespace yagura::image::sbom
