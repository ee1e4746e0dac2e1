#include "vuln/feeds/oval_document.hpp"

#include <libxml/xmlreader.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace yagura::vuln {

namespace {

constexpr std::size_t kMaxText = std::size_t{256} << 10;  // of one element

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

struct FreeReader {
  void operator()(xmlTextReader* reader) const { xmlFreeTextReader(reader); }
};

// Feeds libxml2 in pieces, so that it forgets what it has read.
struct Input {
  std::string_view rest;
  static int read(void* context, char* buffer, int length) {
    auto* input = static_cast<Input*>(context);
    const std::size_t size = std::min(input->rest.size(), static_cast<std::size_t>(length));
    std::memcpy(buffer, input->rest.data(), size);
    input->rest.remove_prefix(size);
    return static_cast<int>(size);
  }
  static int close(void*) { return 0; }
};

class DocumentReader {
 public:
  explicit DocumentReader(std::string_view bytes) : input_{bytes} {
    // No network, no DTD, no entities; libxml2's own limits of size stay.
    reader_.reset(xmlReaderForIO(
        Input::read, Input::close, &input_, nullptr, nullptr,
        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA));
  }

  OvalDocument run() {
    if (!reader_) {
      document_.error = "no memory for the XML reader";
      return std::move(document_);
    }
    int status = xmlTextReaderRead(reader_.get());
    while (status == 1 && document_.error.empty()) {
      node();
      status = xmlTextReaderRead(reader_.get());
    }
    if (status < 0 && document_.error.empty()) stop("is no well-formed XML");
    return std::move(document_);
  }

 private:
  void stop(std::string why) {
    document_.error = std::move(why);
    document_.line =
        static_cast<std::uint64_t>(std::max(0, xmlTextReaderGetParserLineNumber(reader_.get())));
  }
  bool counted() {
    if (++items_ <= kMaxOvalItems) return true;
    stop("has more elements than the limit");
    return false;
  }
  // Attributes in no namespace, or in any for those of XML schemas: we ask for plain ones.
  std::string attribute(const char* name) {
    xmlChar* value =
        xmlTextReaderGetAttribute(reader_.get(), reinterpret_cast<const xmlChar*>(name));
    std::string out(view(value).substr(0, kMaxText));
    xmlFree(value);
    return out;
  }
  void node() {
    switch (xmlTextReaderNodeType(reader_.get())) {
      case XML_READER_TYPE_ELEMENT: {
        if (xmlTextReaderDepth(reader_.get()) >= kMaxOvalDepth) return stop("is too deep");
        const std::string name(view(xmlTextReaderConstLocalName(reader_.get())));
        const bool is_empty = xmlTextReaderIsEmptyElement(reader_.get()) == 1;
        text_.clear();
        start(name);
        if (is_empty) end(name);
        break;
      }
      case XML_READER_TYPE_TEXT:
      case XML_READER_TYPE_CDATA:
      case XML_READER_TYPE_SIGNIFICANT_WHITESPACE: {
        const std::string_view piece = view(xmlTextReaderConstValue(reader_.get()));
        text_ += piece.substr(0, kMaxText - std::min(kMaxText, text_.size()));
        break;
      }
      case XML_READER_TYPE_END_ELEMENT:
        end(view(xmlTextReaderConstLocalName(reader_.get())));
        break;
      default:
        break;
    }
  }

  void start(std::string_view name) {
    if (name == "definition") {
      if (!counted()) return;
      definition_ = &document_.definitions.emplace_back();
      definition_->id = attribute("id");
      definition_->kind = attribute("class");
      open_.clear();
    } else if (name.ends_with("_test")) {
      if (counted()) test_ = &document_.tests[attribute("id")];
    } else if (name.ends_with("_object")) {
      if (counted()) object_ = &document_.objects[attribute("id")];
    } else if (name.ends_with("_state")) {
      if (counted()) state_ = &document_.states[attribute("id")];
    } else if (name == "constant_variable") {
      if (counted()) variable_ = &document_.variables[attribute("id")];
    } else if (definition_ != nullptr) {
      start_in_definition(name);
    } else {
      start_in_table(name);
    }
  }
  void start_in_table(std::string_view name) {
    if (test_ != nullptr && name == "object") test_->object = attribute("object_ref");
    if (test_ != nullptr && name == "state") test_->states.push_back(attribute("state_ref"));
    if (object_ != nullptr && name == "name") object_->variable = attribute("var_ref");
    if (state_ != nullptr && name == "evr") state_->operation = attribute("operation");
  }
  void start_in_definition(std::string_view name) {
    if (name == "criteria") {
      if (!counted()) return;
      const std::size_t position = definition_->nodes.size();
      OvalNode& node = definition_->nodes.emplace_back();
      node.is_and = attribute("operator") != "OR";
      node.is_negated = attribute("negate") == "true";
      if (!open_.empty()) definition_->nodes[open_.back()].children.push_back(position);
      open_.push_back(position);
    } else if (name == "criterion") {
      if (!counted() || open_.empty()) return;
      definition_->nodes[open_.back()].criteria.push_back(
          {attribute("comment"), attribute("test_ref")});
    } else if (name == "reference") {
      if (!counted()) return;
      definition_->references.emplace_back(attribute("source"), attribute("ref_id"));
      if (auto url = attribute("ref_url"); !url.empty()) {
        definition_->urls.push_back(std::move(url));
      }
    } else if (name == "cve") {
      for (const char* key : {"cvss4", "cvss3", "cvss2"}) {
        if (auto vector = attribute(key); !vector.empty()) {
          definition_->vectors.push_back(std::move(vector));
        }
      }
      if (auto weakness = attribute("cwe"); !weakness.empty()) {
        definition_->weaknesses.push_back(std::move(weakness));
      }
    } else if (name == "resolution") {
      resolution_ = attribute("state");
    } else if (name == "issued") {
      definition_->issued = attribute("date");
    } else if (name == "updated") {
      definition_->updated = attribute("date");
    }
  }

  void end(std::string_view name) {
    if (name == "definition") {
      definition_ = nullptr;
    } else if (name.ends_with("_test")) {
      test_ = nullptr;
    } else if (name.ends_with("_object")) {
      object_ = nullptr;
    } else if (name.ends_with("_state")) {
      state_ = nullptr;
    } else if (name == "constant_variable") {
      variable_ = nullptr;
    } else if (definition_ != nullptr) {
      end_in_definition(name);
    } else {
      end_in_table(name);
    }
    text_.clear();
  }
  void end_in_table(std::string_view name) {
    if (object_ != nullptr && name == "name") object_->name = text_;
    if (state_ != nullptr && name == "evr") state_->evr = text_;
    if (variable_ != nullptr && name == "value" && counted()) variable_->push_back(text_);
    if (name == "timestamp") document_.timestamp = text_;
  }
  void end_in_definition(std::string_view name) {
    if (name == "criteria" && !open_.empty()) open_.pop_back();
    if (name == "title" && definition_->title.empty()) definition_->title = text_;
    if (name == "description" && definition_->description.empty()) {
      definition_->description = text_;
    }
    if (name == "severity" && definition_->severity.empty()) definition_->severity = text_;
    if (name == "platform" && counted()) definition_->platforms.push_back(text_);
    if (name == "cpe" && counted()) definition_->cpes.push_back(text_);
    if (name == "component" && counted()) definition_->resolutions.emplace_back(text_, resolution_);
    if (name == "public_date" || name == "disclosure_date") definition_->issued = text_;
  }

  Input input_;
  std::unique_ptr<xmlTextReader, FreeReader> reader_;
  OvalDocument document_;
  OvalDefinition* definition_ = nullptr;
  std::vector<std::size_t> open_;  // criteria that are not closed yet
  OvalTest* test_ = nullptr;
  OvalObject* object_ = nullptr;
  OvalState* state_ = nullptr;
  std::vector<std::string>* variable_ = nullptr;
  std::string resolution_;
  std::string text_;
  std::size_t items_ = 0;
};

}  // namespace

OvalDocument read_oval_document(std::string_view bytes) { return DocumentReader(bytes).run(); }

}  // namespace yagura::vuln
