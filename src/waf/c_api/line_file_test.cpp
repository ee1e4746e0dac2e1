#include "waf/c_api/line_file.hpp"

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
