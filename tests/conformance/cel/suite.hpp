#pragma once

// cel-spec's conformance suites as plain data: cel.expr.conformance.test.SimpleTestFile without
// protobuf.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace yagura::conformance {

enum class ValueType {
  kNone,  // not set
  kNull,
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kList,
  kMap,
  kType,
  kTimestamp,
  kDuration,
  kEnum,     // text: its type; integer: its number
  kMessage,  // text: its type, one that is no CEL value without protobuf
};

// cel.expr.Value; the messages of google.protobuf that are CEL values are turned into those.
struct TestValue {
  ValueType type = ValueType::kNone;
  bool truth = false;
  std::int64_t integer = 0;  // also seconds
  std::uint64_t unsigned_integer = 0;
  double real = 0;
  std::int32_t nanos = 0;
  std::string text;
  std::vector<TestValue> items;  // of a list; of a map: the values
  std::vector<TestValue> keys;   // of a map, one for each item
};

struct VariableDeclaration {
  std::string name;
  std::string type;  // in the notation of policy's declarations: "list(int)"
};

struct FunctionDeclaration {
  std::string name;
  std::string id;
  std::string signature;
};

enum class Expectation { kValue, kError, kUnknown };

struct TestCase {
  std::string suite;
  std::string section;
  std::string name;
  std::string expression;
  std::string container;
  bool disable_macros = false;
  bool disable_check = false;
  bool check_only = false;
  std::vector<VariableDeclaration> variables;
  std::vector<FunctionDeclaration> functions;
  std::vector<std::pair<std::string, TestValue>> bindings;
  Expectation expectation = Expectation::kValue;
  TestValue value;           // of kValue
  std::string deduced_type;  // empty: not said
};

// The message types and enums of the suites' .proto files, to declare them.
struct MessageField {
  std::string name;
  std::string type;
};

struct MessageType {
  std::string name;
  std::vector<MessageField> fields;
};

struct EnumType {
  std::string name;
  std::vector<std::pair<std::string, std::int32_t>> values;  // full names, as CEL writes them
};

struct Suites {
  std::vector<TestCase> cases;
  std::vector<MessageType> messages;
  std::vector<EnumType> enums;
};

}  // namespace yagura::conformance
