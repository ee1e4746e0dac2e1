// Against Go itself: a program of our own, built offline with a replaced and a vendored module, and
// Debian's programs where they are installed; `go version -m` is the oracle.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "image/packages/golang/build_info.hpp"
#include "image/packages/golang/golang_analyzer.hpp"

namespace yagura::image {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

class GolangMachine : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("go version >/dev/null 2>&1") != 0) GTEST_SKIP() << "skipped: no go";
    std::string name = (fs::temp_directory_path() / "golang_machine_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override {
    if (!root_.empty()) fs::remove_all(root_);
  }
  void write(const fs::path& path, std::string_view text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  [[nodiscard]] int run(const std::string& command) const {
    return std::system(
        ("cd '" + root_.string() +
         "' && export HOME=\"$PWD\" GOCACHE=\"$PWD/cache\" "
         "GOFLAGS=-mod=mod GOPROXY=off GONOSUMDB='*' GOTOOLCHAIN=local GOWORK=off && " +
         command)
            .c_str());
  }
  // The lines that `go version -m` prints, without the file's name and the indentation.
  [[nodiscard]] std::string listed(const fs::path& program) const {
    EXPECT_EQ(run("go version -m '" + program.string() + "' >listed"), 0);
    std::istringstream lines(text_of(root_ / "listed"));
    std::string line;
    std::string out;
    std::getline(lines, line);
    out = line.substr(line.find(": ") + 2) + "\n";
    while (std::getline(lines, line)) out += line.substr(1) + "\n";
    return out;
  }
  static std::string read(const std::string& bytes) {
    std::string out;
    for (const ObjectFile& object : read_objects(bytes)) {
      const auto info = read_go_build_info(object);
      if (info) out += std::string(info->go_version) + "\n" + std::string(info->modules_text);
    }
    return out;
  }

  fs::path root_;
};

// What `go version -m` shows is the text as it is, but for the line ends of empty fields.
std::string without_trailing_tabs(std::string text) {
  for (auto at = text.find("\t\n"); at != std::string::npos; at = text.find("\t\n"))
    text.erase(at, 1);
  return text;
}

TEST_F(GolangMachine, OwnProgramsForAllSystemsTellWhatGoReads) {
  write("lib/go.mod", "module example.org/lib\n\ngo 1.18\n");
  write("lib/lib.go", "package lib\n\nfunc Answer() int { return 42 }\n");
  write("app/go.mod",
        "module example.org/app\n\ngo 1.18\n\nrequire example.org/lib v1.2.3\n\n"
        "replace example.org/lib => ../lib\n");
  write("app/main.go",
        "package main\n\nimport \"example.org/lib\"\n\nfunc main() { println(lib.Answer()) }\n");
  struct Case {
    const char* os;
    const char* architecture;
  };
  for (const Case& c : {Case{"linux", "amd64"}, Case{"linux", "s390x"}, Case{"windows", "amd64"},
                        Case{"darwin", "arm64"}}) {
    SCOPED_TRACE(std::string(c.os) + "/" + c.architecture);
    const std::string build = "cd app && CGO_ENABLED=0 GOOS=" + std::string(c.os) +
                              " GOARCH=" + c.architecture +
                              " go build -ldflags='-s -w' -o ../app.out . 2>../log";
    if (run(build) != 0) {
      GTEST_SKIP() << "skipped: go does not build here: " << text_of(root_ / "log");
    }
    const std::string bytes = text_of(root_ / "app.out");
    EXPECT_EQ(without_trailing_tabs(read(bytes)), without_trailing_tabs(listed(root_ / "app.out")));
    FileFacts facts;
    const FileEntry file{.path = "app.out", .size = bytes.size()};
    const GolangAnalyzer analyzer;
    ASSERT_TRUE(analyzer.wants(file, bytes.substr(0, 4096)));
    analyzer.analyze(file, MemoryContent(bytes), facts);
    ASSERT_EQ(facts.packages.size(), 3U);
    EXPECT_EQ(facts.packages[0].name, "stdlib");
    EXPECT_EQ(facts.packages[1].name, "example.org/app");
    EXPECT_EQ(facts.packages[2].name, "example.org/lib");
    EXPECT_TRUE(facts.problems.empty());
  }
}

TEST_F(GolangMachine, InstalledProgramsTellWhatGoReads) {
  int seen = 0;
  for (const char* path :
       {"/usr/bin/skopeo", "/usr/bin/umoci", "/usr/bin/containerd", "/usr/sbin/runc",
        "/usr/bin/ctr", "/usr/lib/go/bin/gofmt", "/usr/lib/go/bin/go"}) {
    if (!fs::exists(path)) continue;
    SCOPED_TRACE(path);
    ++seen;
    EXPECT_EQ(without_trailing_tabs(read(text_of(path))), without_trailing_tabs(listed(path)));
  }
  if (seen == 0) GTEST_SKIP() << "skipped: no Go program is installed";
}

}  // namespace
}  // namespace yagura::image
