#include "image/packages/java/maven_name.hpp"

#include <gtest/gtest.h>

#include <string>

#include "image/packages/java/gradle_lock.hpp"
#include "image/packages/java/known_groups.hpp"

namespace yagura::image {
namespace {

TEST(MavenName, DividesArtifactAndVersion) {
  struct Case {
    const char* stem;
    const char* artifact;
    const char* version;
  };
  for (const Case& c :
       {Case{"commons-lang3-3.12.0", "commons-lang3", "3.12.0"},
        Case{"log4j-1.2-api-2.17.1", "log4j-1.2-api", "2.17.1"},
        Case{"netty-transport-native-epoll-4.1.68.Final-linux-x86_64",
             "netty-transport-native-epoll", "4.1.68.Final"},
        Case{"guava-31.1-jre", "guava", "31.1-jre"},
        Case{"foo-1.0-SNAPSHOT", "foo", "1.0-SNAPSHOT"},
        Case{"foo-1.0-20200101.123456-7", "foo", "1.0-20200101.123456-7"},
        Case{"foo-2.0-sources", "foo", "2.0"},
        Case{"akka-actor_2.13-2.6.14", "akka-actor_2.13", "2.6.14"},
        Case{"bcprov-jdk15on-1.68", "bcprov-jdk15on", "1.68"}, Case{"tools", "tools", ""},
        Case{"a-", "a-", ""}, Case{"-1.0", "-1.0", ""}, Case{"a-1-x-c", "a", "1"}}) {
    EXPECT_EQ(split_artifact_name(c.stem).artifact, c.artifact) << c.stem;
    EXPECT_EQ(split_artifact_name(c.stem).version, c.version) << c.stem;
  }
}

TEST(MavenName, RepositoriesTellTheGroup) {
  const auto told = [](std::string_view path) {
    const auto place = repository_place(path);
    return place ? place->group + ":" + std::string(place->artifact) + ":" +
                       std::string(place->version)
                 : std::string();
  };
  EXPECT_EQ(told("root/.m2/repository/org/a/b/1.0/b-1.0.jar"), "org.a:b:1.0");
  EXPECT_EQ(told("usr/share/maven-repo/org/a/b/debian/b-debian.jar"), "org.a:b:debian");
  EXPECT_EQ(told("r/.m2/repository/org/a/b/1.0/b-1.0-linux.jar"), "org.a:b:1.0");
  EXPECT_EQ(told("root/.gradle/caches/modules-2/files-2.1/org.a/b/1.0/0123/b-1.0.jar"),
            "org.a:b:1.0");
  EXPECT_EQ(told("app/repository/lib/b-1.0.jar"), "");
  EXPECT_EQ(told("opt/org/a/b/1.0/b-1.0.jar"), "");
  EXPECT_EQ(told("repository/org/a/b/1.0/c-1.0.jar"), "");
  EXPECT_EQ(told("b-1.0.jar"), "");
}

TEST(MavenName, WellKnownArtifactsHaveAGroup) {
  EXPECT_EQ(known_group("spring-core"), "org.springframework");
  EXPECT_EQ(known_group("spring-boot-autoconfigure"), "org.springframework.boot");
  EXPECT_EQ(known_group("tomcat-embed-core"), "org.apache.tomcat.embed");
  EXPECT_EQ(known_group("nobody-knows"), "");
}

TEST(GradleLock, ReadsCoordinatesAndTests) {
  FileFacts facts;
  read_gradle_lock(
      "# This is a Gradle generated file\nch.qos.logback:logback-core:1.2.3=compileClasspath,"
      "testRuntime\norg.junit:junit:5.0=testCompileClasspath,testRuntimeClasspath\nempty=\nodd\n"
      "a:b=x\n",
      facts);
  ASSERT_EQ(facts.packages.size(), 2U);
  EXPECT_EQ(facts.packages[0].name, "ch.qos.logback:logback-core");
  EXPECT_EQ(facts.packages[0].version, "1.2.3");
  EXPECT_FALSE(facts.packages[0].development);
  EXPECT_TRUE(facts.packages[1].development);
  EXPECT_EQ(facts.packages[1].evidence, PackageEvidence::kLocked);
}

}  // namespace
}  // namespace yagura::image
