// A real application, installed by npm from its registry and locked by npm, pnpm and yarn: all of
// them, and `npm ls`, name the same packages.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "image/packages/npm/npm_analyzer.hpp"
#include "image/packages/tree/tree.hpp"

namespace yagura::image {
namespace {

namespace fs = std::filesystem;

// No package of it is for some systems alone: `npm ls` lists what is installed, locks list all.
constexpr std::string_view kManifest = R"({"name": "app", "version": "1.0.0", "private": true,
  "dependencies": {"express": "4.18.2", "alias": "npm:left-pad@1.3.0", "@sindresorhus/is": "4.6.0"},
  "devDependencies": {"nopt": "7.2.0"}})";

std::string text_of(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

class NpmRegistry : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "npm_registry_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
    if (!run("npm ping --fetch-retries=0 --fetch-timeout=15000")) {
      GTEST_SKIP() << "skipped: no npm, or its registry is not reachable";
    }
    std::ofstream(root_ / "package.json") << kManifest;
  }
  void TearDown() override {
    if (!root_.empty()) fs::remove_all(root_);
  }

  [[nodiscard]] bool run(const std::string& command) const {
    const std::string whole = "cd '" + root_.string() + "' && export HOME=\"$PWD/home\" && (" +
                              command + ") >>log 2>&1 </dev/null";
    return std::system(whole.c_str()) == 0;
  }

  // "name@version" of all files that are wanted.
  [[nodiscard]] std::set<std::string> told(PackageEvidence evidence) const {
    std::set<std::string> out;
    const NpmAnalyzer analyzer;
    for (const auto& entry : fs::recursive_directory_iterator(root_)) {
      const std::string path = fs::relative(entry.path(), root_).string();
      if (!entry.is_regular_file() || path.starts_with("home/")) continue;
      const std::string text = text_of(entry.path());
      const FileEntry file{.path = path, .size = text.size()};
      if (!analyzer.wants(file, std::string_view(text).substr(0, 4096))) continue;
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

// Of aliases `npm ls` shows the name that they are installed under.
void add_listed(const kube::Node& node, std::set<std::string>& out) {
  for (const kube::Member& member : members_of(node.find("dependencies"))) {
    const std::string_view version = text_member(member.value, "version");
    const std::string name = member.key == "alias" ? "left-pad" : std::string(member.key);
    if (!version.empty()) out.insert(name + "@" + std::string(version));
    add_listed(member.value, out);
  }
}

TEST_F(NpmRegistry, InstalledAndLockedPackagesAreThoseThatNpmLists) {
  ASSERT_TRUE(run("npm install --no-audit --no-fund --ignore-scripts"));
  ASSERT_TRUE(run("npm ls --json --all >listed"));
  const auto tree = read_json_tree(text_of(root_ / "listed"));
  ASSERT_TRUE(tree);
  std::set<std::string> listed;
  add_listed(tree->root(), listed);
  EXPECT_GT(listed.size(), 50U);
  EXPECT_EQ(told(PackageEvidence::kInstalled), listed);
  EXPECT_EQ(told(PackageEvidence::kLocked), listed);
  fs::remove(root_ / "package-lock.json");
  fs::remove_all(root_ / "node_modules");

  for (const char* pnpm : {"pnpm@7", "pnpm@8", "pnpm@9"}) {
    if (!run("npx --yes " + std::string(pnpm) + " install --lockfile-only")) continue;
    EXPECT_EQ(told(PackageEvidence::kLocked), listed) << pnpm;
    fs::remove(root_ / "pnpm-lock.yaml");
  }
  if (run("npx --yes yarn@1 install --ignore-scripts")) {
    fs::remove_all(root_ / "node_modules");
    EXPECT_EQ(told(PackageEvidence::kLocked), listed) << "yarn";
  }
}

}  // namespace
}  // namespace yagura::image
