#include "waf/detect/internal/sqli_fold.hpp"

namespace yagura::waf::sqli {
namespace {

bool is_plain_operand(Kind kind) {
  return kind == Kind::kNumber || kind == Kind::kWord || kind == Kind::kVariable ||
         kind == Kind::kType;
}
bool is_operand(Kind kind) { return is_plain_operand(kind) || kind == Kind::kString; }

// An operand may begin behind it: what follows it there as an operator is a sign.
bool awaits_operand(Kind kind) {
  switch (kind) {
    case Kind::kOperator:
    case Kind::kLogic:
    case Kind::kOpen:
    case Kind::kUnion:
    case Kind::kExpression:
    case Kind::kKeyword:
    case Kind::kClause:
    case Kind::kComma:
    case Kind::kSemicolon:
      return true;
    default:
      return false;
  }
}

class Folder {
 public:
  explicit Folder(Shape& shape) : shape_(shape) {}

  void push(const Token& token) {
    if (is_prose(token)) {
      top().followed_by_word = top().folded = true;
      return;
    }
    add(token);
  }
  void finish() {
    if (top_is_lone_in()) top().kind = Kind::kWord;
    settle();
  }

 private:
  // A word behind an operand: settle() would fold it the same way, but most of what people write is
  // this.
  [[nodiscard]] bool is_prose(const Token& token) {
    return token.kind == Kind::kWord && token.word.called == Kind::kWord &&
           token.word.tag == Tag::kNone && shape_.count > 0 && is_plain_operand(top().kind);
  }

  void add(const Token& token) {
    if (token.kind == Kind::kOpen) {
      call();
    } else if (top_is_lone_in()) {
      top().kind = Kind::kWord;  // IN without a list is prose
      top().compares = false;
      top().word = {};
      settle();
    } else if (joins(token)) {
      return;
    } else {
      settle();
    }
    if (is_dropped(token)) return;
    shape_.tokens[shape_.count++] = token;
    top().folded |= sign_;
    sign_ = false;
  }

  Token& top(std::size_t depth = 0) { return shape_.tokens[shape_.count - 1 - depth]; }
  [[nodiscard]] bool has(std::size_t depth) const { return shape_.count >= depth; }
  void remove(std::size_t first, std::size_t number) {
    for (std::size_t i = first; i + number < shape_.count; ++i) {
      shape_.tokens[i] = shape_.tokens[i + number];
    }
    shape_.count -= number;
  }

  // A bracket makes a function of the word before it.
  void call() {
    if (has(1) && top().word.called == Kind::kFunction) {
      top().kind = Kind::kFunction;
    } else {
      settle();
    }
  }

  [[nodiscard]] bool top_is_lone_in() const {
    return shape_.count > 0 && shape_.tokens[shape_.count - 1].word.tag == Tag::kIn;
  }

  // Two words that mean one thing.
  bool joins(const Token& token) {
    if (!has(1)) return false;
    const Tag before = top().word.tag;
    const Tag tag = token.word.tag;
    if (top().kind == Kind::kUnion && tag == Tag::kAll) return true;
    if (top().kind == Kind::kExpression && before == Tag::kSelect && tag == Tag::kAll) return true;
    if (before == Tag::kSort && tag == Tag::kBy) {
      top().kind = Kind::kClause;
      top().word = {};
      return true;
    }
    if (before == Tag::kNot && (tag == Tag::kCompare || tag == Tag::kIn)) {
      top() = token;
      return true;
    }
    if (before == Tag::kIs && tag == Tag::kNot) return true;
    if (before == Tag::kInto && tag == Tag::kOutfile) {
      top().word.tag = Tag::kOutfile;
      return true;
    }
    if (before == Tag::kWaitfor && (tag == Tag::kDelay || token.word.kind == Kind::kType)) {
      top().word.tag = Tag::kDelay;
      return true;
    }
    return false;
  }

  [[nodiscard]] bool is_dropped(const Token& token) {
    const bool at_start = shape_.count == 0;
    if (token.unary && (at_start || awaits_operand(top().kind))) {
      sign_ = true;
      return true;
    }
    if (at_start) return token.kind == Kind::kOpen || token.kind == Kind::kClose;
    const Kind before = top().kind;
    if (token.kind == Kind::kSemicolon && before == Kind::kSemicolon) return true;
    if (token.kind == Kind::kOpen && before == Kind::kOpen) {
      return !(has(2) && top(1).kind == Kind::kFunction);
    }
    if (token.kind == Kind::kOperator && before == Kind::kKeyword && has(2) &&
        top(1).kind == Kind::kOperator) {  // "* from ="
      remove(shape_.count - 1, 1);
      return true;
    }
    if (token.kind == Kind::kOperator && before == Kind::kOperator && !token.casts &&
        top().word.kind == Kind::kWord) {
      top().folded = true;  // no operator of SQL, but no way around a pattern either
      return true;
    }
    if (token.kind == Kind::kString && before == Kind::kString) {  // MySQL joins them
      if (shape_.count > 1) top().folded = true;
      return true;
    }
    return false;
  }

  // Folds what stands on top of the stack as long as something can be folded.
  void settle() {
    while (fold_brackets() || fold_words() || fold_arithmetic() || fold_list()) {
    }
  }

  // ( x ) is x, but for a call's.
  bool fold_brackets() {
    if (!has(3) || top().kind != Kind::kClose || !is_operand(top(1).kind) ||
        top(2).kind != Kind::kOpen) {
      return false;
    }
    if (has(4)) {
      const Kind before = top(3).kind;
      if (!awaits_operand(before)) return false;
      if (before == Kind::kOperator || before == Kind::kKeyword || before == Kind::kComma)
        return false;
    }
    remove(shape_.count - 1, 1);
    remove(shape_.count - 2, 1);
    top().folded = true;
    return true;
  }

  // An operand and a word behind it.
  bool fold_words() {
    if (!has(2) || !(top().kind == Kind::kWord || top().kind == Kind::kNumber) ||
        !is_plain_operand(top(1).kind)) {
      return false;
    }
    if (top(1).kind == Kind::kWord && top().word.called == Kind::kFunction) return false;
    remove(shape_.count - 1, 1);
    top().followed_by_word = top().folded = true;
    return true;
  }

  // x + y is x, x = y is x too; behind a string, whose neighbours count, "+ x +" is "+".
  bool fold_arithmetic() {
    if (has(4) && top().kind == Kind::kOperator && top(1).kind == Kind::kWord &&
        top(2).kind == Kind::kOperator && top(3).kind == Kind::kString) {
      remove(shape_.count - 2, 2);
      return true;
    }
    if (has(2) && top(1).casts) return false;  // x::text
    if (!has(3) || !is_plain_operand(top().kind) || top(1).kind != Kind::kOperator) return false;
    const bool compares = top(1).compares || top().compares;
    if (is_plain_operand(top(2).kind)) {
      top(2).compares |= compares;
      top(2).folded = true;
      top(2).followed_by_word |= top().followed_by_word;
      remove(shape_.count - 2, 2);
      return true;
    }
    return false;
  }

  bool fold_list() {
    if (!has(3) || top(1).kind != Kind::kComma) return false;
    const bool strings = top().kind == Kind::kString && top(2).kind == Kind::kString;
    if (!strings && !(is_plain_operand(top().kind) && is_plain_operand(top(2).kind))) return false;
    if (strings && top().close == 0) return false;
    remove(shape_.count - 2, 2);
    top().folded = true;
    return true;
  }

  Shape& shape_;
  bool sign_ = false;  // a sign was dropped in front of what comes next
};

}  // namespace

void fold(Lexer& lexer, Shape& shape) {
  Folder folder(shape);
  Token comment;  // counts only where nothing follows it
  bool last_is_comment = false;
  while (shape.count < Shape::kMax) {
    const Token token = lexer.next();
    if (token.kind == Kind::kEnd) {
      folder.finish();
      shape.complete = true;
      if (last_is_comment && shape.count > 0) shape.tokens[shape.count++] = comment;
      break;
    }
    ++shape.lexed;
    last_is_comment = token.kind == Kind::kComment;
    if (last_is_comment) {
      comment = token;
      shape.saw_comment = true;
    } else {
      folder.push(token);
    }
  }
  shape.tokens[Shape::kMax + 1] = Token{};
}

}  // namespace yagura::waf::sqli
