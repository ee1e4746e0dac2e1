// SPDX 2.2 and 2.3 as tag-value lines: "Tag: value", values of several lines between <text> and
// </text>. A package begins at PackageName and ends where the next element begins.

#include <optional>
#include <unordered_map>

#include "image/sbom/internal/formats.hpp"
#include "image/sbom/internal/spdx.hpp"

namespace yagura::image::sbom {
namespace {

void line(std::string& out, std::string_view tag, std::string_view value) {
  out.append(tag).append(": ").append(value).append("\n");
}

void write_package(std::string& out, const SpdxPackage& package, const SpdxDocument& document) {
  out += "\n##### Package\n\n";
  line(out, "PackageName", one_line(package.name));
  line(out, "SPDXID", package.id);
  if (!package.version.empty()) line(out, "PackageVersion", one_line(package.version));
  line(out, "PackageSupplier", one_line(package.supplier));
  line(out, "PackageDownloadLocation", "NOASSERTION");
  line(out, "FilesAnalyzed", "false");
  for (const auto& [algorithm, value] : package.checksums) {
    line(out, "PackageChecksum", algorithm + ": " + value);
  }
  line(out, "PackageLicenseConcluded", package.license_concluded);
  line(out, "PackageLicenseDeclared", package.license_declared);
  line(out, "PackageCopyrightText", "NOASSERTION");
  if (!package.purl.empty()) line(out, "ExternalRef", "PACKAGE-MANAGER purl " + package.purl);
  line(out, "PrimaryPackagePurpose", package.purpose);
  for (const std::string& comment : package.annotations) {
    line(out, "Annotator", document.creators.front());
    line(out, "AnnotationDate", document.created);
    line(out, "AnnotationType", "OTHER");
    line(out, "SPDXREF", package.id);
    line(out, "AnnotationComment", "<text>" + comment + "</text>");
  }
}

std::string render(const SpdxDocument& document, std::string_view name_space) {
  std::string out;
  line(out, "SPDXVersion", document.spdx_version);
  line(out, "DataLicense", "CC0-1.0");
  line(out, "SPDXID", "SPDXRef-DOCUMENT");
  line(out, "DocumentName", document.name);
  line(out, "DocumentNamespace", name_space);
  for (const std::string& creator : document.creators) line(out, "Creator", creator);
  line(out, "Created", document.created);
  for (const SpdxPackage& package : document.packages) write_package(out, package, document);
  for (const auto& [id, text] : document.licenses) {
    out += "\n##### Licence\n\n";
    line(out, "LicenseID", id);
    line(out, "ExtractedText", "<text>" + text + "</text>");
    line(out, "LicenseName", text);
  }
  out += "\n##### Relationships\n\n";
  for (const std::string& id : document.describes) {
    line(out, "Relationship", "SPDXRef-DOCUMENT DESCRIBES " + id);
  }
  for (const SpdxRelationship& relationship : document.relationships) {
    line(out, "Relationship", relationship.from + " " + relationship.type + " " + relationship.to);
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

struct TagValue {
  std::string_view tag;
  std::string_view value;
};

// The next tag with its value; lines that are none (comments, blank ones) are passed over.
std::optional<TagValue> take(std::string_view& text) {
  constexpr std::string_view kOpen = "<text>";
  constexpr std::string_view kClose = "</text>";
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line_text = text.substr(0, end);
    const auto colon = line_text.find(':');
    const bool is_tag = colon != std::string_view::npos && !trimmed(line_text).starts_with('#');
    if (!is_tag) {
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      continue;
    }
    TagValue out{.tag = trimmed(line_text.substr(0, colon))};
    const std::string_view value = trimmed(line_text.substr(colon + 1));
    if (!value.starts_with(kOpen)) {
      out.value = value;
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      return out;
    }
    // A text that never ends takes the rest.
    const std::string_view rest = text.substr(text.find(kOpen) + kOpen.size());
    const auto close = rest.find(kClose);
    out.value = rest.substr(0, close);
    text =
        close == std::string_view::npos ? std::string_view() : rest.substr(close + kClose.size());
    return out;
  }
  return std::nullopt;
}

std::string_view take_word(std::string_view& text) {
  text = trimmed(text);
  const auto blank = text.find_first_of(" \t");
  const std::string_view word = text.substr(0, blank);
  text = blank == std::string_view::npos ? std::string_view() : trimmed(text.substr(blank));
  return word;
}

class Reader {
 public:
  explicit Reader(const SbomLimits& limits) : limits_(limits) {}

  Result<void> take(const TagValue& line) {
    if (line.tag == "PackageName") return begin_package(line.value);
    if (line.tag == "FileName" || line.tag == "SnippetSPDXID" || line.tag == "LicenseID") {
      place_ = line.tag == "LicenseID" ? Place::kLicense : Place::kOther;
    }
    if (line.tag == "Relationship") {
      add_relationship(line.value);
    } else if (line.tag == "SPDXREF") {
      annotated_ = line.value;
    } else if (line.tag == "AnnotationComment") {
      add_annotation(line.value);
    } else if (place_ == Place::kDocument) {
      document_field(line);
    } else if (place_ == Place::kPackage) {
      package_field(line);
    } else if (place_ == Place::kLicense) {
      license_field(line);
    }
    return {};
  }

  SpdxDocument finish() {
    for (auto& [id, comment] : annotations_) {
      const auto found = places_.find(id);
      if (found != places_.end()) {
        document_.packages[found->second].annotations.push_back(std::move(comment));
      }
    }
    return std::move(document_);
  }

 private:
  enum class Place : unsigned char { kDocument, kPackage, kLicense, kOther };

  Result<void> begin_package(std::string_view name) {
    if (document_.packages.size() >= limits_.max_components) {
      return fail(ErrorCode::kLimitExceeded,
                  "more than " + std::to_string(limits_.max_components) + " packages");
    }
    place_ = Place::kPackage;
    document_.packages.push_back({.name = std::string(name)});
    return {};
  }

  void document_field(const TagValue& line) {
    if (line.tag == "SPDXVersion") document_.spdx_version = line.value;
    if (line.tag == "DocumentName") document_.name = line.value;
    if (line.tag == "Created") document_.created = line.value;
    if (line.tag == "Creator") document_.creators.emplace_back(line.value);
  }

  void package_field(const TagValue& line) {
    SpdxPackage& package = document_.packages.back();
    if (line.tag == "SPDXID") {
      package.id = line.value;
      places_.try_emplace(package.id, document_.packages.size() - 1);
    } else if (line.tag == "PackageVersion") {
      package.version = line.value;
    } else if (line.tag == "PackageSupplier") {
      package.supplier = line.value;
    } else if (line.tag == "PackageOriginator") {
      package.originator = line.value;
    } else if (line.tag == "PrimaryPackagePurpose") {
      package.purpose = line.value;
    } else if (line.tag == "PackageLicenseDeclared") {
      package.license_declared = line.value;
    } else if (line.tag == "PackageLicenseConcluded") {
      package.license_concluded = line.value;
    } else if (line.tag == "PackageSourceInfo") {
      package.source_info = line.value;
    } else if (line.tag == "PackageAttributionText") {
      package.attributions.emplace_back(line.value);
    } else if (line.tag == "PackageChecksum") {
      const auto colon = line.value.find(": ");
      if (colon == std::string_view::npos) return;
      package.checksums.emplace_back(line.value.substr(0, colon), line.value.substr(colon + 2));
    } else if (line.tag == "ExternalRef") {
      std::string_view rest = line.value;
      take_word(rest);
      if (take_word(rest) == "purl" && package.purl.empty()) package.purl = rest;
    }
  }

  void license_field(const TagValue& line) {
    if (line.tag == "LicenseID") {
      document_.licenses.emplace_back(line.value, "");
    } else if (line.tag == "LicenseName" && line.value != "NOASSERTION") {
      document_.licenses.back().second = line.value;
    } else if (line.tag == "ExtractedText" && document_.licenses.back().second.empty()) {
      document_.licenses.back().second = line.value;
    }
  }

  void add_relationship(std::string_view value) {
    SpdxRelationship relationship;
    relationship.from = take_word(value);
    relationship.type = take_word(value);
    relationship.to = take_word(value);
    document_.relationships.push_back(std::move(relationship));
  }

  // Annotations stand behind their package or at the end; the reference tells whose they are.
  void add_annotation(std::string_view comment) { annotations_.emplace_back(annotated_, comment); }

  const SbomLimits& limits_;
  SpdxDocument document_{.spdx_version = {}};
  Place place_ = Place::kDocument;
  std::string annotated_;
  std::vector<std::pair<std::string, std::string>> annotations_;
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace

std::string write_spdx_tag_value(const Bom& bom, const SbomOptions& options) {
  const SpdxDocument document = spdx_of(bom, options);
  return render(document, uuid_of(render(document, "")));
}

Result<Bom> read_spdx_tag_value(std::string_view text, const SbomLimits& limits) {
  Reader reader(limits);
  while (const auto line = take(text)) {
    if (auto taken = reader.take(*line); !taken) return std::unexpected(std::move(taken).error());
  }
  const SpdxDocument document = reader.finish();
  if (!document.spdx_version.starts_with("SPDX-2.")) {
    return fail(ErrorCode::kUnsupported, "SPDX version " + document.spdx_version);
  }
  Bom bom = bom_of_spdx(document);
  bom.format = document.spdx_version + " (tag-value)";
  return bom;
}

}  // namespace yagura::image::sbom
