#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "image/source/descriptor.hpp"

namespace yagura::image {

// "linux/arm64", "linux/arm/v7", "arm64" (of linux). Other names of architectures become Go's:
// x86_64, aarch64, armhf.
[[nodiscard]] Result<Platform> parse_platform(std::string_view text);
// "linux/arm/v7".
[[nodiscard]] std::string to_string(const Platform& platform);
// Linux on this machine's processor: images are Linux' wherever the scan runs.
[[nodiscard]] Platform default_platform();

// How well an image for `offered` suits `wanted`; 0: not at all, higher is better. As runtimes do
// it: without a variant wanted, arm64 is v8 and arm is v7; an arm that is wanted runs the lower
// variants too.
[[nodiscard]] int platform_score(const Platform& wanted, const Platform& offered);

}  // namespace yagura::image
