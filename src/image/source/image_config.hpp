#pragma once

// An image's configuration: OCI image-spec 1.1 config.md, with Docker's additions (health check,
// shell, ON BUILD). Read as carefully as manifests are: see manifest.hpp.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "image/source/descriptor.hpp"

namespace yagura::image {

struct HistoryEntry {
  std::string created;  // RFC 3339
  std::string created_by;
  std::string author;
  std::string comment;
  bool empty_layer = false;
};

struct Healthcheck {
  std::vector<std::string> test;  // {"NONE"}, {"CMD", …}, {"CMD-SHELL", "…"}; empty: inherited
  std::int64_t interval_ns = 0;
  std::int64_t timeout_ns = 0;
  std::int64_t start_period_ns = 0;
  std::int64_t retries = 0;
};

// What a container is started with.
struct RunConfig {
  std::string user;
  std::vector<std::string> env;  // "NAME=value"
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::vector<std::string> exposed_ports;  // "80/tcp", sorted
  std::vector<std::string> volumes;        // sorted
  Annotations labels;                      // as written
  std::string working_dir;
  std::string stop_signal;
  std::optional<Healthcheck> healthcheck;
  std::vector<std::string> on_build;
  std::vector<std::string> shell;
};

struct ImageConfig {
  Platform platform;
  std::string created;  // RFC 3339
  std::string author;
  RunConfig config;
  std::vector<HistoryEntry> history;
  std::vector<std::string> diff_ids;  // of the inflated layers, from the base up; all is_digest()
};

struct ImageConfigLimits {
  std::size_t max_size = std::size_t{8} << 20;  // bytes
  std::size_t max_entries = 50'000;             // of any one list
};

[[nodiscard]] Result<ImageConfig> parse_image_config(std::string_view bytes,
                                                     const ImageConfigLimits& limits = {});

// For each layer the step that made it. Nothing where history and layers do not tell of the same
// number: builders may leave history out.
[[nodiscard]] std::vector<const HistoryEntry*> history_of_layers(const ImageConfig& config);

}  // namespace yagura::image
