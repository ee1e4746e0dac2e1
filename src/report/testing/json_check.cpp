#include "report/testing/json_check.hpp"

#include <simdjson.h>

#include <regex>

namespace yagura::report::testing {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

std::string_view type_of(const element& value) {
  switch (value.type()) {
    case element_type::ARRAY:
      return "array";
    case element_type::OBJECT:
      return "object";
    case element_type::INT64:
    case element_type::UINT64:
      return "integer";
    case element_type::DOUBLE:
      return "number";
    case element_type::STRING:
      return "string";
    case element_type::BOOL:
      return "boolean";
    case element_type::NULL_VALUE:
      return "null";
  }
  return "?";
}

class Checker {
 public:
  explicit Checker(const element& root) : root_(root) {}

  void check(const element& schema, const element& value, const std::string& at) {
    if (schema.is_bool()) {
      if (!schema.get_bool().value()) problem(at, "is not allowed");
      return;
    }
    const object parts = schema.get_object().value();
    for (const auto& [keyword, rule] : parts) keyword_rule(schema, keyword, rule, value, at);
  }

  std::vector<std::string> take() { return std::move(problems_); }

 private:
  void problem(const std::string& at, const std::string& what) {
    problems_.push_back(at + ": " + what);
  }

  void keyword_rule(const element& schema, std::string_view keyword, const element& rule,
                    const element& value, const std::string& at) {
    if (keyword == "$ref") {
      const std::string target(rule.get_string().value());
      check(root_.at_pointer(target.substr(1)).value(), value, at);
    } else if (keyword == "type") {
      const std::string_view wanted = rule.get_string().value();
      const std::string_view actual = type_of(value);
      if (wanted != actual && !(wanted == "number" && actual == "integer")) {
        problem(at, "is " + std::string(actual) + ", not " + std::string(wanted));
      }
    } else if (keyword == "const") {
      if (simdjson::minify(rule) != simdjson::minify(value))
        problem(at, "is not " + simdjson::minify(rule));
    } else if (keyword == "enum") {
      check_enum(rule, value, at);
    } else if (keyword == "required") {
      check_required(rule, value, at);
    } else if (keyword == "properties") {
      check_properties(rule, value, at);
    } else if (keyword == "additionalProperties") {
      check_additional(schema, rule, value, at);
    } else if (keyword == "items") {
      check_items(rule, value, at);
    } else if (keyword == "minimum") {
      if (value.is_int64() && value.get_int64().value() < rule.get_int64().value())
        problem(at, "is too small");
    } else if (keyword == "pattern") {
      const std::regex pattern{std::string(rule.get_string().value())};
      if (value.is_string() &&
          !std::regex_search(std::string(value.get_string().value()), pattern)) {
        problem(at, "does not match its pattern");
      }
    } else if (keyword != "$schema" && keyword != "$id" && keyword != "$defs" &&
               keyword != "title" && keyword != "description") {
      problem(at, "keyword " + std::string(keyword) + " is not known here");
    }
  }

  void check_enum(const element& rule, const element& value, const std::string& at) {
    const array parts = rule.get_array().value();
    for (const element& allowed : parts) {
      if (simdjson::minify(allowed) == simdjson::minify(value)) return;
    }
    problem(at, simdjson::minify(value) + " is none of " + simdjson::minify(rule));
  }

  void check_required(const element& rule, const element& value, const std::string& at) {
    if (!value.is_object()) return;
    const array parts = rule.get_array().value();
    for (const element& name : parts) {
      if (value[name.get_string().value()].error() != simdjson::SUCCESS) {
        problem(at, "lacks " + simdjson::minify(name));
      }
    }
  }

  void check_properties(const element& rule, const element& value, const std::string& at) {
    if (!value.is_object()) return;
    const object parts = rule.get_object().value();
    for (const auto& [name, part] : parts) {
      element member;
      if (value[name].get(member) == simdjson::SUCCESS)
        check(part, member, at + "/" + std::string(name));
    }
  }

  void check_additional(const element& schema, const element& rule, const element& value,
                        const std::string& at) {
    if (!value.is_object()) return;
    const object parts = value.get_object().value();
    for (const auto& [name, member] : parts) {
      element properties;
      const bool known = schema["properties"].get(properties) == simdjson::SUCCESS &&
                         properties[name].error() == simdjson::SUCCESS;
      if (!known) check(rule, member, at + "/" + std::string(name));
    }
  }

  void check_items(const element& rule, const element& value, const std::string& at) {
    if (!value.is_array()) return;
    std::size_t i = 0;
    const array parts = value.get_array().value();
    for (const element& item : parts) check(rule, item, at + "/" + std::to_string(i++));
  }

  element root_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> schema_problems(const std::string& schema, const std::string& document) {
  simdjson::dom::parser schema_parser;
  simdjson::dom::parser parser;
  element root;
  element value;
  if (schema_parser.parse(schema).get(root) != simdjson::SUCCESS) return {"the schema is not JSON"};
  if (parser.parse(document).get(value) != simdjson::SUCCESS) return {"the document is not JSON"};
  Checker checker(root);
  checker.check(root, value, "");
  return checker.take();
}

std::string json_at(const std::string& document, std::string_view pointer) {
  simdjson::dom::parser parser;
  element root;
  element value;
  if (parser.parse(document).get(root) != simdjson::SUCCESS) return "(not JSON)";
  if (root.at_pointer(pointer).get(value) != simdjson::SUCCESS) return "(missing)";
  return value.is_string() ? std::string(value.get_string().value()) : simdjson::minify(value);
}

std::size_t json_size(const std::string& document, std::string_view pointer) {
  simdjson::dom::parser parser;
  element root;
  element value;
  if (parser.parse(document).get(root) != simdjson::SUCCESS) return 0;
  if (root.at_pointer(pointer).get(value) != simdjson::SUCCESS) return 0;
  if (value.is_array()) return value.get_array().value().size();
  return value.is_object() ? value.get_object().value().size() : 0;
}

bool is_json_document(const std::string& text) {
  simdjson::dom::parser parser;
  return parser.parse(text).error() == simdjson::SUCCESS;
}

}  // namespace yagura::report::testing
