#pragma once

// Checks for tests that need no other program: whether text is JSON, and whether it has the shape
// that a JSON Schema asks for. tests/e2e/report validates the same output with a complete
// validator.

#include <string>
#include <string_view>
#include <vector>

namespace yagura::report::testing {

// Problems of the document against the schema, each with a JSON pointer: "/findings/0: lacks
// \"id\"". Knows the keywords that our schema uses: $ref to #/$defs, type, const, enum, required,
// properties, additionalProperties, items, minimum, pattern. A keyword it does not know is a
// problem too, so that none is skipped silently.
[[nodiscard]] std::vector<std::string> schema_problems(const std::string& schema,
                                                       const std::string& document);

// The string (or number, as text) at a JSON pointer; "(missing)" where there is none.
[[nodiscard]] std::string json_at(const std::string& document, std::string_view pointer);

// Number of elements of the array or object at a JSON pointer.
[[nodiscard]] std::size_t json_size(const std::string& document, std::string_view pointer);

[[nodiscard]] bool is_json_document(const std::string& text);

}  // namespace yagura::report::testing
