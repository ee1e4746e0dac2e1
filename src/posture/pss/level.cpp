#include "posture/pss/level.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

namespace yagura::posture::pss {

namespace {

constexpr std::array<std::string_view, 3> kLevels = {"privileged", "baseline", "restricted"};

std::optional<Level> level_of(std::string_view text) {
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    if (kLevels[i] == text) return static_cast<Level>(i);
  }
  return std::nullopt;
}

std::unexpected<Error> bad_version(std::string_view text, std::string_view why) {
  return fail(ErrorCode::kInvalidInput,
              fmt::format("Pod Security version \"{}\" {}: use \"latest\" or v1.0 to v1.{}", text,
                          why, kNewestMinor));
}

// N of "v1.N" or "1.N": decimal, no leading zero. Larger than any real version stays large.
Result<std::uint64_t> minor_of(std::string_view text) {
  std::string_view rest = text;
  if (rest.starts_with('v')) rest.remove_prefix(1);
  if (rest.starts_with("0.")) return bad_version(text, "is below v1.0");
  if (!rest.starts_with("1.")) return bad_version(text, "is not known");
  rest.remove_prefix(2);
  std::uint64_t minor = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), minor);
  if (rest.empty() || error == std::errc::invalid_argument || end != rest.data() + rest.size() ||
      (rest.size() > 1 && rest.front() == '0')) {
    return bad_version(text, "is not of the form v1.N");
  }
  return error == std::errc::result_out_of_range ? UINT64_MAX : minor;
}

Result<LevelVersion> with_version(Level level, std::string_view text) {
  if (text == "latest") return LevelVersion{.level = level};
  YAGURA_TRY(const std::uint64_t minor, minor_of(text));
  LevelVersion policy{.level = level};
  policy.version =
      version_of(minor > kNewestMinor ? kNewestMinor : static_cast<std::uint16_t>(minor));
  if (minor > kNewestMinor) {
    policy.note = fmt::format(
        "Pod Security version {} is newer than v1.{}, the newest known here: judged by v1.{}", text,
        kNewestMinor, kNewestMinor);
  }
  return policy;
}

}  // namespace

std::string_view to_string(Level level) { return kLevels[static_cast<std::size_t>(level)]; }

std::string to_string(const LevelVersion& policy) {
  if (policy.version.latest) return fmt::format("{}@latest", to_string(policy.level));
  return fmt::format("{}@v1.{}", to_string(policy.level), policy.version.minor);
}

Result<LevelVersion> parse_level(std::string_view text) {
  const std::size_t separator = text.find_first_of("@:");
  const std::string_view name = text.substr(0, separator);
  const auto level = level_of(name);
  if (!level) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("Pod Security level \"{}\" is not known: use privileged, baseline or "
                            "restricted, if need be with a version, as in restricted@v1.31",
                            name));
  }
  if (separator == std::string_view::npos) return LevelVersion{.level = *level};
  return with_version(*level, text.substr(separator + 1));
}

}  // namespace yagura::posture::pss
