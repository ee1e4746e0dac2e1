// Bodies that were cut at a limit: what came is shown to its last byte, and the cut is no error.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "waf/body/body.hpp"
#include "waf/body/testing/dump.hpp"

namespace yagura::waf {
namespace {

using testing::read_body;

constexpr std::string_view kMultipartType = "multipart/form-data; boundary=BoundarY";

std::string read_cut(BodyKind kind, std::string_view text, const BodyLimits& limits = {},
                     std::size_t step = 1 << 30) {
  return read_body(kind, kMultipartType, text, limits, step, BodyEnd::kCut);
}

std::string part(std::string_view disposition, std::string_view content) {
  return "--BoundarY\r\nContent-Disposition: form-data; " + std::string(disposition) + "\r\n\r\n" +
         std::string(content) + "\r\n";
}

struct Sample {
  BodyKind kind;
  std::string text;
};

std::vector<Sample> samples() {
  return {
      {BodyKind::kUrlEncoded, "a=1&b=%41%4a&c%20=+x&&d&e=100%25"},
      {BodyKind::kJson,
       R"( {"k":"v","list":[1,-2.5e+3,"x\u00e9\\\ud83d\ude00",true,null,[],{}],"esc\"\u0041":{"":"y"}} )"},
      {BodyKind::kJson, "-12.5"},
      {BodyKind::kXml,
       "<?xml version=\"1.0\"?><!-- x=\"1\" --><a q='1' r=\"&lt;2\">t&amp;1<b>u</b><![CDATA[c<d]]>"
       "<c z='3'/></a>\n"},
      {BodyKind::kMultipart,
       part("name=\"a\"", "one\r\n--Bound\r\ntwo") +
           part("name=\"f\"; filename=\"n.txt\"\r\nContent-Type: text/plain", "content\r\n") +
           part("name=\"b\"", "") + "--BoundarY--\r\n"},
  };
}

TEST(CutBody, IsNoErrorWhereverTheCutIs) {
  for (const Sample& sample : samples()) {
    ASSERT_EQ(read_body(sample.kind, kMultipartType, sample.text, {}, 7).find("error"),
              std::string::npos)
        << sample.text;
    for (std::size_t size = 1; size <= sample.text.size(); ++size) {
      const std::string dumped = read_cut(sample.kind, sample.text.substr(0, size));
      EXPECT_EQ(dumped.find("error"), std::string::npos) << size << " bytes: " << dumped;
      EXPECT_EQ(dumped.find("failed"), std::string::npos) << size << " bytes: " << dumped;
      EXPECT_EQ(dumped.find("invalid_part"), std::string::npos) << size << " bytes: " << dumped;
    }
  }
}

TEST(CutBody, IsTheSameInPieces) {
  for (const Sample& sample : samples()) {
    for (std::size_t size = 1; size <= sample.text.size(); ++size) {
      const std::string_view text = std::string_view(sample.text).substr(0, size);
      EXPECT_EQ(read_cut(sample.kind, text, {}, 3), read_cut(sample.kind, text)) << text;
    }
  }
}

TEST(CutBody, StillShowsAnErrorThatIsNotTheCuts) {
  EXPECT_NE(read_cut(BodyKind::kJson, R"({"a":1,,)").find("error="), std::string::npos);
  EXPECT_NE(read_cut(BodyKind::kJson, R"(["\x)").find("error="), std::string::npos);
  EXPECT_NE(read_cut(BodyKind::kUrlEncoded, "a=%zz&b=1").find("urlencoded_error"),
            std::string::npos);
  EXPECT_NE(read_cut(BodyKind::kXml, "<a></b><c>" + std::string(5000, 'x')).find("error="),
            std::string::npos);
  EXPECT_NE(read_cut(BodyKind::kMultipart, "--BoundarY\r\nno colon\r\n").find("error="),
            std::string::npos);
  EXPECT_NE(read_cut(BodyKind::kMultipart, part("name=\"a\"", "x") + "--BoundarY?").find("error="),
            std::string::npos);
}

TEST(CutMultipart, GivesTheFieldThatWasNotComplete) {
  const std::string first = part("name=\"a\"", "v");
  const std::string beginning =
      first + "--BoundarY\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n";
  const auto last = [&](std::string_view content) {
    core::Arena arena;
    ParsedBody body;
    const BodyLimits limits;
    const auto reader = make_body_reader(BodyKind::kMultipart, kMultipartType, limits, arena);
    reader->feed(beginning + std::string(content));
    reader->finish(body, BodyEnd::kCut);
    EXPECT_EQ(body.error, "");
    EXPECT_FALSE(body.multipart.strict_error());
    EXPECT_EQ(body.multipart.unmatched_boundary, 0);
    EXPECT_EQ(body.arguments.size(), 2u);
    return body.arguments.size() != 2 ? "" : std::string(body.arguments[1].value);
  };
  EXPECT_EQ(last("evil"), "evil");
  EXPECT_EQ(last("one\r\nevil"), "one\r\nevil");
  EXPECT_EQ(last(std::string(5000, 'x') + "evil"), std::string(5000, 'x') + "evil");
  EXPECT_EQ(last(""), "");
  // The line end is the boundary's where one follows, and data where it does not.
  EXPECT_EQ(last("evil\r\n"), "evil");
  EXPECT_EQ(last("evil\r\n--Bound"), "evil\r\n--Bound");
  EXPECT_EQ(last("evil\r\n--BoundarY"), "evil");
  EXPECT_EQ(last("evil\r\n--BoundarY-"), "evil");
}

TEST(CutMultipart, GivesAFileAsFarAsItCame) {
  const std::string text =
      "--BoundarY\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.php\"\r\n\r\n<?php";
  EXPECT_EQ(read_cut(BodyKind::kMultipart, text, {.keep_file_content = true}),
            "file f=<x.php> 5 content=<<?php> header f=<Content-Disposition: form-data; "
            "name=\"f\"; filename=\"x.php\"> ");
}

TEST(CutMultipart, StoresAFileAsFarAsItCame) {
  const std::string folder = ::testing::TempDir() + "cut_multipart";
  std::filesystem::create_directories(folder);
  core::Arena arena;
  ParsedBody body;
  const BodyLimits limits{.keep_files = true, .upload_folder = folder};
  const auto reader = make_body_reader(BodyKind::kMultipart, kMultipartType, limits, arena);
  reader->feed(
      "--BoundarY\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.php\"\r\n\r\n<?php");
  reader->finish(body, BodyEnd::kCut);
  ASSERT_EQ(body.files.size(), 1u);
  std::ifstream stored{std::string(body.files[0].temporary)};
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stored), {}), "<?php");
  std::filesystem::remove_all(folder);
}

TEST(CutMultipart, GivesHeadersAndNamesOfAPartWithoutContent) {
  const std::string named =
      "--BoundarY\r\nContent-Disposition: form-data; name=\"f\"; filename=\"evil.php\"\r\n";
  EXPECT_EQ(read_cut(BodyKind::kMultipart, named + "Content-Ty"),
            "file f=<evil.php> 0 header f=<Content-Disposition: form-data; name=\"f\"; "
            "filename=\"evil.php\"> header f=<Content-Ty> ");
  EXPECT_EQ(read_cut(BodyKind::kMultipart,
                     "--BoundarY\r\nContent-Disposition: form-data; name=\"f\"; filename=\"evi"),
            "header =<Content-Disposition: form-data; name=\"f\"; filename=\"evi> ");
}

TEST(CutMultipart, WithoutABoundaryIsAnError) {
  EXPECT_EQ(read_cut(BodyKind::kMultipart, "padding padding"),
            "data_before failed error=Multipart parsing error: Multipart: No boundaries found in "
            "payload.");
  EXPECT_EQ(read_cut(BodyKind::kMultipart, "--Bound"), "");
}

TEST(CutMultipart, KnowsThatSomethingFollowsTheLastBoundary) {
  EXPECT_NE(read_cut(BodyKind::kMultipart, part("name=\"a\"", "v") + "--BoundarY--\r\n")
                .find("data_after"),
            std::string::npos);
}

TEST(CutJson, GivesTheTokenThatWasNotComplete) {
  EXPECT_EQ(read_cut(BodyKind::kJson, R"({"a":1,"b":"evil)"), "json.a=<1>@5 json.b=<evil>@11 ");
  EXPECT_EQ(read_cut(BodyKind::kJson, R"({"a":12.)"), "json.a=<12.>@5 ");
  EXPECT_EQ(read_cut(BodyKind::kJson, R"({"a":tru)"), "json.a=<tru>@5 ");
  EXPECT_EQ(read_cut(BodyKind::kJson, R"({"evil)"), "json.evil=<>@6 ");
  EXPECT_EQ(read_cut(BodyKind::kJson, R"({"evil")"), "json.evil=<>@7 ");
  EXPECT_EQ(read_cut(BodyKind::kJson, R"({"evil":)"), "json.evil=<>@8 ");
  EXPECT_EQ(read_cut(BodyKind::kJson, "[1,"), "json.array_0=<1>@1 ");
}

TEST(CutJson, DropsHalfAnEscape) {
  for (const std::string_view half : {"\\", "\\u", "\\u0", "\\u00", "\\u004"}) {
    EXPECT_EQ(read_cut(BodyKind::kJson, R"(["a\\)" + std::string(half)), "json.array_0=<a\\>@1 ")
        << half;
  }
  EXPECT_EQ(read_cut(BodyKind::kJson, R"(["a\\u00)"), "json.array_0=<a\\u00>@1 ");
  EXPECT_EQ(read_cut(BodyKind::kJson, R"(["\u0041)"), "json.array_0=<A>@1 ");
}

TEST(CutUrlEncoded, DropsHalfAnEscape) {
  EXPECT_EQ(read_cut(BodyKind::kUrlEncoded, "a=ev%69%"), "a=<evi>@2 ");
  EXPECT_EQ(read_cut(BodyKind::kUrlEncoded, "a=ev%69%6"), "a=<evi>@2 ");
  EXPECT_EQ(read_cut(BodyKind::kUrlEncoded, "a=ev%z"), "a=<ev%z>@2 urlencoded_error ");
}

TEST(CutXml, GivesTextAndAttributesThatWereNotComplete) {
  EXPECT_EQ(read_cut(BodyKind::kXml, "<a><b x='1'>one</b>evil"), "text=<oneevil> attribute=<1> ");
  EXPECT_EQ(read_cut(BodyKind::kXml, "<a>x<![CDATA[evil"), "text=<xevil> ");
  EXPECT_EQ(read_cut(BodyKind::kXml, "<a>x<b y='1' z=\"evil"),
            "text=<x> attribute=<1> attribute=<evil> ");
  EXPECT_EQ(read_cut(BodyKind::kXml, "<a z='evil"), "attribute=<evil> ");
}

TEST(CutXml, GivesArgumentsThatWereNotComplete) {
  const BodyLimits limits{.xml_arguments = XmlArgumentsMode::kOnly};
  EXPECT_EQ(read_cut(BodyKind::kXml, "<a><b>one</b><c>evil", limits),
            "xml.a.b=<one> xml.a.c=<evil> ");
  EXPECT_EQ(read_cut(BodyKind::kXml, "<a>out<c><![CDATA[evil", limits),
            "xml.a.c=<evil> xml.a=<out> ");
}

TEST(CutXml, InItsTypeDeclarationIsAnError) {
  EXPECT_NE(read_cut(BodyKind::kXml, "<!DOCTYPE a [ <!-- padding").find("error="),
            std::string::npos);
}

}  // namespace
}  // namespace yagura::waf
