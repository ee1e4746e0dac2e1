#include "image/source/image_config.hpp"

#include <fmt/format.h>

#include "core/visible_text.hpp"
#include "image/source/digest.hpp"
#include "image/source/internal/json_members.hpp"

namespace yagura::image {
namespace {

using internal::each;
using internal::into;
using internal::Json;
using internal::keys_into;
using internal::read_members;
using internal::ReadJson;

ReadJson into(HistoryEntry& out) {
  return [&out](Json value) {
    return read_members(value, {{"created", into(out.created)},
                                {"created_by", into(out.created_by)},
                                {"author", into(out.author)},
                                {"comment", into(out.comment)},
                                {"empty_layer", into(out.empty_layer)}});
  };
}

ReadJson into(Healthcheck& out, std::size_t max) {
  return [&out, max](Json value) {
    return read_members(value, {{"Test", into(out.test, max)},
                                {"Interval", into(out.interval_ns)},
                                {"Timeout", into(out.timeout_ns)},
                                {"StartPeriod", into(out.start_period_ns)},
                                {"Retries", into(out.retries)}});
  };
}

// Old builders wrote a single text where a list of words is meant.
ReadJson words_into(std::vector<std::string>& out, std::size_t max) {
  return [&out, max](Json value) -> Result<void> {
    if (value.is_string()) return into(out.emplace_back())(value);
    return into(out, max)(value);
  };
}

ReadJson into(RunConfig& out, std::size_t max) {
  return [&out, max](Json value) -> Result<void> {
    const ReadJson read_healthcheck = [&out, max](Json check) {
      return into(out.healthcheck.emplace(), max)(check);
    };
    return read_members(value, {{"User", into(out.user)},
                                {"Env", into(out.env, max)},
                                {"Entrypoint", words_into(out.entrypoint, max)},
                                {"Cmd", words_into(out.cmd, max)},
                                {"ExposedPorts", keys_into(out.exposed_ports, max)},
                                {"Volumes", keys_into(out.volumes, max)},
                                {"Labels", into(out.labels, max)},
                                {"WorkingDir", into(out.working_dir)},
                                {"StopSignal", into(out.stop_signal)},
                                {"Healthcheck", read_healthcheck},
                                {"OnBuild", into(out.on_build, max)},
                                {"Shell", into(out.shell, max)}});
  };
}

Result<void> check_diff_ids(const std::vector<std::string>& diff_ids) {
  for (std::size_t i = 0; i < diff_ids.size(); ++i) {
    if (is_digest(diff_ids[i])) continue;
    return fail(ErrorCode::kInvalidInput,
                fmt::format("rootfs: diff_ids[{}]: \"{}\" is no digest", i,
                            core::visible(std::string_view(diff_ids[i]).substr(0, 160))));
  }
  return {};
}

Result<void> read_config(Json root, std::size_t max, ImageConfig& out) {
  const ReadJson read_rootfs = [&](Json value) -> Result<void> {
    std::string type;
    YAGURA_TRY_VOID(
        read_members(value, {{"type", into(type)}, {"diff_ids", into(out.diff_ids, max)}}));
    return {};
  };
  YAGURA_TRY_VOID(read_members(
      root,
      {{"architecture", into(out.platform.architecture)},
       {"os", into(out.platform.os)},
       {"variant", into(out.platform.variant)},
       {"os.version", into(out.platform.os_version)},
       {"created", into(out.created)},
       {"author", into(out.author)},
       {"config", into(out.config, max)},
       {"history", each(max, [&](Json entry) { return into(out.history.emplace_back())(entry); })},
       {"rootfs", read_rootfs}}));
  return check_diff_ids(out.diff_ids);
}

}  // namespace

Result<ImageConfig> parse_image_config(std::string_view bytes, const ImageConfigLimits& limits) {
  ImageConfig config;
  YAGURA_TRY_VOID(internal::read_json_document(
      bytes, limits.max_size, "image configuration",
      [&](Json root) { return read_config(root, limits.max_entries, config); }));
  return config;
}

std::vector<const HistoryEntry*> history_of_layers(const ImageConfig& config) {
  std::vector<const HistoryEntry*> steps;
  for (const HistoryEntry& entry : config.history) {
    if (!entry.empty_layer) steps.push_back(&entry);
  }
  if (steps.size() != config.diff_ids.size()) steps.clear();
  return steps;
}

}  // namespace yagura::image
