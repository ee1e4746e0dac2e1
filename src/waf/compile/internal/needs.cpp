#include "waf/compile/internal/needs.hpp"

#include <algorithm>

#include "waf/seclang/ascii.hpp"

namespace yagura::waf::internal {
namespace {

bool is_of_request_body(Variable variable) {
  using enum Variable;
  switch (variable) {
    case kArgs:
    case kArgsPost:
    case kArgsNames:
    case kArgsPostNames:
    case kArgsCombinedSize:
    case kFiles:
    case kFilesNames:
    case kFilesSizes:
    case kFilesTmpNames:
    case kFilesTmpContent:
    case kFilesCombinedSize:
    case kFullRequest:
    case kFullRequestLength:
    case kInboundDataError:
    case kMultipartBoundaryQuoted:
    case kMultipartBoundaryWhitespace:
    case kMultipartCrlfLfLines:
    case kMultipartDataAfter:
    case kMultipartDataBefore:
    case kMultipartFileLimitExceeded:
    case kMultipartFileName:
    case kMultipartHeaderFolding:
    case kMultipartInvalidHeaderFolding:
    case kMultipartInvalidPart:
    case kMultipartInvalidQuoting:
    case kMultipartLfLine:
    case kMultipartMissingSemicolon:
    case kMultipartName:
    case kMultipartPartHeaders:
    case kMultipartStrictError:
    case kMultipartUnmatchedBoundary:
    case kReqbodyError:
    case kReqbodyErrorMsg:
    case kReqbodyProcessorError:
    case kReqbodyProcessorErrorMsg:
    case kRequestBody:
    case kRequestBodyLength:
    case kXml:
      return true;
    default:
      return false;
  }
}

bool is_of_response_body(Variable variable) {
  return variable == Variable::kResponseBody || variable == Variable::kResponseContentLength ||
         variable == Variable::kOutboundDataError;
}

class NeedsFinder {
 public:
  explicit NeedsFinder(RuleSet& set) : set_(set) {}

  void visit(const Rule& rule) {
    phase_ = rule.phase;
    for (const RuleTarget& target : rule.targets) visit(target);
    if (rule.op_macro) visit(*rule.op_macro);
    visit(rule.message);
    visit(rule.log_data);
    for (const MacroText& tag : rule.tags) visit(tag);
    for (const RuleAction& action : rule.actions) {
      visit(action.name);
      visit(action.value);
    }
    if (seclang::same_name(rule.op_name, "validateDTD") ||
        seclang::same_name(rule.op_name, "validateSchema")) {
      set_.options.request_limits.need_xml_document = true;
    }
  }

 private:
  void visit(const RuleTarget& target) {
    visit(target.variable);
    BodyLimits& limits = set_.options.request_limits;
    if (target.variable == Variable::kFilesTmpContent) limits.keep_file_content = true;
    const bool other_xpath = target.selector.kind == Selector::Kind::kXPath &&
                             target.selector.name != "/*" && target.selector.name != "//@*";
    if (other_xpath) limits.need_xml_document = true;
  }
  void visit(const MacroText& text) {
    for (const MacroText::Piece& piece : text.pieces) {
      if (piece.variable) visit(*piece.variable);
    }
  }
  void visit(Variable variable) {
    if (phase_ >= 2 && is_of_request_body(variable)) set_.needs_request_body = true;
    if (phase_ >= 4 && is_of_response_body(variable)) set_.needs_response_body = true;
  }

  RuleSet& set_;
  std::uint8_t phase_ = 1;
};

}  // namespace

void find_needs(BuildState& state) {
  NeedsFinder finder(state.set);
  for (const Rule& rule : state.set.rules) finder.visit(rule);
}

}  // namespace yagura::waf::internal
