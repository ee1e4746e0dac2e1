#pragma once

#include <optional>
#include <string_view>

#include "image/model/distro.hpp"

namespace yagura::image {

// The files by which distributions said who they are before os-release(5), and still do beside it.
// Each returns nothing where the text has another form.

// etc/debian_version: "12.5", or "trixie/sid".
[[nodiscard]] std::optional<Distro> read_debian_version(std::string_view text);
// etc/alpine-release: "3.19.1".
[[nodiscard]] std::optional<Distro> read_alpine_release(std::string_view text);
// etc/redhat-release and its relatives (centos, fedora, oracle, rocky, almalinux, system, photon,
// mariner, azurelinux): "NAME release VERSION (Codename)".
[[nodiscard]] std::optional<Distro> read_redhat_release(std::string_view text);
// etc/SuSE-release: a name, then "VERSION = 11" and "PATCHLEVEL = 4".
[[nodiscard]] std::optional<Distro> read_suse_release(std::string_view text);
// bin/busybox: "BusyBox v1.36.1" in the program itself; images of BusyBox alone have nothing else.
[[nodiscard]] std::optional<Distro> read_busybox(std::string_view program);

}  // namespace yagura::image
