#include "image/packages/npm/npm_analyzer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace yagura::image {
namespace {

bool wanted(std::string_view path) { return NpmAnalyzer().wants(FileEntry{.path = path}, {}); }

TEST(NpmAnalyzer, WantsInstalledPackagesNotTheirParts) {
  EXPECT_TRUE(wanted("node_modules/a/package.json"));
  EXPECT_TRUE(wanted("app/node_modules/@s/a/package.json"));
  EXPECT_TRUE(wanted("app/node_modules/a/node_modules/b/package.json"));
  EXPECT_TRUE(wanted("app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json"));
  EXPECT_FALSE(wanted("app/package.json")) << "the application itself";
  EXPECT_FALSE(wanted("app/node_modules/a/test/fixtures/b/package.json"));
  EXPECT_FALSE(wanted("app/node_modules/a/dist/package.json"));
  EXPECT_FALSE(wanted("app/node_modules/package.json"));
  EXPECT_FALSE(wanted("app/node_modules/.cache/package.json"));
}

TEST(NpmAnalyzer, WantsLockFilesThatSomebodyInstallsBy) {
  for (const char* path : {"app/package-lock.json", "npm-shrinkwrap.json", "app/yarn.lock",
                           "app/pnpm-lock.yaml", "bun.lock"}) {
    EXPECT_TRUE(wanted(path)) << path;
  }
  EXPECT_FALSE(wanted("app/node_modules/a/package-lock.json"));
  EXPECT_FALSE(wanted("app/node_modules/a/yarn.lock"));
  EXPECT_FALSE(wanted("app/node_modules/.package-lock.json"));
  EXPECT_FALSE(wanted(""));
}

FileFacts installed(std::string_view json) {
  FileFacts facts;
  const FileEntry file{.path = "node_modules/a/package.json"};
  NpmAnalyzer().analyze(file, MemoryContent(json), facts);
  return facts;
}

TEST(NpmAnalyzer, ReadsAnInstalledPackage) {
  const FileFacts facts = installed(R"({"name": "@s/a", "version": "1.2.3", "license": "MIT",
      "author": {"name": "Ann", "email": "ann@example.org"}, "dependencies": {"b": "^1", "@s/c": "2"},
      "devDependencies": {"d": "1"}})");
  ASSERT_EQ(facts.packages.size(), 1U);
  const Package& package = facts.packages.front();
  EXPECT_EQ(package.type, PackageType::kNpm);
  EXPECT_EQ(package.evidence, PackageEvidence::kInstalled);
  EXPECT_EQ(package.name, "@s/a");
  EXPECT_EQ(package.version, "1.2.3");
  EXPECT_EQ(package.licenses, std::vector<std::string>{"MIT"});
  EXPECT_EQ(package.maintainer, "Ann");
  EXPECT_EQ(package.depends, (std::vector<std::string>{"b", "@s/c"}));
}

TEST(NpmAnalyzer, ReadsTheFormsOfLicenses) {
  using Licenses = std::vector<std::string>;
  const auto licenses = [](const std::string& member) {
    const FileFacts facts = installed(R"({"name": "a", "version": "1.0.0", )" + member + "}");
    return facts.packages.empty() ? Licenses{"?"} : facts.packages.front().licenses;
  };
  EXPECT_EQ(licenses(R"x("license": "(MIT OR Apache-2.0)")x"), Licenses{"(MIT OR Apache-2.0)"});
  EXPECT_EQ(licenses(R"("license": {"type": "BSD-3-Clause", "url": "x"})"),
            Licenses{"BSD-3-Clause"});
  EXPECT_EQ(licenses(R"("licenses": [{"type": "MIT"}, {"type": "GPL-2.0"}])"),
            (Licenses{"MIT", "GPL-2.0"}));
  EXPECT_EQ(licenses(R"("license": ["MIT", "ISC"])"), (Licenses{"MIT", "ISC"}));
  EXPECT_EQ(licenses(R"("license": 7)"), Licenses{});
}

TEST(NpmAnalyzer, FilesWithoutNameOrVersionAreNoPackages) {
  for (const char* text : {R"({"type": "module"})", R"({"name": "a"})", R"({"version": "1.0.0"})",
                           R"({"name": "a b", "version": "1"})", R"([1])"}) {
    EXPECT_TRUE(installed(text).empty()) << text;
  }
  EXPECT_EQ(installed("{\"name\"").problems.size(), 1U);
}

}  // namespace
}  // namespace yagura::image
