#include <gtest/gtest.h>

#include <string>

#include "image/packages/dotnet/dotnet_analyzer.hpp"

namespace yagura::image {
namespace {

std::string told(std::string_view path, std::string_view text) {
  const DotnetAnalyzer analyzer;
  EXPECT_TRUE(analyzer.wants({.path = path}, {}));
  FileFacts facts;
  analyzer.analyze({.path = path}, MemoryContent(text), facts);
  std::string out;
  for (const Package& package : facts.packages) {
    EXPECT_EQ(package.type, PackageType::kNuget);
    out += package.name + "@" + package.version + (package.development ? " dev" : "");
    for (const std::string& name : package.depends) out += " >" + name;
    out += "\n";
  }
  for (const std::string& problem : facts.problems) out += "! " + problem + "\n";
  return out;
}

TEST(DotnetAnalyzer, WhatIsDeployedCounts) {
  EXPECT_EQ(told("app/app.deps.json", R"({
    "runtimeTarget": {"name": ".NETCoreApp,Version=v8.0"},
    "targets": {".NETCoreApp,Version=v8.0": {
      "app/1.0.0": {"dependencies": {"Newtonsoft.Json": "13.0.1"}, "runtime": {"app.dll": {}}},
      "Newtonsoft.Json/13.0.1": {"dependencies": {"System.X": "4.3.0"},
                                 "runtime": {"lib/Newtonsoft.Json.dll": {}}},
      "System.X/4.3.0": {"dependencies": {}},
      "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1": {"runtime": {"System.dll": {}}},
      "Sqlite/1.0": {"runtimeTargets": {"runtimes/linux-x64/native/x.so": {}}}}},
    "libraries": {
      "app/1.0.0": {"type": "project"},
      "Newtonsoft.Json/13.0.1": {"type": "package", "sha512": "x"},
      "System.X/4.3.0": {"type": "package"},
      "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1": {"type": "runtimepack"},
      "Sqlite/1.0": {"type": "package"},
      "NotListed/2.0": {"type": "package"},
      "odd": {"type": "package"}}})"),
            "Newtonsoft.Json@13.0.1 >System.X\nMicrosoft.NETCore.App.Runtime.linux-x64@8.0.1\n"
            "Sqlite@1.0\nNotListed@2.0\n");
}

TEST(DotnetAnalyzer, ReadsLocks) {
  EXPECT_EQ(told("packages.lock.json", R"json({"version": 1, "dependencies": {
      "net6.0": {"A": {"type": "Direct", "requested": "[1.0, )", "resolved": "1.2.0",
                       "dependencies": {"B": "2.0"}},
                 "B": {"type": "Transitive", "resolved": "2.0.0"},
                 "own": {"type": "Project"}},
      "net8.0": {"A": {"type": "Direct", "resolved": "1.2.0"}}}})json"),
            "A@1.2.0 >B\nB@2.0.0\n");
  EXPECT_EQ(told("obj/project.assets.json", R"json({
      "targets": {"net6.0": {"A/1.0": {"type": "package", "dependencies": {"B": "1"}}}},
      "libraries": {"A/1.0": {"type": "package"}, "own/1.0": {"type": "project"}}})json"),
            "A@1.0 >B\n");
  EXPECT_EQ(told("packages.config", R"xml(<?xml version="1.0" encoding="utf-8"?>
<packages>
  <package id="jQuery" version="3.1.1" targetFramework="net46" />
  <package id="Tool" version="1.0" developmentDependency="true" />
  <package id="odd" />
</packages>)xml"),
            "jQuery@3.1.1\nTool@1.0 dev\n");
}

TEST(DotnetAnalyzer, SaysWhatItCannotRead) {
  EXPECT_TRUE(told("a.deps.json", "{").starts_with("! deps.json: no JSON"));
  EXPECT_EQ(told("packages.config", "<packages>"), "! packages.config: no well-formed XML\n");
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  EXPECT_EQ(told("Packages.config", deep), "! packages.config: nested too deep\n");
  EXPECT_EQ(told("packages.config", std::string((4U << 20U) + 1, ' ')),
            "! packages.config: too large\n");
  EXPECT_FALSE(DotnetAnalyzer().wants({.path = "deps.json"}, {}));
}

}  // namespace
}  // namespace yagura::image
