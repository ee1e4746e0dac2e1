#include <fmt/format.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include <memory>

#include "waf/body/body.hpp"

namespace yagura::waf {
namespace {

constexpr unsigned long kMaxOperations = 1'000'000;
constexpr std::size_t kMaxBytes = 4 << 20;

struct FreeContext {
  void operator()(xmlXPathContext* context) const { xmlXPathFreeContext(context); }
};
struct FreeObject {
  void operator()(xmlXPathObject* object) const { xmlXPathFreeObject(object); }
};
struct FreeText {
  void operator()(xmlChar* text) const { xmlFree(text); }
};

const xmlChar* xml(const std::string& text) {
  return reinterpret_cast<const xmlChar*>(text.c_str());
}

void ignore_error(void*, xmlError*) {}

// Texts of nodes, copied to the arena.
class Collector {
 public:
  explicit Collector(core::Arena& arena) : arena_(arena) {}

  bool add(xmlChar* owned) {
    const std::unique_ptr<xmlChar, FreeText> text(owned);
    if (text == nullptr) return true;
    const std::string_view view = reinterpret_cast<const char*>(text.get());
    bytes_ += view.size();
    if (bytes_ > kMaxBytes) return false;
    values_.push_back(arena_.copy(view));
    return true;
  }
  std::vector<std::string_view> take() { return std::move(values_); }

 private:
  core::Arena& arena_;
  std::size_t bytes_ = 0;
  std::vector<std::string_view> values_;
};

}  // namespace

Result<std::vector<std::string_view>> evaluate_xpath(void* document, std::string_view expression,
                                                     std::span<const XmlNamespace> namespaces,
                                                     core::Arena& arena, const BodyLimits& limits) {
  const std::unique_ptr<xmlXPathContext, FreeContext> context(
      xmlXPathNewContext(static_cast<xmlDoc*>(document)));
  if (context == nullptr) return fail(ErrorCode::kInternal, "no memory for an XPath context");
  context->opLimit = kMaxOperations;
  context->error = ignore_error;  // libxml2 would print it
  for (const XmlNamespace& name : namespaces) {
    xmlXPathRegisterNs(context.get(), xml(std::string(name.prefix)), xml(std::string(name.uri)));
  }
  const std::unique_ptr<xmlXPathObject, FreeObject> found(
      xmlXPathEvalExpression(xml(std::string(expression)), context.get()));
  if (found == nullptr) {
    const bool too_long = context->lastError.code == static_cast<int>(XML_XPATH_EXPRESSION_OK) +
                                                         static_cast<int>(XPATH_OP_LIMIT_EXCEEDED);
    return fail(too_long ? ErrorCode::kLimitExceeded : ErrorCode::kInvalidInput,
                fmt::format("XPath {}: {}", expression,
                            too_long ? "too many steps over this document" : "not evaluated"));
  }
  const auto too_much = [&](std::string_view what) {
    return fail(ErrorCode::kLimitExceeded, fmt::format("XPath {}: {}", expression, what));
  };
  Collector values(arena);
  if (found->type != XPATH_NODESET) {
    if (!values.add(xmlXPathCastToString(found.get()))) return too_much("a text too long");
    return values.take();
  }
  const xmlNodeSet* const nodes = found->nodesetval;
  const int count = nodes == nullptr ? 0 : nodes->nodeNr;
  if (static_cast<std::uint32_t>(count) > limits.max_xml_nodes) return too_much("too many nodes");
  for (int i = 0; i < count; ++i) {
    if (!values.add(xmlNodeGetContent(nodes->nodeTab[i]))) return too_much("texts too long");
  }
  return values.take();
}

}  // namespace yagura::waf
