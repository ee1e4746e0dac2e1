// Statements about vulnerabilities: any text is read or refused; laid on findings they only ever
// suppress, twice the same, and what is written of that suppresses no more than they did.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "vuln/vex/vex.hpp"

namespace {

using namespace yagura;

void check(bool holds) {
  if (!holds) std::abort();
}

image::Inventory some_inventory() {
  image::Inventory out{.name = "r.example/app:1", .digest = "sha256:aa"};
  out.distro = {.id = "rhel", .version_id = "9"};
  for (const char* const purl :
       {"pkg:deb/debian/libssl3@3.0.11-1?arch=amd64", "pkg:pypi/flask-login@0.6.0",
        "pkg:rpm/rhel/bash@5.1-2?arch=x86_64&epoch=1"}) {
    out.components.push_back({.purl = purl});
  }
  return out;
}

std::vector<vuln::Finding> some_findings() {
  std::vector<vuln::Finding> out;
  for (std::size_t component = 0; component < 4; ++component) {
    for (const char* const id : {"CVE-2024-1", "CVE-2024-2"}) {
      auto vulnerability = std::make_shared<vuln::Vulnerability>();
      vulnerability->id = id;
      vulnerability->aliases = {"GHSA-x"};
      out.push_back({.component = component, .vulnerability = std::move(vulnerability)});
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document =
      vuln::read_vex(text, "a.json", {.max_size = 1 << 20, .max_statements = 5000});
  if (!document) {
    check(!document.error().message.empty());
    return 0;
  }
  const image::Inventory inventory = some_inventory();
  auto findings = some_findings();
  const std::vector documents{*document};
  vuln::apply_vex(inventory, documents, findings);
  auto again = some_findings();
  vuln::apply_vex(inventory, documents, again);
  for (std::size_t i = 0; i < findings.size(); ++i) {
    check(findings[i].suppression.reason == again[i].suppression.reason);
    check(findings[i].counts() == findings[i].suppression.reason.empty());
    check(findings[i].counts() || findings[i].component < inventory.components.size());
  }
  for (const std::string& written :
       {vuln::write_openvex(inventory, findings), vuln::write_cyclonedx_vex(inventory, findings)}) {
    const auto read = vuln::read_vex(written, "b.json");
    check(read.has_value());
    auto third = some_findings();
    const std::vector written_documents{*read};
    vuln::apply_vex(inventory, written_documents, third);
    for (std::size_t i = 0; i < findings.size(); ++i) {
      // An alias shared by all makes statements of one vulnerability speak of the other.
      if (!third[i].counts()) check(findings[i].component == third[i].component);
    }
  }
  return 0;
}
