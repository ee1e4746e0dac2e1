// @validateSchema and @validateDTD on documents as the body reader makes them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libxml/parser.h>

#include "waf/operator/testing/ask.hpp"

namespace yagura::waf {
namespace {

using testing::ask;
using ::testing::HasSubstr;
using testing::make;
using testing::RecordingHost;
using testing::TemporaryFolder;

constexpr std::string_view kSchema =
    R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:element name="order"><xs:complexType><xs:sequence>
<xs:element name="id" type="xs:integer"/></xs:sequence></xs:complexType></xs:element></xs:schema>)";
constexpr std::string_view kDtd = "<!ELEMENT order (id)>\n<!ELEMENT id (#PCDATA)>\n";

class Document {
 public:
  explicit Document(std::string_view text)
      : document_(xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, nullptr,
                                XML_PARSE_NONET | XML_PARSE_NOERROR)) {
    host.document = document_;
  }
  ~Document() { xmlFreeDoc(document_); }
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  RecordingHost host;

 private:
  xmlDoc* document_;
};

bool is_refused(const Operator& op, std::string_view text) {
  Document document(text);
  const OperatorResult result = ask(op, "value", {}, &document.host).result;
  EXPECT_NE(result, OperatorResult::kNotEvaluated) << text;
  return result == OperatorResult::kMatch;
}

TEST(ValidateSchema, MatchesDocumentsThatAreNotValid) {
  const TemporaryFolder folder;
  folder.write("order.xsd", kSchema);
  const auto op = make("validateSchema", "order.xsd", {.rule_folder = folder.path()});
  ASSERT_NE(op, nullptr);
  EXPECT_FALSE(is_refused(*op, "<order><id>5</id></order>"));
  EXPECT_TRUE(is_refused(*op, "<order><id>five</id></order>"));
  EXPECT_TRUE(is_refused(*op, "<other/>"));
  EXPECT_TRUE(is_refused(*op, "no XML at all"));
}

TEST(ValidateSchema, FollowsNoSchemaThatTheDocumentNames) {
  const TemporaryFolder folder;
  folder.write("order.xsd", kSchema);
  // A schema that would allow what ours does not know: it must not be read.
  const auto other = folder.write(
      "evil.xsd", R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x">
<xs:element name="anything" type="xs:string"/></xs:schema>)");
  const auto op = make("validateSchema", "order.xsd", {.rule_folder = folder.path()});
  ASSERT_NE(op, nullptr);
  const std::string hint = R"( xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" )"
                           R"(xsi:schemaLocation="urn:x )" +
                           other.string() + "\"";
  EXPECT_TRUE(is_refused(*op, "<anything xmlns=\"urn:x\"" + hint + ">a</anything>"));
  EXPECT_FALSE(is_refused(*op, "<order" + hint + "><id>5</id></order>"));
}

TEST(ValidateSchema, RefusesSchemasThatWouldBeFetched) {
  const TemporaryFolder folder;
  folder.write("remote.xsd",
               R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:include schemaLocation="inner.xsd"/></xs:schema>)");
  folder.write("inner.xsd",
               R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:include schemaLocation="http://192.0.2.1/a.xsd"/></xs:schema>)");
  folder.write("bad.xsd", "<xs:schema");
  const OperatorEnvironment environment{.rule_folder = folder.path()};
  for (const auto& [file, message] : std::vector<std::pair<std::string, std::string>>{
           {"remote.xsd", "from the network"}, {"bad.xsd", "no XML"}, {"none.xsd", "no XML"}}) {
    const auto made = make_operator("validateSchema", file, environment);
    ASSERT_FALSE(made.has_value()) << file;
    EXPECT_THAT(made.error().message, HasSubstr(message)) << file;
  }
}

TEST(ValidateDtd, MatchesDocumentsThatAreNotValid) {
  const TemporaryFolder folder;
  folder.write("order.dtd", kDtd);
  folder.write("bad.dtd", "<!ELEMENT");
  const OperatorEnvironment environment{.rule_folder = folder.path()};
  const auto op = make("validateDTD", "order.dtd", environment);
  ASSERT_NE(op, nullptr);
  EXPECT_FALSE(is_refused(*op, "<order><id>5</id></order>"));
  EXPECT_TRUE(is_refused(*op, "<order><name/></order>"));
  EXPECT_TRUE(is_refused(*op, "no XML at all"));
  EXPECT_FALSE(make_operator("validateDTD", "bad.dtd", environment).has_value());
  EXPECT_FALSE(make_operator("validateDTD", "none.dtd", environment).has_value());
}

TEST(XmlValidation, IsNotEvaluatedWithoutATransaction) {
  const TemporaryFolder folder;
  folder.write("order.xsd", kSchema);
  folder.write("order.dtd", kDtd);
  const OperatorEnvironment environment{.rule_folder = folder.path()};
  EXPECT_EQ(ask(*make("validateSchema", "order.xsd", environment), "x").result,
            OperatorResult::kNotEvaluated);
  EXPECT_EQ(ask(*make("validateDTD", "order.dtd", environment), "x").result,
            OperatorResult::kNotEvaluated);
}

TEST(XmlValidation, ADeepDocumentNeedsNoDeepStackToBeLookedThrough) {
  const TemporaryFolder folder;
  folder.write("order.xsd", kSchema);
  const auto op = make("validateSchema", "order.xsd", {.rule_folder = folder.path()});
  std::string text;
  for (int i = 0; i < 200; ++i) text += "<a>";
  for (int i = 0; i < 200; ++i) text += "</a>";
  EXPECT_TRUE(is_refused(*op, text));
}

}  // namespace
}  // namespace yagura::waf
