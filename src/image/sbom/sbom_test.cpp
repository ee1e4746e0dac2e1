// Inventories to texts and back; texts as other tools write them.

#include "image/sbom/sbom.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "image/model/purl.hpp"

namespace yagura::image {
namespace {

constexpr std::array kFormats{SbomFormat::kCyclonedx14, SbomFormat::kCyclonedx15,
                              SbomFormat::kCyclonedx16, SbomFormat::kSpdx23Json,
                              SbomFormat::kSpdx23TagValue};

// What the formats do not carry.
Component without_rest(Component component) {
  component.package.files.clear();
  component.package.depends.clear();
  component.package.provides.clear();
  return component;
}

void expect_same(const Inventory& read, const Inventory& given) {
  EXPECT_EQ(read.name, given.name);
  EXPECT_EQ(read.digest, given.digest);
  EXPECT_EQ(read.config_digest, given.config_digest);
  EXPECT_EQ(read.architecture, given.architecture);
  EXPECT_EQ(read.os, given.os);
  EXPECT_EQ(read.created, given.created);
  EXPECT_EQ(read.labels, given.labels);
  EXPECT_EQ(read.distro, given.distro);
  EXPECT_EQ(read.incomplete, given.incomplete);
  ASSERT_EQ(read.layers.size(), given.layers.size());
  for (std::size_t i = 0; i < given.layers.size(); ++i) {
    EXPECT_EQ(read.layers[i].digest, given.layers[i].digest);
    EXPECT_EQ(read.layers[i].diff_id, given.layers[i].diff_id);
    EXPECT_EQ(read.layers[i].size, given.layers[i].size);
    EXPECT_EQ(read.layers[i].created_by, given.layers[i].created_by);
  }
  ASSERT_EQ(read.components.size(), given.components.size());
  for (std::size_t i = 0; i < given.components.size(); ++i) {
    const Component expected = without_rest(given.components[i]);
    const Component& actual = read.components[i];
    EXPECT_EQ(actual.purl, expected.purl);
    EXPECT_EQ(actual.path, expected.path);
    EXPECT_EQ(actual.layer, expected.layer);
    EXPECT_EQ(actual.owner, expected.owner);
    EXPECT_EQ(actual.package, expected.package) << expected.package.name;
  }
}

void expect_round_trip(const Inventory& inventory) {
  for (const SbomFormat format : kFormats) {
    SCOPED_TRACE(static_cast<int>(format));
    const std::string text = write_sbom(inventory, format);
    EXPECT_EQ(text, write_sbom(inventory, format));
    EXPECT_TRUE(looks_like_sbom(text));
    const auto read = read_sbom(text);
    ASSERT_TRUE(read.has_value()) << read.error().message << "\n" << text;
    expect_same(read->inventory, inventory);
    if (::testing::Test::HasFailure()) {
      std::printf("%s\n", text.substr(0, 6000).c_str());
      return;
    }
    // What was read is written as the same text again.
    EXPECT_EQ(write_sbom(read->inventory, format), text);
  }
}

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  Inventory inventory() {
    Inventory out{.name = text(), .digest = maybe("sha256:ab"), .config_digest = maybe("sha256:c")};
    out.architecture = maybe("amd64");
    out.os = maybe("linux");
    out.created = maybe("2024-05-01T10:20:30.5Z");
    for (std::size_t i = random_() % 3; i > 0; --i) out.labels.emplace_back(text(), text());
    if (random_() % 4 != 0) {
      out.distro = {.id = pick({"debian", "alpine", "rhel", "fedora"}),
                    .version_id = maybe("12"),
                    .id_like = maybe("rhel fedora"),
                    .codename = maybe("bookworm"),
                    .name = maybe("Debian GNU/Linux 12 (bookworm)"),
                    .version = maybe("12.5")};
    }
    for (std::size_t i = random_() % 3; i > 0; --i) {
      out.layers.push_back({maybe("sha256:1"), maybe("sha256:2"), random_() % 2000, text()});
    }
    for (std::size_t i = random_() % 2; i > 0; --i) out.incomplete.push_back("not seen: x");
    for (std::size_t i = random_() % 12; i > 0; --i) out.components.push_back(component(out));
    std::ranges::stable_sort(out.components, [](const Component& a, const Component& b) {
      return std::tie(a.purl, a.path) < std::tie(b.purl, b.path);
    });
    return out;
  }

 private:
  Component component(const Inventory& inventory) {
    Component out;
    Package& package = out.package;
    package.type = static_cast<PackageType>(random_() % 14);
    package.evidence = static_cast<PackageEvidence>(random_() % 4);
    package.name = text();
    if (package.name.empty()) package.name = "x";
    package.version = text();
    package.source_name = maybe("src");
    package.source_version = random_() % 3 == 0 ? package.version : text();
    package.architecture = maybe("arm64");
    for (std::size_t i = random_() % 3; i > 0; --i) package.licenses.push_back(license());
    package.maintainer = text();
    package.module_label = maybe("nodejs:18:1");
    package.development = random_() % 2 == 0;
    package.digest = random_() % 3 == 0 ? "sha1:" + std::string(40, 'a') : maybe("odd:z");
    package.revision = maybe("0123abc");
    package.location = maybe("lib/a.jar!/b.jar");
    package.installed_size = random_() % 3 == 0 ? 4096 : 0;
    package.files = {"left/out"};
    package.depends = {"left-out"};
    package.essential = random_() % 2 == 0;
    if (random_() % 2 == 0) package.automatic = random_() % 2 == 0;
    out.purl = random_() % 8 == 0 ? maybe("pkg:odd/%41 b@1")
                                  : to_string(purl_of(package, inventory.distro));
    out.path = random_() % 3 == 0 ? "" : "p/" + text();
    out.layer = static_cast<std::int32_t>(random_() % 3) - 1;
    out.owner = maybe("libssl3");
    return out;
  }
  std::string license() {
    return pick({"MIT", "GPL-2.0-or-later OR MIT", "MIT AND ISC", "Some \"Licence\"", "(odd",
                 "GPL-2+ and BSD", "Apache-2.0"});
  }
  std::string text() {
    static constexpr std::array<std::string_view, 22> kPieces{
        "a", "b",       "-",      ":", "/", "@", "%", " ",        "\n", "\"", "\\",
        "<", "</text>", "<text>", "1", ".", "~", "+", "\xc3\xa9", "#",  "?",  "_"};
    std::string out;
    for (std::size_t i = random_() % 6; i > 0; --i) out += kPieces[random_() % kPieces.size()];
    return out;
  }
  std::string maybe(std::string_view value) {
    return random_() % 2 == 0 ? std::string() : std::string(value);
  }
  std::string pick(std::initializer_list<std::string_view> list) {
    return std::string(*(list.begin() + random_() % list.size()));
  }

  std::mt19937 random_;
};

TEST(SbomRoundTrip, RandomInventoriesComeBack) {
  for (unsigned seed = 0; seed < 400 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    expect_round_trip(Maker(seed).inventory());
  }
}

struct Closer {
  void operator()(std::FILE* file) const { pclose(file); }
};

// The packages of this machine, by dpkg itself.
Inventory of_this_machine() {
  Inventory out{.name = "rootfs/", .architecture = "amd64", .os = "linux"};
  out.distro = {.id = "debian", .version_id = "12", .codename = "bookworm", .version = "12.5"};
  const std::unique_ptr<std::FILE, Closer> pipe(
      popen("dpkg-query -W -f '${Package}\\t${Version}\\t${source:Package}\\t${source:Version}\\t"
            "${Architecture}\\t${Maintainer}\\n' 2>/dev/null",
            "r"));
  std::array<char, 4096> line{};
  while (pipe && std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
    std::array<std::string, 6> fields;
    std::string_view rest(line.data());
    for (std::string& field : fields) {
      const auto end = rest.find_first_of("\t\n");
      field = rest.substr(0, end);
      rest.remove_prefix(end + 1);
    }
    Package package{.type = PackageType::kDeb, .name = fields[0], .version = fields[1]};
    if (fields[2] != fields[0] || fields[3] != fields[1]) package.source_name = fields[2];
    if (fields[3] != fields[1]) package.source_version = fields[3];
    package.architecture = fields[4];
    package.maintainer = fields[5];
    const std::string purl = to_string(purl_of(package, out.distro));
    out.components.push_back({.package = package, .purl = purl, .path = "var/lib/dpkg/status"});
  }
  std::ranges::sort(out.components, {}, &Component::purl);
  return out;
}

TEST(SbomRoundTrip, ThePackagesOfThisMachineComeBack) {
  const Inventory inventory = of_this_machine();
  if (inventory.components.empty()) GTEST_SKIP() << "skipped: no dpkg-query";
  expect_round_trip(inventory);
  // Purls say it all: nothing of ours is needed but paths.
  const std::string text = write_sbom(inventory, SbomFormat::kCyclonedx16);
  EXPECT_FALSE(text.contains("yagura:sourceVersion"));
  EXPECT_FALSE(text.contains("yagura:version"));
  EXPECT_FALSE(text.contains("yagura:source\""));
}

const Component* find(const Inventory& inventory, std::string_view name) {
  for (const Component& component : inventory.components) {
    if (component.package.name == name) return &component;
  }
  return nullptr;
}

TEST(SbomOfOthers, TrivysCycloneDxIsRead) {
  const auto read = read_sbom(R"({
    "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
    "metadata": {
      "tools": {"components": [{"type": "application", "name": "trivy", "version": "0.50.1"}]},
      "component": {"bom-ref": "r", "type": "container", "name": "app:1", "properties": [
        {"name": "aquasecurity:trivy:DiffID", "value": "sha256:d0"},
        {"name": "aquasecurity:trivy:DiffID", "value": "sha256:d1"},
        {"name": "aquasecurity:trivy:ImageID", "value": "sha256:c0"},
        {"name": "aquasecurity:trivy:RepoDigest", "value": "reg/app@sha256:m0"}]}},
    "components": [
      {"bom-ref": "os", "type": "operating-system", "name": "debian", "version": "12.5"},
      {"bom-ref": "lock", "type": "application", "name": "app/package-lock.json", "properties": [
        {"name": "aquasecurity:trivy:Type", "value": "npm"}]},
      {"bom-ref": "ssl", "type": "library", "name": "libssl3", "version": "3.0.11-1~deb12u2",
       "supplier": {"name": "Debian OpenSSL Team"},
       "licenses": [{"license": {"name": "Apache-2.0"}}],
       "purl": "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12.5&epoch=1",
       "properties": [
        {"name": "aquasecurity:trivy:LayerDiffID", "value": "sha256:d1"},
        {"name": "aquasecurity:trivy:SrcName", "value": "openssl"},
        {"name": "aquasecurity:trivy:SrcVersion", "value": "3.0.11"},
        {"name": "aquasecurity:trivy:SrcRelease", "value": "1~deb12u2"},
        {"name": "aquasecurity:trivy:SrcEpoch", "value": "1"}]},
      {"bom-ref": "core", "type": "library", "group": "@angular", "name": "core", "version": "17.0.0",
       "purl": "pkg:npm/%40angular/core@17.0.0",
       "properties": [{"name": "aquasecurity:trivy:PkgType", "value": "npm"}]}],
    "dependencies": [{"ref": "lock", "dependsOn": ["core"]}]})");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->tool, "trivy 0.50.1");
  const Inventory& inventory = read->inventory;
  EXPECT_EQ(inventory.name, "app:1");
  EXPECT_EQ(inventory.digest, "sha256:m0");
  EXPECT_EQ(inventory.layers.size(), 2U);
  EXPECT_EQ(inventory.distro.id, "debian");
  EXPECT_EQ(inventory.distro.version_id, "12");
  ASSERT_EQ(inventory.components.size(), 2U);
  const Component* const ssl = find(inventory, "libssl3");
  ASSERT_NE(ssl, nullptr);
  EXPECT_EQ(ssl->package.type, PackageType::kDeb);
  EXPECT_EQ(ssl->package.version, "1:3.0.11-1~deb12u2");
  EXPECT_EQ(ssl->package.source_name, "openssl");
  EXPECT_EQ(ssl->package.source_version, "");
  EXPECT_EQ(ssl->package.architecture, "amd64");
  EXPECT_EQ(ssl->layer, 1);
  const Component* const core = find(inventory, "@angular/core");
  ASSERT_NE(core, nullptr);
  EXPECT_EQ(core->package.evidence, PackageEvidence::kLocked);
  EXPECT_EQ(core->path, "app/package-lock.json");
}

TEST(SbomOfOthers, SyftsCycloneDxIsRead) {
  const auto read = read_sbom(R"({
    "bomFormat": "CycloneDX", "specVersion": "1.4",
    "metadata": {"tools": [{"vendor": "anchore", "name": "syft", "version": "0.90.0"}],
      "component": {"type": "container", "name": "ubi9", "version": "sha256:m1"}},
    "components": [
      {"type": "library", "name": "openssl-libs", "version": "1:3.0.7-24.el9",
       "purl": "pkg:rpm/rhel/openssl-libs@3.0.7-24.el9?arch=x86_64&epoch=1&upstream=openssl-3.0.7-24.el9.src.rpm&distro=rhel-9.3",
       "properties": [{"name": "syft:location:0:path", "value": "/var/lib/rpm/rpmdb.sqlite"},
         {"name": "syft:metadata:modularityLabel", "value": "m:1:2"}]},
      {"type": "library", "name": "Flask_Login", "version": "0.6.0", "purl": "pkg:pypi/Flask_Login@0.6.0",
       "properties": [{"name": "syft:package:type", "value": "python"}]},
      {"type": "library", "name": "app", "version": "v1.2.3",
       "purl": "pkg:golang/github.com/acme/app@v1.2.3",
       "properties": [{"name": "syft:package:metadataType", "value": "go-module-buildinfo-entry"}]},
      {"type": "operating-system", "name": "rhel", "version": "9.3", "properties": [
         {"name": "syft:distro:id", "value": "rhel"},
         {"name": "syft:distro:idLike:0", "value": "fedora"}]},
      {"type": "file", "name": "/etc/passwd"}]})");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  const Inventory& inventory = read->inventory;
  EXPECT_EQ(inventory.digest, "sha256:m1");
  EXPECT_EQ(inventory.distro.id, "rhel");
  EXPECT_EQ(inventory.distro.version_id, "9.3");
  ASSERT_EQ(inventory.components.size(), 3U);
  const Component* const ssl = find(inventory, "openssl-libs");
  ASSERT_NE(ssl, nullptr);
  EXPECT_EQ(ssl->package.version, "1:3.0.7-24.el9");
  EXPECT_EQ(ssl->package.source_name, "openssl");
  EXPECT_EQ(ssl->package.source_version, "3.0.7-24.el9");
  EXPECT_EQ(ssl->package.module_label, "m:1:2");
  EXPECT_EQ(ssl->path, "var/lib/rpm/rpmdb.sqlite");
  ASSERT_NE(find(inventory, "flask-login"), nullptr);
  const Component* const app = find(inventory, "github.com/acme/app");
  ASSERT_NE(app, nullptr);
  EXPECT_EQ(app->package.version, "v1.2.3");
  EXPECT_EQ(app->package.evidence, PackageEvidence::kBinary);
}

constexpr std::string_view kSpdx = R"({
    "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "app",
    "creationInfo": {"created": "2024-01-01T00:00:00Z", "creators": ["Organization: x", "Tool: trivy-0.50.1"]},
    "documentDescribes": ["SPDXRef-ContainerImage-1"],
    "packages": [
      {"SPDXID": "SPDXRef-ContainerImage-1", "name": "app:1", "primaryPackagePurpose": "CONTAINER",
       "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                         "referenceLocator": "pkg:oci/app@sha256:1"}],
       "annotations": [{"comment": "DiffID: sha256:d0"}, {"comment": "ImageID: sha256:c0"}]},
      {"SPDXID": "SPDXRef-OperatingSystem-1", "name": "alpine", "versionInfo": "3.19.1",
       "primaryPackagePurpose": "OPERATING-SYSTEM"},
      {"SPDXID": "SPDXRef-Package-1", "name": "libcrypto3", "versionInfo": "3.1.4-r5",
       "supplier": "Person: A <a@b>", "licenseDeclared": "MIT AND LicenseRef-1",
       "sourceInfo": "built package from: openssl 3.1.4-r5",
       "externalRefs": [
         {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:x"},
         {"referenceCategory": "PACKAGE_MANAGER", "referenceType": "purl",
          "referenceLocator": "pkg:apk/alpine/libcrypto3@3.1.4-r5?arch=x86_64&distro=3.19.1"}],
       "annotations": [{"comment": "LayerDiffID: sha256:d0"}]}],
    "hasExtractedLicensingInfos": [{"licenseId": "LicenseRef-1", "extractedText": "Own text"}],
    "relationships": []})";

void expect_alpine(const Inventory& inventory) {
  EXPECT_EQ(inventory.name, "app:1");
  EXPECT_EQ(inventory.distro.id, "alpine");
  EXPECT_EQ(inventory.distro.version_id, "3.19.1");
  ASSERT_EQ(inventory.components.size(), 1U);
  const Component& component = inventory.components[0];
  EXPECT_EQ(component.package.type, PackageType::kApk);
  EXPECT_EQ(component.package.name, "libcrypto3");
  EXPECT_EQ(component.package.source_name, "openssl");
  EXPECT_EQ(component.package.maintainer, "A <a@b>");
  EXPECT_EQ(component.package.licenses, (std::vector<std::string>{"MIT", "Own text"}));
  EXPECT_EQ(component.layer, 0);
}

TEST(SbomOfOthers, TrivysSpdxIsRead) {
  const auto read = read_sbom(kSpdx);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->format, "SPDX-2.3");
  expect_alpine(read->inventory);
}

TEST(SbomOfOthers, AttestationsAreOpened) {
  const std::string statement = R"({"_type": "https://in-toto.io/Statement/v0.1",
    "predicateType": "https://spdx.dev/Document", "predicate": )" +
                                std::string(kSpdx) + "}";
  const auto read = read_sbom(statement);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  expect_alpine(read->inventory);
  // {"bomFormat":"CycloneDX","specVersion":"1.5"} in a DSSE envelope.
  const auto envelope = read_sbom(
      R"({"payloadType": "application/vnd.in-toto+json", "signatures": [], "payload":
      "eyJib21Gb3JtYXQiOiJDeWNsb25lRFgiLCJzcGVjVmVyc2lvbiI6IjEuNSJ9"})");
  ASSERT_TRUE(envelope.has_value()) << envelope.error().message;
  EXPECT_EQ(envelope->format, "CycloneDX 1.5");
}

TEST(SbomOfOthers, TagValueIsRead) {
  const auto read = read_sbom(R"(# Tern
SPDXVersion: SPDX-2.2
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: app
Creator: Tool: tern-2.12

PackageName: bash
SPDXID: SPDXRef-bash
PackageVersion: 5.2.15-2+b2
PackageSupplier: NOASSERTION
PackageLicenseDeclared: NONE
PackageComment: <text>one
PackageVersion: not this
</text>
ExternalRef: PACKAGE_MANAGER purl pkg:deb/debian/bash@5.2.15-2%2Bb2?arch=amd64&distro=debian-12&upstream=bash%405.2.15-2

FileName: ./etc/x
SPDXID: SPDXRef-file
PackageVersion: nor this

Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-bash
)");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->format, "SPDX-2.2 (tag-value)");
  ASSERT_EQ(read->inventory.components.size(), 1U);
  const Package& bash = read->inventory.components[0].package;
  EXPECT_EQ(bash.version, "5.2.15-2+b2");
  EXPECT_EQ(bash.source(), "bash");
  EXPECT_EQ(bash.source_or_own_version(), "5.2.15-2");
  EXPECT_EQ(read->inventory.distro.id, "debian");
  EXPECT_EQ(read->inventory.distro.version_id, "12");
  EXPECT_EQ(read->inventory.name, "app");
}

TEST(SbomOfOthers, CycloneDxXmlIsRead) {
  const auto read = read_sbom(R"(<?xml version="1.0" encoding="UTF-8"?>
<bom serialNumber="urn:uuid:1" version="1" xmlns="http://cyclonedx.org/schema/bom/1.5">
  <metadata>
    <timestamp>2024-01-01T00:00:00Z</timestamp>
    <tools><tool><vendor>OWASP</vendor><name>maven-plugin</name><version>2.7</version></tool></tools>
    <component type="application" bom-ref="root"><group>org.acme</group><name>app</name></component>
  </metadata>
  <components>
    <component type="library" bom-ref="c1">
      <publisher>Acme &amp; Co</publisher>
      <group>org.acme</group><name>core</name><version>1.0</version>
      <scope>excluded</scope>
      <hashes><hash alg="MD5">00</hash><hash alg="SHA-1">aa</hash></hashes>
      <licenses><license><id>MIT</id><url>u</url></license><license><name>Own</name></license></licenses>
      <purl>pkg:maven/org.acme/core@1.0?type=jar</purl>
      <pedigree><ancestors><component type="library"><name>old</name>
        <purl>pkg:maven/org.old/core@0.9</purl></component></ancestors></pedigree>
      <components><component type="library"><name>inner</name><version>2</version>
        <purl>pkg:npm/inner@2</purl></component></components>
      <evidence><occurrences><occurrence><location>lib/core.jar</location></occurrence></occurrences>
        <licenses><license><id>GPL-3.0-only</id></license></licenses></evidence>
      <properties><property name="aquasecurity:trivy:PkgType">jar</property></properties>
    </component>
    <component type="operating-system"><name>alpine</name><version>3.19.1</version></component>
  </components>
  <dependencies><dependency ref="root"><dependency ref="c1"/></dependency></dependencies>
</bom>)");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->format, "CycloneDX 1.5 (XML)");
  EXPECT_EQ(read->tool, "maven-plugin");
  EXPECT_EQ(read->inventory.name, "org.acme/app");
  EXPECT_EQ(read->inventory.distro.id, "alpine");
  ASSERT_EQ(read->inventory.components.size(), 2U);
  const Component* const core = find(read->inventory, "org.acme:core");
  ASSERT_NE(core, nullptr);
  EXPECT_EQ(core->package.version, "1.0");
  EXPECT_EQ(core->package.maintainer, "Acme & Co");
  EXPECT_EQ(core->package.licenses, (std::vector<std::string>{"MIT", "Own"}));
  EXPECT_EQ(core->package.digest, "md5:00");
  EXPECT_EQ(core->package.evidence, PackageEvidence::kBinary);
  EXPECT_TRUE(core->package.development);
  EXPECT_EQ(core->path, "lib/core.jar");
  EXPECT_NE(find(read->inventory, "inner"), nullptr);
}

TEST(SbomOfOthers, DistributionsAreToldByPurlsWhereNothingElseDoes) {
  const auto distro = [](std::string_view purl) {
    const auto read = read_sbom(R"({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
      {"type": "library", "name": "x", "version": "1", "purl": ")" +
                                std::string(purl) + "\"}]}");
    if (!read) return read.error().message;
    const Distro& told = read->inventory.distro;
    return told.id + "|" + told.version_id + "|" + told.codename + "|" + told.version;
  };
  EXPECT_EQ(distro("pkg:deb/debian/x@1?distro=debian-12.5"), "debian|12||12.5");
  EXPECT_EQ(distro("pkg:deb/debian/x@1?distro=debian-bookworm"), "debian||bookworm|");
  EXPECT_EQ(distro("pkg:deb/debian/x@1?distro=debian-trixie%2Fsid"), "debian||trixie|");
  EXPECT_EQ(distro("pkg:deb/ubuntu/x@1?os_name=ubuntu&os_version=22.04"), "ubuntu|22.04||");
  EXPECT_EQ(distro("pkg:rpm/redhat/x@1?distro=redhat-9.3"), "rhel|9.3||");
  EXPECT_EQ(distro("pkg:rpm/amazon/x@1?distro=amazon-2%20%28Karoo%29"), "amzn|2||");
  EXPECT_EQ(distro("pkg:rpm/opensuse/x@1?distro=opensuse-leap-15.5"), "opensuse-leap|15.5||");
  EXPECT_EQ(distro("pkg:apk/alpine/x@1"), "alpine|||");
  EXPECT_EQ(distro("pkg:npm/x@1?distro=debian-12"), "|||");
}

TEST(SbomOfOthers, WhatCannotBeMatchedIsSaid) {
  const auto read = read_sbom(R"({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
    {"type": "library", "name": "zlib", "version": "1.3", "components": [
      {"type": "library", "name": "inner", "purl": "pkg:npm/inner"}]},
    {"type": "library", "name": "x", "version": "1", "purl": "pkg:rpm/fedora/x@1-1?arch=src"}]})");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->inventory.components.size(), 2U);
  EXPECT_EQ(read->notes.size(), 3U);
}

TEST(SbomLimits, AreReachedWithAnError) {
  const SbomLimits limits{.max_size = 300, .max_components = 2, .max_depth = 8};
  const auto code = [&limits](std::string_view text) {
    const auto read = read_sbom(text, limits);
    return read ? -1 : static_cast<int>(read.error().code);
  };
  const auto limit = static_cast<int>(ErrorCode::kLimitExceeded);
  EXPECT_EQ(code(std::string(301, ' ')), limit);
  EXPECT_EQ(code(R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[{},{},{}]})"),
            limit);
  EXPECT_EQ(code(R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":[{},{}]})"), -1);
  EXPECT_EQ(code(R"({"spdxVersion":"SPDX-2.3","packages":[{},{},{}]})"), limit);
  EXPECT_EQ(code("SPDXVersion: SPDX-2.3\nPackageName: a\nPackageName: b\nPackageName: c\n"), limit);
  EXPECT_EQ(code(R"({"bomFormat":"CycloneDX","specVersion":"1.5","x":[[[[[[[[[[1]]]]]]]]]]})"),
            static_cast<int>(ErrorCode::kInvalidInput));
  const std::string open = R"(<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components>)";
  EXPECT_EQ(code(open + "<component/><component/></components></bom>"), -1);
  EXPECT_EQ(code(open + "<component/><component/><component/></components></bom>"), limit);
  EXPECT_EQ(code(open + "<a><a><a><a><a><a><a><a>"), limit);
  EXPECT_EQ(code(open + "<component>"), static_cast<int>(ErrorCode::kInvalidInput));
  // Envelopes in envelopes end.
  std::string nested = R"({"bomFormat":"CycloneDX","specVersion":"1.5"})";
  for (int i = 0; i < 6; ++i) nested = R"({"predicate":)" + nested + "}";
  EXPECT_EQ(code(nested), static_cast<int>(ErrorCode::kUnsupported));
}

TEST(SbomFormats, OtherTextsAreRefusedByName) {
  const auto message = [](std::string_view text) {
    const auto read = read_sbom(text);
    return read ? std::string() : read.error().message;
  };
  EXPECT_TRUE(message("<bom/>").contains("no CycloneDX"));
  EXPECT_TRUE(message("<!DOCTYPE bom [<!ENTITY a 'b'>]><bom/>").contains("document type"));
  EXPECT_TRUE(message(R"({"@context": "x", "@graph": []})").contains("SPDX 3"));
  EXPECT_TRUE(message("{").contains("damaged JSON"));
  EXPECT_TRUE(message("hello").contains("neither"));
  EXPECT_TRUE(message(R"({"bomFormat":"CycloneDX","specVersion":"2.0"})").contains("2.0"));
  EXPECT_FALSE(looks_like_sbom("{\"a\": 1}"));
  EXPECT_EQ(sbom_format("spdx-tag-value"), SbomFormat::kSpdx23TagValue);
  EXPECT_FALSE(sbom_format("spdx-9").has_value());
}

}  // namespace
}  // namespace yagura::image
