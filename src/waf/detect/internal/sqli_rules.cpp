#include "waf/detect/internal/sqli_rules.hpp"

#include <algorithm>

namespace yagura::waf::sqli {
namespace {

class Grammar {
 public:
  Grammar(const Shape& shape, std::string_view text) : shape_(shape), text_(text) {}

  [[nodiscard]] bool attack() const {
    for (std::size_t i = 0; i < shape_.count && i < 5; ++i) {
      if (kind(i) == Kind::kEvil) return true;
      if (at(i).casts && kind(i + 1) == Kind::kType && i > 0 &&
          (kind(i - 1) == Kind::kClose || kind(i - 1) == Kind::kString)) {
        return true;  // 'x'::text
      }
      if (tag(i) == Tag::kFrom && kind(i + 1) == Kind::kString && kind(i + 2) == Kind::kSemicolon &&
          i + 3 == shape_.count && i > 0 && kind(i - 1) == Kind::kOther) {
        return true;  // {fn x()} FROM 'y'; and the end
      }
    }
    switch (kind(0)) {
      case Kind::kString:
        return shape_.at(0).open == 0 ? after_open_string() : after_string();
      case Kind::kNumber:
      case Kind::kVariable:
        return after_number();
      case Kind::kWord:
        return after_word();
      case Kind::kFunction:
        return call_first();
      case Kind::kExpression:
        return expression_first();
      case Kind::kUnion:
        return union_at(0);
      case Kind::kLogic:
        return logic_first();
      case Kind::kSemicolon:
      case Kind::kStatement:
        return statement_first();
      case Kind::kKeyword:
        return from_first();
      default:
        return false;
    }
  }

 private:
  [[nodiscard]] const Token& at(std::size_t i) const { return shape_.at(i); }
  [[nodiscard]] Kind kind(std::size_t i) const { return shape_.kind(i); }
  [[nodiscard]] Tag tag(std::size_t i) const { return shape_.at(i).word.tag; }
  [[nodiscard]] bool ends(std::size_t i) const {
    return kind(i) == Kind::kEnd || kind(i) == Kind::kComment || kind(i) == Kind::kSemicolon;
  }
  [[nodiscard]] bool is_call(std::size_t i) const { return kind(i) == Kind::kFunction; }
  [[nodiscard]] bool is_literal(std::size_t i) const {
    return kind(i) == Kind::kNumber || kind(i) == Kind::kVariable || kind(i) == Kind::kString;
  }
  [[nodiscard]] bool same_text(std::size_t a, std::size_t b) const {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(text_.substr(at(a).begin, at(a).length),
                              text_.substr(at(b).begin, at(b).length), {}, lower, lower);
  }
  // A subquery, a CASE, a call: what arithmetic on a page has not.
  [[nodiscard]] bool is_query(std::size_t i) const {
    while (kind(i) == Kind::kOpen) ++i;
    return kind(i) == Kind::kExpression && (tag(i) == Tag::kSelect || tag(i) == Tag::kCase);
  }
  [[nodiscard]] std::size_t behind_closes(std::size_t i) const {
    while (kind(i) == Kind::kClose) ++i;
    return i;
  }
  [[nodiscard]] std::size_t behind_opens(std::size_t i) const {
    while (kind(i) == Kind::kOpen) ++i;
    return i;
  }
  // "'a', (5)", "'a'), (5)": rows of VALUES.
  [[nodiscard]] bool is_row(std::size_t i) const {
    i = kind(i) == Kind::kClose ? i : i + 1;
    i = behind_closes(i);
    return kind(i) == Kind::kComma && kind(i + 1) == Kind::kOpen && is_literal(i + 2) &&
           kind(i + 3) == Kind::kClose && i + 4 == shape_.count;
  }
  // ", 'a', 'b'"
  [[nodiscard]] std::size_t behind_list(std::size_t i) const {
    while (kind(i) == Kind::kComma && is_literal(i + 1)) i += 2;
    return i;
  }
  // "--" or "/*", which hides the rest of a statement. "#", and "--option", are common in other
  // texts.
  [[nodiscard]] bool hides_rest(std::size_t i) const {
    if (kind(i) != Kind::kComment) return false;
    const std::string_view comment = text_.substr(at(i).begin);
    if (comment.starts_with("/*")) return true;
    if (!comment.starts_with("--")) return false;
    return comment.size() == 2 || static_cast<unsigned char>(comment[2]) <= ' ' ||
           comment[2] == '+' || comment[2] == ';';
  }
  // "/*" with something behind it, and no "*/".
  [[nodiscard]] bool unclosed_comment(std::size_t i) const {
    const std::string_view comment = text_.substr(at(i).begin);
    return comment.starts_with("/*") && comment.size() > 2 && !comment.ends_with("*/");
  }
  [[nodiscard]] bool open_ended(std::size_t i) const {
    return kind(i) == Kind::kString && at(i).close == 0;
  }

  // UNION SELECT …
  [[nodiscard]] bool union_at(std::size_t i) const {
    if (kind(i) != Kind::kUnion) return false;
    const std::size_t query = behind_opens(i + 1);
    if (kind(query) != Kind::kExpression || tag(query) == Tag::kCase) return false;
    return query_body(query + 1);
  }
  [[nodiscard]] bool query_body(std::size_t i) const {
    const std::size_t first = behind_opens(i);
    if (is_literal(first) || is_call(first) || kind(first) == Kind::kExpression) return true;
    if (kind(first) == Kind::kOperator) return kind(first + 1) == Kind::kKeyword;  // SELECT * FROM
    if (kind(first) != Kind::kWord) return false;
    if (at(first).word.called == Kind::kFunction && ends(first + 1)) return true;  // cut at "("
    return tag(first + 1) == Tag::kFrom || tag(first + 1) == Tag::kInto ||
           kind(first + 1) == Kind::kComma || first > i;
  }

  // ; DROP TABLE … ; SELECT …
  [[nodiscard]] bool statement_at(std::size_t i) const {
    if (kind(i) == Kind::kStatement) {
      if (tag(i) == Tag::kDefine) {
        return tag(i + 1) == Tag::kObject || tag(i + 1) == Tag::kRoutine;
      }
      if (tag(i) == Tag::kConditional) {
        return kind(i + 1) == Kind::kOpen || kind(i + 1) == Kind::kNumber || is_call(i + 1);
      }
      if (tag(i) == Tag::kPrint) return kind(behind_opens(i + 1)) == Kind::kString;
      return kind(i + 1) == Kind::kWord || kind(i + 1) == Kind::kVariable || is_call(i + 1) ||
             ends(i + 1) || kind(i + 1) == Kind::kType || kind(i + 1) == Kind::kOpen;
    }
    if (kind(i) != Kind::kExpression) return is_call(i) && tag(i) == Tag::kTelling;
    if (tag(i) == Tag::kDelay) return kind(i + 1) == Kind::kString;
    if (tag(i) == Tag::kExecute) return procedure_at(i + 1);
    if (tag(i) == Tag::kUpdate) return tag(i + 2) == Tag::kSet;
    if (tag(i) == Tag::kCall) return kind(i + 2) == Kind::kOpen || is_call(i + 1);
    return kind(i + 1) == Kind::kOpen || query_body(i + 1) || kind(i + 1) == Kind::kKeyword;
  }

  // master..xp_cmdshell 'dir'
  [[nodiscard]] bool procedure_at(std::size_t i) const {
    if (is_call(i) || is_literal(i) || at(i).word.called == Kind::kFunction) return true;
    return kind(i) == Kind::kWord && !at(i).followed_by_word;
  }

  // What stands before the place that is looked at.
  enum class Before : std::uint8_t {
    kOpenString,  // "'": the text before the value is inside a string that the value has ended
    kLiteral,     // a number, a variable, a whole string
    kWord,        // prose, or a column
  };

  [[nodiscard]] bool after_open_string() const {
    const std::size_t next = behind_closes(behind_list(1));
    return continues(next, Before::kOpenString) || (kind(next) == Kind::kComma && is_row(next - 1));
  }
  [[nodiscard]] bool after_string() const { return after_number() || is_row(0); }
  [[nodiscard]] bool after_number() const { return continues(behind_closes(1), Before::kLiteral); }
  [[nodiscard]] bool after_word() const { return continues(behind_closes(1), Before::kWord); }

  // The statement goes on at `next` in a way that its author did not mean.
  [[nodiscard]] bool continues(std::size_t next, Before before) const {
    switch (kind(next)) {
      case Kind::kComment:
        if (before != Before::kWord) return hides_rest(next);
        return next == 1 && shape_.lexed == 2 && unclosed_comment(next);
      case Kind::kLogic:
        return condition_at(next + 1, before);
      case Kind::kOperator:
        return operation_at(next, before);
      case Kind::kUnion:
        return union_behind(next, before);
      case Kind::kSemicolon:
        return statement_at(next + 1) && !(before == Before::kWord && is_call(next + 1));
      case Kind::kClause:
        return clause_at(next, before);
      case Kind::kExpression:
        if (tag(next) == Tag::kDelay) return kind(next + 1) == Kind::kString;
        return before != Before::kWord && next > 1 && tag(next) == Tag::kCase && has_then(next);
      case Kind::kKeyword:
        if (tag(next) == Tag::kOutfile) return true;
        return tag(next) == Tag::kRoutine && routine_at(next + 1, before);
      case Kind::kFunction:
      case Kind::kStatement:
      case Kind::kOpen:
        return before == Before::kOpenString && statement_behind_string(next);
      default:
        return false;
    }
  }

  [[nodiscard]] bool union_behind(std::size_t i, Before before) const {
    if (union_at(i)) return true;
    if (before == Before::kOpenString) return is_query(i + 1);
    // "-1 union": what was cut. "2 people, 1 union" has a word behind the number.
    return before == Before::kLiteral && kind(i + 1) == Kind::kEnd && shape_.lexed > 2 &&
           !at(0).followed_by_word;
  }

  // PROCEDURE analyse(…), and what other databases call so.
  [[nodiscard]] bool routine_at(std::size_t i, Before before) const {
    if (kind(i) == Kind::kWord) {
      return before != Before::kWord && kind(i + 1) == Kind::kOpen;
    }
    return kind(i) == Kind::kOpen && kind(i + 1) == Kind::kNumber && kind(i + 2) == Kind::kClose;
  }

  // ' sleep(5), ' drop table x (T-SQL needs no semicolon), ' (select …
  [[nodiscard]] bool statement_behind_string(std::size_t i) const {
    if (kind(i) == Kind::kOpen) return is_query(i);
    if (is_call(i)) return i == 1 && (tag(i) == Tag::kTelling || kind(i + 2) == Kind::kNumber);
    if (tag(i) == Tag::kPrint) return kind(i + 1) == Kind::kOpen && statement_at(i);
    if (tag(i) == Tag::kDefine && kind(i + 2) != Kind::kWord) return false;
    return tag(i) != Tag::kConditional && statement_at(i);
  }

  // GROUP BY, ORDER BY, HAVING, LIMIT
  [[nodiscard]] bool clause_at(std::size_t i, Before before) const {
    if (before == Before::kWord) {
      return is_call(i + 1) ? i == 1 : is_literal(i + 1) && hides_rest(i + 2);
    }
    if (is_literal(i + 1) || is_call(i + 1) || kind(i + 2) == Kind::kClause) return true;
    return before == Before::kOpenString && ends(i + 2);
  }

  // Behind AND, OR, ||: something that is true or false, or waits.
  [[nodiscard]] bool condition_at(std::size_t i, Before before) const {
    const std::size_t first = behind_opens(i);
    if (is_query(first)) return true;
    switch (kind(first)) {
      case Kind::kFunction:
        return before != Before::kWord || tag(first) == Tag::kTelling || is_query(first + 1);
      case Kind::kString:
        return string_condition(first, before);
      case Kind::kNumber:
      case Kind::kVariable:
        return number_condition(first, before);
      case Kind::kWord:
      case Kind::kType:
        return word_condition(first, before);
      default:
        return false;
    }
  }
  [[nodiscard]] bool string_condition(std::size_t i, Before before) const {
    if (open_ended(i)) return before == Before::kOpenString && at(i).open == at(0).close;
    const Kind next = kind(i + 1);
    if (before == Before::kOpenString) {
      return next == Kind::kOperator || next == Kind::kLogic || next == Kind::kComment ||
             next == Kind::kSemicolon;
    }
    if (next != Kind::kOperator || !at(i + 1).compares) return false;
    return before == Before::kLiteral || kind(i + 2) == Kind::kString;  // or 'a'='a'
  }
  [[nodiscard]] bool number_condition(std::size_t i, Before before) const {
    if (before == Before::kOpenString || at(i).compares) return true;
    if (kind(i + 1) == Kind::kOperator && at(i + 1).compares) return kind(i + 2) == Kind::kOpen;
    if (before == Before::kWord) return hides_rest(i + 1);
    if (kind(i + 1) == Kind::kLogic && kind(behind_opens(i + 2)) == Kind::kString) return true;
    return shape_.saw_comment || (ends(i + 1) && !at(i).followed_by_word && shape_.lexed > 3);
  }
  [[nodiscard]] bool word_condition(std::size_t i, Before before) const {
    const Kind next = kind(i + 1);
    if (before == Before::kOpenString) {
      return next == Kind::kOperator || at(i).compares || next == Kind::kComment;
    }
    if (before == Before::kWord) return false;
    if (at(i).compares) return ends(i + 1) || next == Kind::kLogic;
    return next == Kind::kOperator && at(i + 1).compares &&
           (kind(i + 2) == Kind::kString || kind(i + 2) == Kind::kOpen);
  }

  // An operator and what follows it.
  [[nodiscard]] bool operation_at(std::size_t i, Before before) const {
    if (kind(i + 1) == Kind::kOpen && is_query(i + 1)) return true;
    if (before == Before::kOpenString) return joins_strings(i) && operand_at(i + 1);
    if (before == Before::kWord) {  // a in ('x')
      return tag(i) == Tag::kIn && kind(i + 1) == Kind::kOpen && kind(i + 2) == Kind::kString &&
             !at(i + 2).folded && kind(i + 3) == Kind::kClose;
    }
    if (is_call(i + 1)) return tag(i + 1) == Tag::kTelling && kind(i + 2) == Kind::kOpen;
    if (!at(i).compares || at(0).open != 0) return false;
    return (kind(i + 1) == Kind::kString || tag(i) == Tag::kIs) && goes_on(i + 2);
  }
  [[nodiscard]] bool goes_on(std::size_t i) const {
    return kind(i) == Kind::kLogic || kind(i) == Kind::kSemicolon || hides_rest(i);
  }
  // An operator between the end of our string and what may be the begin of the statement's next.
  [[nodiscard]] bool joins_strings(std::size_t i) const {
    return tag(i) != Tag::kUnary && !(at(i).folded && kind(i + 1) == Kind::kString);
  }
  [[nodiscard]] bool operand_at(std::size_t i) const {
    const Kind next = kind(i + 1);
    if (is_call(i) || is_query(i)) return true;
    if (kind(i) == Kind::kString) {
      if (open_ended(i)) return at(i).open == at(0).close;
      if (next == Kind::kOperator) return shape_.complete || same_text(i - 1, i + 1);
      return next == Kind::kComment || next == Kind::kLogic || next == Kind::kNumber ||
             next == Kind::kKeyword || next == Kind::kSemicolon;
    }
    if (kind(i) == Kind::kWord) {  // a function that we do not know
      return next == Kind::kOpen && kind(i + 2) == Kind::kNumber && kind(i + 3) == Kind::kClose &&
             !at(i).folded;
    }
    if (kind(i) != Kind::kNumber && kind(i) != Kind::kVariable) return false;
    if (tag(i - 1) == Tag::kIs && kind(i) == Kind::kVariable) return true;  // is null
    return next == Kind::kComment || next == Kind::kLogic || next == Kind::kUnion ||
           next == Kind::kFunction || next == Kind::kSemicolon;
  }

  [[nodiscard]] bool has_then(std::size_t i) const {
    for (std::size_t k = i + 1; k < i + 6; ++k) {
      if (tag(k) == Tag::kThen) return true;
    }
    return false;
  }

  // sleep(5), if(now()=…: with an argument, and whatever follows.
  [[nodiscard]] bool call_first() const {
    if (tag(0) == Tag::kProse) return false;
    if (is_query(1)) return true;
    if (is_call(2)) return call_of_call();
    if (kind(2) == Kind::kType && kind(3) == Kind::kComma) return true;  // CONVERT(INT, …
    if (!is_literal(2) && kind(2) != Kind::kWord) return false;
    if (tag(0) == Tag::kTelling && kind(3) == Kind::kLogic) return true;
    if (kind(3) != Kind::kClose && kind(3) != Kind::kComma) return false;
    if (tag(0) == Tag::kTelling || (kind(3) == Kind::kComma && is_call(4))) return true;
    return tag(0) == Tag::kConditional && conditional_call();
  }
  [[nodiscard]] bool call_of_call() const {
    if (tag(0) == Tag::kTelling || tag(2) == Tag::kTelling) return true;
    return tag(0) == Tag::kConditional && !at(2).folded && kind(4) == Kind::kClose;  // if(now()=…
  }
  // if (a) … of a shell or of SQL, not if (a == b) { of other languages
  [[nodiscard]] bool conditional_call() const {
    if (at(2).folded || kind(2) == Kind::kString) return false;
    return kind(3) != Kind::kClose || kind(4) == Kind::kOperator ||
           (kind(4) == Kind::kWord && kind(2) == Kind::kNumber);
  }

  [[nodiscard]] bool expression_first() const {
    if (tag(0) == Tag::kCase) return has_then(0);
    const std::size_t first = behind_opens(1);
    if (is_call(first)) return true;
    if (kind(first) == Kind::kExpression) return first > 1;
    if (kind(first) == Kind::kString && kind(first + 1) == Kind::kLogic) return is_query(first + 2);
    if (kind(first) == Kind::kNumber) return tag(first + 1) == Tag::kFrom;
    if (tag(0) != Tag::kSelect) return false;
    // SELECT a FROM b WHERE …
    for (std::size_t i = first; i + 2 < shape_.count; ++i) {
      if (tag(i) == Tag::kFrom) return tag(i + 2) == Tag::kWhere || kind(i + 2) == Kind::kClause;
    }
    return false;
  }

  [[nodiscard]] bool statement_first() const {
    if (kind(0) == Kind::kSemicolon) return statement_at(1);
    if (tag(0) != Tag::kConditional) return false;
    if (is_call(1)) return is_query(2);  // IF EXISTS (SELECT
    if (kind(1) != Kind::kOpen) return false;
    return is_query(1) || (!at(2).folded && kind(3) == Kind::kClose && kind(4) == Kind::kOperator);
  }

  // FROM a WHERE f(…)
  [[nodiscard]] bool from_first() const {
    return tag(0) == Tag::kFrom && tag(2) == Tag::kWhere && is_call(3);
  }

  [[nodiscard]] bool logic_first() const {
    const std::size_t first = behind_opens(1);
    if (is_call(first) || is_query(1)) return true;
    if (kind(first) == Kind::kNumber) return at(first).compares;
    return kind(first) == Kind::kWord && first > 1 && kind(first + 1) == Kind::kOperator &&
           kind(first + 2) == Kind::kString;
  }

  const Shape& shape_;
  std::string_view text_;
};

}  // namespace

bool is_attack(const Shape& shape, std::string_view text) { return Grammar(shape, text).attack(); }

}  // namespace yagura::waf::sqli
