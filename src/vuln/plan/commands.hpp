#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "image/model/inventory.hpp"
#include "vuln/plan/plan.hpp"

namespace yagura::vuln {

// "apt" for Debian's packages, "dnf" or another for RPM's by distribution, and so on; "" for what
// no manager upgrades.
[[nodiscard]] std::string_view manager_of(const image::Package& package,
                                          const image::Distro& distro);

// The arguments that name a change to its manager ("libssl3=3.0.13-1~deb12u1").
[[nodiscard]] std::string argument_of(std::string_view manager, const PackageChange& change,
                                      bool pin);
// One command for all arguments, or "" where the manager takes one at a time.
[[nodiscard]] std::string command_for(std::string_view manager,
                                      const std::vector<std::string>& arguments);
// Whether several changes go into one command.
[[nodiscard]] bool takes_several(std::string_view manager);
// What to do where there is no command, or beside it; mostly empty.
[[nodiscard]] std::string note_for(std::string_view manager, const PackageChange& change);

// For a POSIX shell: as it is where it is plain, else in single quotes. Control characters are left
// out: a line stays one.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace yagura::vuln
