#include "supply/attestation/statement.hpp"

#include <gtest/gtest.h>

namespace yagura::supply {
namespace {

TEST(Statement, ReadsBothProvenances) {
  const auto first = parse_statement(R"({"_type":"https://in-toto.io/Statement/v0.1",
    "predicateType":"https://slsa.dev/provenance/v0.2","subject":[{"name":"x","digest":{"sha256":"ab"}}],
    "predicate":{"builder":{"id":"https://b"},"buildType":"t","invocation":{"configSource":
    {"uri":"git+https://g/a@refs/heads/main","digest":{"sha1":"c0ffee"}}},
    "materials":[{"uri":"pkg:docker/debian","digest":{"sha256":"cd"}}]}})");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->kind(), "SLSA provenance");
  EXPECT_EQ(first->provenance.builder, "https://b");
  EXPECT_EQ(first->provenance.commit, "c0ffee");
  EXPECT_EQ(first->provenance.materials.at(0).second, "sha256:cd");
  EXPECT_EQ(first->subjects.at(0), "sha256:ab");
  const auto second = parse_statement(R"({"_type":"https://in-toto.io/Statement/v1",
    "predicateType":"https://slsa.dev/provenance/v1","subject":[],
    "predicate":{"buildDefinition":{"buildType":"t","resolvedDependencies":[
      {"uri":"git+https://g/a@refs/tags/v1","digest":{"gitCommit":"c0ffee"}}]},
    "runDetails":{"builder":{"id":"https://b2"},"metadata":{"invocationId":"run 1"}}}})");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->provenance.builder, "https://b2");
  EXPECT_EQ(second->provenance.source, "git+https://g/a@refs/tags/v1");
  EXPECT_EQ(second->provenance.commit, "c0ffee");
}

TEST(Statement, OtherKindsKeepTheirPredicate) {
  const auto sbom = parse_statement(R"({"_type":"https://in-toto.io/Statement/v1",
    "predicateType":"https://cyclonedx.org/bom","predicate":{"bomFormat":"CycloneDX"}})");
  ASSERT_TRUE(sbom);
  EXPECT_EQ(sbom->kind(), "CycloneDX SBOM");
  EXPECT_EQ(sbom->predicate, R"({"bomFormat":"CycloneDX"})");
  EXPECT_FALSE(sbom->is_provenance);
  EXPECT_FALSE(parse_statement(R"({"_type":"x"})"));
}

}  // namespace
}  // namespace yagura::supply
