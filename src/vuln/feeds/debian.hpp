#pragma once

// Debian's security tracker.

#include <string_view>

#include "vuln/feeds/json.hpp"
#include "vuln/feeds/parsed.hpp"

namespace yagura::vuln {

// data.json (security-tracker.debian.org/tracker/data/json): source package -> CVE -> "releases" ->
// {status, urgency, fixed_version, nodsa, nodsa_reason}.
//   resolved, fixed_version "0": never affected; else affected below it
//   open: all versions are; nodsa_reason "ignored": kWontFix, "postponed" or none given: kDeferred;
//         urgency "end-of-life": kEndOfLife; otherwise kNotFixed
//   undetermined: nothing is said
// One record a CVE (its text is read once), ecosystems "Debian:12" and "Debian:sid".
void read_debian_tracker(const json::Object& root, std::string_view file, Parsed& parsed);

// DSA/list and DLA/list of the tracker's repository:
//   [04 Nov 2023] DSA-5546-1 chromium - security update
//   	{CVE-2023-1 CVE-2023-2}
//   	[bookworm] - chromium 119.0.6045.105-1~deb12u1
void read_debian_list(std::string_view bytes, std::string_view file, Parsed& parsed);
[[nodiscard]] bool is_debian_list(std::string_view bytes);

}  // namespace yagura::vuln
