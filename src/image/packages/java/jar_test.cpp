#include "image/packages/java/jar.hpp"

#include <gtest/gtest.h>

#include <string>

#include "image/packages/java/java_analyzer.hpp"
#include "image/packages/zip/testing/zip_writer.hpp"

namespace yagura::image {
namespace {

std::string told(const FileFacts& facts) {
  std::string out;
  for (const Package& package : facts.packages) {
    EXPECT_EQ(package.type, PackageType::kMaven);
    out += package.name + "@" + package.version;
    if (!package.location.empty()) out += " in " + package.location;
    if (!package.digest.empty()) out += " " + package.digest.substr(0, 5);
    out += "\n";
  }
  for (const std::string& problem : facts.problems) out += "! " + problem + "\n";
  return out;
}

std::string told(std::string_view path, std::string_view bytes, const JarLimits& limits = {}) {
  FileFacts facts;
  read_jar(path, bytes, facts, limits);
  return told(facts);
}

std::string properties(const std::string& group, const std::string& artifact,
                       const std::string& version) {
  return "#Created by Apache Maven 3.8\r\nversion=" + version + "\r\ngroupId=" + group +
         "\r\nartifactId=" + artifact + "\r\n";
}
std::string at(const std::string& group, const std::string& artifact) {
  return "META-INF/maven/" + group + "/" + artifact + "/pom.properties";
}
std::string simple(const std::string& group, const std::string& artifact,
                   const std::string& version) {
  return ZipWriter()
      .add("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\n\r\n")
      .add(at(group, artifact), properties(group, artifact, version))
      .finish();
}

TEST(Jar, NamesItselfByPomProperties) {
  EXPECT_EQ(told("lib/a-1.0.jar", simple("org.a", "a", "1.0")), "org.a:a@1.0\n");
  EXPECT_EQ(told("lib/renamed.jar", simple("org.a", "a", "1.0")), "org.a:a@1.0\n");
}

TEST(Jar, LicensesComeOfThePom) {
  FileFacts facts;
  read_jar(
      "a-1.0.jar",
      ZipWriter()
          .add("META-INF/maven/g/a/pom.xml",
               "<project><parent><groupId>g</groupId><version>1.0</version></parent>"
               "<artifactId>a</artifactId><licenses><license><name>MIT</name></license></licenses>"
               "</project>")
          .finish(),
      facts);
  EXPECT_EQ(told(facts), "g:a@1.0\n");
  ASSERT_EQ(facts.packages.size(), 1U);
  EXPECT_EQ(facts.packages[0].licenses, std::vector<std::string>{"MIT"});
}

TEST(Jar, ShadedArchivesHoldSeveralAndThemselves) {
  const std::string shaded =
      ZipWriter()
          .add(at("cglib", "cglib"), properties("cglib", "cglib", "3.2"))
          .add("META-INF/MANIFEST.MF",
               "Bundle-SymbolicName: com.google.inject\nBundle-Version: 4.2.3\n")
          .finish();
  EXPECT_EQ(told("lib/guice-4.2.3.jar", shaded),
            "cglib:cglib@3.2\ncom.google.inject:guice@4.2.3 sha1:\n");
}

TEST(Jar, WithoutPomNameAndManifestTell) {
  const auto with = [](std::string_view path, std::string_view manifest) {
    return told(path, ZipWriter().add("META-INF/MANIFEST.MF", manifest).finish());
  };
  EXPECT_EQ(with("BOOT-INF/lib/spring-core-5.3.20.jar",
                 "Implementation-Title: spring-core\nImplementation-Version: 5.3.20\n"),
            "org.springframework:spring-core@5.3.20 sha1:\n");
  EXPECT_EQ(
      with("x/commons-io.jar",
           "Implementation-Title: Apache Commons IO\nImplementation-Version: 2.11.0\n"
           "Implementation-Vendor-Id: commons-io\nBundle-SymbolicName: org.apache.commons.io\n"),
      "commons-io:commons-io@2.11.0 sha1:\n");
  EXPECT_EQ(
      with("jackson-core-2.14.0.jar",
           "Bundle-SymbolicName: com.fasterxml.jackson.\n core.jackson-core;singleton:=true\n"),
      "com.fasterxml.jackson.core:jackson-core@2.14.0 sha1:\n");
  EXPECT_EQ(with("root/.m2/repository/javax/inject/javax.inject/1/javax.inject-1.jar", ""),
            "javax.inject:javax.inject@1 sha1:\n");
  EXPECT_EQ(with("jsr305.jar", "Manifest-Version: 1.0\n"), "jsr305@ sha1:\n");
  EXPECT_EQ(with("a.jar", "Implementation-Version: ${project.version}\n"), "a@ sha1:\n");
}

TEST(Jar, ExecutableJarsHaveLibrariesAndAScriptBeforeThem) {
  const std::string boot =
      "#!/bin/bash\nexec java\n" +
      ZipWriter()
          .add("META-INF/MANIFEST.MF", "Implementation-Title: app\nImplementation-Version: 0.1\n")
          .add("BOOT-INF/lib/a-1.0.jar", simple("org.a", "a", "1.0"), {.deflate = false})
          .add("BOOT-INF/lib/b-2.0.jar", simple("org.b", "b", "2.0"))
          .finish();
  EXPECT_EQ(told("app/app.jar", boot),
            "app@0.1 sha1:\norg.a:a@1.0 in BOOT-INF/lib/a-1.0.jar\n"
            "org.b:b@2.0 in BOOT-INF/lib/b-2.0.jar\n");
}

TEST(Jar, NestingHasADepth) {
  std::string inner = simple("org.a", "a", "1.0");
  for (int i = 0; i < 3; ++i) {
    inner = ZipWriter()
                .add("META-INF/maven/x/n/pom.properties", properties("x", "n", std::to_string(i)))
                .add("n.jar", inner)
                .finish();
  }
  EXPECT_EQ(told("n.jar", inner, {.max_depth = 2}),
            "x:n@2\nx:n@1 in n.jar\nx:n@0 in n.jar!/n.jar\n"
            "! n.jar!/n.jar!/n.jar: archives are nested too deep\n");
  EXPECT_EQ(told("n.jar", inner),
            "x:n@2\nx:n@1 in n.jar\nx:n@0 in n.jar!/n.jar\norg.a:a@1.0 in n.jar!/n.jar!/n.jar\n");
}

TEST(Jar, NumberAndSizeAreBounded) {
  ZipWriter writer;
  writer.add(at("x", "app"), properties("x", "app", "1"));
  for (int i = 0; i < 5; ++i)
    writer.add("l" + std::to_string(i) + ".jar", simple("l", "l" + std::to_string(i), "1"));
  EXPECT_EQ(told("app.jar", writer.finish(), {.max_archives = 3}),
            "x:app@1\nl:l0@1 in l0.jar\nl:l1@1 in l1.jar\n! too many archives in it\n");
  const std::string large = ZipWriter()
                                .add(at("x", "app"), properties("x", "app", "1"))
                                .add("z.jar", std::string(10'000, 'z'))
                                .finish();
  EXPECT_EQ(told("app.jar", large, {.inflate = {.at_once = 5'000}}),
            "x:app@1\n! z.jar: too large to look into\n");
}

TEST(Jar, DamageIsToldAndTheRestIsRead) {
  ZipWriter writer;
  writer.add(at("x", "app"), properties("x", "app", "1"))
      .add("bad.jar", "no archive")
      .add("a-1.0.jar", simple("org.a", "a", "1.0"));
  EXPECT_EQ(told("app.jar", writer.finish()),
            "x:app@1\norg.a:a@1.0 in a-1.0.jar\n! bad.jar: no ZIP archive: it has no directory\n");
  EXPECT_EQ(told("a.jar", "no archive"), "! no ZIP archive: it has no directory\n");
}

TEST(JavaAnalyzer, KnowsItsFiles) {
  const JavaAnalyzer analyzer;
  const auto wanted = [&](std::string_view path) {
    return analyzer.wants({.path = path, .size = 9}, {});
  };
  for (const char* path : {"a.jar", "b.WAR", "c.ear", "d.hpi", "app/pom.xml", "gradle.lockfile",
                           "app/META-INF/maven/g/a/pom.properties"}) {
    EXPECT_TRUE(wanted(path)) << path;
  }
  for (const char* path : {"a.zip", "META-INF/maven/g/a/pom.xml", "pom.properties", "jar", ""}) {
    EXPECT_FALSE(wanted(path)) << path;
  }
  FileFacts facts;
  analyzer.analyze({.path = "META-INF/maven/g/a/pom.properties", .size = 9},
                   MemoryContent(properties("g", "a", "1")), facts);
  EXPECT_EQ(told(facts), "g:a@1\n");
}

}  // namespace
}  // namespace yagura::image
