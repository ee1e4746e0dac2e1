#include "image/packages/dpkg/copyright.hpp"

#include <algorithm>
#include <utility>

#include "image/packages/dpkg/paragraphs.hpp"

namespace yagura::image {
namespace {

// Short names of copyright-format 1.0, section 7.1, beside SPDX's. A "+" behind a GNU licence is
// "or later".
constexpr std::pair<std::string_view, std::string_view> kPlainNames[] = {
    {"agpl-3", "AGPL-3.0-only"},
    {"agpl-3+", "AGPL-3.0-or-later"},
    {"apache-1.0", "Apache-1.0"},
    {"apache-1.1", "Apache-1.1"},
    {"apache-2", "Apache-2.0"},
    {"apache-2.0", "Apache-2.0"},
    {"artistic", "Artistic-1.0"},
    {"artistic-1", "Artistic-1.0"},
    {"artistic-2", "Artistic-2.0"},
    {"artistic-2.0", "Artistic-2.0"},
    {"bsd-2-clause", "BSD-2-Clause"},
    {"bsd-3-clause", "BSD-3-Clause"},
    {"bsd-4-clause", "BSD-4-Clause"},
    {"bsl-1.0", "BSL-1.0"},
    {"cc-by-3.0", "CC-BY-3.0"},
    {"cc-by-4.0", "CC-BY-4.0"},
    {"cc-by-sa-3.0", "CC-BY-SA-3.0"},
    {"cc-by-sa-4.0", "CC-BY-SA-4.0"},
    {"cc0-1.0", "CC0-1.0"},
    {"expat", "MIT"},
    {"gfdl-1.2", "GFDL-1.2-only"},
    {"gfdl-1.2+", "GFDL-1.2-or-later"},
    {"gfdl-1.3", "GFDL-1.3-only"},
    {"gfdl-1.3+", "GFDL-1.3-or-later"},
    {"gpl-1", "GPL-1.0-only"},
    {"gpl-1+", "GPL-1.0-or-later"},
    {"gpl-2", "GPL-2.0-only"},
    {"gpl-2+", "GPL-2.0-or-later"},
    {"gpl-2.0", "GPL-2.0-only"},
    {"gpl-2.0+", "GPL-2.0-or-later"},
    {"gpl-3", "GPL-3.0-only"},
    {"gpl-3+", "GPL-3.0-or-later"},
    {"gpl-3.0", "GPL-3.0-only"},
    {"gpl-3.0+", "GPL-3.0-or-later"},
    {"isc", "ISC"},
    {"lgpl-2", "LGPL-2.0-only"},
    {"lgpl-2+", "LGPL-2.0-or-later"},
    {"lgpl-2.1", "LGPL-2.1-only"},
    {"lgpl-2.1+", "LGPL-2.1-or-later"},
    {"lgpl-3", "LGPL-3.0-only"},
    {"lgpl-3+", "LGPL-3.0-or-later"},
    {"mpl-1.1", "MPL-1.1"},
    {"mpl-2.0", "MPL-2.0"},
    {"ofl-1.1", "OFL-1.1"},
    {"openssl", "OpenSSL"},
    {"perl", "Artistic-1.0-Perl OR GPL-1.0-or-later"},
    {"python-2.0", "Python-2.0"},
    {"w3c", "W3C"},
    {"zlib", "Zlib"},
};

constexpr std::size_t kMaxName = 200;  // bytes of one licence's text

std::string_view spdx_name(std::string_view word) {
  for (const auto& [debian, spdx] : kPlainNames) {
    if (equal_ignoring_case(word, debian)) return spdx;
  }
  return {};
}

void add_once(std::vector<std::string>& list, std::string name) {
  if (name.empty() || name.size() > kMaxName || list.size() >= kMaxCopyrightLicenses) return;
  if (std::ranges::find(list, name) == list.end()) list.push_back(std::move(name));
}

bool is_machine_readable(std::string_view text) {
  const std::string_view start = text.substr(0, 1024);
  return start.find("copyright-format") != std::string_view::npos ||
         start.find("://dep.debian.net/deps/dep5") != std::string_view::npos ||
         start.find("://dep-team.pages.debian.net/deps/dep5") != std::string_view::npos;
}

void read_fields(std::string_view text, std::vector<std::string>& licenses) {
  ParagraphReader reader(text);
  while (licenses.size() < kMaxCopyrightLicenses && reader.next()) {
    for (const ParagraphField& field : reader.fields()) {
      if (!equal_ignoring_case(field.name, "License")) continue;
      add_once(licenses, spdx_from_debian_license(field.first_line()));
    }
  }
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.';
}

void read_references(std::string_view text, std::vector<std::string>& licenses) {
  constexpr std::string_view kFolder = "/usr/share/common-licenses/";
  for (auto at = text.find(kFolder);
       at != std::string_view::npos && licenses.size() < kMaxCopyrightLicenses;
       at = text.find(kFolder, at)) {
    at += kFolder.size();
    auto end = at;
    while (end < text.size() && is_name_character(text[end])) ++end;
    std::string_view name = text.substr(at, end - at);
    while (name.ends_with('.')) name.remove_suffix(1);  // the end of the sentence
    add_once(licenses, std::string(name));
    at = end;
  }
}

}  // namespace

std::string spdx_from_debian_license(std::string_view text) {
  std::string out;
  int names = 0;
  std::string_view rest = text;
  bool name_expected = true;
  while (!rest.empty()) {
    const auto end = std::min(rest.find_first_of(" \t"), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (word.empty()) continue;
    const bool is_and = equal_ignoring_case(word, "and");
    if (is_and || equal_ignoring_case(word, "or")) {
      if (name_expected) return std::string(text);
      out += is_and ? " AND " : " OR ";
      name_expected = true;
      continue;
    }
    const std::string_view spdx = spdx_name(word);
    if (!name_expected || spdx.empty()) return std::string(text);
    const bool compound = spdx.find(' ') != std::string_view::npos;
    if (compound) out += '(';
    out += spdx;
    if (compound) out += ')';
    ++names;
    name_expected = false;
  }
  if (name_expected) return std::string(text);
  // A single name needs no brackets.
  if (names == 1 && out.starts_with('(')) out = out.substr(1, out.size() - 2);
  return out;
}

std::vector<std::string> read_copyright(std::string_view text) {
  text = text.substr(0, kMaxCopyrightText);
  std::vector<std::string> licenses;
  if (is_machine_readable(text)) {
    read_fields(text, licenses);
  } else {
    read_references(text, licenses);
  }
  return licenses;
}

}  // namespace yagura::image
