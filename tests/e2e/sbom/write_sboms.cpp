// Writes inventories as SBOMs of every format and findings as VEX into a directory, for
// validate.mjs.

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/file.hpp"
#include "image/model/purl.hpp"
#include "image/sbom/sbom.hpp"
#include "vuln/vex/vex.hpp"

namespace {

using namespace yagura;

void add(image::Inventory& inventory, image::Package package, std::string path) {
  const std::string purl = to_string(image::purl_of(package, inventory.distro));
  inventory.components.push_back({.package = std::move(package),
                                  .purl = purl,
                                  .path = std::move(path),
                                  .layer = 0,
                                  .owner = "somebody"});
}

image::Inventory usual() {
  image::Inventory out{.name = "registry.example/team/app:1", .digest = "sha256:aa"};
  out.config_digest = "sha256:bb";
  out.created = "2024-05-01T10:20:30.123Z";
  out.labels = {{"org.opencontainers.image.title", "app"}, {"odd = %<", "x\ny"}};
  out.distro = {.id = "debian", .version_id = "12", .codename = "bookworm", .version = "12.5"};
  out.layers = {{.digest = "sha256:l0", .diff_id = "sha256:d0", .size = 5, .created_by = "RUN x"}};
  out.incomplete = {"one file was too large"};
  add(out,
      {.type = image::PackageType::kDeb,
       .name = "libssl3",
       .version = "1:3.0.11-1~deb12u2",
       .source_name = "openssl",
       .architecture = "amd64",
       .licenses = {"Apache-2.0", "Some \"own\" licence"},
       .maintainer = "Team <a@b>"},
      "var/lib/dpkg/status");
  add(out,
      {.type = image::PackageType::kNpm,
       .name = "@angular/core",
       .version = "17.0.0",
       .licenses = {"MIT OR Apache-2.0"},
       .development = true},
      "app/package-lock.json");
  add(out,
      {.type = image::PackageType::kMaven,
       .name = "org.example:a",
       .version = "1.0",
       .digest = "sha1:" + std::string(40, '0'),
       .location = "lib/a.jar"},
      "app/x.war");
  return out;
}

image::Inventory hostile() {
  image::Inventory out{.name = "a\nb \"<text>\" \xff"};
  for (const char* const name : {"x", "x", "<text>\\", "a\tb", "</text>", "\xc3\xa9\xff", " "}) {
    add(out,
        {.type = image::PackageType::kGeneric,
         .name = name,
         .version = name,
         .licenses = {name, "MIT AND ISC", "(((", "LicenseRef-x"},
         .maintainer = name},
        name);
  }
  return out;
}

std::vector<vuln::Finding> findings() {
  using Kind = vuln::Suppression::Kind;
  const vuln::Suppression kinds[] = {
      {},
      {.kind = Kind::kVex, .reason = "not_affected: component_not_present (a.json)"},
      {.kind = Kind::kVex, .reason = "not_affected (because; a.json)"},
      {.kind = Kind::kVex, .reason = "fixed (a.json)"},
      {.kind = Kind::kIgnoreRule, .reason = "accepted"}};
  std::vector<vuln::Finding> out;
  for (std::size_t i = 0; i < std::size(kinds); ++i) {
    auto vulnerability = std::make_shared<vuln::Vulnerability>();
    vulnerability->id = "CVE-2024-" + std::to_string(i);
    vulnerability->aliases = {"GHSA-" + std::to_string(i)};
    out.push_back({.component = i % 3, .vulnerability = vulnerability, .suppression = kinds[i]});
  }
  return out;
}

bool write(const std::filesystem::path& path, const std::string& text) {
  const auto written = core::write_file(path, text);
  if (!written) std::fprintf(stderr, "%s\n", written.error().message.c_str());
  return written.has_value();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 2;
  }
  const std::filesystem::path directory = argv[1];
  std::filesystem::create_directories(directory);
  constexpr std::pair<image::SbomFormat, const char*> kFormats[] = {
      {image::SbomFormat::kCyclonedx14, "-1.4.cdx.json"},
      {image::SbomFormat::kCyclonedx15, "-1.5.cdx.json"},
      {image::SbomFormat::kCyclonedx16, "-1.6.cdx.json"},
      {image::SbomFormat::kSpdx23Json, ".spdx.json"},
      {image::SbomFormat::kSpdx23TagValue, ".spdx"}};
  bool good = true;
  const std::pair<const char*, image::Inventory> inventories[] = {
      {"usual", usual()}, {"hostile", hostile()}, {"empty", {}}};
  for (const auto& [name, inventory] : inventories) {
    for (const auto& [format, ending] : kFormats) {
      good = write(directory / (std::string(name) + ending),
                   image::write_sbom(inventory, format, {.tool_version = "1.0"})) &&
             good;
    }
    good = write(directory / (std::string(name) + ".openvex.json"),
                 vuln::write_openvex(inventory, findings())) &&
           good;
    good = write(directory / (std::string(name) + "-vex.cdx.json"),
                 vuln::write_cyclonedx_vex(inventory, findings())) &&
           good;
  }
  return good ? 0 : 1;
}
