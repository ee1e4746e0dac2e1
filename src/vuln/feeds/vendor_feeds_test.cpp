// CSAF and OVAL as Red Hat and SUSE write them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "vuln/feeds/csaf_products.hpp"
#include "vuln/feeds/document.hpp"

namespace yagura::vuln {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Parsed read(std::string_view bytes) {
  json::Reader reader;
  Parsed parsed;
  read_document("feed", bytes, reader, parsed);
  return parsed;
}

std::vector<std::string> told(const Record& record) {
  std::vector<std::string> out;
  for (const Affected& affected : record.affected) {
    std::string line = affected.ecosystem + " " + affected.package;
    if (!affected.module_label.empty()) line += " [" + affected.module_label + "]";
    if (affected.not_affected) line += " none";
    if (affected.all_versions) line += " all " + std::string(to_string(affected.unfixed));
    for (const Range& range : affected.ranges) line += " < " + range.events.back().version;
    out.push_back(std::move(line));
  }
  return out;
}

TEST(RpmNames, AreTakenApartFromTheEnd) {
  const auto name = parse_rpm_name("openssl-libs-1:3.0.7-18.el9_2.x86_64");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->name, "openssl-libs");
  EXPECT_EQ(name->version, "1:3.0.7-18.el9_2");
  EXPECT_EQ(parse_rpm_name("a-0:1-2")->version, "1-2");
  EXPECT_FALSE(parse_rpm_name("openssl"));
  EXPECT_FALSE(parse_rpm_name("openssl-libs"));
  EXPECT_FALSE(parse_rpm_name("-1-2"));
  EXPECT_FALSE(parse_rpm_name(""));
}

const char* const kVex = R"({
  "document":{"category":"csaf_vex","publisher":{"name":"Red Hat Product Security"},
    "aggregate_severity":{"text":"Moderate"},
    "tracking":{"id":"CVE-2024-0001","current_release_date":"2024-05-01T00:00:00Z","initial_release_date":"2024-01-01T00:00:00Z"}},
  "product_tree":{"branches":[{"category":"vendor","name":"Red Hat","branches":[
    {"category":"product_family","branches":[
      {"category":"product_name","product":{"name":"Red Hat Enterprise Linux AppStream 9",
                  "product_id" : "AppStream-9",
                  "product_identification_helper"
    : {"cpe" : "cpe:/a:redhat:enterprise_linux:9::appstream"}
}
},
      {"category":"product_name","product":{"name":"Red Hat Enterprise Linux 8","product_id":"red_hat_enterprise_linux_8","product_identification_helper":{"cpe":"cpe:/o:redhat:enterprise_linux:8"}}},
      {"category":"product_name","product":{"name":"RHEL EUS","product_id":"eus","product_identification_helper":{"cpe":"cpe:/a:redhat:rhel_eus:9.2::appstream"}}},
      {"category":"product_name","product":{"name":"JBoss","product_id":"jboss","product_identification_helper":{"cpe":"cpe:/a:redhat:jboss:7"}}}]
},
    {"category":"architecture","name":"x86_64","branches":[
      {"category":"product_version","product":{"name":"openssl","product_id":"openssl-x","product_identification_helper":{"purl":"pkg:rpm/redhat/openssl@3.0.7-18.el9_2?arch=x86_64&epoch=1"}}},
      {"category":"product_version","product":{"name":"openssl","product_id":"openssl-s","product_identification_helper":{"purl":"pkg:rpm/redhat/openssl@3.0.7-18.el9_2?arch=s390x&epoch=1"}}},
      {"category":"product_version","product":{"name":"nodejs","product_id":"nodejs-x","product_identification_helper":{"purl":"pkg:rpm/redhat/nodejs@18.1-1.module%2Bel8?arch=x86_64"}}},
      {"category":"product_version","product":{"name":"nodejs:18","product_id":"mod","product_identification_helper":{"purl":"pkg:rpmmod/redhat/nodejs@18:8060020:ad008a3a"}}}]},
    {"category":"product_version","product":{"name":"openssl","product_id":"openssl"}},
    {"category":"product_version","product":{"name":"compat-openssl11","product_id":"compat"}},
    {"category":"product_version","product":{"name":"nodejs:16/nodejs","product_id":"nodejs:16/nodejs"}}]
}],
  "relationships":[
    {"category":"default_component_of","full_product_name":{"product_id":"AppStream-9:openssl-x"},"product_reference":"openssl-x","relates_to_product_reference":"AppStream-9"},
    {"category":"default_component_of","full_product_name":{"product_id":"AppStream-9:openssl-s"},"product_reference":"openssl-s","relates_to_product_reference":"AppStream-9"},
    {"category":"default_component_of","full_product_name":{"product_id":"eus:openssl-x"},"product_reference":"openssl-x","relates_to_product_reference":"eus"},
    {"category":"default_component_of","full_product_name":{"product_id":"jboss:openssl"},"product_reference":"openssl","relates_to_product_reference":"jboss"},
    {"category":"default_component_of","full_product_name":{"product_id":"8:openssl"},"product_reference":"openssl","relates_to_product_reference":"red_hat_enterprise_linux_8"},
    {"category":"default_component_of","full_product_name":{"product_id":"8:compat"},"product_reference":"compat","relates_to_product_reference":"red_hat_enterprise_linux_8"},
    {"category":"default_component_of","full_product_name":{"product_id":"8:nodejs16"},"product_reference":"nodejs:16/nodejs","relates_to_product_reference":"red_hat_enterprise_linux_8"},
    {"category":"default_component_of","full_product_name":{"product_id":"8:mod"},"product_reference":"mod","relates_to_product_reference":"red_hat_enterprise_linux_8"},
    {"category":"default_component_of","full_product_name":{"product_id":"8:mod:nodejs-x"},"product_reference":"nodejs-x","relates_to_product_reference":"8:mod"}]
}
, "vulnerabilities" : [ {
  "cve" : "CVE-2024-0001",
  "title" : "A flaw",
  "cwe" : {"id" : "CWE-79"},
  "notes" : [ {"category" : "description", "text" : "Long"} ],
  "product_status" : {
    "fixed" : [
      "AppStream-9:openssl-x", "AppStream-9:openssl-s", "eus:openssl-x", "8:mod:nodejs-x",
      "nobody"
    ],
    "known_affected" : [ "8:openssl", "8:nodejs16", "jboss:openssl" ],
    "known_not_affected" : ["8:compat"]
  },
  "remediations" : [
    {"category" : "no_fix_planned", "details" : "Will not fix", "product_ids" : ["8:openssl"]},
    {"category" : "none_available", "details" : "Fix deferred", "product_ids" : ["8:nodejs16"]}
  ],
  "scores" : [
    {"cvss_v3" : {"vectorString" : "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}, "products" : []}
  ],
  "threats" : [ {"category" : "impact", "details" : "Low", "product_ids" : ["8:openssl"]} ]
} ]
})";

TEST(Csaf, RedHatsVexHasAVerdictForEachPlatform) {
  const Parsed parsed = read(kVex);
  EXPECT_EQ(parsed.format, FeedFormat::kCsaf);
  EXPECT_THAT(parsed.problems, IsEmpty());
  ASSERT_EQ(parsed.records.size(), 1U);
  const Record& record = parsed.records[0];
  EXPECT_EQ(record.id, "CVE-2024-0001");
  EXPECT_EQ(record.source, "redhat");
  EXPECT_EQ(record.authority, Authority::kDistribution);
  EXPECT_EQ(record.summary, "A flaw");
  EXPECT_THAT(record.weaknesses, ElementsAre("CWE-79"));
  EXPECT_THAT(told(record), ElementsAre("Red Hat:9 openssl < 1:3.0.7-18.el9_2",
                                        "Red Hat:rhel_eus:9.2 openssl < 1:3.0.7-18.el9_2",
                                        "Red Hat:8 nodejs [nodejs:18] < 18.1-1.module+el8",
                                        "Red Hat:8 openssl all will-not-fix",
                                        "Red Hat:8 nodejs [nodejs:16] all deferred",
                                        "Red Hat:8 compat-openssl11 none"));
  EXPECT_EQ(record.affected[3].word, "Low");
  ASSERT_EQ(record.ratings.size(), 2U);
  EXPECT_EQ(record.ratings[1].word, "Moderate");
}

TEST(Csaf, SusesAdvisoriesNamePackagesByFileName) {
  const Parsed parsed = read(R"({
    "document":{"category":"csaf_security_advisory","publisher":{"name":"SUSE Product Security Team"},
      "tracking":{"id":"SUSE-SU-2024:1-1","current_release_date":"2024-05-01T00:00:00Z"}},
    "product_tree":{"branches":[{"branches":[
      {"product":{"name":"SUSE Linux Enterprise Server 15 SP5","product_id":"SUSE Linux Enterprise Server 15 SP5","product_identification_helper":{"cpe":"cpe:/o:suse:sles:15:sp5"}}},
      {"product":{"name":"libopenssl3-3.0.8-150500.5.3.1.x86_64","product_id":"libopenssl3-3.0.8-150500.5.3.1.x86_64"}}]}],
      "relationships":[{"category":"default_component_of","full_product_name":{"name":"x","product_id":"S:l"},
        "product_reference":"libopenssl3-3.0.8-150500.5.3.1.x86_64","relates_to_product_reference":"SUSE Linux Enterprise Server 15 SP5"}]},
    "vulnerabilities":[{"cve":"CVE-2024-0001","product_status":{"recommended":["S:l"]}},
                       {"cve":"CVE-2024-0002","product_status":{"recommended":["S:l"]}},{"title":"none"}]})");
  ASSERT_EQ(parsed.records.size(), 2U);
  EXPECT_EQ(parsed.problems.size(), 1U);
  EXPECT_EQ(parsed.records[1].id, "SUSE-SU-2024:1-1/CVE-2024-0002");
  EXPECT_THAT(parsed.records[1].upstream, ElementsAre("CVE-2024-0002"));
  EXPECT_THAT(told(parsed.records[0]), ElementsAre("SUSE:15.5 libopenssl3 < 3.0.8-150500.5.3.1"));
}

TEST(Csaf, CircularAndDeepTreesEnd) {
  const Parsed circular = read(R"({"document":{},"product_tree":{"relationships":[
    {"full_product_name":{"product_id":"a"},"product_reference":"b","relates_to_product_reference":"b"},
    {"full_product_name":{"product_id":"b"},"product_reference":"a","relates_to_product_reference":"a"}]},
    "vulnerabilities":[{"cve":"CVE-2024-0001","product_status":{"fixed":["a","b"]}}]})");
  ASSERT_EQ(circular.records.size(), 1U);
  EXPECT_THAT(circular.records[0].affected, IsEmpty());
  std::string tree = R"({"document":{},"product_tree":)";
  for (int i = 0; i < 25; ++i) tree += R"({"branches":[)";
  for (int i = 0; i < 25; ++i) tree += "]}";
  const Parsed deep = read(tree + R"(,"vulnerabilities":[]})");
  ASSERT_EQ(deep.problems.size(), 1U);
  EXPECT_THAT(deep.problems[0].message, HasSubstr("too deep"));
}

std::string oval(std::string_view definitions) {
  return R"(<?xml version="1.0"?><oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5">
  <generator><timestamp>2024-05-01T00:00:00</timestamp></generator><definitions>)" +
         std::string(definitions) + R"(</definitions><tests>
   <rpminfo_test id="t:1"><object object_ref="o:1"/><state state_ref="s:1"/></rpminfo_test>
   <rpminfo_test id="t:2"><object object_ref="o:1"/><state state_ref="s:key"/></rpminfo_test>
   <rpminfo_test id="t:3"><object object_ref="o:2"/></rpminfo_test>
   <rpminfo_test id="t:4"><object object_ref="o:3"/><state state_ref="s:2"/></rpminfo_test>
   <rpminfo_test id="t:5"><object object_ref="o:4"/></rpminfo_test>
  </tests><objects>
   <rpminfo_object id="o:1"><name>openssl</name></rpminfo_object>
   <rpminfo_object id="o:2"><name>redhat-release</name></rpminfo_object>
   <rpminfo_object id="o:3"><name var_ref="v:1"/></rpminfo_object>
   <rpminfo_object id="o:4"><name>vim</name></rpminfo_object>
  </objects><states>
   <rpminfo_state id="s:1"><arch operation="pattern match">x86_64</arch><evr datatype="evr_string" operation="less than">1:3.0.7-18.el9_2</evr></rpminfo_state>
   <rpminfo_state id="s:key"><signature_keyid operation="equals">199e</signature_keyid></rpminfo_state>
   <rpminfo_state id="s:2"><evr operation="less than">0:18.1-1</evr></rpminfo_state>
  </states><variables><constant_variable id="v:1"><value>nodejs</value><value>npm</value></constant_variable></variables></oval_definitions>)";
}

TEST(Oval, PatchesNameVersionsPlatformsAndModules) {
  const Parsed parsed = read(oval(R"(<definition class="patch" id="d:1"><metadata>
      <title>RHSA-2024:0001: openssl security update (Important)</title>
      <affected family="unix"><platform>Red Hat Enterprise Linux 9</platform></affected>
      <reference ref_id="RHSA-2024:0001" ref_url="https://access.redhat.com/errata/RHSA-2024:0001" source="RHSA"/>
      <reference ref_id="CVE-2024-0001" source="CVE"/>
      <description>Text</description>
      <advisory><severity>Important</severity><issued date="2024-01-02"/>
        <cve cvss3="7.5/CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H" cwe="CWE-400">CVE-2024-0001</cve></advisory></metadata>
    <criteria operator="AND"><criterion comment="Red Hat Enterprise Linux 9 is installed" test_ref="t:3"/>
      <criteria operator="OR">
        <criteria operator="AND"><criterion comment="openssl is earlier than 1:3.0.7-18.el9_2" test_ref="t:1"/>
          <criterion comment="openssl is signed with Red Hat key" test_ref="t:2"/></criteria>
        <criteria operator="AND"><criterion comment="Module nodejs:18 is enabled" test_ref="t:9"/>
          <criterion comment="nodejs is earlier than 0:18.1-1" test_ref="t:4"/></criteria>
      </criteria></criteria></definition>)"));
  EXPECT_EQ(parsed.format, FeedFormat::kOval);
  EXPECT_THAT(parsed.problems, IsEmpty());
  ASSERT_EQ(parsed.records.size(), 1U);
  const Record& record = parsed.records[0];
  EXPECT_EQ(record.id, "RHSA-2024:0001");
  EXPECT_EQ(record.source, "redhat");
  EXPECT_THAT(record.upstream, ElementsAre("CVE-2024-0001"));
  EXPECT_THAT(told(record), ElementsAre("Red Hat:9 openssl < 1:3.0.7-18.el9_2",
                                        "Red Hat:9 nodejs [nodejs:18] < 18.1-1",
                                        "Red Hat:9 npm [nodejs:18] < 18.1-1"));
  ASSERT_EQ(record.ratings.size(), 2U);
  EXPECT_EQ(record.ratings[0].word, "Important");
  EXPECT_EQ(record.ratings[1].vector, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H");
}

TEST(Oval, OpenVulnerabilitiesHaveTheirResolution) {
  const Parsed parsed = read(
      oval(R"(<definition class="vulnerability" id="d:1"><metadata><title>CVE-2024-0002 vim</title>
      <affected family="unix"><platform>SUSE Linux Enterprise Server 15 SP5</platform></affected>
      <reference ref_id="CVE-2024-0002" source="CVE"/>
      <advisory><affected><resolution state="Will not fix"><component>vim</component></resolution></affected></advisory></metadata>
    <criteria operator="OR"><criterion comment="vim is installed" test_ref="t:5"/></criteria></definition>
    <definition class="vulnerability" id="d:2"><metadata>
      <affected family="unix"><platform>openSUSE Leap 15.5</platform></affected>
      <reference ref_id="CVE-2024-0003" source="CVE"/></metadata>
    <criteria operator="AND"><criteria operator="OR"><criterion comment="SUSE Linux Enterprise Server 15 SP4 is installed" test_ref="t:3"/>
       <criterion comment="SUSE Linux Enterprise Server 15 SP5 is installed" test_ref="t:3"/></criteria>
     <criterion comment="vim is not affected" test_ref="t:5"/></criteria></definition>
    <definition class="inventory" id="d:3"/>)"));
  ASSERT_EQ(parsed.records.size(), 2U);
  EXPECT_EQ(parsed.records[0].id, "CVE-2024-0002");
  EXPECT_THAT(parsed.records[0].upstream, IsEmpty());
  EXPECT_THAT(told(parsed.records[0]), ElementsAre("SUSE:15.5 vim all will-not-fix"));
  EXPECT_THAT(told(parsed.records[1]), ElementsAre("SUSE:15.4 vim none", "SUSE:15.5 vim none"));
}

TEST(Oval, HostileXmlEndsWithAProblem) {
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += "<criteria>";
  EXPECT_EQ(read("<a>" + deep).problems.size(), 1U);
  std::string closed = "<oval_definitions><definitions><definition class=\"patch\">";
  for (int i = 0; i < 70; ++i) closed += "<criteria>";
  for (int i = 0; i < 70; ++i) closed += "</criteria>";
  const Parsed too_deep = read(closed + "</definition></definitions></oval_definitions>");
  ASSERT_EQ(too_deep.problems.size(), 1U);
  EXPECT_THAT(too_deep.problems[0].message, HasSubstr("too deep"));
  const Parsed bomb =
      read(R"(<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]>
    <oval_definitions><definitions><definition class="patch" id="1"><metadata><title>&y;</title></metadata></definition></definitions></oval_definitions>)");
  EXPECT_THAT(bomb.records, IsEmpty());
  EXPECT_EQ(read("<html></html>").problems.size(), 1U);
}

}  // namespace
}  // namespace yagura::vuln
