// Small texts: distributions' names, what JSON can carry, uuids.

#include <fmt/core.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "core/utf8.hpp"
#include "image/sbom/internal/bom.hpp"

namespace yagura::image::sbom {
namespace {

struct Family {
  std::string_view word;
  std::string_view id;  // of os-release
};
constexpr std::array kFamilies{
    Family{"redhat", "rhel"},
    Family{"red hat enterprise linux", "rhel"},
    Family{"alma", "almalinux"},
    Family{"oracle", "ol"},
    Family{"oraclelinux", "ol"},
    Family{"amazon", "amzn"},
    Family{"amazonlinux", "amzn"},
    Family{"rockylinux", "rocky"},
    Family{"opensuse.leap", "opensuse-leap"},
    Family{"opensuse.tumbleweed", "opensuse-tumbleweed"},
    Family{"suse linux enterprise server", "sles"},
    Family{"suse", "sles"},
    Family{"cbl-mariner", "mariner"},
    Family{"azurelinux", "azurelinux"},
};

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace

std::string distro_id(std::string_view word) {
  const std::string id = lowered(word);
  const auto* const found = std::ranges::find(kFamilies, id, &Family::word);
  return found == kFamilies.end() ? id : std::string(found->id);
}

Distro distro_of_qualifier(std::string_view qualifier) {
  // The version begins at the last hyphen that a digit or a codename follows: "opensuse-leap-15.5".
  Distro distro;
  const auto hyphen = qualifier.rfind('-');
  const bool has_version = hyphen != std::string_view::npos && hyphen + 1 < qualifier.size();
  const bool numbered = has_version && qualifier[hyphen + 1] >= '0' && qualifier[hyphen + 1] <= '9';
  distro.id = distro_id(numbered ? qualifier.substr(0, hyphen) : qualifier);
  // "2 (Karoo)" of Amazon Linux.
  const std::string_view behind = has_version ? qualifier.substr(hyphen + 1) : std::string_view();
  if (numbered) distro.version_id = behind.substr(0, behind.find(' '));
  if (!numbered && has_version) {
    // "debian-sid", "debian-bookworm".
    const std::string id = distro_id(qualifier.substr(0, hyphen));
    if (id == "debian" || id == "ubuntu") {
      distro.id = id;
      distro.codename = behind.substr(0, behind.find('/'));  // "trixie/sid"
    }
  }
  // os-release of Debian names the major version alone; Trivy gives /etc/debian_version.
  if (distro.id == "debian" && distro.version_id.contains('.')) {
    distro.version = distro.version_id;
    distro.version_id.erase(distro.version_id.find('.'));
  }
  return distro;
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  for (;;) {
    const auto bad = core::find_invalid_utf8(text);
    if (bad == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, bad)).append("\xef\xbf\xbd");
    text.remove_prefix(bad + 1);
  }
}

std::string one_line(std::string_view text) {
  std::string out = valid_utf8(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  // Tag-value has no way to write its own brackets.
  for (const std::string_view bracket : {"<text>", "</text>"}) {
    for (auto at = out.find(bracket); at != std::string::npos; at = out.find(bracket, at)) {
      out[at] = '(';
    }
  }
  const auto first = out.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return out.substr(first, out.find_last_not_of(' ') - first + 1);
}

std::string uuid_of(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  digest[6] = static_cast<unsigned char>((digest[6] & 0x0f) | 0x80);  // RFC 9562, version 8
  digest[8] = static_cast<unsigned char>((digest[8] & 0x3f) | 0x80);
  std::string out = "urn:uuid:";
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += fmt::format("{:02x}", digest[i]);
  }
  return out;
}

}  // namespace yagura::image::sbom
