#include "image/packages/java/pom.hpp"

#include <gtest/gtest.h>

#include <string>

namespace yagura::image {
namespace {

std::string told(std::string_view text) {
  FileFacts facts;
  read_project_pom(text, facts);
  std::string out;
  for (const Package& package : facts.packages) {
    EXPECT_EQ(package.evidence, PackageEvidence::kDeclared);
    out += package.name + "@" + package.version + (package.development ? " dev" : "") + "\n";
  }
  for (const std::string& problem : facts.problems) out += "! " + problem + "\n";
  return out;
}

TEST(Pom, DeclaredVersionsWithPropertiesAndManagement) {
  EXPECT_EQ(told(R"(<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent><groupId>org.p</groupId><artifactId>p</artifactId><version>3.0</version></parent>
  <artifactId>app</artifactId>
  <properties><a.version>${base}.1</a.version><base>1.2</base><loop>${loop}</loop></properties>
  <dependencyManagement><dependencies>
    <dependency><groupId>g</groupId><artifactId>managed</artifactId><version>7</version><scope>test</scope></dependency>
  </dependencies></dependencyManagement>
  <dependencies>
    <!-- a comment -->
    <dependency><groupId>g</groupId><artifactId>a</artifactId><version>${a.version}</version></dependency>
    <dependency><groupId>g</groupId><artifactId>managed</artifactId></dependency>
    <dependency><groupId>${project.groupId}</groupId><artifactId>own</artifactId><version>${project.version}</version>
      <exclusions><exclusion><groupId>no</groupId><artifactId>no</artifactId></exclusion></exclusions></dependency>
    <dependency><groupId>g</groupId><artifactId>unknown</artifactId><version>${nobody}</version></dependency>
    <dependency><groupId>g</groupId><artifactId>loop</artifactId><version>${loop}</version></dependency>
    <dependency><groupId>g</groupId><artifactId>range</artifactId><version>[1,2)</version></dependency>
    <dependency><groupId>g</groupId><artifactId>exact</artifactId><version>[1.5]</version></dependency>
    <dependency><groupId>g</groupId><artifactId>parents</artifactId></dependency>
  </dependencies>
  <build><plugins><plugin><dependencies><dependency><groupId>g</groupId><artifactId>plugin</artifactId><version>1</version></dependency></dependencies></plugin></plugins></build>
</project>)"),
            "g:a@1.2.1\ng:managed@7 dev\norg.p:own@3.0\ng:exact@1.5\n");
}

TEST(Pom, EntitiesAndDepthAreRefused) {
  EXPECT_EQ(told("<project><dependencies>"), "! pom: no well-formed XML\n");
  std::string deep;
  for (int i = 0; i < 60; ++i) deep += "<a>";
  EXPECT_EQ(told(deep), "! pom: nested too deep\n");
  EXPECT_EQ(told(std::string(kMaxPomBytes + 1, ' ')), "! pom: too large\n");
  const auto pom = read_pom(
      "<!DOCTYPE p [<!ENTITY x SYSTEM \"file:///etc/passwd\"><!ENTITY y \"1\">]>"
      "<project><version>&x;2&y;</version></project>");
  ASSERT_TRUE(pom);
  EXPECT_EQ(pom->version, "2");
}

TEST(Pom, GrowthOfPropertiesIsBounded) {
  Pom pom;
  pom.properties["p0"] = std::string(100, 'x');
  for (int i = 1; i < 30; ++i) {
    const std::string before = "${p" + std::to_string(i - 1) + "}";
    std::string ten;
    for (int k = 0; k < 10; ++k) ten += before;
    pom.properties["p" + std::to_string(i)] = ten;
  }
  EXPECT_LE(with_properties(pom, "${p29}").size(), 4096U);
}

}  // namespace
}  // namespace yagura::image
