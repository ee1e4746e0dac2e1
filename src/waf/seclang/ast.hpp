#pragma once

// A SecLang file as read: directives in the order of the files, each with where it stands. Nothing
// is interpreted here beyond the syntax; waf/compile gives it a meaning.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace yagura::waf::seclang {

struct Position {
  std::shared_ptr<const std::string> file;  // as the user named it
  std::uint32_t line = 0;                   // of the directive's first line; 1-based
  std::uint32_t column = 0;
};

// One of the targets in "ARGS|!ARGS:foo|&REQUEST_HEADERS:Host|XML:/*".
struct Target {
  bool exclude = false;            // '!'
  bool count = false;              // '&'
  std::string variable;            // upper case: "REQUEST_HEADERS"
  std::string selector;            // after ':', without the quotes or slashes
  bool has_selector = false;       // false: every member
  bool selector_is_regex = false;  // :/…/ (not for XML, whose selectors are XPaths)
  Position position;
};

struct OperatorCall {
  bool negated = false;     // '!' before '@'
  std::string name = "rx";  // as written, without '@'
  std::string argument;     // escapes of the quoted string undone
  Position position;
};

struct Action {
  std::string
      name;  // lower case of the letters as the manual spells it: "setvar", "ctl", "skipafter"
  std::string value;  // after ':', quotes removed; empty: none
  bool has_value = false;
  Position position;
};

struct RuleDirective {  // SecRule, SecAction (no targets, no operator: always true), SecRuleScript
  enum class Kind : std::uint8_t { kRule, kAction, kScript } kind = Kind::kRule;
  std::vector<Target> targets;
  OperatorCall op;
  std::vector<Action> actions;
  std::string script;  // kScript
  std::string
      text;  // the directive as written, line continuations kept: for audit logs and explanations
  Position position;
};

struct MarkerDirective {  // SecMarker
  std::string name;
  Position position;
};

struct PlainDirective {  // everything else: "SecRuleEngine On", "SecRuleUpdateTargetById 1 !ARGS:x"
  std::string name;      // as the manual spells it, whatever the case in the file
  std::vector<std::string> arguments;
  std::vector<Position> argument_positions;  // one for each; empty in documents made by hand
  Position position;
};

using Directive = std::variant<RuleDirective, MarkerDirective, PlainDirective>;

struct Document {
  std::vector<Directive> directives;
  std::vector<std::string> files;  // every file read, in order, for reload checks
};

}  // namespace yagura::waf::seclang
