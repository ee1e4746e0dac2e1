// "yagura:" properties of a component: only what is told by nothing else, so that the text stays
// small and what we write is what we would read.

#include <fmt/core.h>

#include <charconv>
#include <optional>

#include "image/model/purl.hpp"
#include "image/sbom/internal/bom.hpp"

namespace yagura::image::sbom {
namespace {

constexpr std::string_view kEvidence[] = {"installed", "binary", "locked", "declared"};

// All fields of a package that are texts, with their names.
template <class PackageLike, class Visit>
void each_text(PackageLike& package, Visit visit) {
  visit("yagura:name", package.name);
  visit("yagura:version", package.version);
  visit("yagura:source", package.source_name);
  visit("yagura:sourceVersion", package.source_version);
  visit("yagura:architecture", package.architecture);
  visit("yagura:maintainer", package.maintainer);
  visit("yagura:module", package.module_label);
  visit("yagura:digest", package.digest);
  visit("yagura:revision", package.revision);
  visit("yagura:location", package.location);
}

std::string_view text_of(bool truth) { return truth ? "true" : "false"; }

std::string_view text_of(PackageEvidence evidence) {
  return kEvidence[static_cast<std::size_t>(evidence) % std::size(kEvidence)];
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void apply(std::string_view name, std::string_view value, Component& component,
           bool& own_licenses) {
  Package& package = component.package;
  each_text(package, [&](std::string_view own, std::string& text) {
    if (own == name) text = value;
  });
  if (name == "yagura:type") {
    package.type = package_type(value).value_or(package.type);
  } else if (name == "yagura:evidence") {
    for (std::size_t i = 0; i < std::size(kEvidence); ++i) {
      if (kEvidence[i] == value) package.evidence = static_cast<PackageEvidence>(i);
    }
  } else if (name == "yagura:license") {
    if (!own_licenses) package.licenses.clear();
    own_licenses = true;
    package.licenses.emplace_back(value);
  } else if (name == "yagura:development") {
    package.development = value == "true";
  } else if (name == "yagura:essential") {
    package.essential = value == "true";
  } else if (name == "yagura:automatic") {
    package.automatic = value == "true";
  } else if (name == "yagura:installedSize") {
    package.installed_size = number_of<std::uint64_t>(value).value_or(0);
  } else if (name == "yagura:path") {
    component.path = value;
  } else if (name == "yagura:owner") {
    component.owner = value;
  } else if (name == "yagura:purl") {
    component.purl = value;
  } else if (name == "yagura:layer") {
    component.layer = number_of<std::int32_t>(value).value_or(-1);
  }
}

}  // namespace

void add_own_properties(const Component& component, const Distro& distro, Part& part) {
  const Package& package = component.package;
  Package told = package_of(part, distro);
  Properties& own = part.properties;
  const auto add = [&own](std::string_view name, std::string_view value) {
    own.emplace_back(name, valid_utf8(value));
  };
  if (told.type != package.type) add("yagura:type", to_string(package.type));
  if (told.evidence != package.evidence) add("yagura:evidence", text_of(package.evidence));
  std::vector<std::string_view> told_texts;
  each_text(told, [&](std::string_view, const std::string& text) { told_texts.push_back(text); });
  std::size_t i = 0;
  each_text(package, [&](std::string_view name, const std::string& text) {
    if (told_texts[i++] != text) add(name, text);
  });
  if (told.licenses != package.licenses) {
    for (const std::string& license : package.licenses) add("yagura:license", license);
  }
  if (package.development) add("yagura:development", text_of(true));
  if (package.essential) add("yagura:essential", text_of(true));
  if (package.automatic) add("yagura:automatic", text_of(*package.automatic));
  if (package.installed_size != 0) {
    add("yagura:installedSize", fmt::format("{}", package.installed_size));
  }
  if (!component.path.empty()) add("yagura:path", component.path);
  if (!component.owner.empty()) add("yagura:owner", component.owner);
  const auto purl = parse_purl(part.purl);
  if (component.purl.empty() || component.purl != (purl ? to_string(*purl) : part.purl)) {
    add("yagura:purl", component.purl);
  }
  if (component.layer >= 0) add("yagura:layer", fmt::format("{}", component.layer));
}

void apply_own_properties(const Properties& properties, Component& component) {
  bool own_licenses = false;
  for (const auto& [name, value] : properties) {
    if (name.starts_with("yagura:")) apply(name, value, component, own_licenses);
  }
}

}  // namespace yagura::image::sbom
