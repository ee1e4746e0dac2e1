#include "image/model/package.hpp"

#include <array>
#include <utility>

namespace yagura::image {
namespace {

constexpr std::array<std::pair<PackageType, std::string_view>, 14> kTypes{{
    {PackageType::kDeb, "deb"},
    {PackageType::kApk, "apk"},
    {PackageType::kRpm, "rpm"},
    {PackageType::kOpkg, "opkg"},
    {PackageType::kNpm, "npm"},
    {PackageType::kPypi, "pypi"},
    {PackageType::kGo, "golang"},
    {PackageType::kMaven, "maven"},
    {PackageType::kGem, "gem"},
    {PackageType::kComposer, "composer"},
    {PackageType::kCargo, "cargo"},
    {PackageType::kNuget, "nuget"},
    {PackageType::kConda, "conda"},
    {PackageType::kGeneric, "generic"},
}};

}  // namespace

std::string_view to_string(PackageType type) {
  for (const auto& [value, name] : kTypes) {
    if (value == type) return name;
  }
  return "generic";
}

std::optional<PackageType> package_type(std::string_view purl_type) {
  for (const auto& [value, name] : kTypes) {
    if (name == purl_type) return value;
  }
  return std::nullopt;
}

bool is_distribution_package(PackageType type) {
  return type == PackageType::kDeb || type == PackageType::kApk || type == PackageType::kRpm ||
         type == PackageType::kOpkg;
}

}  // namespace yagura::image
