#include "kube/yaml/parser.hpp"

#include <string.h>

#include "kube/yaml/ignore_comment.hpp"
#include "kube/yaml/text_check.hpp"

namespace yagura::kube::yaml {

namespace {

constexpr const char* kTemplateHint =
    "this looks like a Helm template: render it first, as with `helm template CHART | yagura scan "
    "-`";

bool contains(std::string_view text, std::string_view part) {
  return memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

// The next word of a directive; `line` moves behind it.
std::string_view take_word(std::string_view& line) {
  const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
  const std::size_t end = std::min(line.find_first_of(" \t", begin), line.size());
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

}  // namespace

Parser::Parser(const ReadContext& context)
    : context_(context),
      text_(context.source.text().data()),
      on_duplicate_(
          [this](const Member& first, const Member& last) { context_.duplicate_key(first, last); }),
      has_ignores_(contains(context.source.text(), kIgnoreWord)) {}

Parser::Outcome Parser::read(const DocumentSlice& slice, Node& root,
                             std::vector<IgnoreComment>& ignores) {
  scratch_members_.clear();
  scratch_items_.clear();
  anchors_.clear();
  tags_.clear();
  ignores_.clear();
  placed_ignores_ = 0;
  noted_ignores_ = nullptr;
  nodes_ = alias_nodes_ = 0;
  deepest_ = 0;
  started_ = false;
  begin_ = at_ = slice.body.data();
  end_ = begin_ + slice.body.size();
  line_ = slice.line;
  const Outcome outcome = parse_document(slice, root);
  if (outcome == Outcome::kRead) ignores = std::move(ignores_);
  return outcome;
}

Parser::Outcome Parser::parse_document(const DocumentSlice& slice, Node& root) {
  if (slice.body.size() > context_.limits.max_document_size) {
    fail_limit(begin_, "more bytes", context_.limits.max_document_size);
    return Outcome::kFailed;
  }
  for (const std::string_view part : {slice.prefix, slice.body}) {
    const TextCheck check = check_text(part);
    if (check.bad != nullptr) {
      fail(check.bad, check.problem, check.hint);
      return Outcome::kFailed;
    }
    ascii_ = check.ascii;
  }
  if (!read_directives(slice.prefix)) return Outcome::kFailed;
  skip_gap(!slice.on_marker_line);
  if (at_ >= end_) return Outcome::kEmpty;
  started_ = true;
  const bool own_line = fresh_;
  if (tab_ != nullptr) {
    fail_token(tab_);
    return Outcome::kFailed;
  }
  if (!count_node(at_) || !block_node(root, {.parent = -1, .collections = own_line}, 0))
    return Outcome::kFailed;
  if (at_ >= end_) return Outcome::kRead;
  fail(at_, "this does not belong to the value before it",
       "is the indentation right, or is a `---` missing?");
  return Outcome::kFailed;
}

bool Parser::read_directives(std::string_view prefix) {
  while (!prefix.empty()) {
    const std::size_t size = std::min(prefix.find_first_of("\r\n"), prefix.size());
    const std::string_view line = prefix.substr(0, size);
    prefix.remove_prefix(std::min(size + 1, prefix.size()));
    if (line.starts_with('%')) {
      if (!read_directive(line)) return false;
    } else if (const std::size_t hash = line.find('#');
               has_ignores_ && hash != std::string_view::npos) {
      note_ignore(line.data() + hash, line.data() + line.size());
    }
  }
  return true;
}

// %YAML: any 1.x is read alike. %TAG. Others are reserved and passed over (YAML 1.2.2, 6.8).
bool Parser::read_directive(std::string_view line) {
  std::string_view rest = line.substr(1);
  const std::string_view name = take_word(rest);
  if (name == "YAML" && !take_word(rest).starts_with("1.")) {
    return fail(line.data(), "only YAML 1.x is read here");
  }
  if (name != "TAG") return true;
  const std::string_view handle = take_word(rest);
  const std::string_view prefix = take_word(rest);
  if (tags_.declare(handle, prefix)) return true;
  return fail(line.data(), "this %TAG directive is malformed, or its handle is declared twice");
}

bool Parser::fail(const char* at, std::string message, std::string hint) {
  const std::string_view document(begin_, static_cast<std::size_t>(end_ - begin_));
  if (contains(document.substr(0, context_.limits.max_document_size), "{{")) hint = kTemplateHint;
  context_.error(offset(at), std::move(message), std::move(hint));
  return false;
}

bool Parser::fail_limit(const char* at, const char* what, std::uint64_t limit) {
  context_.error(offset(at),
                 std::string("this document has ") + what + " than " + std::to_string(limit),
                 "it is left out; split it, or raise the limit if you trust it");
  return false;
}

bool Parser::fail_token(const char* at) {
  switch (*at) {
    case '@':
    case '`':
      return fail(at, std::string("a value cannot begin with ") + *at, "put it in quotes");
    case '%':
      return fail(at, "a value cannot begin with %", "put it in quotes");
    case '\t':
      return fail(at, "a tab is used to indent", "YAML indents with spaces alone");
    case ',':
    case ']':
    case '}':
      return fail(at, std::string("'") + *at + "' closes or separates nothing here",
                  "put the value in quotes");
    default:
      return fail(at, "expected a value here", "put it in quotes if it is text");
  }
}

bool Parser::enter(std::uint32_t depth, const char* at) {
  if (depth >= deepest_) deepest_ = depth + 1;
  if (depth < context_.limits.max_depth) [[likely]]
    return true;
  return fail_limit(at, "more nested collections", context_.limits.max_depth);
}

// Blanks, comments and line ends, up to the next token. A '#' right behind a token that is no plain
// scalar begins a comment too, as libyaml has it.
void Parser::skip_gap(bool at_line_begin) {
  fresh_ = at_line_begin;
  saw_comment_ = false;
  tab_ = nullptr;
  while (true) {
    while (*at_ == ' ') ++at_;
    if (*at_ == '\t') {
      if (fresh_ && tab_ == nullptr) tab_ = at_;
      ++at_;
      continue;
    }
    if (*at_ == '#' && at_ < end_) skip_comment();
    if (!is(*at_, kBreak | kEnd) || at_ >= end_) break;
    if (*at_ == 0) break;
    if (*at_ == '\r' && at_[1] == '\n') ++at_;
    line_ = ++at_;
    fresh_ = true;
    tab_ = nullptr;
    if (at_ >= end_) break;
  }
  if (at_ >= end_) fresh_ = true;
  column_ = column_of(at_);
  if (placed_ignores_ < ignores_.size()) place_ignores();
}

void Parser::skip_comment() {
  saw_comment_ = true;
  const char* begin = at_;
  while (!is(*at_, kBreak | kEnd)) ++at_;
  if (!has_ignores_ || begin < noted_ignores_) return;
  noted_ignores_ = at_;
  note_ignore(begin, at_);
}

void Parser::note_ignore(const char* comment, const char* end) {
  std::optional<IgnoreComment> ignore =
      parse_ignore_comment({comment, static_cast<std::size_t>(end - comment)});
  if (!ignore) return;
  ignore->offset = offset(comment);
  if (ignore->ids.empty()) {
    context_.warning(ignore->offset, "yagura:ignore names no control",
                     "write `# yagura:ignore ID reason`");
    return;
  }
  // A comment behind a token belongs to its line; others wait for the next token (place_ignores).
  const char* before = comment;
  while (before > line_ && is(before[-1], kBlank)) --before;
  ignores_.push_back(std::move(*ignore));
  if (before > line_ && started_) {
    ignores_.back().applies_to_line = context_.source.position(ignores_.back().offset).line;
    std::swap(ignores_.back(), ignores_[placed_ignores_]);
    ++placed_ignores_;
  }
}

// The token at at_ is what the comments before it speak of; before the first token they speak of
// the whole document.
void Parser::place_ignores() {
  if (at_ >= end_) {
    for (; placed_ignores_ < ignores_.size(); ignores_.pop_back()) {
      context_.warning(ignores_.back().offset,
                       "yagura:ignore stands behind everything that it could apply to",
                       "put it on the line of the field, or above it");
    }
    return;
  }
  const std::uint32_t line = started_ ? context_.source.position(offset(at_)).line : 0;
  for (; placed_ignores_ < ignores_.size(); ++placed_ignores_)
    ignores_[placed_ignores_].applies_to_line = line;
}

// skip_gap() in block style, where a tab cannot indent.
bool Parser::next_line_token(bool at_line_begin) {
  skip_gap(at_line_begin);
  if (tab_ != nullptr && at_ < end_) [[unlikely]]
    return fail_token(tab_);
  return true;
}

// Nothing but a comment may follow a value on its line.
bool Parser::finish_line() {
  if (!next_line_token()) return false;
  if (fresh_) [[likely]]
    return true;
  if (*at_ == '#')
    return fail(at_, "a comment needs a blank before its #", "or put the value in quotes");
  return fail(at_, "this text behind the value does not belong to it",
              "put the whole value in quotes");
}

}  // namespace yagura::kube::yaml
