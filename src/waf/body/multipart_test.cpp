#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "waf/body/body.hpp"
#include "waf/body/testing/dump.hpp"

namespace yagura::waf {
namespace {

using testing::dump;
using testing::read_body;

constexpr std::string_view kType = "multipart/form-data; boundary=X";
constexpr std::string_view kField = "Content-Disposition: form-data; name=\"a\"";

std::string read(std::string_view text, const BodyLimits& limits = {},
                 std::string_view content_type = kType, std::size_t step = 1 << 30) {
  return read_body(BodyKind::kMultipart, content_type, text, limits, step);
}

std::string part(std::string_view headers, std::string_view value = "v") {
  return "--X\r\n" + std::string(headers) + "\r\n\r\n" + std::string(value) + "\r\n";
}
std::string body(std::string_view headers, std::string_view value = "v") {
  return part(headers, value) + "--X--\r\n";
}

// What is found besides the argument "a=v" and its header.
std::string oddities(std::string_view text, std::string_view content_type = kType,
                     const BodyLimits& limits = {}) {
  std::string dumped = read(text, limits, content_type);
  for (const std::string_view expected :
       {std::string_view("a=<v>@"),
        std::string_view("header a=<Content-Disposition: form-data; name=\"a\"> ")}) {
    const std::size_t at = dumped.find(expected);
    if (at == std::string::npos) continue;
    std::size_t end = at + expected.size();
    if (expected.ends_with('@')) end = dumped.find(' ', at) + 1;
    dumped.erase(at, end - at);
  }
  return dumped;
}

TEST(Multipart, GivesFieldsFilesAndHeaders) {
  EXPECT_EQ(read(part(kField, "one\r\ntwo\nthree") +
                 body("Content-Disposition: form-data; name=\"f\"; filename=\"n.txt\"\r\n"
                      "Content-Type: text/plain",
                      "content\r\n")),
            "a=<one\r\ntwo\nthree>@49 file f=<n.txt> 9 header a=<Content-Disposition: form-data; "
            "name=\"a\"> header f=<Content-Disposition: form-data; name=\"f\"; "
            "filename=\"n.txt\"> header f=<Content-Type: text/plain> ");
}

TEST(Multipart, TakesThePreciseBytesOfAValue) {
  for (const std::string& value : std::vector<std::string>{
           "", "\r\n", "\n", "\r", "\r\r\n", "x\r", "\r\n\r\n", "--", "-", "a\n\nb", "--\r\n",
           std::string(5000, 'z'), std::string(4095, 'z') + "\r\nq",
           std::string(4096, 'z') + "\r\n", std::string(4095, 'z') + "\r",
           std::string(4094, 'z') + "\r\n", std::string(9000, '\r'), std::string("\0\xff", 2)}) {
    core::Arena arena;
    ParsedBody parsed;
    const BodyLimits limits;
    const auto reader = make_body_reader(BodyKind::kMultipart, kType, limits, arena);
    EXPECT_TRUE(reader->feed(body(kField, value)));
    reader->finish(parsed);
    ASSERT_EQ(parsed.arguments.size(), 1U) << value.size();
    EXPECT_EQ(parsed.arguments[0].value, value);
    EXPECT_EQ(parsed.error, "");
  }
}

TEST(Multipart, IsStrictErrorForEachOddityButTwo) {
  EXPECT_FALSE(MultipartFlags{}.strict_error());
  EXPECT_FALSE((MultipartFlags{.crlf_lf_lines = true, .unmatched_boundary = 1}).strict_error());
  EXPECT_TRUE(MultipartFlags{.boundary_quoted = true}.strict_error());
  EXPECT_TRUE(MultipartFlags{.boundary_whitespace = true}.strict_error());
  EXPECT_TRUE(MultipartFlags{.data_before = true}.strict_error());
  EXPECT_TRUE(MultipartFlags{.data_after = true}.strict_error());
  EXPECT_TRUE(MultipartFlags{.header_folding = true}.strict_error());
  EXPECT_TRUE(MultipartFlags{.lf_line = true}.strict_error());
  EXPECT_TRUE(MultipartFlags{.missing_semicolon = true}.strict_error());
  EXPECT_TRUE(MultipartFlags{.invalid_quoting = true}.strict_error());
  EXPECT_TRUE(MultipartFlags{.invalid_part = true}.strict_error());
  EXPECT_TRUE(MultipartFlags{.invalid_header_folding = true}.strict_error());
  EXPECT_TRUE(MultipartFlags{.file_limit_exceeded = true}.strict_error());
  EXPECT_TRUE(MultipartFlags{.failed = true}.strict_error());
}

TEST(Multipart, FlagsWhatIsOddAboutABody) {
  const std::string plain = body(kField);
  const std::string without_end = part(kField);
  EXPECT_EQ(oddities(plain), "");
  EXPECT_EQ(oddities(""), "");
  EXPECT_EQ(oddities(without_end + "--X--"), "") << "the last line end may be missing";
  EXPECT_EQ(oddities("junk\r\n" + plain), "data_before ");
  EXPECT_EQ(oddities("\r\n" + plain), "data_before ");
  EXPECT_EQ(oddities(plain + "\r\n"), "data_after ");
  EXPECT_EQ(oddities(plain + "--X\r\n"), "data_after ");
  EXPECT_EQ(oddities(without_end + "--X--\n"), "lf_line crlf_lf_lines ");
  std::string lf = plain;
  lf.erase(std::remove(lf.begin(), lf.end(), '\r'), lf.end());
  EXPECT_EQ(oddities(lf), "lf_line ");
  EXPECT_EQ(oddities(body(std::string(kField) + "\r\nX: y\r\n folded")),
            "header a=<X: y folded> header_folding ");
  EXPECT_EQ(oddities(body(std::string(kField) + "\r\nX: y\r\n\x0b folded")),
            "header a=<X: y folded> header_folding invalid_header_folding ");
}

TEST(Multipart, FlagsLinesThatLookLikeBoundaries) {
  const auto flagged = [](std::string_view value) {
    return read(body(kField, value)).find("unmatched_boundary") != std::string::npos;
  };
  EXPECT_TRUE(flagged("l1\r\n--Y\r\nl2"));
  EXPECT_TRUE(flagged("l1\r\nabc --X def\r\nl2"));
  EXPECT_TRUE(flagged("---------"));
  EXPECT_FALSE(flagged("a - b -- c"));
  EXPECT_FALSE(flagged("a\n--\nb")) << "shorter than any boundary";
}

// ModSecurity 3 says the same of these, but for the last: it says 2 of every whole body.
TEST(Multipart, TellsStrangeLinesFromMissingBoundaries) {
  const auto value = [](std::string_view text) {
    core::Arena arena;
    ParsedBody parsed;
    const BodyLimits limits;
    const auto reader = make_body_reader(BodyKind::kMultipart, kType, limits, arena);
    reader->feed(text);
    reader->finish(parsed);
    return int{parsed.multipart.unmatched_boundary};
  };
  const std::string pem = "-----BEGIN CERTIFICATE-----\r\nabc\r\n-----END CERTIFICATE-----";
  EXPECT_EQ(value(body(kField, pem)), 2);
  EXPECT_EQ(value("--foo\r\n" + body(kField, "x")), 2);
  EXPECT_EQ(value(part(kField, pem)), 1) << "no final boundary";
  EXPECT_EQ(value("--foo\r\nx\r\n--X--\r\n"), 1) << "no first boundary";
  EXPECT_EQ(value(body(kField, "x")), 0);
}

TEST(Multipart, StopsAtBrokenBoundaries) {
  EXPECT_EQ(oddities(part(kField) + "--Xz\r\n"),
            "failed error=Multipart parsing error: Multipart: Invalid boundary: bytes follow it.");
  EXPECT_EQ(oddities(part(kField) + "--X \r\n"),
            "failed error=Multipart parsing error: Multipart: Invalid boundary: bytes follow it.");
  EXPECT_EQ(oddities(part(kField) + "-- X\r\n"),
            "failed error=Multipart parsing error: Multipart: Invalid boundary (whitespace).");
  EXPECT_EQ(oddities(part(kField) + "--\"X\"\r\n", "multipart/form-data; boundary=\"X\""),
            "boundary_quoted failed error=Multipart parsing error: Multipart: Invalid boundary "
            "(quotes).");
}

TEST(Multipart, MissesBoundaries) {
  EXPECT_EQ(oddities(part(kField)),
            "failed error=Multipart parsing error: Multipart: Final boundary missing.");
  EXPECT_EQ(oddities("a=1&b=2"),
            "data_before failed error=Multipart parsing error: Multipart: No boundaries found in "
            "payload.");
}

TEST(Multipart, ReadsTheContentTypeStrictly) {
  struct Case {
    std::string_view content_type, expected;
  };
  for (
      const Case& c : std::vector<Case>{
          {"multipart/form-data; boundary=X", ""},
          {"Multipart/Form-Data;boundary=X", ""},
          {"multipart/form-data; boundary=X; charset=utf-8", ""},
          {"multipart/form-data; boundary=\"X\"", "boundary_quoted "},
          {"multipart/form-data; boundary =X", "boundary_whitespace "},
          {"multipart/form-data boundary=X", "missing_semicolon "},
          {"",
           "failed error=Multipart parsing error: Multipart: Content-Type header not available."},
          {"multipart/related; boundary=X",
           "failed error=Multipart parsing error: Multipart: Invalid MIME type."},
          {"multipart/form-data",
           "failed error=Multipart parsing error: Multipart: Boundary not found in C-T."},
          {"multipart/form-data; Boundary=X",
           "failed error=Multipart parsing error: Multipart: Invalid boundary in C-T (case "
           "sensitivity)."},
          {"multipart/form-data; boundary=X; boundary=Y",
           "failed error=Multipart parsing error: Multipart: Multiple boundary parameters in C-T."},
          {"multipart/form-data; boundary=X; BOUNDARY=Y",
           "failed error=Multipart parsing error: Multipart: Multiple boundary parameters in C-T."},
          {"multipart/form-data; charset=utf-8; boundary=X",
           "failed error=Multipart parsing error: Multipart: Invalid boundary in C-T (malformed)."},
          {"multipart/form-data; boundary",
           "missing_semicolon failed error=Multipart parsing error: Multipart: Invalid boundary in "
           "C-T (malformed)."},
          {"multipart/form-data; boundaryx=X",
           "failed error=Multipart parsing error: Multipart: Invalid boundary in C-T (parameter "
           "name)."},
          {"multipart/form-data; boundary=\"X",
           "failed error=Multipart parsing error: Multipart: Invalid boundary in C-T (quote)."},
          {"multipart/form-data; boundary=\"X\"; a=b",
           "failed error=Multipart parsing error: Multipart: Invalid boundary in C-T (quote)."},
          {"multipart/form-data; boundary=",
           "failed error=Multipart parsing error: Multipart: Invalid boundary in C-T (empty)."},
          {"multipart/form-data; boundary=X@Y",
           "failed error=Multipart parsing error: Multipart: Invalid boundary in C-T "
           "(characters)."},
          {"multipart/form-data; boundary=X ",
           "failed error=Multipart parsing error: Multipart: Invalid boundary in C-T "
           "(characters)."},
      }) {
    std::string expected(c.expected);
    if (c.content_type == "multipart/form-data; boundary") expected.erase(0, 18);
    EXPECT_EQ(oddities(body(kField), c.content_type), expected) << c.content_type;
  }
  const std::string long_type = "multipart/form-data; boundary=" + std::string(1000, 'X');
  EXPECT_EQ(oddities("", long_type),
            "failed error=Multipart parsing error: Multipart: Invalid boundary in C-T (length).");
}

// The name, file name and oddities of a part with this Content-Disposition.
std::string disposition(std::string_view value) {
  core::Arena arena;
  ParsedBody parsed;
  const BodyLimits limits;
  const auto reader = make_body_reader(BodyKind::kMultipart, kType, limits, arena);
  reader->feed(body("Content-Disposition: " + std::string(value)));
  reader->finish(parsed);
  std::string text;
  if (!parsed.arguments.empty()) text = parsed.arguments[0].name;
  if (!parsed.files.empty()) {
    text = std::string(parsed.files[0].field) + "|" + std::string(parsed.files[0].file_name);
  }
  if (parsed.multipart.invalid_quoting) text += " invalid_quoting";
  constexpr std::string_view kRefused =
      "Multipart parsing error: Multipart: Invalid Content-Disposition header ";
  if (parsed.error.starts_with(kRefused)) text += parsed.error.substr(kRefused.size());
  return text;
}

TEST(Multipart, ReadsContentDisposition) {
  struct Case {
    std::string_view value, expected;
  };
  for (const Case& c : std::vector<Case>{
           {R"(form-data; name="a")", "a"},
           {R"(form-data;name=a)", "a"},
           {R"(form-data ; name = a)", "a"},
           {R"(form-data; name="a";)", "a"},
           {R"(form-data; name=a; filename=b.txt)", "a|b.txt"},
           {R"(form-data; filename="b"; name="a")", "a|b"},
           {R"(form-data; name="a"; filename="")", "a"},
           {R"(form-data; name="a"; filename="b\"c\\d\e.txt")", R"(a|b"c\d\e.txt)"},
           {R"(form-data; name="a'b")", "a'b"},
           {R"(form-data; name="fi;le"; filename="x=y")", "fi;le|x=y"},
           {R"(form-data; name='a')", "a invalid_quoting"},
           {R"(form-data; name="a"; filename*=UTF-8''%e2%82%ac%20rates.txt)",
            "a|\xe2\x82\xac rates.txt"},
           {R"(form-data; name="a"; filename*=iso-8859-1'en'%A3.txt)", "a|\xc2\xa3.txt"},
           {R"(form-data; name="a"; filename="b.txt"; filename*=utf-8''b.txt)", "a|b.txt"},
           {R"(form-data; name="a"; filename="b.txt"; filename*=utf-8''evil.php)",
            "(two file names)."},
           {R"(form-data; name="a"; filename*=koi8-r''x)", "(filename*)."},
           {R"(form-data; name="a"; filename*=utf-8''%zz)", "(filename*)."},
           {R"(form-data; name="a"; filename*=plain)", "(filename*)."},
           {R"(form-data)", "(no name)."},
           {R"(form-data; name="")", "(no name)."},
           {R"(form-data; filename="b")", "(no name)."},
           {R"(attachment; name="a")", "(no form-data)."},
           {R"(form-data; name="a"; name="b")", "(a parameter twice)."},
           {R"(form-data; name="a"; filename="b"; filename="c")", "(a parameter twice)."},
           {R"(form-data; name="a"; foo=bar)", "(unknown parameter)."},
           {R"(form-data; name="a"; filename =b)", "(filename)."},
           {R"(form-data; name)", "(no equal sign)."},
           {R"(form-data; name=)", "(no value)."},
           {R"(form-data; name="a)", " invalid_quoting(a quote is not closed)."},
           {R"(form-data; name="a"b)", " invalid_quoting(no semicolon)."},
           {R"(form-data; name=a b)", "(no semicolon)."},
       }) {
    EXPECT_EQ(disposition(c.value), c.expected) << c.value;
  }
}

TEST(Multipart, GivesUpPartsWithBrokenHeadersAndReadsTheRest) {
  struct Case {
    std::string headers, error;
  };
  const std::string field(kField);
  for (const Case& c : std::vector<Case>{
           {field + "\r\nnocolon", "Invalid part header (colon missing)."},
           {field + "\r\n: x", "Invalid part header (header name missing)."},
           {field + "\r\nX : y", "Invalid part header (contains invalid character)."},
           {"\x0e" + field + "\r\n" + field, "Invalid part header (contains invalid character)."},
           {field + "\r\ncontent-disposition: form-data; name=\"b\"", "Duplicate part header."},
           {"Content-Type: text/plain", "Part missing Content-Disposition header."},
           {" folded: first", "Invalid part header (folding error)."},
           {field + "\r\nX: " + std::string(5000, 'y'), "Part header line over 4096 bytes long."},
           {field + "\r\nX: " + std::string(3000, 'y') + "\r\n " + std::string(3000, 'y'),
            "Part header too long."},
           {field + "\r\nX: " + std::string(1, '\0'), "Nul byte in part headers."},
       }) {
    core::Arena arena;
    ParsedBody parsed;
    const BodyLimits limits;
    const auto reader = make_body_reader(BodyKind::kMultipart, kType, limits, arena);
    reader->feed(part(c.headers, "first") +
                 body("Content-Disposition: form-data; name=\"second\"", "2"));
    reader->finish(parsed);
    EXPECT_EQ(parsed.error, "Multipart parsing error: Multipart: " + c.error);
    EXPECT_TRUE(parsed.multipart.invalid_part) << c.error;
    ASSERT_EQ(parsed.arguments.size(), 1U) << c.error;
    EXPECT_EQ(parsed.arguments[0].name, "second");
  }
}

TEST(Multipart, RefusesPartsWithoutALineOfData) {
  EXPECT_EQ(oddities("--X\r\n" + std::string(kField) + "\r\n\r\n--X--\r\n"),
            "invalid_part failed error=Multipart parsing error: Multipart: Invalid part (no line "
            "of data).");
  EXPECT_EQ(oddities("--X\r\n" + std::string(kField) + "\r\n--X--\r\n"),
            "header =<Content-Disposition: form-data; name=\"a\"> invalid_part failed "
            "error=Multipart parsing error: Multipart: Invalid part (a boundary among its "
            "headers).");
}

TEST(Multipart, ShowsTheHeadersOfPartsThatItGivesUp) {
  EXPECT_EQ(read(body("\x0e"
                      "Evil: 1")),
            "header =<\x0e"
            "Evil: 1> invalid_part failed error=Multipart parsing error: "
            "Multipart: Invalid part header (contains invalid character).");
}

TEST(Multipart, SaysTheSameHoweverTheBytesArrive) {
  const std::vector<std::string> bodies{
      "junk\r\n" + part(kField, "one\r\ntwo\r\r\n\r\n--Y\r\n") +
          body("Content-Disposition: form-data; name=\"f\"; filename=\"n.txt\"\r\nX: y\r\n z",
               "c\r\n\r\n--X in the middle\r"),
      body(kField, std::string(4095, 'z') + "\r\n--Xy\r\n" + std::string(4200, '\r') + "\n"),
      part(kField) + "--X--",
      part(kField) + "--X-",
      part(kField) + "\r\n--Xtra\r\n",
      body("broken\r\n\r\nheader", "x") + "trailing"};
  const BodyLimits limits{.keep_file_content = true};
  for (const std::string& text : bodies) {
    const std::string whole = read(text, limits);
    for (const std::size_t step : {1, 2, 3, 5, 7, 13, 50, 64, 100, 1000, 4095, 4096, 4097}) {
      EXPECT_EQ(read(text, limits, kType, step), whole) << "in pieces of " << step;
    }
    // A boundary cut at each of its places.
    for (std::size_t cut = text.size() > 60 ? text.size() - 60 : 0; cut < text.size(); ++cut) {
      core::Arena arena;
      ParsedBody parsed;
      const auto reader = make_body_reader(BodyKind::kMultipart, kType, limits, arena);
      if (reader->feed(std::string(text, 0, cut))) reader->feed(std::string(text, cut));
      reader->finish(parsed);
      EXPECT_EQ(dump(parsed), whole) << "cut at " << cut;
    }
  }
}

TEST(MultipartLimits, BoundTheParts) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += part(kField);
  core::Arena arena;
  ParsedBody parsed;
  const BodyLimits limits{
      .max_arguments = 1'000'000, .max_parts = 5000, .max_body_no_files = 1 << 30};
  const auto reader = make_body_reader(BodyKind::kMultipart, kType, limits, arena);
  EXPECT_FALSE(reader->feed(text));
  reader->finish(parsed);
  EXPECT_EQ(parsed.arguments.size(), 5000U);
  EXPECT_EQ(parsed.limits_reached, 1U);
  EXPECT_EQ(parsed.error,
            "Multipart parsing error: Multipart: More than 5000 parts: the rest was not read.");
  EXPECT_LT(arena.reserved(), 2U << 20);
}

TEST(MultipartLimits, BoundArgumentsAndBytesOutsideFiles) {
  std::string text;
  for (int i = 0; i < 10; ++i) text += part(kField);
  EXPECT_TRUE(read(text, {.max_arguments = 4})
                  .ends_with("failed limits_reached=1 error=Multipart parsing error: Multipart: "
                             "More than 4 arguments: the rest was not read."));
  EXPECT_TRUE(read(body(kField, std::string(300, 'v')), {.max_body_no_files = 200})
                  .ends_with("failed limits_reached=1 error=Request body excluding files is bigger "
                             "than the maximum expected (200 bytes)."));
  EXPECT_TRUE(read(std::string(5000, 'p'), {.max_body_no_files = 200}).find("limits_reached=1") !=
              std::string::npos);
  const std::string file =
      body("Content-Disposition: form-data; name=\"f\"; filename=\"n\"", std::string(30'000, 'v'));
  EXPECT_EQ(read(file, {.max_body_no_files = 200}).find("error"), std::string::npos)
      << "the content of files has a limit of its own";
}

TEST(MultipartLimits, BoundTheHeadersOfAPart) {
  std::string headers(kField);
  for (int i = 0; i < 1000; ++i) headers += "\r\nX-" + std::to_string(i) + ": y";
  const std::string dumped = read(body(headers));
  EXPECT_TRUE(
      dumped.ends_with("invalid_part failed limits_reached=1 error=Multipart parsing "
                       "error: Multipart: More than 64 headers of a part."))
      << dumped;
}

class StoredUploads : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/yagura-uploads-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::size_t stored() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

  std::string folder_;
};

constexpr std::string_view kFile = "Content-Disposition: form-data; name=\"f\"; filename=\"n\"";

TEST_F(StoredUploads, HoldTheContent) {
  const BodyLimits limits{.keep_files = true, .upload_folder = folder_, .keep_file_content = true};
  std::string content(200'000, 'c');
  for (std::size_t i = 0; i < content.size(); i += 77) content[i] = '\n';
  core::Arena arena;
  ParsedBody parsed;
  const auto reader = make_body_reader(BodyKind::kMultipart, kType, limits, arena);
  reader->feed(body(kFile, content));
  reader->finish(parsed);
  ASSERT_EQ(parsed.files.size(), 1U);
  EXPECT_EQ(parsed.files[0].size, content.size());
  EXPECT_EQ(parsed.files[0].content, content);
  std::ifstream file{std::string(parsed.files[0].temporary), std::ios::binary};
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), content);
}

TEST_F(StoredUploads, AreCountedUpToTheirLimit) {
  const BodyLimits limits{.max_files = 2, .keep_files = true, .upload_folder = folder_};
  core::Arena arena;
  ParsedBody parsed;
  const auto reader = make_body_reader(BodyKind::kMultipart, kType, limits, arena);
  reader->feed(part(kFile, "1") + part(kFile, "22") + part(kFile, "333") + body(kFile, "4444"));
  reader->finish(parsed);
  EXPECT_EQ(parsed.files.size(), 4U) << "names and sizes are there all the same";
  EXPECT_EQ(parsed.files[3].size, 4U);
  EXPECT_EQ(parsed.files[3].temporary, "");
  EXPECT_TRUE(parsed.multipart.file_limit_exceeded);
  EXPECT_EQ(parsed.limits_reached, 1U);
  EXPECT_EQ(stored(), 2U);
}

TEST_F(StoredUploads, AreRemovedWhenTheirPartNeverEnds) {
  const BodyLimits limits{.keep_files = true, .upload_folder = folder_};
  core::Arena arena;
  {
    const auto reader = make_body_reader(BodyKind::kMultipart, kType, limits, arena);
    reader->feed(part(kFile, std::string(100'000, 'c')));
    EXPECT_EQ(stored(), 1U);
  }
  EXPECT_EQ(stored(), 0U);
}

TEST_F(StoredUploads, SayWhenTheyCannotBeWritten) {
  const BodyLimits limits{.keep_files = true, .upload_folder = folder_ + "/missing"};
  const std::string dumped = read(body(kFile), limits);
  EXPECT_NE(dumped.find("file f=<n> 1"), std::string::npos) << dumped;
  EXPECT_NE(dumped.find("error=Multipart parsing error: cannot store an upload in"),
            std::string::npos)
      << dumped;
}

TEST(MultipartContent, IsKeptForRulesUpToTheBodyLimit) {
  const BodyLimits limits{.max_body = 100, .keep_file_content = true};
  EXPECT_EQ(read(body(kFile, std::string(100, 'c')), limits).find("limits_reached"),
            std::string::npos);
  const std::string dumped = read(body(kFile, std::string(101, 'c')), limits);
  EXPECT_NE(dumped.find("file f=<n> 101"), std::string::npos) << dumped;
  EXPECT_NE(dumped.find("limits_reached=1"), std::string::npos) << dumped;
}

}  // namespace
}  // namespace yagura::waf
