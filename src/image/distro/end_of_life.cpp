#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "image/model/distro.hpp"

// The days until which releases get security fixes, from those who make them. Read in November 2026
// and meant to be read again with each release of ours. What has no end that we know (rolling
// releases, Photon 5) is not here.

namespace yagura::image {
namespace {

struct Release {
  std::string_view version;
  std::string_view codename;
  std::string_view standard;
  std::string_view extended;
};

// debian.org/releases and wiki.debian.org/LTS, as distro-info-data 0.58 has them; extended: LTS.
constexpr Release kDebian[] = {
    {"4", "etch", "2010-02-15", ""},
    {"5", "lenny", "2012-02-06", ""},
    {"6", "squeeze", "2014-05-31", "2016-02-29"},
    {"7", "wheezy", "2016-04-25", "2018-05-31"},
    {"8", "jessie", "2018-06-17", "2020-06-30"},
    {"9", "stretch", "2020-07-18", "2022-06-30"},
    {"10", "buster", "2022-09-10", "2024-06-30"},
    {"11", "bullseye", "2024-08-14", "2026-08-31"},
    {"12", "bookworm", "2026-07-11", "2028-06-30"},
    {"13", "trixie", "2028-08-09", "2030-06-30"},
};

// ubuntu.com/about/release-cycle, as distro-info-data 0.58 has them; extended: ESM (Ubuntu Pro).
constexpr Release kUbuntu[] = {
    {"8.04", "hardy", "2013-05-09", ""},
    {"8.10", "intrepid", "2010-04-30", ""},
    {"9.04", "jaunty", "2010-10-23", ""},
    {"9.10", "karmic", "2011-04-30", ""},
    {"10.04", "lucid", "2015-04-30", ""},
    {"10.10", "maverick", "2012-04-10", ""},
    {"11.04", "natty", "2012-10-28", ""},
    {"11.10", "oneiric", "2013-05-09", ""},
    {"12.04", "precise", "2017-04-28", "2019-04-26"},
    {"12.10", "quantal", "2014-05-16", ""},
    {"13.04", "raring", "2014-01-27", ""},
    {"13.10", "saucy", "2014-07-17", ""},
    {"14.04", "trusty", "2019-04-25", "2024-04-25"},
    {"14.10", "utopic", "2015-07-23", ""},
    {"15.04", "vivid", "2016-02-04", ""},
    {"15.10", "wily", "2016-07-28", ""},
    {"16.04", "xenial", "2021-04-30", "2026-04-23"},
    {"16.10", "yakkety", "2017-07-20", ""},
    {"17.04", "zesty", "2018-01-13", ""},
    {"17.10", "artful", "2018-07-19", ""},
    {"18.04", "bionic", "2023-05-31", "2028-04-26"},
    {"18.10", "cosmic", "2019-07-18", ""},
    {"19.04", "disco", "2020-01-23", ""},
    {"19.10", "eoan", "2020-07-17", ""},
    {"20.04", "focal", "2025-05-29", "2030-04-23"},
    {"20.10", "groovy", "2021-07-22", ""},
    {"21.04", "hirsute", "2022-01-20", ""},
    {"21.10", "impish", "2022-07-14", ""},
    {"22.04", "jammy", "2027-06-01", "2032-04-21"},
    {"22.10", "kinetic", "2023-07-20", ""},
    {"23.04", "lunar", "2024-01-25", ""},
    {"23.10", "mantic", "2024-07-11", ""},
    {"24.04", "noble", "2029-05-31", "2034-04-25"},
    {"24.10", "oracular", "2025-07-10", ""},
    {"25.04", "plucky", "2026-01-15", ""},
    {"25.10", "questing", "2026-07-09", ""},
    {"26.04", "resolute", "2031-05-29", "2036-04-23"},
    {"26.10", "stonking", "2027-07-15", ""},
};

// alpinelinux.org/releases.
constexpr Release kAlpine[] = {
    {"3.23", "", "2027-11-01", ""}, {"3.22", "", "2027-05-01", ""}, {"3.21", "", "2026-11-01", ""},
    {"3.20", "", "2026-04-01", ""}, {"3.19", "", "2025-11-01", ""}, {"3.18", "", "2025-05-09", ""},
    {"3.17", "", "2024-11-22", ""}, {"3.16", "", "2024-05-23", ""}, {"3.15", "", "2023-11-01", ""},
    {"3.14", "", "2023-05-01", ""}, {"3.13", "", "2022-11-01", ""}, {"3.12", "", "2022-05-01", ""},
    {"3.11", "", "2021-11-01", ""}, {"3.10", "", "2021-05-01", ""}, {"3.9", "", "2020-11-01", ""},
    {"3.8", "", "2020-05-01", ""},  {"3.7", "", "2019-11-01", ""},  {"3.6", "", "2019-05-01", ""},
    {"3.5", "", "2018-11-01", ""},  {"3.4", "", "2018-05-01", ""},  {"3.3", "", "2017-11-01", ""},
    {"3.2", "", "2017-05-01", ""},  {"3.1", "", "2016-11-01", ""},  {"3.0", "", "2016-05-01", ""},
    {"2.7", "", "2015-11-01", ""},  {"2.6", "", "2015-05-01", ""},  {"2.5", "", "2014-11-01", ""},
    {"2.4", "", "2014-05-01", ""},  {"2.3", "", "2013-11-01", ""},  {"2.2", "", "2013-05-01", ""},
    {"2.1", "", "2012-11-01", ""},
};

// access.redhat.com/support/policy/updates/errata: end of maintenance; extended: ELS add-on.
constexpr Release kRhel[] = {
    {"10", "", "2035-05-31", "2038-05-31"}, {"9", "", "2032-05-31", "2035-05-31"},
    {"8", "", "2029-05-31", "2032-05-31"},  {"7", "", "2024-06-30", "2028-06-30"},
    {"6", "", "2020-11-30", "2024-06-30"},  {"5", "", "2017-03-31", "2020-11-30"},
    {"4", "", "2012-02-29", "2017-03-31"},
};

// centos.org/centos-linux-eol.
constexpr Release kCentos[] = {
    {"8", "", "2021-12-31", ""},
    {"7", "", "2024-06-30", ""},
    {"6", "", "2020-11-30", ""},
    {"5", "", "2017-03-31", ""},
};

// centos.org/cl-vs-cs: the end of full support of the RHEL that it leads to (10: May 2030).
constexpr Release kCentosStream[] = {
    {"10", "", "2030-05-31", ""},
    {"9", "", "2027-05-31", ""},
    {"8", "", "2024-05-31", ""},
};

// fedorapeople.org/groups/schedule, docs.fedoraproject.org/en-US/releases/eol.
constexpr Release kFedora[] = {
    {"43", "", "2026-12-09", ""}, {"42", "", "2026-05-13", ""}, {"41", "", "2025-12-15", ""},
    {"40", "", "2025-05-13", ""}, {"39", "", "2024-11-26", ""}, {"38", "", "2024-05-21", ""},
    {"37", "", "2023-12-05", ""}, {"36", "", "2023-05-16", ""}, {"35", "", "2022-12-13", ""},
    {"34", "", "2022-06-07", ""}, {"33", "", "2021-11-30", ""}, {"32", "", "2021-05-25", ""},
    {"31", "", "2020-11-24", ""}, {"30", "", "2020-05-26", ""}, {"29", "", "2019-11-26", ""},
    {"28", "", "2019-05-28", ""}, {"27", "", "2018-11-30", ""}, {"26", "", "2018-05-29", ""},
    {"25", "", "2017-12-12", ""}, {"24", "", "2017-08-08", ""}, {"23", "", "2016-12-20", ""},
    {"22", "", "2016-07-19", ""}, {"21", "", "2015-12-01", ""}, {"20", "", "2015-06-23", ""},
};

// wiki.rockylinux.org/rocky/version.
constexpr Release kRocky[] = {
    {"10", "", "2035-05-31", ""},
    {"9", "", "2032-05-31", ""},
    {"8", "", "2029-05-31", ""},
};

// wiki.almalinux.org/release-notes.
constexpr Release kAlma[] = {
    {"10", "", "2035-05-31", ""},
    {"9", "", "2032-05-31", ""},
    {"8", "", "2029-03-01", ""},
};

// Oracle Lifetime Support Policy for Linux: Premier; extended: Extended Support.
constexpr Release kOracle[] = {
    {"10", "", "2035-06-30", "2038-06-30"}, {"9", "", "2032-06-30", "2035-06-30"},
    {"8", "", "2029-07-31", "2032-07-31"},  {"7", "", "2024-12-31", "2028-06-30"},
    {"6", "", "2021-03-31", "2024-12-31"},  {"5", "", "2017-06-30", "2020-11-30"},
};

// docs.aws.amazon.com/linux/al2023/ug/release-cadence.html, aws.amazon.com/amazon-linux-2/faqs,
// aws.amazon.com/amazon-linux-ami/faqs: maintenance included, which of the first is for some
// packages only (extended).
constexpr Release kAmazon[] = {
    {"2023", "", "2029-06-30", ""},
    {"2", "", "2026-06-30", ""},
    {"2018.03", "", "2020-12-31", "2023-12-31"},
    {"2017.09", "", "2020-12-31", "2023-12-31"},
    {"2017.03", "", "2020-12-31", "2023-12-31"},
    {"2016.09", "", "2020-12-31", "2023-12-31"},
    {"2016.03", "", "2020-12-31", "2023-12-31"},
    {"2015.09", "", "2020-12-31", "2023-12-31"},
    {"2015.03", "", "2020-12-31", "2023-12-31"},
    {"2014.09", "", "2020-12-31", "2023-12-31"},
    {"2014.03", "", "2020-12-31", "2023-12-31"},
    {"2013.09", "", "2020-12-31", "2023-12-31"},
    {"2013.03", "", "2020-12-31", "2023-12-31"},
    {"2012.09", "", "2020-12-31", "2023-12-31"},
    {"2012.03", "", "2020-12-31", "2023-12-31"},
    {"2011.09", "", "2020-12-31", "2023-12-31"},
};

// suse.com/lifecycle: general support; extended: LTSS. A service pack is a release: 15 is 15 GA.
constexpr Release kSles[] = {
    {"15.7", "", "2031-07-31", "2034-07-31"},
    {"15.6", "", "2025-12-31", "2028-12-31"},
    {"15.5", "", "2024-12-31", "2027-12-31"},
    {"15.4", "", "2023-12-31", "2026-12-31"},
    {"15.3", "", "2022-12-31", "2025-12-31"},
    {"15.2", "", "2021-12-31", "2024-12-31"},
    {"15.1", "", "2021-01-31", "2024-01-31"},
    {"15", "", "2019-12-31", "2022-12-31"},
    {"12.5", "", "2024-10-31", "2027-10-31"},
    {"12.4", "", "2020-06-30", "2023-06-30"},
    {"12.3", "", "2019-06-30", "2022-06-30"},
    {"12.2", "", "2018-03-31", "2021-03-31"},
    {"12.1", "", "2017-05-31", "2020-05-31"},
    {"12", "", "2016-06-30", "2019-07-01"},
    {"11.4", "", "2019-03-31", "2022-03-31"},
    {"11.3", "", "2016-01-31", "2019-01-30"},
    {"11.2", "", "2014-01-31", "2017-01-30"},
    {"11.1", "", "2012-08-31", "2015-08-30"},
    {"11", "", "2010-12-31", ""},
};

// en.opensuse.org/Lifetime.
constexpr Release kLeap[] = {
    {"16.0", "", "2027-10-31", ""}, {"15.6", "", "2026-04-30", ""}, {"15.5", "", "2024-12-31", ""},
    {"15.4", "", "2023-12-07", ""}, {"15.3", "", "2022-12-31", ""}, {"15.2", "", "2022-01-04", ""},
    {"15.1", "", "2021-02-02", ""}, {"15.0", "", "2019-12-03", ""}, {"42.3", "", "2019-07-01", ""},
    {"42.2", "", "2018-01-26", ""}, {"42.1", "", "2017-05-17", ""},
};

// en.opensuse.org/Lifetime: before it was called Leap.
constexpr Release kOpenSuse[] = {
    {"13.2", "", "2017-01-17", ""}, {"13.1", "", "2016-02-03", ""}, {"12.3", "", "2015-01-29", ""},
    {"12.2", "", "2014-01-15", ""}, {"12.1", "", "2013-05-15", ""}, {"11.4", "", "2012-11-05", ""},
};

// github.com/vmware/photon/wiki, blogs.vmware.com/vsphere: end of support.
constexpr Release kPhoton[] = {
    {"4.0", "", "2027-10-11", ""},
    {"3.0", "", "2025-10-02", ""},
    {"2.0", "", "2022-12-31", ""},
    {"1.0", "", "2022-02-28", ""},
};

// learn.microsoft.com/azure/azure-linux/release-cadence-lifecycle.
constexpr Release kAzureLinux[] = {
    {"3.0", "", "2027-08-31", ""},
    {"2.0", "", "2025-07-31", ""},
    {"1.0", "", "2023-08-31", ""},
};

// Ids of os-release, and the words that other tools' inventories have for them.
struct Line {
  std::string_view id;
  std::span<const Release> releases;
};

constexpr Line kLines[] = {
    {"debian", kDebian},
    {"ubuntu", kUbuntu},
    {"alpine", kAlpine},
    {"rhel", kRhel},
    {"redhat", kRhel},
    {"centos", kCentos},
    {"fedora", kFedora},
    {"rocky", kRocky},
    {"almalinux", kAlma},
    {"alma", kAlma},
    {"ol", kOracle},
    {"oracle", kOracle},
    {"amzn", kAmazon},
    {"amazon", kAmazon},
    {"sles", kSles},
    {"sles_sap", kSles},
    {"sled", kSles},
    {"opensuse-leap", kLeap},
    {"opensuse.leap", kLeap},
    {"opensuse", kOpenSuse},
    {"photon", kPhoton},
    {"mariner", kAzureLinux},
    {"cbl-mariner", kAzureLinux},
    {"azurelinux", kAzureLinux},
    {"azure", kAzureLinux},
};

std::span<const Release> releases_of(const Distro& distro) {
  if (distro.id == "centos" && distro.name.find("Stream") != std::string::npos) {
    return kCentosStream;
  }
  // Leap 42 was "opensuse" by its id.
  if (distro.id == "opensuse" && distro.version_id.starts_with("42.")) return kLeap;
  for (const Line& line : kLines) {
    if (distro.id == line.id) return line.releases;
  }
  return {};
}

// "9" is the release of "9.3", "3.19" of "3.19.1"; SUSE's service packs are releases of their own.
bool is_of(std::string_view version, std::string_view release, bool exact) {
  if (!version.starts_with(release)) return false;
  return version.size() == release.size() || (!exact && version[release.size()] == '.');
}

}  // namespace

std::optional<EndOfLife> end_of_life(const Distro& distro) {
  const std::span<const Release> releases = releases_of(distro);
  const bool exact = releases.data() == std::data(kSles);
  for (const Release& release : releases) {
    const bool same = distro.version_id.empty()
                          ? !release.codename.empty() && distro.codename == release.codename
                          : is_of(distro.version_id, release.version, exact);
    if (!same) continue;
    return EndOfLife{.standard = std::string(release.standard),
                     .extended = std::string(release.extended)};
  }
  return std::nullopt;
}

}  // namespace yagura::image
