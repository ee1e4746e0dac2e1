// XML bodies: pieces and the tree make no difference, XPath over the tree finds what the events
// gave, and nothing grows: no entity is ever expanded.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "waf/body/body.hpp"
#include "waf/body/testing/dump.hpp"

namespace {

using yagura::core::Arena;
using yagura::waf::BodyEnd;
using yagura::waf::BodyKind;
using yagura::waf::BodyLimits;
using yagura::waf::ParsedBody;

constexpr std::uint32_t kNodes = 2000;

std::size_t bytes_of(const std::vector<std::string_view>& texts) {
  std::size_t bytes = 0;
  for (const std::string_view text : texts) bytes += text.size();
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::size_t step = data[0] % 64 + std::size_t{1};
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const BodyLimits plain{.max_xml_depth = 50, .max_xml_nodes = kNodes};
  const BodyLimits with_tree{
      .max_xml_depth = 50, .max_xml_nodes = kNodes, .need_xml_document = true};

  Arena arena;
  ParsedBody body;
  const auto reader = make_body_reader(BodyKind::kXml, "text/xml", with_tree, arena);
  reader->feed(text);
  reader->finish(body);
  const std::string dumped = yagura::waf::testing::dump(body);
  YAGURA_CHECK(dumped == yagura::waf::testing::read_body(BodyKind::kXml, "", text, with_tree, step),
               "pieces make a difference");

  // A byte of another character set may be three of UTF-8.
  YAGURA_CHECK(bytes_of(body.xml_text) <= text.size() * 3, "text has grown");
  YAGURA_CHECK(bytes_of(body.xml_attributes) <= text.size() * 3, "attributes have grown");
  const BodyLimits with_arguments{.max_arguments = 100,
                                  .max_name_bytes = 10'000,
                                  .max_xml_depth = 50,
                                  .max_xml_nodes = kNodes,
                                  .xml_arguments = yagura::waf::XmlArgumentsMode::kOnly};
  for (const BodyEnd end : {BodyEnd::kReached, BodyEnd::kCut}) {
    YAGURA_CHECK(
        yagura::waf::testing::read_body(BodyKind::kXml, "", text, with_arguments, 1 << 30, end) ==
            yagura::waf::testing::read_body(BodyKind::kXml, "", text, with_arguments, step, end),
        "pieces make a difference to arguments");
  }
  const std::string_view part = text.substr(0, text.size() * data[0] / 256);
  YAGURA_CHECK(
      yagura::waf::testing::read_body(BodyKind::kXml, "", part, plain, 1 << 30, BodyEnd::kCut) ==
          yagura::waf::testing::read_body(BodyKind::kXml, "", part, plain, step, BodyEnd::kCut),
      "pieces make a difference where the text is cut");
  if (!body.error.empty()) return 0;

  YAGURA_CHECK(dumped == yagura::waf::testing::read_body(BodyKind::kXml, "", text, plain, step),
               "the tree makes a difference");
  const auto whole = evaluate_xpath(reader->xml_document(), "/*", {}, arena, with_tree);
  YAGURA_CHECK(whole && *whole == body.xml_text, "XPath finds another text");
  const auto attributes = evaluate_xpath(reader->xml_document(), "//@*", {}, arena, with_tree);
  YAGURA_CHECK(!attributes || *attributes == body.xml_attributes, "XPath finds other attributes");
  return 0;
}
