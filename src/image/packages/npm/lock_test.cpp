#include <gtest/gtest.h>

#include <map>
#include <string>

#include "image/packages/npm/bun_lock.hpp"
#include "image/packages/npm/npm_spec.hpp"
#include "image/packages/npm/package_lock.hpp"
#include "image/packages/npm/pnpm_lock.hpp"
#include "image/packages/npm/yarn_lock.hpp"

namespace yagura::image {
namespace {

using Reader = void (*)(std::string_view, FileFacts&);

FileFacts read(Reader reader, std::string_view text) {
  FileFacts facts;
  reader(text, facts);
  return facts;
}

// "name@version" with " dev" and " #commit", one a line, in the file's order.
std::string told(const FileFacts& facts) {
  std::string out;
  for (const Package& package : facts.packages) {
    out += package.name + "@" + package.version;
    if (package.development) out += " dev";
    if (!package.revision.empty()) out += " #" + package.revision.substr(0, 4);
    out += "\n";
  }
  for (const std::string& problem : facts.problems) out += "! " + problem + "\n";
  return out;
}

constexpr std::string_view kCommit = "0123456789abcdef0123456789abcdef01234567";

std::string with_commit(std::string text) {
  for (auto at = text.find("COMMIT"); at != std::string::npos; at = text.find("COMMIT")) {
    text.replace(at, 6, kCommit);
  }
  return text;
}

TEST(NpmSpec, DividesAtTheAtThatIsNoScope) {
  EXPECT_EQ(split_npm_spec("@s/a@^1").name, "@s/a");
  EXPECT_EQ(split_npm_spec("@s/a@^1").range, "^1");
  EXPECT_EQ(split_npm_spec("a").name, "a");
  EXPECT_EQ(split_npm_spec("a@npm:@s/b@1").range, "npm:@s/b@1");
  EXPECT_EQ(split_npm_spec("").name, "");
}

TEST(NpmSpec, TellsWhereAPackageComesFrom) {
  for (const char* text : {"^1.0.0", "latest", "npm:a@1", "https://registry.npmjs.org/a/-/a-1.tgz",
                           "file:a-1.0.0.tgz", ">=1 <2", "1.x || 2.x", "*", ""}) {
    EXPECT_EQ(npm_origin(text), NpmOrigin::kRegistry) << text;
  }
  for (const char* text : {"git+ssh://git@github.com/a/b.git#main", "github:a/b", "a/b", "a/b#v1",
                           "https://github.com/a/b.git", "https://codeload.github.com/a/b/tar.gz/x",
                           "git@github.com:a/b.git#commit=1"}) {
    EXPECT_EQ(npm_origin(text), NpmOrigin::kGit) << text;
  }
  for (const char* text : {"link:../a", "workspace:*", "portal:../a", "file:../a", "./a"}) {
    EXPECT_EQ(npm_origin(text), NpmOrigin::kLocal) << text;
  }
}

TEST(NpmSpec, ReadsVersionsOfArchivesAndCommits) {
  EXPECT_EQ(version_of_archive("https://r/@s/a/-/a-1.2.3-rc.1.tgz", "@s/a"), "1.2.3-rc.1");
  EXPECT_EQ(version_of_archive("https://r/b-1.2.3.tgz", "a"), "");
  EXPECT_EQ(version_of_archive("https://r/a-b-1.2.3.tgz", "a"), "");
  EXPECT_EQ(npm_commit("git+https://x/y.git#" + std::string(kCommit)), kCommit);
  EXPECT_EQ(npm_commit("https://codeload.github.com/a/b/tar.gz/" + std::string(kCommit)), kCommit);
  EXPECT_EQ(npm_commit("git+https://x/y.git#main"), "");
}

TEST(PackageLock, Version1NestsAliasesAndCommits) {
  EXPECT_EQ(told(read(read_package_lock, with_commit(R"({
    "name": "app", "version": "1.0.0", "lockfileVersion": 1,
    "dependencies": {
      "a": {"version": "1.0.0", "requires": {"b": "^2"},
            "dependencies": {"b": {"version": "2.0.0", "dev": true}}},
      "b": {"version": "1.5.0", "dev": true},
      "alias": {"version": "npm:@s/real@3.0.0"},
      "g": {"version": "git+ssh://git@github.com/x/g.git#COMMIT", "from": "git+x"},
      "local": {"version": "file:../local"},
      "archive": {"version": "https://example.org/archive-4.5.6.tgz"}
    }})"))),
            "a@1.0.0\nb@1.5.0 dev\n@s/real@3.0.0\ng@ #0123\narchive@4.5.6\nb@2.0.0 dev\n");
}

TEST(PackageLock, Version3NamesPathsAndLeavesOutOwnDirectories) {
  const FileFacts facts = read(read_package_lock, with_commit(R"({
    "name": "app", "lockfileVersion": 3,
    "packages": {
      "": {"name": "app", "version": "1.0.0", "workspaces": ["packages/*"]},
      "node_modules/a": {"version": "1.0.0", "license": "MIT", "dependencies": {"@s/b": "^1"}},
      "node_modules/a/node_modules/@s/b": {"version": "1.1.0", "dev": true},
      "node_modules/alias": {"name": "real", "version": "2.0.0", "devOptional": true},
      "node_modules/w": {"resolved": "packages/w", "link": true},
      "packages/w": {"version": "9.9.9"},
      "packages/w/node_modules/a": {"version": "1.0.0", "dev": true},
      "node_modules/g": {"version": "3.0.0", "resolved": "git+ssh://git@github.com/x/g.git#COMMIT"},
      "node_modules/f": {"version": "4.0.0", "resolved": "file:f-4.0.0.tgz"}
    }})"));
  EXPECT_EQ(told(facts), "a@1.0.0\n@s/b@1.1.0 dev\nreal@2.0.0\ng@3.0.0 #0123\nf@4.0.0\n");
  ASSERT_FALSE(facts.packages.empty());
  EXPECT_EQ(facts.packages[0].licenses, std::vector<std::string>{"MIT"});
  EXPECT_EQ(facts.packages[0].depends, std::vector<std::string>{"@s/b"});
  EXPECT_EQ(facts.packages[0].evidence, PackageEvidence::kLocked);
}

TEST(PackageLock, WhatIsNoneIsAProblem) {
  EXPECT_TRUE(
      told(read(read_package_lock, "{\"packages\": ")).starts_with("! package-lock.json: no JSON"));
  EXPECT_EQ(told(read(read_package_lock, "[]")), "");
  EXPECT_EQ(
      told(read(read_package_lock, R"({"packages": {"node_modules/../x": {"version": "1"}}})")),
      "! no package name: ../x\n");
}

TEST(PackageLock, DeepNestingIsRefusedByTheReader) {
  std::string deep;
  for (int i = 0; i < 5'000; ++i) deep += R"({"dependencies": {"a": )";
  EXPECT_TRUE(told(read(read_package_lock, deep)).starts_with("! package-lock.json: no JSON"));
}

TEST(YarnLock, Classic) {
  const FileFacts facts =
      read(read_yarn_lock,
           with_commit(R"(# THIS IS AN AUTOGENERATED FILE. DO NOT EDIT THIS FILE DIRECTLY.
# yarn lockfile v1


"@babel/code-frame@^7.0.0", "@babel/code-frame@^7.8.3":
  version "7.8.3"
  resolved "https://registry.yarnpkg.com/@babel/code-frame/-/code-frame-7.8.3.tgz#33e25903d7481181534e12ec0a25f16b6fcf419e"
  integrity sha512-a9gxpmdXtZEInkCSHUJDLHZVBgb1QS0jhss4cPP93EW7s+uC5bikET2twEF3KV+7rDblJcmNvTR7VJejqd2C2g==
  dependencies:
    "@babel/highlight" "^7.8.3"
    other "^1"

abbrev@1:
  version "1.1.1"
  resolved "https://registry.yarnpkg.com/abbrev/-/abbrev-1.1.1.tgz#f8f2c887ad10bf67f634f005b6987fed3179aac8"

alias@npm:@s/real@^2:
  version "2.3.4"
  resolved "https://registry.yarnpkg.com/@s/real/-/real-2.3.4.tgz#1"

"here@link:../here":
  version "0.0.0"
  uid ""

"g@git+https://github.com/x/g.git":
  version "3.0.0"
  resolved "git+https://github.com/x/g.git#COMMIT"
)"));
  EXPECT_EQ(told(facts), "@babel/code-frame@7.8.3\nabbrev@1.1.1\n@s/real@2.3.4\ng@3.0.0 #0123\n");
  EXPECT_EQ(facts.packages.at(0).depends, (std::vector<std::string>{"@babel/highlight", "other"}));
}

TEST(YarnLock, Berry) {
  EXPECT_EQ(told(read(read_yarn_lock,
                      with_commit(
                          R"(# This file is generated by running "yarn install" inside your project.

__metadata:
  version: 6
  cacheKey: 8

"@babel/core@npm:^7.1.0, @babel/core@npm:^7.12.3":
  version: 7.16.0
  resolution: "@babel/core@npm:7.16.0"
  dependencies:
    "@babel/x": ^7.16.0
  checksum: a140f669daa90c774016a76b1f85641975333c1c219ae0a8e65d8b4c316836e918276e0dfd55613b14f8e578406a92393d4368a63bdd5d0708122976ee2ee8e3
  languageName: node
  linkType: hard

"alias@npm:real@^2":
  version: 2.0.0
  resolution: "real@npm:2.0.0"
  languageName: node
  linkType: hard

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  languageName: unknown
  linkType: soft

"typescript@patch:typescript@^4#~builtin<compat/typescript>":
  version: 4.5.4
  resolution: "typescript@patch:typescript@npm%3A4.5.4#~builtin<compat/typescript>::version=4.5.4&hash=bda367"
  languageName: node
  linkType: hard

"typescript@npm:^4":
  version: 4.5.4
  resolution: "typescript@npm:4.5.4"
  languageName: node
  linkType: hard

"g@https://github.com/x/g.git":
  version: 3.0.0
  resolution: "g@https://github.com/x/g.git#commit=COMMIT"
  languageName: node
  linkType: hard
)"))),
            "@babel/core@7.16.0\nreal@2.0.0\ntypescript@4.5.4\ng@3.0.0 #0123\n");
}

TEST(YarnLock, SaysWhatItCouldNotRead) {
  EXPECT_EQ(told(read(read_yarn_lock, "a@1:\n  resolved \"x\"\nb@1\n")),
            "! yarn.lock: entry a@1 has no name or no version\n! yarn.lock: no entry: b@1\n");
}

TEST(PnpmLock, Version5) {
  EXPECT_EQ(told(read(read_pnpm_lock, with_commit(R"(lockfileVersion: 5.4
dependencies:
  a: 1.0.0
packages:
  /a/1.0.0_b@2.0.0:
    resolution: {integrity: sha512-x}
    peerDependencies: {b: '*'}
    dependencies:
      b: 2.0.0
    dev: false
  /@s/b/2.0.0:
    resolution: {integrity: sha512-x}
    dev: true
  github.com/x/g/COMMIT:
    resolution: {tarball: https://codeload.github.com/x/g/tar.gz/COMMIT}
    name: g
    version: 3.0.0
    dev: false
  file:local:
    resolution: {directory: local, type: directory}
    name: local
    version: 1.0.0
)"))),
            "a@1.0.0\n@s/b@2.0.0 dev\ng@3.0.0 #0123\n");
}

TEST(PnpmLock, Version6) {
  EXPECT_EQ(told(read(read_pnpm_lock, R"(lockfileVersion: '6.0'
packages:
  /a@1.0.0(b@2.0.0):
    resolution: {integrity: sha512-x}
    dev: false
  /@s/b@2.0.0-rc.1:
    resolution: {integrity: sha512-x}
    dev: true
)")),
            "a@1.0.0\n@s/b@2.0.0-rc.1 dev\n");
}

TEST(PnpmLock, Version9FindsWhatRunsByItself) {
  EXPECT_EQ(told(read(read_pnpm_lock, with_commit(R"(lockfileVersion: '9.0'
settings:
  autoInstallPeers: true
importers:
  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0(peer@5.0.0)
      alias:
        specifier: npm:real@^2
        version: real@2.0.0
      here:
        specifier: link:../here
        version: link:../here
    devDependencies:
      tool:
        specifier: ^7
        version: 7.0.0
packages:
  a@1.0.0:
    resolution: {integrity: sha512-x}
    peerDependencies: {peer: '*'}
  b@3.0.0:
    resolution: {integrity: sha512-x}
  peer@5.0.0:
    resolution: {integrity: sha512-x}
  real@2.0.0:
    resolution: {integrity: sha512-x}
  tool@7.0.0:
    resolution: {integrity: sha512-x}
  g@https://codeload.github.com/x/g/tar.gz/COMMIT:
    resolution: {tarball: https://codeload.github.com/x/g/tar.gz/COMMIT}
    version: 4.0.0
snapshots:
  a@1.0.0(peer@5.0.0):
    dependencies:
      b: 3.0.0
      peer: 5.0.0
  b@3.0.0: {}
  peer@5.0.0: {}
  real@2.0.0:
    dependencies:
      a: 1.0.0(peer@5.0.0)
  tool@7.0.0:
    dependencies:
      g: https://codeload.github.com/x/g/tar.gz/COMMIT
)"))),
            "a@1.0.0\nb@3.0.0\npeer@5.0.0\nreal@2.0.0\ntool@7.0.0 dev\ng@4.0.0 dev #0123\n");
}

TEST(BunLock, NamesPackagesAndCommits) {
  EXPECT_EQ(told(read(read_bun_lock, R"({
  "lockfileVersion": 1,
  "workspaces": { "": { "name": "app", "dependencies": { "a": "^1", }, }, },
  "packages": {
    "a": ["a@1.0.0", "", { "dependencies": { "@s/b": "^1" } }, "sha512-x"],
    "a/@s/b": ["@s/b@1.2.0", "", {}, "sha512-x"],
    "w": ["w@workspace:packages/w"],
    "g": ["g@github:x/g#0123abc", {}, "x-g-0123abc"],
  }
})")),
            "a@1.0.0\n@s/b@1.2.0\ng@ #0123\n");
}

}  // namespace
}  // namespace yagura::image
