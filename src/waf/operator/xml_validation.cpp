// @validateDTD and @validateSchema: a match says that the body's document is not valid, or that
// there is none. libxml2; schema and DTD are read once, when the rules are, and nothing is ever
// read because a document names it: xsi:schemaLocation of a request is not followed (libxml2 would
// fetch it).

#include <fmt/format.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/valid.h>
#include <libxml/xmlschemas.h>

#include <memory>
#include <mutex>
#include <set>

#include "core/file.hpp"
#include "waf/operator/internal/argument.hpp"
#include "waf/operator/internal/data_file.hpp"
#include "waf/operator/internal/families.hpp"

namespace yagura::waf::internal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxSchemaFiles = 100;
constexpr const char* kSchemaNamespace = "http://www.w3.org/2001/XMLSchema";
constexpr const char* kInstanceNamespace = "http://www.w3.org/2001/XMLSchema-instance";

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* pointer) const {
    kFree(pointer);
  }
};
using Document = std::unique_ptr<xmlDoc, Freed<xmlFreeDoc>>;
using Dtd = std::unique_ptr<xmlDtd, Freed<xmlFreeDtd>>;
using Schema = std::unique_ptr<xmlSchema, Freed<xmlSchemaFree>>;
using SchemaParser = std::unique_ptr<xmlSchemaParserCtxt, Freed<xmlSchemaFreeParserCtxt>>;
using SchemaValidator = std::unique_ptr<xmlSchemaValidCtxt, Freed<xmlSchemaFreeValidCtxt>>;
using DtdValidator = std::unique_ptr<xmlValidCtxt, Freed<xmlFreeValidCtxt>>;
using XmlText = std::unique_ptr<xmlChar, decltype([](xmlChar* text) { xmlFree(text); })>;

const xmlChar* xml_text(const char* text) { return reinterpret_cast<const xmlChar*>(text); }

void ignore_message(void*, const char*, ...) {}

// Keeps the first message that libxml2 gives.
void keep_first(void* out, xmlErrorPtr error) {
  auto& message = *static_cast<std::string*>(out);
  if (!message.empty() || error == nullptr || error->message == nullptr) return;
  message = fmt::format("line {}: {}", error->line, trimmed(error->message));
}

// Calls `visit` for each element of the tree, in document order, without recursion: the depth is
// the document's to choose.
template <typename Visit>
void for_each_element(xmlNode* root, Visit visit) {
  xmlNode* node = root;
  while (node != nullptr) {
    if (node->type == XML_ELEMENT_NODE) visit(node);
    if (node->type == XML_ELEMENT_NODE && node->children != nullptr) {
      node = node->children;
      continue;
    }
    while (node != root && node->next == nullptr) node = node->parent;
    if (node == root) return;
    node = node->next;
  }
}

// The schema documents that a schema names (include, import, redefine).
std::vector<std::string> named_schemas(xmlDoc* document) {
  std::vector<std::string> names;
  for_each_element(xmlDocGetRootElement(document), [&](xmlNode* node) {
    if (node->ns == nullptr || !xmlStrEqual(node->ns->href, xml_text(kSchemaNamespace))) return;
    const XmlText name(xmlGetNoNsProp(node, xml_text("schemaLocation")));
    if (name) names.emplace_back(reinterpret_cast<const char*>(name.get()));
  });
  return names;
}

// Reads the schema and those that it names, to refuse one that libxml2 would fetch from the
// network.
Result<void> check_schema_files(const fs::path& start) {
  std::set<fs::path> seen;
  std::vector<fs::path> open = {start};
  while (!open.empty()) {
    const fs::path path = std::move(open.back());
    open.pop_back();
    if (!seen.insert(path.lexically_normal()).second) continue;
    if (seen.size() > kMaxSchemaFiles) {
      return fail(ErrorCode::kLimitExceeded,
                  fmt::format("{} draws in more than {} files", start.string(), kMaxSchemaFiles));
    }
    const Document document(xmlReadFile(path.c_str(), nullptr,
                                        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
    if (!document) {
      return fail(ErrorCode::kInvalidInput, fmt::format("{} is no XML file", path.string()));
    }
    for (const std::string& name : named_schemas(document.get())) {
      if (name.find("://") != std::string::npos) {
        return fail(ErrorCode::kInvalidInput,
                    fmt::format("{} imports {} from the network; save it and name the file",
                                path.string(), name));
      }
      open.push_back(path.parent_path() / name);
    }
  }
  return {};
}

Result<Schema> load_schema(const fs::path& path) {
  YAGURA_TRY_VOID(check_schema_files(path));
  const SchemaParser parser(xmlSchemaNewParserCtxt(path.c_str()));
  if (!parser) return fail(ErrorCode::kInternal, "out of memory");
  std::string message;
  xmlSchemaSetParserStructuredErrors(parser.get(), keep_first, &message);
  Schema schema(xmlSchemaParse(parser.get()));
  if (!schema) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{} is no XML schema: {}", path.string(), message));
  }
  return schema;
}

xmlAttr* location_hint(xmlNode* node, const char* name) {
  return xmlHasNsProp(node, xml_text(name), xml_text(kInstanceNamespace));
}

bool has_location_hint(xmlDoc* document) {
  bool found = false;
  for_each_element(xmlDocGetRootElement(document), [&](xmlNode* node) {
    found = found || location_hint(node, "schemaLocation") != nullptr ||
            location_hint(node, "noNamespaceSchemaLocation") != nullptr;
  });
  return found;
}

// A copy of the document that tells libxml2 of no other schema.
Document without_location_hints(xmlDoc* document) {
  Document copy(xmlCopyDoc(document, 1));
  if (!copy) return copy;
  for_each_element(xmlDocGetRootElement(copy.get()), [](xmlNode* node) {
    for (const char* name : {"schemaLocation", "noNamespaceSchemaLocation"}) {
      if (xmlAttr* hint = location_hint(node, name)) xmlRemoveProp(hint);
    }
  });
  return copy;
}

OperatorResult not_valid(std::string_view value, OperatorContext& context) {
  context.matched = value;
  return OperatorResult::kMatch;
}

// The body's document; null where it is no XML or has no root.
xmlDoc* document_of(const OperatorContext& context) {
  auto* const document = static_cast<xmlDoc*>(context.host->xml_document());
  return document != nullptr && xmlDocGetRootElement(document) != nullptr ? document : nullptr;
}

class ValidateSchema final : public Operator {
 public:
  explicit ValidateSchema(Schema schema) : schema_(std::move(schema)) {}

  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    if (context.host == nullptr) return OperatorResult::kNotEvaluated;
    xmlDoc* document = document_of(context);
    if (document == nullptr) return not_valid(value, context);
    Document copy;
    if (has_location_hint(document)) {
      copy = without_location_hints(document);
      if (!copy) return OperatorResult::kNotEvaluated;
      document = copy.get();
    }
    const SchemaValidator validator(xmlSchemaNewValidCtxt(schema_.get()));
    if (!validator) return OperatorResult::kNotEvaluated;
    xmlSchemaSetValidErrors(validator.get(), ignore_message, ignore_message, nullptr);
    const int result = xmlSchemaValidateDoc(validator.get(), document);
    if (result < 0) return OperatorResult::kNotEvaluated;
    return result == 0 ? OperatorResult::kNoMatch : not_valid(value, context);
  }

 private:
  Schema schema_;  // only read while validating
};

class ValidateDtd final : public Operator {
 public:
  explicit ValidateDtd(Dtd dtd) : dtd_(std::move(dtd)) {}

  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    if (context.host == nullptr) return OperatorResult::kNotEvaluated;
    xmlDoc* const document = document_of(context);
    if (document == nullptr) return not_valid(value, context);
    const DtdValidator validator(xmlNewValidCtxt());
    if (!validator) return OperatorResult::kNotEvaluated;
    validator->error = ignore_message;
    validator->warning = ignore_message;
    const std::lock_guard lock(mutex_);
    const bool valid = xmlValidateDtd(validator.get(), document, dtd_.get()) == 1;
    return valid ? OperatorResult::kNoMatch : not_valid(value, context);
  }

 private:
  Dtd dtd_;
  mutable std::mutex mutex_;  // libxml2 builds parts of a DTD's content models while it validates
};

Result<Dtd> load_dtd(const fs::path& path) {
  YAGURA_TRY(const std::string text, core::read_file(path, {.max_size = kMaxDataFile}));
  // From memory: the parser has no base to fetch external entities from.
  xmlParserInputBufferPtr buffer = xmlParserInputBufferCreateMem(
      text.data(), static_cast<int>(text.size()), XML_CHAR_ENCODING_NONE);
  if (buffer == nullptr) return fail(ErrorCode::kInternal, "out of memory");
  xmlSAXHandler handler{};
  xmlSAX2InitDefaultSAXHandler(&handler, 0);
  handler.error = ignore_message;
  handler.fatalError = ignore_message;
  Dtd dtd(xmlIOParseDTD(&handler, buffer, XML_CHAR_ENCODING_NONE));  // takes the buffer
  if (!dtd) return fail(ErrorCode::kInvalidInput, fmt::format("{} is no DTD", path.string()));
  return dtd;
}

}  // namespace

Result<OperatorPointer> make_validate_schema(std::string_view name, std::string_view argument,
                                             const OperatorEnvironment& environment) {
  YAGURA_TRY_VOID(refuse_macro(name, environment));
  YAGURA_TRY(const fs::path path, data_file_path(name, argument, environment));
  auto schema = load_schema(path);
  if (!schema) {
    return std::unexpected(std::move(schema).error().with_context(fmt::format("@{}", name)));
  }
  return std::make_unique<ValidateSchema>(*std::move(schema));
}

Result<OperatorPointer> make_validate_dtd(std::string_view name, std::string_view argument,
                                          const OperatorEnvironment& environment) {
  YAGURA_TRY_VOID(refuse_macro(name, environment));
  YAGURA_TRY(const fs::path path, data_file_path(name, argument, environment));
  auto dtd = load_dtd(path);
  if (!dtd) {
    return std::unexpected(std::move(dtd).error().with_context(fmt::format("@{}", name)));
  }
  return std::make_unique<ValidateDtd>(*std::move(dtd));
}

}  // namespace yagura::waf::internal
