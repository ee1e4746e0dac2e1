#pragma once

// SecParseXmlIntoArgs: the texts of an XML body's elements as arguments, named as ModSecurity
// 3.0.15 names them: "xml" and the names of the elements on the way, without prefixes
// (xml.order.item). An element with elements inside is an argument only where text of its own is
// more than white space; ModSecurity drops that text.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "waf/body/body.hpp"

namespace yagura::waf::internal {

class XmlArguments {
 public:
  XmlArguments(const BodyLimits& limits, core::Arena& arena, ParsedBody& result)
      : limits_(limits), arena_(arena), result_(result) {}

  void start_element(std::string_view name);
  void add_text(std::string_view text);
  // What was given up, as a message; empty: nothing. `bytes`: of the body, as far as it was read.
  [[nodiscard]] std::string end_element(std::uint64_t bytes);
  // The body was cut: elements that are open are given as far as they came, the innermost first.
  [[nodiscard]] std::string end_cut(std::uint64_t bytes);

 private:
  struct Element {
    std::size_t outer_path;  // size of the path without it
    std::string text;
    bool has_child = false;
  };

  [[nodiscard]] std::string add_argument(const Element& element, std::uint64_t bytes);

  const BodyLimits& limits_;
  core::Arena& arena_;
  ParsedBody& result_;
  std::string path_ = "xml";
  std::vector<Element> open_;
  std::uint64_t name_bytes_ = 0;
};

}  // namespace yagura::waf::internal
