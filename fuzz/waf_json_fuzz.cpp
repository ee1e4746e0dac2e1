// JSON bodies: what simdjson accepts has the same leaves here, what we accept is wrong for simdjson
// only in what we let pass on purpose, pieces make no difference, and each leaf has a pointer.

#include <simdjson.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "waf/body/body.hpp"
#include "waf/body/testing/dump.hpp"

namespace {

using yagura::core::Arena;
using yagura::waf::Argument;
using yagura::waf::BodyEnd;
using yagura::waf::BodyKind;
using yagura::waf::BodyLimits;
using yagura::waf::ParsedBody;

const BodyLimits kLimits{.max_arguments = 1 << 30,
                         .max_json_depth = 1000,
                         .max_name_bytes = 1 << 30,
                         .max_body_no_files = 1 << 30};

template <typename Number>
bool is_number(std::string_view text, Number expected) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value == expected;
}

class Comparison {
 public:
  explicit Comparison(const ParsedBody& body) : body_(body) {}

  void value(const simdjson::dom::element& element, const std::string& path) {
    switch (element.type()) {
      case simdjson::dom::element_type::ARRAY: {
        std::size_t i = 0;
        for (const simdjson::dom::element item : simdjson::dom::array(element)) {
          value(item, path + ".array_" + std::to_string(i++));
        }
        return;
      }
      case simdjson::dom::element_type::OBJECT:
        for (const auto field : simdjson::dom::object(element)) {
          value(field.value,
                path + "." + (field.key.empty() ? "empty-key" : std::string(field.key)));
        }
        return;
      default:
        leaf(element, path);
    }
  }
  void at_end() const { YAGURA_CHECK(next_ == body_.arguments.size(), "an argument too many"); }

 private:
  void leaf(const simdjson::dom::element& element, const std::string& path) {
    YAGURA_CHECK(next_ < body_.arguments.size(), "a leaf is missing");
    const Argument& ours = body_.arguments[next_++];
    YAGURA_CHECK(ours.name == path, "a name differs");
    switch (element.type()) {
      case simdjson::dom::element_type::INT64:
        YAGURA_CHECK(is_number(ours.value, std::int64_t{element}), "an integer differs");
        return;
      case simdjson::dom::element_type::UINT64:
        YAGURA_CHECK(is_number(ours.value, std::uint64_t{element}), "an unsigned integer differs");
        return;
      case simdjson::dom::element_type::DOUBLE:
        YAGURA_CHECK(std::strtod(std::string(ours.value).c_str(), nullptr) == double{element},
                     "a number differs");
        return;
      case simdjson::dom::element_type::STRING:
        YAGURA_CHECK(ours.value == std::string_view{element}, "a string differs");
        return;
      case simdjson::dom::element_type::BOOL:
        YAGURA_CHECK(ours.value == (bool{element} ? "true" : "false"), "a boolean differs");
        return;
      default:
        YAGURA_CHECK(ours.value.empty(), "null is not empty");
    }
  }

  const ParsedBody& body_;
  std::size_t next_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t step = data[0] % 32 + std::size_t{1};
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  Arena arena;
  ParsedBody body;
  const auto reader = make_body_reader(BodyKind::kJson, "application/json", kLimits, arena);
  reader->feed(text);
  reader->finish(body);
  YAGURA_CHECK(yagura::waf::testing::dump(body) ==
                   yagura::waf::testing::read_body(BodyKind::kJson, "", text, kLimits, step),
               "pieces make a difference");

  simdjson::dom::parser parser;
  simdjson::dom::element root;
  const simdjson::error_code error = parser.parse(simdjson::padded_string(text)).get(root);
  if (error == simdjson::SUCCESS) {
    YAGURA_CHECK(body.error.empty(), "simdjson takes what we refuse");
    Comparison comparison(body);
    comparison.value(root, "json");
    comparison.at_end();
  } else if (body.error.empty()) {
    // Numbers out of range, halves of surrogate pairs, bytes that are no UTF-8.
    YAGURA_CHECK(error == simdjson::NUMBER_ERROR || error == simdjson::STRING_ERROR ||
                     error == simdjson::UTF8_ERROR,
                 "we take what simdjson refuses");
  }
  for (const Argument& argument : body.arguments) {
    const bool is_root = argument.name == "json";
    YAGURA_CHECK(yagura::waf::json_pointer_at(text, argument.offset).empty() == is_root,
                 "a leaf has no pointer");
  }

  const std::string_view part = text.substr(0, text.size() * data[0] / 256);
  const std::string cut =
      yagura::waf::testing::read_body(BodyKind::kJson, "", part, kLimits, 1 << 30, BodyEnd::kCut);
  YAGURA_CHECK(cut == yagura::waf::testing::read_body(BodyKind::kJson, "", part, kLimits, step,
                                                      BodyEnd::kCut),
               "pieces make a difference where the text is cut");
  YAGURA_CHECK(!body.error.empty() || cut.find("error=JSON") == std::string::npos ||
                   text.find("error=JSON") != std::string_view::npos,
               "the cut is an error");
  return 0;
}
