#pragma once

// The words of SQL that matter to the detector, in the dialects of the standard (ISO/IEC 9075),
// MySQL 8.0, PostgreSQL 15, SQL Server 2022, Oracle 21c and SQLite 3: reserved words, built-in
// functions and types, as the vendors' manuals list them.

#include <cstdint>
#include <string_view>

namespace yagura::waf::sqli {

// Kinds of tokens. The letters are those of a fingerprint.
enum class Kind : char {
  kEnd = '\0',
  kNumber = '1',
  kString = 's',
  kWord = 'n',        // a name, or any word that SQL does not know
  kVariable = 'v',    // @x, @@x, :x, and constants (NULL, TRUE, CURRENT_USER)
  kFunction = 'f',    // a known function's name in front of a bracket
  kOperator = 'o',    // arithmetic, comparison, LIKE, IN, IS, …
  kLogic = '&',       // AND, OR, XOR, &&, ||
  kExpression = 'E',  // a verb that an expression or a statement begins with: SELECT, CASE, EXEC
  kStatement = 'T',   // a verb that only a statement begins with: DROP, DECLARE
  kUnion = 'U',
  kKeyword = 'k',  // FROM, WHERE, INTO, …
  kClause = 'B',   // GROUP BY, ORDER BY, HAVING, LIMIT
  kType = 't',
  kComma = ',',
  kSemicolon = ';',
  kOpen = '(',
  kClose = ')',
  kComment = 'c',
  kEvil = 'X',  // text that has one meaning to a database and another to a reader
  kColon = ':',
  kOther = '?',  // a byte that no dialect gives a meaning here
};

// Words that a rule of the grammar asks for by name.
enum class Tag : std::uint8_t {
  kNone,
  kAll,          // ALL, DISTINCT
  kBy,           // BY
  kSort,         // GROUP, ORDER: a clause with BY
  kNot,          // NOT
  kIs,           // IS
  kInto,         // INTO
  kOutfile,      // OUTFILE, DUMPFILE
  kWaitfor,      // WAITFOR
  kDelay,        // DELAY, TIME
  kFrom,         // FROM
  kWhere,        // WHERE and the other words that may follow a table's name
  kCase,         // CASE
  kWhen,         // WHEN
  kThen,         // THEN
  kSelect,       // SELECT
  kExecute,      // EXEC, EXECUTE
  kUpdate,       // UPDATE
  kSet,          // SET
  kCall,         // CALL
  kObject,       // TABLE, DATABASE, USER, …: what DROP and CREATE are followed by
  kTelling,      // a function that ordinary text does not name: SLEEP, EXTRACTVALUE
  kProse,        // a function whose name is an English word: LEFT, DATE
  kCompare,      // an operator that compares
  kIn,           // IN
  kConditional,  // IF, WHILE
  kDefine,       // DROP, CREATE, ALTER, …: followed by a kind of object
  kPrint,        // PRINT
  kRoutine,      // FUNCTION, PROCEDURE
  kUnary,        // an operator that may stand before its only operand
};

struct Word {
  Kind kind = Kind::kWord;    // where no bracket follows
  Kind called = Kind::kWord;  // where one does
  Tag tag = Tag::kNone;
};

// Ignoring ASCII case. A word that is not known (or longer than 32 bytes) is a kWord. Constant
// time.
[[nodiscard]] Word find_word(std::string_view text);

}  // namespace yagura::waf::sqli
