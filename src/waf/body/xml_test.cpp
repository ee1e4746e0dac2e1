#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "waf/body/body.hpp"
#include "waf/body/testing/dump.hpp"

namespace yagura::waf {
namespace {

using testing::read_body;

std::string read(std::string_view text, const BodyLimits& limits = {}, std::size_t step = 1 << 30) {
  return read_body(BodyKind::kXml, "application/xml", text, limits, step);
}

TEST(Xml, GivesTheWholeTextAndEachAttribute) {
  struct Case {
    std::string_view text, expected;
  };
  for (
      const Case& c : std::vector<Case>{
          {R"(<?xml version="1.0"?><a x="1" y="2"><b>t1</b> <!-- c --><c z="&lt;3">t2&amp;<![CDATA[c<d]]></c><?pi d?></a>)",
           "text=<t1 t2&c<d> attribute=<1> attribute=<2> attribute=<<3> "},
          {"<a/>", "text=<> "},
          {"<a q='&amp;amp;&#38;lt;&#x41;'>&#66;</a>", "text=<B> attribute=<&amp;&lt;A> "},
          {R"(<a xmlns:n="urn:x" n:q="v"><n:b/></a>)", "text=<> attribute=<v> "},
          {"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><a>\xe9</a>", "text=<\xc3\xa9> "},
          {"<!DOCTYPE a><a>x</a>", "text=<x> "},
          {"<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/a.dtd\"><a>x</a>", "text=<x> "},
      }) {
    EXPECT_EQ(read(c.text), c.expected) << c.text;
    EXPECT_EQ(read(c.text, {.need_xml_document = true}), c.expected) << c.text;
  }
}

TEST(Xml, GivesTextsOfElementsAsArgumentsWhereThatIsAskedFor) {
  const std::string_view text =
      "<n:a xmlns:n=\"urn:x\"><b x=\"1\">one</b>\n "
      "<b>t&lt;<![CDATA[w]]>o</b><c/><d>ev<e>3</e>il</d>"
      "</n:a>";
  const std::string arguments =
      "xml.a.b=<one> xml.a.b=<t<wo> xml.a.c=<> xml.a.d.e=<3> xml.a.d=<evil> ";
  EXPECT_EQ(read(text, {.xml_arguments = XmlArgumentsMode::kOn}),
            arguments + "text=<one\n t<woev3il> attribute=<1> ");
  EXPECT_EQ(read(text, {.need_xml_document = true, .xml_arguments = XmlArgumentsMode::kOnly}),
            arguments);
  EXPECT_EQ(read("<a>x</a>", {.xml_arguments = XmlArgumentsMode::kOnly}), "xml.a=<x> ");
}

TEST(Xml, BoundsArgumentsAndTheirNames) {
  std::string many = "<a>";
  for (int i = 0; i < 20; ++i) many += "<b/>";
  EXPECT_NE(read(many + "</a>", {.max_arguments = 10, .xml_arguments = XmlArgumentsMode::kOn})
                .find("limits_reached=1 error=XML parsing error: XML: more than 10 texts"),
            std::string::npos);
  std::string long_names = "<" + std::string(2000, 'a') + ">";
  for (int i = 0; i < 500; ++i) long_names += "<b/>";
  EXPECT_NE(read(long_names + "</" + std::string(2000, 'a') + ">",
                 {.max_name_bytes = 1000, .xml_arguments = XmlArgumentsMode::kOn})
                .find("limits_reached=1 error=XML parsing error: XML: the texts' names take more"),
            std::string::npos);
}

TEST(Xml, RefusesWhatIsNotWellFormed) {
  for (const std::string_view text :
       {"", "text", "<a", "<a><b>1", "<a>x</a><b/>", "<a a=\"1\" a=\"2\">x</a>",
        "\n<?xml version=\"1.0\"?><a/>", "<a>&#0;</a>", "<a b=\"<\"/>", "<a></b>",
        "<a>&undefined;</a>", "<n:a xmlns:n=\"urn:x\" n:b=\"1\" n:b=\"2\"/>"}) {
    EXPECT_NE(read(text).find("error=XML parsing error: XML: "), std::string::npos) << text;
  }
}

TEST(Xml, PrintsNothing) {
  ::testing::internal::CaptureStderr();
  EXPECT_NE(read(std::string("\xff\xfe<\0a\0>\0\x00\xdax\0", 12)).find("error="),
            std::string::npos);
  EXPECT_NE(read("<?xml version='1.0' encoding='utf-8'?><a>\xff\xff").find("error="),
            std::string::npos);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(Xml, KeepsWhatCameBeforeAnError) {
  const std::string dumped = read("<a x='1'>seen<b></c></a>");
  EXPECT_TRUE(dumped.starts_with("text=<seen> attribute=<1> error=")) << dumped;
}

TEST(Xml, ExpandsNoEntityAndShowsTheDeclaration) {
  EXPECT_EQ(read(R"(<!DOCTYPE a [<!ENTITY e "<script>">]><a q="&e;">&e;</a>)"),
            "text=<<script>> error=XML parsing error: XML: the document declares an entity "
            "(\"e\"), which is not read.");
}

TEST(Xml, OpensNoFile) {
  const std::string path = ::testing::TempDir() + "/yagura-xml-secret";
  std::ofstream(path) << "secret";
  for (const bool tree : {false, true}) {
    for (const std::string& text : std::vector<std::string>{
             "<!DOCTYPE a [<!ENTITY e SYSTEM \"" + path + "\">]><a>&e;</a>",
             "<!DOCTYPE a [<!ENTITY % e SYSTEM \"" + path + "\"> %e;]><a>&e;</a>",
             "<!DOCTYPE a SYSTEM \"" + path + "\"><a>&e;</a>"}) {
      const std::string dumped = read(text, {.need_xml_document = tree});
      EXPECT_EQ(dumped.find("<secret>"), std::string::npos) << dumped;
      EXPECT_NE(dumped.find("error="), std::string::npos) << dumped;
    }
  }
}

TEST(Xml, RefusesABillionLaughs) {
  std::string text = "<!DOCTYPE a [<!ENTITY a0 \"lol\">";
  for (int i = 1; i < 10; ++i) {
    text += "<!ENTITY a" + std::to_string(i) + " \"";
    for (int j = 0; j < 10; ++j) text += "&a" + std::to_string(i - 1) + ";";
    text += "\">";
  }
  text += "]><a>&a9;</a>";
  EXPECT_EQ(read(text),
            "text=<lol> error=XML parsing error: XML: the document declares an entity (\"a0\"), "
            "which is not read.");
}

TEST(Xml, RefusesDefaultsOfAttributes) {
  EXPECT_EQ(read(R"(<!DOCTYPE a [<!ATTLIST a b CDATA "v" c (x|y) "x">]><a/>)"),
            "text=<v> error=XML parsing error: XML: the document declares an attribute (\"b\"), "
            "which is not read.");
}

TEST(Xml, SaysTheSameHoweverTheBytesArrive) {
  for (
      const std::string& text : std::vector<std::string>{
          R"(<?xml version="1.0"?><a x="1"><b>t1</b> <!-- c --><c z="&lt;3&amp;">t2&amp;<![CDATA[c<d]]></c></a>)",
          "<a>" + std::string(9000, 'x') + "<b c='" + std::string(5000, 'y') + "'/></a>",
          R"(<!DOCTYPE a [<!ENTITY e "v">]><a>&e;</a>)"}) {
    const std::string whole = read(text);
    for (const std::size_t step : {1, 2, 3, 7, 64, 1000, 4096}) {
      EXPECT_EQ(read(text, {}, step), whole) << text.substr(0, 80) << " in pieces of " << step;
    }
  }
}

std::string nested(std::size_t levels) {
  std::string text;
  for (std::size_t i = 0; i < levels; ++i) text += "<a>";
  for (std::size_t i = 0; i < levels; ++i) text += "</a>";
  return text;
}

constexpr std::uint64_t kUnlimited = 1 << 30;

TEST(XmlLimits, AllowTheDepthThatIsSetAndNoMore) {
  EXPECT_EQ(read(nested(512)), "text=<> ");
  EXPECT_EQ(read(nested(513)),
            "text=<> limits_reached=1 error=XML parsing error: XML: more than 512 levels deep.");
  EXPECT_EQ(read(nested(100'000), {.max_body_no_files = kUnlimited, .need_xml_document = true}),
            "text=<> limits_reached=1 error=XML parsing error: XML: more than 512 levels deep.");
}

TEST(XmlLimits, BoundElementsAndAttributes) {
  std::string text = "<a>";
  for (int i = 0; i < 200'000; ++i) text += "<b/>";
  for (const bool tree : {false, true}) {
    EXPECT_EQ(read(text, {.max_body_no_files = kUnlimited, .need_xml_document = tree}),
              "text=<> limits_reached=1 error=XML parsing error: XML: more than 100000 elements "
              "and attributes.");
  }
}

TEST(XmlLimits, BoundTheAttributesOfAnElement) {
  std::string text = "<a";
  for (int i = 0; i < 1'000'000; ++i) text += " a" + std::to_string(i) + "=''";
  text += "/>";
  EXPECT_EQ(read(text, {.max_body_no_files = kUnlimited}),
            "limits_reached=1 error=XML parsing error: XML: more than 1000 attributes of an "
            "element.");
}

TEST(XmlLimits, LetALongAttributePass) {
  const std::string value(100'000, 'M');
  EXPECT_EQ(read("<path d='" + value + "'/>"), "text=<> attribute=<" + value + "> ");
}

TEST(XmlLimits, BoundTheNamespaces) {
  std::string text = "<a>";
  for (int i = 0; i < 2000; ++i) {
    text += "<b xmlns:n" + std::to_string(i) + "='urn:" + std::to_string(i) + "'/>";
  }
  EXPECT_EQ(read(text),
            "text=<> limits_reached=1 error=XML parsing error: XML: more than 1000 namespaces.");
}

TEST(XmlLimits, StopAtTheBytesOutsideFiles) {
  EXPECT_EQ(read("<a>" + std::string(200, ' '), {.max_body_no_files = 100}),
            "limits_reached=1 error=Request body excluding files is bigger than the maximum "
            "expected (100 bytes).");
}

class XPath : public ::testing::Test {
 protected:
  Result<std::vector<std::string_view>> find(std::string_view text, std::string_view expression,
                                             std::vector<XmlNamespace> namespaces = {}) {
    reader_ = make_body_reader(BodyKind::kXml, "text/xml", limits_, arena_);
    reader_->feed(text);
    ParsedBody body;
    reader_->finish(body);
    return evaluate_xpath(reader_->xml_document(), expression, namespaces, arena_, limits_);
  }

  BodyLimits limits_{.max_body_no_files = kUnlimited, .need_xml_document = true};
  core::Arena arena_;
  std::unique_ptr<BodyReader> reader_;
};

TEST_F(XPath, FindsElementsAttributesAndTexts) {
  constexpr std::string_view kText = "<a><b i='1'>x</b><b i='2'>y<c>z</c></b></a>";
  using Values = std::vector<std::string_view>;
  EXPECT_EQ(find(kText, "/a/b"), (Values{"x", "yz"}));
  EXPECT_EQ(find(kText, "//@i"), (Values{"1", "2"}));
  EXPECT_EQ(find(kText, "//b[@i='2']/text()"), (Values{"y"}));
  EXPECT_EQ(find(kText, "/*"), (Values{"xyz"}));
  EXPECT_EQ(find(kText, "count(//b)"), (Values{"2"}));
  EXPECT_EQ(find(kText, "//missing"), (Values{}));
}

TEST_F(XPath, KnowsNamespacesByTheirPrefix) {
  constexpr std::string_view kText = "<s:E xmlns:s='urn:soap'><s:B>x</s:B></s:E>";
  EXPECT_EQ(find(kText, "/q:E/q:B", {{.prefix = "q", .uri = "urn:soap"}}),
            (std::vector<std::string_view>{"x"}));
  const auto unknown = find(kText, "/q:E");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kInvalidInput);
}

TEST_F(XPath, RefusesAWrongExpression) {
  const auto wrong = find("<a/>", "/a[");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kInvalidInput);
}

TEST_F(XPath, StopsAtItsLimits) {
  std::string text = "<a>";
  for (int i = 0; i < 20'000; ++i) text += "<b>x</b>";
  text += "</a>";
  const auto steps = find(text, "//b[count(//b[count(//b) > 1]) > 1]");
  ASSERT_FALSE(steps);
  EXPECT_EQ(steps.error().code, ErrorCode::kLimitExceeded) << steps.error().message;

  std::string deep;
  for (int i = 0; i < 500; ++i) deep += "<a>";
  deep += std::string(100'000, 'x');
  for (int i = 0; i < 500; ++i) deep += "</a>";
  const auto bytes = find(deep, "//a");
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::kLimitExceeded) << bytes.error().message;
}

TEST_F(XPath, GivesNoDocumentWhereNoneIsAskedFor) {
  limits_.need_xml_document = false;
  reader_ = make_body_reader(BodyKind::kXml, "text/xml", limits_, arena_);
  reader_->feed("<a/>");
  ParsedBody body;
  reader_->finish(body);
  EXPECT_EQ(reader_->xml_document(), nullptr);
}

}  // namespace
}  // namespace yagura::waf
