#include "gateway/config/state_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace yagura::gateway {
namespace {

namespace fs = std::filesystem;

class StateFolderTest : public testing::Test {
 protected:
  StateFolderTest() {
    std::string pattern = (fs::temp_directory_path() / "yagura-state-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~StateFolderTest() override { fs::remove_all(folder_); }
  void write(const char* name, std::string_view text) const {
    std::ofstream(folder_ / name) << text;
  }
  fs::path folder_;
};

TEST_F(StateFolderTest, TellsWhoRuns) {
  EXPECT_FALSE(running_gateway(folder_).has_value());
  {
    const auto state = StateFolder::open(folder_ / "a/b", {});
    ASSERT_TRUE(state.has_value());
    ASSERT_TRUE(state->announce({"listening on x", "in front of y"}).has_value());
    const auto running = running_gateway(folder_ / "a/b");
    ASSERT_TRUE(running.has_value());
    EXPECT_EQ(running->pid, ::getpid());
    EXPECT_EQ(running->lines, (std::vector<std::string>{"listening on x", "in front of y"}));
  }
  EXPECT_FALSE(running_gateway(folder_ / "a/b").has_value());
}

TEST_F(StateFolderTest, IsForOneGatewayAtATime) {
  const auto first = StateFolder::open(folder_, {});
  ASSERT_TRUE(first.has_value());
  const auto second = StateFolder::open(folder_, {});
  ASSERT_FALSE(second.has_value());
  EXPECT_NE(second.error().message.find("another gateway runs"), std::string::npos);
}

TEST_F(StateFolderTest, SaysWhichFolderTheWorkersCannotPass) {
  fs::create_directory(folder_ / "shut");
  ::chmod(folder_.c_str(), 0755);
  ::chmod((folder_ / "shut").c_str(), 0700);
  const auto state = StateFolder::open(folder_ / "shut/state", "www-data");
  ASSERT_FALSE(state.has_value());
  EXPECT_NE(state.error().message.find("/shut"), std::string::npos);
}

TEST_F(StateFolderTest, FindsTheNewestRecordOfABlock) {
  write("blocks.jsonl.1", "{\"id\":\"old\",\"n\":1}\n");
  write("blocks.jsonl",
        "{\"id\":\"a\",\"n\":1}\n{\"id\":\"b\",\"n\":2}\n{\"id\":\"a\",\"n\":"
        "3}\n");
  EXPECT_EQ(find_block(folder_, "a").value(), "{\"id\":\"a\",\"n\":3}");
  EXPECT_EQ(find_block(folder_, "old").value(), "{\"id\":\"old\",\"n\":1}");
  EXPECT_EQ(find_block(folder_, "c").error().code, ErrorCode::kNotFound);
}

TEST_F(StateFolderTest, TakesOnlyIds) {
  write("blocks.jsonl", "");
  for (const char* id : {"", "a\"", "a b", "../x", "a\n"}) {
    EXPECT_EQ(find_block(folder_, id).error().code, ErrorCode::kInvalidInput) << id;
  }
  EXPECT_EQ(find_block(folder_ / "nothing", "a").error().code, ErrorCode::kNotFound);
}

TEST_F(StateFolderTest, ALineWithoutAnEndIsNotARecordYet) {
  write("blocks.jsonl", "{\"id\":\"a\"");
  EXPECT_EQ(find_block(folder_, "a").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace yagura::gateway
