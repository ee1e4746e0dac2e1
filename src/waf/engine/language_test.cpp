// What the rule language promises beyond single actions: variables, files and documents that rules
// name, over whole exchanges.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "waf/engine/testing/run_rules.hpp"

namespace yagura::waf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace testing_engine;  // NOLINT: helpers of these tests

class RuleFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "yagura-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& text) {
    const auto path = folder_ / "pages.mapping";
    std::ofstream(path) << text;
    return path.string();
  }

 private:
  std::filesystem::path folder_;
};

using UnicodeMapFile = RuleFile;

TEST_F(UnicodeMapFile, SaysWhatACharacterBecomesBehindIt) {
  const std::string file = write("700\n2600:73 2601:71 2602:6c\n701\n2600:78\n");
  // With and without the first stage: @rx is scanned for, @streq of a count is not.
  const std::string rules =
      "SecRule ARGS \"@rx ^sql$\" \"id:1,phase:2,pass,log,t:urlDecodeUni\"\n"
      "SecRule ARGS \"@streq sql\" \"id:2,phase:2,pass,log,multiMatch,t:none,t:urlDecodeUni\"\n"
      "SecRule ARGS \"@rx x\" \"id:3,phase:2,pass,log,t:urlDecodeUni\"\n";
  const Exchange exchange = get("/?a=%25u2600%25u2601%25u2602");
  EXPECT_THAT(Trial("SecUnicodeMapFile " + file + " 700\n" + rules, exchange).ids(),
              ElementsAre(1, 2));
  EXPECT_THAT(
      Trial("SecUnicodeCodePage 701\nSecUnicodeMapFile " + file + "\n" + rules, exchange).ids(),
      ElementsAre(3));
  EXPECT_THAT(Trial(rules, exchange).ids(), IsEmpty());
}

TEST_F(UnicodeMapFile, IsRefusedWithoutTheCodePage) {
  Diagnostics diagnostics;
  const std::string text = "SecUnicodeMapFile " + write("700\n2600:73\n") + "\nSecAction id:1,pass";
  EXPECT_EQ(
      compile(seclang::parse_text(text, "a.conf", "/nonexistent", diagnostics), {}, diagnostics),
      nullptr);
  ASSERT_EQ(diagnostics.error_count(), 1U);
  EXPECT_NE(diagnostics.list()[0].message.find("there is no table of code page 20127"),
            std::string::npos)
      << diagnostics.list()[0].message;
}

constexpr const char* kXmlByType =
    "SecRule REQUEST_HEADERS:Content-Type \"@beginsWith text/xml\" "
    "\"id:100,phase:1,pass,nolog,ctl:requestBodyProcessor=XML\"\n";

TEST(XmlTargets, AreWhatTheirXPathFinds) {
  const std::string rules =
      std::string(kXmlByType) +
      "SecRule XML:/order/item/@code \"@streq k2\" \"id:1,phase:2,pass,log\"\n"
      "SecRule XML:/order/item[@code='k1']/text() \"@streq tea\" \"id:2,phase:2,pass,log\"\n"
      "SecRule &XML://item \"@eq 2\" \"id:3,phase:2,pass,log\"\n"
      "SecRule XML:/order/note \"@rx .\" \"id:4,phase:2,pass,log\"\n"
      "SecRule XML:/order/item|!XML:/order/item \"@rx .\" \"id:5,phase:2,pass,log\"\n"
      "SecRule XML:count(//item) \"@eq 2\" \"id:6,phase:2,pass,log\"\n";
  EXPECT_THAT(
      Trial(rules, post("text/xml", "<order><item code='k1'>tea</item><item code='k2'/></order>"))
          .ids(),
      ElementsAre(1, 2, 3, 6));
  EXPECT_THAT(Trial(rules, form("a=tea")).ids(), IsEmpty());
}

TEST(XmlTargets, KnowTheNamespacesOfTheirRule) {
  const std::string rules =
      std::string(kXmlByType) +
      "SecRule XML:/e:Envelope/e:Body/q:find/text() \"@rx ^drop\" "
      "\"id:1,phase:2,pass,log,xmlns:e=urn:envelope,xmlns:q='http://example.org/q'\"\n"
      "SecRule XML:/e:Envelope/e:Body \"@rx drop\" \"id:2,phase:2,pass,log,xmlns:e=urn:other\"\n"
      "SecRule REQUEST_METHOD \"@streq POST\" \"id:3,phase:2,pass,log,chain\"\n"
      "  SecRule XML://q:find \"@contains table\" \"xmlns:q=http://example.org/q\"\n";
  EXPECT_THAT(Trial(rules, post("text/xml",
                                "<x:Envelope xmlns:x='urn:envelope'><x:Body>"
                                "<find xmlns='http://example.org/q'>drop table</find>"
                                "</x:Body></x:Envelope>"))
                  .ids(),
              ElementsAre(1, 3));
}

TEST(RemoteUser, IsTheNameInBasicCredentials) {
  const std::string rules =
      "SecRule REMOTE_USER \"@streq ada\" \"id:1,phase:1,pass,log\"\n"
      "SecRule &REMOTE_USER \"@eq 0\" \"id:2,phase:1,pass,log\"\n"
      "SecRule REMOTE_USER \"@rx ^$\" \"id:3,phase:1,pass,log\"\n"
      "SecRule AUTH_TYPE \"@streq basic\" \"id:4,phase:1,pass,log,t:lowercase\"\n";
  const auto ids = [&](std::string authorization) {
    Exchange exchange = get("/");
    if (!authorization.empty()) exchange.headers = {{"Authorization", std::move(authorization)}};
    return Trial(rules, exchange).ids();
  };
  EXPECT_THAT(ids("Basic YWRhOnM6ZWNyZXQ="), ElementsAre(1, 4));  // ada:s:ecret
  EXPECT_THAT(ids("bAsIc YWRhOg=="), ElementsAre(1, 4));          // ada:
  EXPECT_THAT(ids("Basic YWRh"), ElementsAre(2, 4));              // ada, no password
  EXPECT_THAT(ids("Bearer YWRhOnNlY3JldA=="), ElementsAre(2));
  EXPECT_THAT(ids("Basic"), ElementsAre(2, 4));
  EXPECT_THAT(ids(""), ElementsAre(2));
}

TEST(WafLanguage, SetvarWithoutQuotesTakesBlanks) {
  EXPECT_EQ(
      Trial("SecAction \"id:1,phase:1,pass,nolog,setvar:tx.a=b  c , setvar:tx.d=e\"", get("/"))
          .tx("a"),
      "b  c");
}

}  // namespace
}  // namespace yagura::waf
