#include "image/source/platform.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <utility>

namespace yagura::image {
namespace {

constexpr std::size_t kMaxPlatformText = 128;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return out;
}

struct Alias {
  std::string_view name;
  std::string_view architecture;
  std::string_view variant;
};
constexpr std::array kAliases{
    Alias{"x86_64", "amd64", ""},
    Alias{"x86-64", "amd64", ""},
    Alias{"i386", "386", ""},
    Alias{"i486", "386", ""},
    Alias{"i586", "386", ""},
    Alias{"i686", "386", ""},
    Alias{"aarch64", "arm64", ""},
    Alias{"armhf", "arm", "v7"},
    Alias{"armel", "arm", "v6"},
    Alias{"armv7l", "arm", "v7"},
    Alias{"armv6l", "arm", "v6"},
    Alias{"armv8l", "arm", "v8"},
    Alias{"loongarch64", "loong64", ""},
};

// Where the text names an architecture that we have heard of, so that "arm64" is no system.
bool is_architecture(std::string_view text) {
  constexpr std::array<std::string_view, 15> kKnown{
      "386",      "amd64", "arm",     "arm64",   "loong64", "mips",    "mipsle", "mips64",
      "mips64le", "ppc64", "ppc64le", "riscv64", "s390x",   "sparc64", "wasm"};
  return std::ranges::find(kKnown, text) != kKnown.end();
}

void normalise(Platform& platform) {
  for (const Alias& alias : kAliases) {
    if (platform.architecture != alias.name) continue;
    platform.architecture = alias.architecture;
    if (platform.variant.empty()) platform.variant = alias.variant;
  }
  // "8" for "v8", as some builders write it.
  if (!platform.variant.empty() && platform.variant.front() >= '0' &&
      platform.variant.front() <= '9') {
    platform.variant.insert(0, "v");
  }
  if (platform.architecture == "arm64" && platform.variant == "v8") platform.variant.clear();
  if (platform.architecture == "amd64" && platform.variant == "v1") platform.variant.clear();
  if (platform.os == "macos") platform.os = "darwin";
}

int arm_level(std::string_view variant) {
  if (variant.empty()) return 7;
  if (variant.size() == 2 && variant[0] == 'v' && variant[1] >= '5' && variant[1] <= '8') {
    return variant[1] - '0';
  }
  return 0;
}

}  // namespace

std::string_view annotation(const Annotations& annotations, std::string_view key) {
  for (const auto& [name, value] : annotations) {
    if (name == key) return value;
  }
  return {};
}

Result<Platform> parse_platform(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("platform \"{}\": {}; write it as os/architecture[/variant], for "
                            "example linux/arm64",
                            text.substr(0, kMaxPlatformText), why));
  };
  if (text.empty() || text.size() > kMaxPlatformText) return bad("is empty or too long");
  std::vector<std::string> parts(1);
  for (const char c : text) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.';
    if (c == '/') {
      parts.emplace_back();
    } else if (is_plain) {
      parts.back() += c;
    } else {
      return bad("has characters that no platform has");
    }
  }
  if (parts.size() > 3 || std::ranges::any_of(parts, &std::string::empty)) {
    return bad("does not have one to three parts");
  }
  std::ranges::transform(parts, parts.begin(), lower);
  Platform platform{.os = "linux"};
  if (parts.size() == 1) {
    platform.architecture = parts[0];
    normalise(platform);
    if (!is_architecture(platform.architecture)) return bad("names no known architecture");
    return platform;
  }
  platform.os = parts[0];
  platform.architecture = parts[1];
  if (parts.size() == 3) platform.variant = parts[2];
  normalise(platform);
  return platform;
}

std::string to_string(const Platform& platform) {
  std::string out = platform.os + "/" + platform.architecture;
  if (!platform.variant.empty()) out += "/" + platform.variant;
  return out;
}

Platform default_platform() {
  Platform platform{.os = "linux", .architecture = "amd64"};
  utsname name{};
  if (uname(&name) == 0) platform.architecture = lower(name.machine);
  normalise(platform);
  return platform;
}

int platform_score(const Platform& wanted, const Platform& offered) {
  Platform want = wanted;
  Platform offer = offered;
  normalise(want);
  normalise(offer);
  if (want.os != offer.os || want.architecture != offer.architecture) return 0;
  if (!want.os_version.empty() && want.os_version != offer.os_version) return 0;
  constexpr int kExact = 100;
  if (want.variant == offer.variant) return kExact;
  if (want.architecture == "arm") {
    const int level = arm_level(want.variant);
    const int has = arm_level(offer.variant);
    return has != 0 && has <= level ? kExact - 1 - (level - has) : 0;
  }
  // Any variant will do where none is asked for; a variant that is asked for is met by the plain
  // one, which runs everywhere.
  if (want.variant.empty()) return kExact / 2;
  return offer.variant.empty() ? 1 : 0;
}

}  // namespace yagura::image
