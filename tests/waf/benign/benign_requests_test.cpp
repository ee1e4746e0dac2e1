#include "benign_requests.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "wafcheck/http_request.hpp"

namespace yagura::waf::benign {
namespace {

using ::testing::HasSubstr;

std::string read_one(std::string_view text) {
  const auto requests = parse_benign_requests("c", text,
                                              "=== ua\nUser-Agent: x\n=== form\nA: b\n"
                                              "=== multipart\nC: d\n");
  EXPECT_TRUE(requests.has_value()) << (requests ? "" : requests.error().message);
  return requests && requests->size() == 1 ? requests->front().raw : "";
}

TEST(BenignReader, MakesRawRequestsOfBlocks) {
  EXPECT_EQ(read_one("=== a\nGET /p\n? q: O'Brien & co\n? n: \n@ua\nX: y\n"),
            "GET /p?q=O%27Brien+%26+co&n= HTTP/1.1\r\nUser-Agent: x\r\nX: y\r\n\r\n");
  EXPECT_EQ(read_one("=== a\nPOST /p\n\n{\"a\":\n1}\n\n"),
            "POST /p HTTP/1.1\r\nContent-Length: 8\r\n\r\n{\"a\":\n1}");
}

TEST(BenignReader, EncodesFormsAndLeavesMultipartBytes) {
  EXPECT_EQ(read_one("=== a\nPOST /p\n@form\n\na: 1 2\nb: x\n  y\n\n  z\n"),
            "POST /p HTTP/1.1\r\nA: b\r\nContent-Length: 29\r\n\r\na=1+2&b=x%0D%0Ay%0D%0A%0D%0Az");
  EXPECT_THAT(read_one("=== a\nPOST /p\n@multipart\n\n--B\nbase64:AAEC\n--B--\n"),
              HasSubstr(std::string("rT2\r\n\0\1\2\r\n--", 12)));
}

TEST(BenignReader, NamesWhatItCannotRead) {
  for (const auto& [text, message] : std::vector<std::pair<std::string, std::string>>{
           {"=== a\n", "c: a: is empty"},
           {"=== a\nGET\n", "names no target"},
           {"=== a\nGET /\n@none\n", "no header set @none"},
           {"=== a\nPOST /\n@form\n\nno pair\n", "'no pair' is no 'name: value'"}}) {
    const auto requests = parse_benign_requests("c", text, "=== form\nA: b\n");
    ASSERT_FALSE(requests.has_value()) << text;
    EXPECT_THAT(requests.error().message, HasSubstr(message));
  }
}

TEST(BenignRequests, AreManyOfManyKindsAndWellFormed) {
  const auto requests = read_benign_requests(YAGURA_BENIGN_FOLDER);
  ASSERT_TRUE(requests.has_value()) << requests.error().message;
  EXPECT_GE(requests->size(), 320U);
  std::set<std::pair<std::string, std::string>> names;
  std::set<std::string> texts;
  std::map<std::string, int> categories;
  for (const BenignRequest& request : *requests) {
    EXPECT_TRUE(names.emplace(request.category, request.name).second)
        << request.category << ": " << request.name << " stands there twice";
    EXPECT_TRUE(texts.insert(request.raw).second) << request.name << " repeats another";
    ++categories[request.category];
    const auto read = wafcheck::read_http_request(request.raw);
    ASSERT_TRUE(read.has_value()) << request.name;
    for (const auto& problem : read->problems) {
      ADD_FAILURE() << request.category << ": " << request.name << ": "
                    << wafcheck::describe(problem.fault);
    }
    EXPECT_EQ(read->size, request.raw.size()) << request.name;
  }
  EXPECT_GE(categories.size(), 15U);
}

}  // namespace
}  // namespace yagura::waf::benign
