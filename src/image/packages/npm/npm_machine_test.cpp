// Against npm itself: a project of archives and directories, installed offline, and what `npm ls`
// lists of it.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "image/packages/npm/npm_analyzer.hpp"
#include "image/packages/tree/tree.hpp"

namespace yagura::image {
namespace {

namespace fs = std::filesystem;

class NpmMachine : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("npm --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "skipped: no npm";
    std::string name = (fs::temp_directory_path() / "npm_machine_XXXXXX").string();
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
    const std::string whole = "cd '" + root_.string() +
                              "' && export HOME=\"$PWD\" npm_config_cache=\"$PWD/cache\" "
                              "npm_config_update_notifier=false && " +
                              command;
    return std::system(whole.c_str());
  }
  static std::string text_of(const fs::path& path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
  }
  // What the analyzer says of all regular files below `directory`, as "name@version".
  [[nodiscard]] std::set<std::string> analyzed(const fs::path& directory,
                                               PackageEvidence evidence) const {
    std::set<std::string> out;
    const NpmAnalyzer analyzer;
    for (const auto& entry : fs::recursive_directory_iterator(root_ / directory)) {
      if (!entry.is_regular_file() || entry.is_symlink()) continue;
      const std::string path = fs::relative(entry.path(), root_).string();
      const std::string text = text_of(entry.path());
      const FileEntry file{.path = path, .size = text.size()};
      if (!analyzer.wants(file, text.substr(0, 4096))) continue;
      FileFacts facts;
      analyzer.analyze(file, MemoryContent(text), facts);
      EXPECT_TRUE(facts.problems.empty()) << path;
      for (const Package& package : facts.packages) {
        if (package.evidence == evidence) out.insert(package.name + "@" + package.version);
      }
    }
    return out;
  }

  fs::path root_;
};

void add_listed(const kube::Node& node, std::set<std::string>& out) {
  for (const kube::Member& member : members_of(node.find("dependencies"))) {
    // A link to a directory is the project's own code.
    const std::string_view resolved = text_member(member.value, "resolved");
    const bool is_link = resolved.starts_with("file:") && !resolved.ends_with(".tgz");
    if (!is_link) {
      out.insert(std::string(member.key) + "@" + std::string(text_member(member.value, "version")));
    }
    add_listed(member.value, out);
  }
}

TEST_F(NpmMachine, TellsWhatNpmLists) {
  write("src/a/package.json", R"({"name": "a", "version": "1.2.3", "license": "MIT"})");
  write("src/b/package.json", R"({"name": "@scope/b", "version": "2.0.0-rc.1", "license": "ISC"})");
  write("src/b/test/fixtures/x/package.json", R"({"name": "fixture", "version": "6.6.6"})");
  write("src/c/package.json", R"({"name": "c", "version": "0.0.1"})");
  write("src/here/package.json", R"({"name": "here", "version": "5.0.0"})");
  ASSERT_EQ(run("for p in a b c; do (cd src/$p && npm pack --silent >/dev/null); done"), 0);
  write("app/package.json", R"({"name": "app", "version": "1.0.0", "dependencies": {
      "a": "file:../src/a/a-1.2.3.tgz", "@scope/b": "file:../src/b/scope-b-2.0.0-rc.1.tgz",
      "here": "file:../src/here"}, "devDependencies": {"c": "file:../src/c/c-0.0.1.tgz"}})");
  ASSERT_EQ(run("cd app && npm install --offline --no-audit --no-fund --silent >/dev/null"), 0);
  ASSERT_EQ(run("cd app && npm ls --json --all >../listed.json"), 0);

  const auto tree = read_json_tree(text_of(root_ / "listed.json"));
  ASSERT_TRUE(tree);
  std::set<std::string> listed;
  add_listed(tree->root(), listed);
  EXPECT_EQ(listed, (std::set<std::string>{"a@1.2.3", "@scope/b@2.0.0-rc.1", "c@0.0.1"}));
  EXPECT_EQ(analyzed("app", PackageEvidence::kInstalled), listed);
  EXPECT_EQ(analyzed("app", PackageEvidence::kLocked), listed);
  for (const char* version : {"1", "2", "3"}) {
    ASSERT_EQ(
        run("cd app && npm install --offline --no-audit --no-fund --silent --package-lock-only "
            "--lockfile-version=" +
            std::string(version) + " >/dev/null"),
        0);
    EXPECT_EQ(analyzed("app", PackageEvidence::kLocked).size(), listed.size()) << version;
  }
}

}  // namespace
}  // namespace yagura::image
