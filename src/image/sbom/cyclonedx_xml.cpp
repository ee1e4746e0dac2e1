// CycloneDX XML (cyclonedx.org/docs/1.6/xml), read in one pass. Only the elements that the JSON
// reader looks at. No entities of the document's own, no network: a document type is refused.

#include <libxml/xmlreader.h>

#include <memory>
#include <utility>

#include "image/sbom/internal/formats.hpp"

namespace yagura::image::sbom {
namespace {

struct Closer {
  void operator()(xmlTextReader* reader) const { xmlFreeTextReader(reader); }
};

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

Part::Kind kind_of(std::string_view word) {
  if (word == "library" || word == "framework" || word.empty()) return Part::Kind::kLibrary;
  if (word == "application" || word == "platform") return Part::Kind::kApplication;
  if (word == "operating-system") return Part::Kind::kOperatingSystem;
  if (word == "container") return Part::Kind::kContainer;
  return word == "file" ? Part::Kind::kFile : Part::Kind::kOther;
}

std::string lowered_without_hyphen(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (c != '-') out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return out;
}

class XmlBom {
 public:
  XmlBom(xmlTextReader* reader, const SbomLimits& limits) : reader_(reader), limits_(limits) {}

  Result<void> begin() {
    const std::string name(view(xmlTextReaderConstLocalName(reader_)));
    if (path_.size() >= limits_.max_depth) {
      return fail(ErrorCode::kLimitExceeded,
                  "elements more than " + std::to_string(limits_.max_depth) + " deep");
    }
    if (path_.empty()) {
      if (auto root = begin_root(name); !root) return root;
    }
    text_.clear();
    if (name == "component") {
      if (auto component = begin_component(); !component) return component;
    } else if (name == "hash") {
      attribute_value_ = attribute("alg");
    } else if (name == "property") {
      attribute_value_ = attribute("name");
    } else if (name == "dependency") {
      begin_dependency();
    } else if (name == "license") {
      has_license_ = false;
    }
    path_.push_back(name);
    return {};
  }

  void text() { text_ += view(xmlTextReaderConstValue(reader_)); }

  void end() {
    if (path_.empty()) return;
    const std::string name = std::move(path_.back());
    path_.pop_back();
    if (name == "component") {
      if (!open_.empty()) finish_component();
    } else {
      finish(name);
    }
    text_.clear();
  }

  [[nodiscard]] Bom take() { return std::move(bom_); }

 private:
  // Where a component that is being read goes to.
  struct Open {
    enum class Place : unsigned char { kRoot, kPart, kTool, kElsewhere };
    Place place = Place::kElsewhere;
    std::size_t index = 0;  // in the parts
    Part other;             // tools, and what is no part of the bill (ancestors)
    std::string group;
  };

  std::string attribute(const char* name) {
    xmlChar* const value =
        xmlTextReaderGetAttribute(reader_, reinterpret_cast<const xmlChar*>(name));
    std::string out(view(value));
    xmlFree(value);
    return out;
  }

  // The name of the n-th element around, 0 being the innermost.
  [[nodiscard]] std::string_view around(std::size_t n) const {
    return n < path_.size() ? std::string_view(path_[path_.size() - 1 - n]) : std::string_view();
  }

  Result<void> begin_root(std::string_view name) {
    constexpr std::string_view kNamespace = "http://cyclonedx.org/schema/bom/1.";
    const std::string_view uri = view(xmlTextReaderConstNamespaceUri(reader_));
    if (name != "bom" || !uri.starts_with(kNamespace)) {
      return fail(ErrorCode::kUnsupported, "XML, but no CycloneDX 1");
    }
    bom_.format = "CycloneDX 1." + std::string(uri.substr(kNamespace.size())) + " (XML)";
    return {};
  }

  Result<void> begin_component() {
    Open open;
    const bool in_list = around(0) == "components";
    if (around(0) == "metadata") {
      open.place = Open::Place::kRoot;
    } else if (in_list && around(1) == "tools") {
      open.place = Open::Place::kTool;
    } else if (in_list && (around(1) == "bom" || is_part_around())) {
      if (bom_.parts.size() >= limits_.max_components) {
        return fail(ErrorCode::kLimitExceeded,
                    "more than " + std::to_string(limits_.max_components) + " components");
      }
      open.place = Open::Place::kPart;
      open.index = bom_.parts.size();
      bom_.parts.emplace_back();
    }
    open_.push_back(std::move(open));
    part().kind = kind_of(attribute("type"));
    part().id = attribute("bom-ref");
    return {};
  }
  [[nodiscard]] bool is_part_around() const {
    return around(1) == "component" && !open_.empty() && open_.back().place == Open::Place::kPart;
  }

  Part& part() {
    Open& open = open_.back();
    if (open.place == Open::Place::kRoot) return bom_.root;
    return open.place == Open::Place::kPart ? bom_.parts[open.index] : open.other;
  }

  void finish_component() {
    Part& one = part();
    if (!open_.back().group.empty()) one.name = open_.back().group + "/" + one.name;
    if (open_.back().place == Open::Place::kTool) set_tool(one.name, one.version);
    open_.pop_back();
  }

  void set_tool(const std::string& name, const std::string& version) {
    if (bom_.tool.empty()) bom_.tool = version.empty() ? name : name + " " + version;
  }

  void begin_dependency() {
    if (around(0) == "dependencies") {
      from_ = attribute("ref");
    } else if (around(0) == "dependency") {
      bom_.edges.emplace_back(from_, attribute("ref"));
    }
  }

  void finish(std::string_view name) {
    if (around(0) == "tool" && name == "name") tool_name_ = text_;
    if (name == "tool") set_tool(tool_name_, {});
    if (around(0) == "metadata" && name == "timestamp") bom_.created = text_;
    if (name == "property" && around(1) == "metadata") {
      bom_.root.properties.emplace_back(attribute_value_, text_);
    }
    if (!open_.empty()) finish_in_component(name);
  }

  void finish_in_component(std::string_view name) {
    Part& one = part();
    if (around(0) == "component") {
      member(name, one);
    } else if (around(1) == "component") {
      if (name == "property") one.properties.emplace_back(attribute_value_, text_);
      if (name == "hash") one.hashes.emplace_back(lowered_without_hyphen(attribute_value_), text_);
      if (name == "expression") one.licenses.push_back(text_);
      if (name == "name" && around(0) == "supplier" && one.supplier.empty()) one.supplier = text_;
    } else if (around(1) == "licenses" && around(2) == "component") {
      if ((name == "id" || name == "name") && !has_license_) one.licenses.push_back(text_);
      has_license_ = has_license_ || name == "id" || name == "name";
    } else if (name == "location" && around(0) == "occurrence" && one.path.empty()) {
      one.path = text_;
    }
  }

  void member(std::string_view name, Part& one) {
    if (name == "name") one.name = text_;
    if (name == "group") open_.back().group = text_;
    if (name == "version") one.version = text_;
    if (name == "purl") one.purl = text_;
    if (name == "publisher") one.supplier = text_;
    if (name == "author" && one.supplier.empty()) one.supplier = text_;
    if (name == "scope") one.excluded = text_ == "excluded";
  }

  xmlTextReader* reader_;
  const SbomLimits& limits_;
  Bom bom_;
  std::vector<std::string> path_;
  std::vector<Open> open_;
  std::string text_;
  std::string attribute_value_;
  std::string from_;
  std::string tool_name_;
  bool has_license_ = false;
};

Result<void> step(xmlTextReader* reader, XmlBom& bom) {
  switch (xmlTextReaderNodeType(reader)) {
    case XML_READER_TYPE_ELEMENT: {
      const bool is_empty = xmlTextReaderIsEmptyElement(reader) == 1;
      if (auto begun = bom.begin(); !begun) return begun;
      if (is_empty) bom.end();
      return {};
    }
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
      bom.text();
      return {};
    case XML_READER_TYPE_END_ELEMENT:
      bom.end();
      return {};
    case XML_READER_TYPE_DOCUMENT_TYPE:
    case XML_READER_TYPE_ENTITY_REFERENCE:
      return fail(ErrorCode::kInvalidInput, "a document type: no SBOM has one");
    default:
      return {};
  }
}

}  // namespace

Result<Bom> read_cyclonedx_xml(std::string_view text, const SbomLimits& limits) {
  constexpr int kOptions = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
  const std::unique_ptr<xmlTextReader, Closer> reader(xmlReaderForMemory(
      text.data(), static_cast<int>(text.size()), "sbom.xml", nullptr, kOptions));
  if (!reader) return fail(ErrorCode::kInternal, "no memory for the XML reader");
  XmlBom bom(reader.get(), limits);
  int more = 0;
  while ((more = xmlTextReaderRead(reader.get())) == 1) {
    if (auto done = step(reader.get(), bom); !done) return std::unexpected(std::move(done).error());
  }
  if (more != 0) return fail(ErrorCode::kInvalidInput, "damaged XML");
  return bom.take();
}

}  // namespace yagura::image::sbom
