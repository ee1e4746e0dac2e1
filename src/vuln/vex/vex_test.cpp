#include "vuln/vex/vex.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "vuln/vex/internal/instant.hpp"
#include "vuln/vex/purl_match.hpp"

namespace yagura::vuln {
namespace {

constexpr std::string_view kDebSsl =
    "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl";

image::Inventory inventory() {
  image::Inventory out{.name = "registry.example:5000/team/app:1.2", .digest = "sha256:aa"};
  out.distro = {.id = "rhel", .version_id = "9.3"};
  const auto add = [&out](image::PackageType type, std::string name, std::string version,
                          std::string_view purl) {
    image::Component component{.purl = std::string(purl)};
    component.package.type = type;
    component.package.name = std::move(name);
    component.package.version = std::move(version);
    out.components.push_back(std::move(component));
  };
  add(image::PackageType::kDeb, "libssl3", "3.0.11-1", kDebSsl);
  out.components.back().package.source_name = "openssl";
  add(image::PackageType::kPypi, "flask-login", "0.6.0", "pkg:pypi/flask-login@0.6.0");
  add(image::PackageType::kRpm, "bash", "1:5.1-2", "pkg:rpm/rhel/bash@5.1-2?arch=x86_64&epoch=1");
  return out;
}

Finding finding(std::size_t component, std::string id, std::vector<std::string> aliases = {}) {
  auto vulnerability = std::make_shared<Vulnerability>();
  vulnerability->id = std::move(id);
  vulnerability->aliases = std::move(aliases);
  return {.component = component, .vulnerability = std::move(vulnerability)};
}

std::vector<Finding> all_findings() {
  return {finding(0, "CVE-2024-1", {"GHSA-x"}), finding(1, "CVE-2024-1"), finding(2, "CVE-2024-1"),
          finding(0, "CVE-2024-2")};
}

// Which of all_findings() count after the statements.
std::string counting(const std::vector<VexDocument>& documents,
                     std::vector<std::string>* notes = nullptr) {
  auto findings = all_findings();
  const image::Inventory image = inventory();
  auto said = apply_vex(image, documents, findings);
  if (notes != nullptr) *notes = std::move(said);
  std::string out;
  for (const Finding& one : findings) out += one.counts() ? '1' : '0';
  return out;
}

VexDocument openvex(std::string_view statements, std::string_view time = "2024-01-01T00:00:00Z") {
  const std::string text = R"({"@context": "https://openvex.dev/ns/v0.2.0", "@id": "doc",
    "author": "a", "timestamp": ")" +
                           std::string(time) + R"(", "statements": [)" + std::string(statements) +
                           "]}";
  auto read = read_vex(text, "vex.json");
  EXPECT_TRUE(read.has_value()) << read.error().message;
  return read ? *read : VexDocument{};
}

std::string not_affected(std::string_view product, std::string_view name = "CVE-2024-1") {
  return R"({"vulnerability": {"name": ")" + std::string(name) +
         R"("}, "status": "not_affected", "justification": "component_not_present", "products": [)" +
         std::string(product) + "]}";
}

std::string id(std::string_view text) { return R"({"@id": ")" + std::string(text) + "\"}"; }

struct ProductCase {
  std::string_view product;
  std::string_view counting;
};

TEST(VexMatching, ProductsAreComponentsOrTheImage) {
  const ProductCase cases[] = {
      {"pkg:deb/debian/libssl3@3.0.11-1?arch=amd64", "0111"},
      {"pkg:deb/debian/libssl3", "0111"},
      {"pkg:deb/debian/libssl3@3.0.11-1?arch=arm64", "1111"},
      {"pkg:deb/debian/libssl3@3.0.12-1", "1111"},
      {"pkg:deb/ubuntu/libssl3", "1111"},
      {"pkg:deb/debian/openssl", "1111"},
      {"pkg:deb/debian/openssl@3.0.11-1?arch=source", "0111"},
      {"pkg:pypi/Flask_Login@0.6", "1011"},
      {"pkg:rpm/rhel/bash@5.1-2", "1101"},
      {"pkg:rpm/rhel/bash@5.1-2?epoch=1", "1101"},
      {"pkg:rpm/rhel/bash@5.1-2?epoch=2", "1111"},
      {"pkg:oci/app@sha256:aa", "0001"},
      {"pkg:oci/app@sha256%3Aaa?repository_url=registry.example:5000/team", "0001"},
      {"pkg:oci/app@sha256:bb", "1111"},
      {"pkg:oci/app?repository_url=other.example/team/app", "1111"},
      {"registry.example:5000/team/app:1.2", "0001"},
      {"registry.example:5000/team/app:1.3", "1111"},
      {"registry.example:5000/team/app@sha256:aa", "0001"},
      {"sha256:aa", "0001"},
  };
  for (const ProductCase& c : cases) {
    EXPECT_EQ(counting({openvex(not_affected(id(c.product)))}), c.counting) << c.product;
  }
}

TEST(VexMatching, SubcomponentsNarrowTheImage) {
  const auto with_part = [](std::string_view product, std::string_view part) {
    return not_affected(R"({"@id": ")" + std::string(product) +
                        R"(", "subcomponents": [{"@id": ")" + std::string(part) + "\"}]}");
  };
  EXPECT_EQ(counting({openvex(with_part("pkg:oci/app@sha256:aa", "pkg:pypi/flask-login"))}),
            "1011");
  EXPECT_EQ(counting({openvex(with_part("pkg:oci/app@sha256:bb", "pkg:pypi/flask-login"))}),
            "1111");
  EXPECT_EQ(counting({openvex(with_part("pkg:oci/app@sha256:aa", "pkg:pypi/other"))}), "1111");
}

TEST(VexMatching, AliasesNameTheSameVulnerability) {
  EXPECT_EQ(counting({openvex(not_affected(id("pkg:oci/app@sha256:aa"), "GHSA-x"))}), "0111");
  EXPECT_EQ(counting({openvex(not_affected(id("pkg:oci/app@sha256:aa"), "GHSA-y"))}), "1111");
}

TEST(VexMatching, TheNewestStatementCountsAndTheOtherIsSaid) {
  const std::string affected =
      R"({"vulnerability": {"name": "CVE-2024-1"}, "status": "affected", "products": [)" +
      id("pkg:deb/debian/libssl3") + "]}";
  const VexDocument old_no = openvex(not_affected(id("pkg:deb/debian/libssl3")));
  const VexDocument new_yes = openvex(affected, "2024-01-01T01:30:00+01:00");
  std::vector<std::string> notes;
  EXPECT_EQ(counting({old_no, new_yes}, &notes), "1111");
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_TRUE(notes[0].contains("newest statement counts: vex.json says affected")) << notes[0];
  EXPECT_EQ(counting({new_yes, old_no}), "1111");
  const VexDocument newest_no =
      openvex(not_affected(id("pkg:deb/debian/libssl3")), "2024-06-01T00:00:00Z");
  EXPECT_EQ(counting({newest_no, new_yes}, &notes), "0111");
  EXPECT_EQ(notes.size(), 1U);
  // Of one instant, the one given later.
  const VexDocument same_time = openvex(affected);
  EXPECT_EQ(counting({old_no, same_time}), "1111");
  EXPECT_EQ(counting({same_time, old_no}), "0111");
}

TEST(VexMatching, ReasonsTellStatusJustificationAndSource) {
  auto findings = all_findings();
  const std::vector<VexDocument> documents{openvex(not_affected(id("pkg:pypi/flask-login")))};
  apply_vex(inventory(), documents, findings);
  EXPECT_EQ(findings[1].suppression.kind, Suppression::Kind::kVex);
  EXPECT_EQ(findings[1].suppression.reason, "not_affected: component_not_present (vex.json)");
  EXPECT_EQ(findings[1].suppression.source, "doc");
}

TEST(VexReading, OldOpenVexIsRead) {
  const auto read =
      read_vex(R"({"@context": "https://openvex.dev/ns", "timestamp": "2023-01-01T00:00:00Z",
    "statements": [{"vulnerability": "CVE-2024-1", "products": ["pkg:oci/app@sha256:aa"],
      "subcomponents": ["pkg:pypi/flask-login@0.6.0"], "status": "fixed"}]})",
               "old.json");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(counting({*read}), "1011");
}

TEST(VexReading, CycloneDxIsRead) {
  const auto read = read_vex(R"({"bomFormat": "CycloneDX", "specVersion": "1.5",
    "serialNumber": "urn:uuid:1",
    "metadata": {"timestamp": "2024-01-01T00:00:00Z",
      "component": {"bom-ref": "img", "type": "container", "name": "x", "version": "sha256:aa"}},
    "components": [{"bom-ref": "c1", "type": "library", "name": "flask-login", "purl": "pkg:pypi/flask-login@0.6.0"}],
    "vulnerabilities": [
      {"id": "CVE-2024-1", "analysis": {"state": "not_affected", "justification": "code_not_reachable"},
       "affects": [{"ref": "c1"}]},
      {"id": "CVE-2024-2", "analysis": {"state": "resolved"}, "affects": [{"ref": "img"}]},
      {"id": "CVE-2024-1", "analysis": {"state": "false_positive"},
       "affects": [{"ref": "urn:cdx:0-0/1#pkg%3Arpm%2Frhel%2Fbash",
                    "versions": [{"version": "1:5.1-2"}]}]},
      {"id": "CVE-2024-9"}, {"id": "CVE-2024-8", "analysis": {"state": "odd"}}]})",
                             "cdx.json");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(counting({*read}), "1000");
  EXPECT_EQ(read->statements[0].justification, "vulnerable_code_not_in_execute_path");
  EXPECT_EQ(read->notes.size(), 1U);
}

TEST(VexReading, CsafIsRead) {
  const auto read = read_vex(R"({"document": {"category": "csaf_vex", "csaf_version": "2.0",
      "publisher": {"name": "Red Hat"},
      "tracking": {"id": "CVE-2024-1", "current_release_date": "2024-02-02T00:00:00Z"}},
    "product_tree": {
      "branches": [{"category": "vendor", "name": "v", "branches": [
        {"category": "product_name", "name": "RHEL 9", "product": {"product_id": "rhel9", "name": "RHEL 9",
          "product_identification_helper": {"cpe": "cpe:/o:redhat:enterprise_linux:9::baseos"}}},
        {"category": "product_name", "name": "RHEL 8", "product": {"product_id": "rhel8", "name": "RHEL 8",
          "product_identification_helper": {"cpe": "cpe:/o:redhat:enterprise_linux:8::baseos"}}},
        {"category": "product_version", "name": "bash", "product": {"product_id": "bash", "name": "bash",
          "product_identification_helper": {"purl": "pkg:rpm/rhel/bash"}}}]}],
      "full_product_names": [{"product_id": "flask", "name": "f",
          "product_identification_helper": {"purl": "pkg:pypi/flask-login"}}],
      "product_groups": [{"group_id": "g", "product_ids": ["rhel9:bash"]}],
      "relationships": [
        {"category": "default_component_of", "product_reference": "bash",
         "relates_to_product_reference": "rhel9",
         "full_product_name": {"product_id": "rhel9:bash", "name": "bash in 9"}},
        {"category": "default_component_of", "product_reference": "bash",
         "relates_to_product_reference": "rhel8",
         "full_product_name": {"product_id": "rhel8:bash", "name": "bash in 8"}}]},
    "vulnerabilities": [{"cve": "CVE-2024-1",
      "product_status": {"known_not_affected": ["rhel9:bash", "nowhere"], "known_affected": ["rhel8:bash"],
                         "fixed": ["flask"]},
      "flags": [{"label": "vulnerable_code_not_present", "group_ids": ["g"]}],
      "threats": [{"category": "impact", "details": "not built in", "product_ids": ["rhel9:bash"]}]}]})",
                             "csaf.json");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(counting({*read}), "1001");
  EXPECT_EQ(read->author, "Red Hat");
  ASSERT_EQ(read->statements.size(), 3U);
  EXPECT_EQ(read->statements[0].justification, "vulnerable_code_not_present");
  EXPECT_EQ(read->statements[0].explanation, "not built in");
  EXPECT_EQ(read->notes.size(), 1U);
}

TEST(VexReading, LimitsAndOtherTextsAreErrors) {
  const auto code = [](std::string_view text, const VexLimits& limits) {
    const auto read = read_vex(text, "x", limits);
    return read ? -1 : static_cast<int>(read.error().code);
  };
  const std::string two = R"({"@context": "openvex", "statements": [
    {"vulnerability": "A", "status": "fixed", "products": ["p", "q"]}]})";
  EXPECT_EQ(code(two, {}), -1);
  EXPECT_EQ(code(two, {.max_statements = 1}), static_cast<int>(ErrorCode::kLimitExceeded));
  EXPECT_EQ(code(two, {.max_size = 10}), static_cast<int>(ErrorCode::kLimitExceeded));
  EXPECT_EQ(code(two, {.max_depth = 2}), static_cast<int>(ErrorCode::kInvalidInput));
  EXPECT_EQ(code("{", {}), static_cast<int>(ErrorCode::kInvalidInput));
  EXPECT_EQ(code("{}", {}), static_cast<int>(ErrorCode::kUnsupported));
}

TEST(VexWriting, WhatIsWrittenSuppressesTheSame) {
  auto findings = all_findings();
  findings[3].fixed_version = "3.0.12";
  const image::Inventory image = inventory();
  const std::vector<VexDocument> documents{
      openvex(not_affected(id("pkg:pypi/flask-login")) + "," +
              R"({"vulnerability": {"name": "CVE-2024-1"}, "status": "fixed", "products": [)" +
              id("pkg:rpm/rhel/bash") + "]}")};
  apply_vex(image, documents, findings);
  for (const std::string& text :
       {write_openvex(image, findings), write_cyclonedx_vex(image, findings)}) {
    const auto read = read_vex(text, "again.json");
    ASSERT_TRUE(read.has_value()) << read.error().message << text;
    EXPECT_EQ(counting({*read}), "1001") << text;
    EXPECT_TRUE(text.contains("fixed in 3.0.12"));
    EXPECT_TRUE(looks_like_vex(text));
  }
  EXPECT_TRUE(write_openvex(image, findings).contains("component_not_present"));
  EXPECT_TRUE(write_cyclonedx_vex(image, findings).contains("requires_dependency"));
}

TEST(VexWriting, WithoutAnImagesNameComponentsAreTheProducts) {
  image::Inventory image = inventory();
  image.name = "rootfs/";
  image.digest.clear();
  auto findings = all_findings();
  const std::string text = write_openvex(image, findings);
  EXPECT_FALSE(text.contains("pkg:oci"));
  EXPECT_TRUE(text.contains("\"@id\": \"pkg:pypi/flask-login@0.6.0\""));
}

TEST(VexTimes, AreInstants) {
  using vex::instant;
  EXPECT_EQ(instant("1970-01-01T00:00:01Z"), 1'000'000);
  EXPECT_EQ(instant("1970-01-01T01:00:00.25+01:00"), 250'000);
  EXPECT_EQ(instant("1970-01-02"), 86'400'000'000);
  EXPECT_LT(instant("1969-12-31T23:59:59Z"), 0);
  EXPECT_LT(instant("yesterday"), instant("0001-01-01"));
  EXPECT_EQ(instant("2024-13-01"), instant("no"));
}

}  // namespace
}  // namespace yagura::vuln
