#include "image/packages/collect/package_collector.hpp"

#include <algorithm>
#include <utility>

#include "core/visible_text.hpp"
#include "image/packages/collect/path.hpp"

namespace yagura::image {

PackageCollector::Added PackageCollector::add(std::string_view name, std::string_view version,
                                              std::string_view location) {
  if (name.empty() || name.size() > kMaxText || version.size() > kMaxText) {
    problem(name.empty() ? "a package without a name" : "a package name or version is too long");
    return {};
  }
  std::string key;
  key.reserve(name.size() + version.size() + location.size() + 2);
  key.append(name).append(1, '\0').append(version).append(1, '\0').append(location);
  if (const auto known = places_.find(key); known != places_.end()) {
    return {.package = &facts_.packages[known->second], .is_new = false};
  }
  if (places_.size() >= kMaxPackages) {
    if (!is_full_) problem("more than " + std::to_string(kMaxPackages) + " packages");
    is_full_ = true;
    return {};
  }
  places_.emplace(std::move(key), facts_.packages.size());
  Package& package = facts_.packages.emplace_back();
  package.type = type_;
  package.evidence = evidence_;
  package.name = name;
  package.version = version;
  package.location = location;
  return {.package = &package, .is_new = true};
}

PackageCollector::Added PackageCollector::add(std::string_view name, std::string_view version,
                                              bool development) {
  const Added added = add(name, version, std::string_view());
  if (added.package != nullptr) {
    added.package->development =
        added.is_new ? development : added.package->development && development;
  }
  return added;
}

void PackageCollector::problem(std::string text) {
  if (problems_ >= kMaxProblems) return;
  ++problems_;
  if (problems_ == kMaxProblems) text = "and more that could not be read";
  facts_.problems.push_back(core::visible(text));
}

void add_license(Package& package, std::string_view text) {
  constexpr std::size_t kLongestName = 200;
  constexpr std::size_t kMost = 32;
  const std::string_view license = trimmed(text);
  if (license.empty() || license == "UNKNOWN" || license.size() > kLongestName) return;
  if (license.find('\n') != std::string_view::npos || package.licenses.size() >= kMost) return;
  if (std::ranges::find(package.licenses, license) == package.licenses.end()) {
    package.licenses.emplace_back(license);
  }
}

}  // namespace yagura::image
