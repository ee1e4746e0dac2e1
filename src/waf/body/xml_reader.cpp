// XML by libxml2's SAX2 push parser. No entity is ever expanded and nothing outside the body is
// ever opened: a document that declares entities or attribute defaults is refused where it does
// (its first declaration is shown to the rules), undeclared references are errors of the parser.
//
// The parser's own costs that are not linear are bounded from outside: it compares the attributes
// of an element with each other, so a start tag that it waits for may hold only so many equal
// signs; it searches namespaces one by one, so a document declares only so many.

#include <fmt/format.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include <algorithm>
#include <memory>

#include "waf/body/internal/readers.hpp"
#include "waf/body/internal/xml_arguments.hpp"

namespace yagura::waf {
namespace {

constexpr std::size_t kPiece = 4096;  // what the parser is given at once, however it arrives
constexpr std::size_t kCheckedPending = 8 << 10;  // a token of fewer bytes needs no look
constexpr std::ptrdiff_t kMaxPendingEquals = 1000;
constexpr std::uint32_t kMaxNamespaces = 1000;

struct FreeParser {
  void operator()(xmlParserCtxt* parser) const { xmlFreeParserCtxt(parser); }
};
struct FreeDocument {
  void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};

void ignore_message(void*, const char*, ...) {}

// Errors of encodings know no parser and would be printed: not while one of these lives. The
// handlers are the thread's own.
class [[nodiscard]] SilentErrors {
 public:
  SilentErrors()
      : structured_(xmlStructuredError),
        structured_context_(xmlStructuredErrorContext),
        generic_(xmlGenericError),
        generic_context_(xmlGenericErrorContext) {
    xmlSetStructuredErrorFunc(nullptr, [](void*, xmlError*) {});
    xmlSetGenericErrorFunc(nullptr, ignore_message);
  }
  SilentErrors(const SilentErrors&) = delete;
  SilentErrors& operator=(const SilentErrors&) = delete;
  ~SilentErrors() {
    xmlSetStructuredErrorFunc(structured_context_, structured_);
    xmlSetGenericErrorFunc(generic_context_, generic_);
  }

 private:
  xmlStructuredErrorFunc structured_;
  void* structured_context_;
  xmlGenericErrorFunc generic_;
  void* generic_context_;
};

// Errors in the use of namespaces alone: the document is read whole all the same.
bool is_namespace_error(int code) {
  return code >= XML_NS_ERR_XML_NAMESPACE && code <= XML_NS_ERR_COLON;
}

std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

class XmlReader final : public internal::CollectingReader {
 public:
  XmlReader(const BodyLimits& limits, core::Arena& arena)
      : CollectingReader(limits, arena), arguments_(limits, arena, result_) {
    xmlInitParser();
    xmlSAXHandler handler = make_handler();
    parser_.reset(xmlCreatePushParserCtxt(&handler, this, nullptr, 0, nullptr));
    if (parser_ == nullptr) {
      set_error("XML parsing error: XML: no memory for a parser.");
      return;
    }
    // "Huge" lifts fixed limits in favour of ours.
    xmlCtxtUseOptions(parser_.get(), XML_PARSE_NONET | XML_PARSE_HUGE);
  }
  ~XmlReader() override { take_document(); }

  bool feed(std::string_view chunk) override {
    if (failed() || !take_bytes(chunk.size())) return false;
    while (!chunk.empty() && !failed()) {
      const std::size_t taken = std::min(chunk.size(), kPiece - piece_.size());
      if (taken == kPiece) {
        parse(chunk.substr(0, taken));
      } else {
        piece_.append(chunk.substr(0, taken));
        if (piece_.size() == kPiece) parse_piece();
      }
      chunk.remove_prefix(taken);
    }
    return !failed();
  }

  void* xml_document() override { return builds_tree() ? document_.get() : nullptr; }

 private:
  // --- what the parser calls, with this reader as its context ---

  static XmlReader& self(void* context) { return *static_cast<XmlReader*>(context); }

  static xmlSAXHandler make_handler() {
    xmlSAXHandler handler{};
    handler.initialized = XML_SAX2_MAGIC;
    handler.startDocument = [](void* context) {
      if (self(context).builds_tree()) xmlSAX2StartDocument(self(context).parser_.get());
    };
    handler.endDocument = [](void* context) {
      if (self(context).builds_tree()) xmlSAX2EndDocument(self(context).parser_.get());
    };
    handler.startElementNs = [](void* context, const xmlChar* name, const xmlChar* prefix,
                                const xmlChar* uri, int namespaces, const xmlChar** declared,
                                int attributes, int defaulted, const xmlChar** values) {
      XmlReader& reader = self(context);
      if (!reader.start_element(name, namespaces, attributes, values)) return;
      if (!reader.builds_tree()) return;
      xmlSAX2StartElementNs(reader.parser_.get(), name, prefix, uri, namespaces, declared,
                            attributes, defaulted, values);
    };
    handler.endElementNs = [](void* context, const xmlChar* name, const xmlChar* prefix,
                              const xmlChar* uri) {
      self(context).end_element();
      if (self(context).builds_tree()) {
        xmlSAX2EndElementNs(self(context).parser_.get(), name, prefix, uri);
      }
    };
    handler.characters =
        handler.ignorableWhitespace = [](void* context, const xmlChar* text, int length) {
          self(context).add_text(text, length);
          if (self(context).builds_tree()) {
            xmlSAX2Characters(self(context).parser_.get(), text, length);
          }
        };
    handler.cdataBlock = [](void* context, const xmlChar* text, int length) {
      self(context).add_text(text, length);
      if (self(context).builds_tree()) {
        xmlSAX2CDataBlock(self(context).parser_.get(), text, length);
      }
    };
    handler.comment = [](void* context, const xmlChar* text) {
      XmlReader& reader = self(context);
      if (reader.builds_tree() && reader.count_nodes(1)) {
        xmlSAX2Comment(reader.parser_.get(), text);
      }
    };
    handler.entityDecl = [](void* context, const xmlChar* name, int, const xmlChar*,
                            const xmlChar* system, xmlChar* content) {
      self(context).refuse_declaration("an entity", name, content != nullptr ? content : system);
    };
    handler.attributeDecl = [](void* context, const xmlChar*, const xmlChar* name, int, int,
                               const xmlChar* value, xmlEnumeration* values) {
      xmlFreeEnumeration(values);
      self(context).refuse_declaration("an attribute", name, value);
    };
    handler.getEntity = [](void*, const xmlChar*) -> xmlEntity* { return nullptr; };
    handler.getParameterEntity = [](void*, const xmlChar*) -> xmlEntity* { return nullptr; };
    handler.reference = [](void* context, const xmlChar* name) {
      self(context).stop(fmt::format("a reference to the entity \"{}\" is not followed.",
                                     view(name).substr(0, 64)));
    };
    handler.serror = [](void* context, xmlError* error) { self(context).note_error(*error); };
    return handler;
  }

  [[nodiscard]] bool makes_arguments() const {
    return limits_.xml_arguments != XmlArgumentsMode::kOff;
  }
  [[nodiscard]] bool fills_xml() const { return limits_.xml_arguments != XmlArgumentsMode::kOnly; }
  [[nodiscard]] bool builds_tree() const { return limits_.need_xml_document && fills_xml(); }

  void add_text(const xmlChar* text, int length) {
    const std::string_view bytes(reinterpret_cast<const char*>(text),
                                 static_cast<std::size_t>(length));
    if (fills_xml()) text_.append(bytes);
    if (makes_arguments()) arguments_.add_text(bytes);
  }

  void end_element() {
    --depth_;
    if (!makes_arguments() || failed()) return;
    const std::string error = arguments_.end_element(parsed_);
    if (!error.empty()) stop_at_limit(error);
  }

  bool start_element(const xmlChar* name, int namespaces, int attributes, const xmlChar** values) {
    if (depth_ >= limits_.max_xml_depth) {
      stop_at_limit(fmt::format("more than {} levels deep.", limits_.max_xml_depth));
      return false;
    }
    ++depth_;
    has_element_ = true;
    namespaces_ += static_cast<std::uint32_t>(namespaces);
    if (namespaces_ > kMaxNamespaces) {
      stop_at_limit(fmt::format("more than {} namespaces.", kMaxNamespaces));
      return false;
    }
    if (!count_nodes(1 + static_cast<std::uint32_t>(attributes))) return false;
    if (makes_arguments()) arguments_.start_element(view(name));
    if (!fills_xml()) return true;
    for (int i = 0; i < attributes; ++i) {
      const xmlChar** const attribute = values + std::ptrdiff_t{5} * i;
      const char* const begin = reinterpret_cast<const char*>(attribute[3]);
      const char* const end = reinterpret_cast<const char*>(attribute[4]);
      add_attribute({begin, static_cast<std::size_t>(end - begin)});
    }
    return true;
  }

  // An ampersand, however it was written, arrives as "&#38;"; everything else as it is meant.
  void add_attribute(std::string_view value) {
    constexpr std::string_view kAmpersand = "&#38;";
    std::size_t at = value.find(kAmpersand);
    if (at == std::string_view::npos) {
      result_.xml_attributes.push_back(arena_.copy(value));
      return;
    }
    std::string text;
    for (; at != std::string_view::npos; at = value.find(kAmpersand)) {
      text.append(value.substr(0, at)).append(1, '&');
      value.remove_prefix(at + kAmpersand.size());
    }
    result_.xml_attributes.push_back(arena_.copy(text.append(value)));
  }

  bool count_nodes(std::uint32_t count) {
    nodes_ += count;
    if (nodes_ <= limits_.max_xml_nodes) return true;
    stop_at_limit(fmt::format("more than {} elements and attributes.", limits_.max_xml_nodes));
    return false;
  }

  void refuse_declaration(std::string_view what, const xmlChar* name, const xmlChar* content) {
    if (failed()) return;
    if (content != nullptr) result_.xml_text.push_back(arena_.copy(view(content)));
    stop(fmt::format("the document declares {} (\"{}\"), which is not read.", what,
                     view(name).substr(0, 64)));
  }

  void note_error(const xmlError& error) {
    if (ends_cut_ || error.level < XML_ERR_ERROR || parser_ == nullptr || parser_->wellFormed != 0)
      return;
    std::string_view message = error.message == nullptr ? "" : error.message;
    while (message.ends_with('\n')) message.remove_suffix(1);
    set_error(
        fmt::format("XML parsing error: XML: {} (line {})", message.substr(0, 200), error.line));
  }

  // --- driving it ---

  void parse_piece() {
    parse(piece_);
    piece_.clear();
  }

  void parse(std::string_view piece) {
    push(piece, false);
    check_pending();
  }

  void push(std::string_view bytes, bool is_last) {
    const SilentErrors silent;
    parsed_ += bytes.size();
    const int code =
        xmlParseChunk(parser_.get(), bytes.data(), static_cast<int>(bytes.size()), is_last ? 1 : 0);
    if (ends_cut_) return;
    if ((code != XML_ERR_OK && !is_namespace_error(code)) || parser_->wellFormed == 0) {
      set_error("XML parsing error: XML: Failed parsing document.");
    }
  }

  // What the parser holds back because a token is not complete.
  void check_pending() {
    const xmlParserInput* const input = parser_->input;
    if (failed() || input == nullptr) return;
    const auto pending = static_cast<std::size_t>(input->end - input->cur);
    if (pending > kCheckedPending && std::count(input->cur, input->end, '=') > kMaxPendingEquals) {
      stop_at_limit(fmt::format("more than {} attributes of an element.", kMaxPendingEquals));
    }
  }

  void stop(std::string_view message) {
    set_error(fmt::format("XML parsing error: XML: {}", message));
    xmlStopParser(parser_.get());
  }
  void stop_at_limit(std::string_view message) {
    if (failed()) return;
    set_limit_reached(fmt::format("XML parsing error: XML: {}", message));
    xmlStopParser(parser_.get());
  }

  void end(BodyEnd end) override {
    if (!failed() && !piece_.empty()) parse_piece();
    if (!failed()) end == BodyEnd::kCut ? end_cut() : push({}, true);
    if (has_element_ && fills_xml())
      result_.xml_text.insert(result_.xml_text.begin(), arena_.copy(text_));
    take_document();
    parser_.reset();
  }

  // The body goes on. The parser gives text that it holds back when it is told that the end is
  // reached; what it then says is wrong is the cut. A token of which it gives nothing is read here.
  void end_cut() {
    const xmlParserInput* const input = parser_->input;
    const bool is_data = parser_->instate == XML_PARSER_CDATA_SECTION;
    std::string pending;
    if (input != nullptr && input->cur != nullptr)
      pending.assign(reinterpret_cast<const char*>(input->cur),
                     static_cast<std::size_t>(input->end - input->cur));
    if (parser_->instate == XML_PARSER_DTD || pending.starts_with("<!DOCTYPE")) {
      stop("the document type declaration is not complete.");
      return;
    }
    ends_cut_ = true;
    push({}, true);
    if (is_data) {
      add_text(reinterpret_cast<const xmlChar*>(pending.data()), static_cast<int>(pending.size()));
    } else if (fills_xml() && pending.starts_with('<') && !pending.starts_with("<!") &&
               !pending.starts_with("<?")) {
      add_cut_attributes(pending);
    }
    if (!makes_arguments() || failed()) return;
    const std::string error = arguments_.end_cut(parsed_);
    if (!error.empty()) set_limit_reached("XML parsing error: XML: " + error);
  }

  // Of the tag that was cut: values as they are written, references and all.
  void add_cut_attributes(std::string_view tag) {
    for (std::size_t at = tag.find('='); at != std::string_view::npos; at = tag.find('=', at)) {
      at = tag.find_first_of("\"'", at);
      if (at == std::string_view::npos || !count_nodes(1)) return;
      const std::size_t end = tag.find(tag[at], at + 1);
      result_.xml_attributes.push_back(arena_.copy(tag.substr(at + 1, end - at - 1)));
      if (end == std::string_view::npos) return;
      at = end;
    }
  }

  void take_document() {
    if (parser_ == nullptr || parser_->myDoc == nullptr) return;
    document_.reset(parser_->myDoc);
    parser_->myDoc = nullptr;
  }

  // The document's strings live in the parser's dictionary, which each holds by a count.
  std::unique_ptr<xmlParserCtxt, FreeParser> parser_;
  std::unique_ptr<xmlDoc, FreeDocument> document_;
  std::string piece_;  // what came of the next piece
  std::string text_;
  internal::XmlArguments arguments_;
  std::uint32_t depth_ = 0, nodes_ = 0, namespaces_ = 0;
  std::uint64_t parsed_ = 0;  // bytes; the same in whatever pieces they come
  bool has_element_ = false;
  bool ends_cut_ = false;  // errors are the cut's
};

}  // namespace

std::unique_ptr<BodyReader> internal::make_xml_reader(const BodyLimits& limits,
                                                      core::Arena& arena) {
  return std::make_unique<XmlReader>(limits, arena);
}

}  // namespace yagura::waf
