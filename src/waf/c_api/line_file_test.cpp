#include "waf/c_api/line_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace yagura::waf {
namespace {

namespace fs = std::filesystem;

class LineFileTest : public testing::Test {
 protected:
  LineFileTest() {
    std::string pattern = (fs::temp_directory_path() / "yagura-lines-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~LineFileTest() override { fs::remove_all(folder_); }
  std::vector<std::string> lines() const {
    std::vector<std::string> result;
    std::ifstream in(folder_ / "f");
    for (std::string line; std::getline(in, line);) result.push_back(line);
    return result;
  }
  fs::path folder_;
};

TEST_F(LineFileTest, LinesOfProcessesNeverMix) {
  auto file = LineFile::open((folder_ / "f").string());
  ASSERT_TRUE(file.has_value());
  std::vector<pid_t> children;
  for (const char letter : {'a', 'b', 'c'}) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (int i = 0; i < 200; ++i) file->append(std::string(3000, letter));
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  const std::vector<std::string> written = lines();
  ASSERT_EQ(written.size(), 600u);
  for (const std::string& line : written) ASSERT_EQ(line, std::string(3000, line[0]));
}

TEST_F(LineFileTest, AddsToWhatIsThere) {
  LineFile::open((folder_ / "f").string())->append("first");
  LineFile::open((folder_ / "f").string())->append("second");
  EXPECT_EQ(lines(), (std::vector<std::string>{"first", "second"}));
}

TEST_F(LineFileTest, ReopeningFollowsTheNameAndNotTheRenamedFile) {
  auto file = LineFile::open((folder_ / "f").string());
  file->append("old");
  fs::rename(folder_ / "f", folder_ / "f.1");
  file->append("still old");
  ASSERT_TRUE(file->reopen((folder_ / "f").string()).has_value());
  file->append("new");
  EXPECT_EQ(lines(), std::vector<std::string>{"new"});
  fs::rename(folder_ / "f.1", folder_ / "f");
  EXPECT_EQ(lines(), (std::vector<std::string>{"old", "still old"}));
}

TEST_F(LineFileTest, WhereReopeningFailsTheOldFileStays) {
  auto file = LineFile::open((folder_ / "f").string());
  EXPECT_FALSE(file->reopen((folder_ / "missing" / "f").string()).has_value());
  EXPECT_TRUE(file->append("line"));
  EXPECT_EQ(lines(), std::vector<std::string>{"line"});
}

TEST_F(LineFileTest, NeverClosesWhatItBorrowed) {
  auto owner = LineFile::open((folder_ / "f").string());
  const int descriptor = ::open((folder_ / "f").c_str(), O_WRONLY | O_APPEND);
  ASSERT_GE(descriptor, 0);
  {
    LineFile borrower;
    borrower.borrow(descriptor);
    EXPECT_TRUE(borrower.append("borrowed"));
    borrower.borrow(-1);
    EXPECT_FALSE(borrower.is_open());
    borrower.borrow(descriptor);
  }
  EXPECT_EQ(::close(descriptor), 0);
  EXPECT_EQ(lines(), std::vector<std::string>{"borrowed"});
}

TEST_F(LineFileTest, NoPathWritesNowhere) {
  auto file = LineFile::open({});
  ASSERT_TRUE(file.has_value());
  EXPECT_FALSE(file->is_open());
  EXPECT_TRUE(file->append("line"));
}

TEST_F(LineFileTest, AFolderIsAnError) {
  EXPECT_FALSE(LineFile::open(folder_.string()).has_value());
}

TEST_F(LineFileTest, TellsThatALineWasLost) {
  auto file = LineFile::open("/dev/full");
  ASSERT_TRUE(file.has_value());
  EXPECT_FALSE(file->append("line"));
}

}  // namespace
}  // namespace yagura::waf
