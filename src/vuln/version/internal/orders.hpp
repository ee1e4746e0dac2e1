#pragma once

// One order each; scheme.cpp chooses.

#include <compare>
#include <string_view>

namespace yagura::vuln::version {

enum class SemverKind : unsigned char { kPlain, kGo, kPub, kNuget };

std::strong_ordering compare_debian(std::string_view a, std::string_view b);
std::strong_ordering compare_rpm(std::string_view a, std::string_view b);
std::strong_ordering compare_apk(std::string_view a, std::string_view b);
std::strong_ordering compare_semver(std::string_view a, std::string_view b, SemverKind kind);
std::strong_ordering compare_pypi(std::string_view a, std::string_view b);
std::strong_ordering compare_maven(std::string_view a, std::string_view b);
std::strong_ordering compare_rubygems(std::string_view a, std::string_view b);
std::strong_ordering compare_packagist(std::string_view a, std::string_view b);
// Numbers between dots (and hyphens): of two that begin alike the longer one is newer.
std::strong_ordering compare_dotted(std::string_view a, std::string_view b);
std::strong_ordering compare_conda(std::string_view a, std::string_view b);
std::strong_ordering compare_generic(std::string_view a, std::string_view b);

}  // namespace yagura::vuln::version
