#pragma once

// nginx's configuration for `yagura gateway`: a pure function of options to text. Whatever a user
// gives is either of a type that cannot hold anything surprising (numbers, addresses, host
// patterns) or a text that is quoted here and refused where nginx could read more into it, so that
// no option can add a directive.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "gateway/config/address.hpp"

namespace yagura::gateway {

enum class Mode : std::uint8_t { kOff, kDetect, kBlock };
[[nodiscard]] Result<Mode> parse_mode(std::string_view text);  // "off", "detect", "block"

struct HostMode {
  std::string host;  // of parse_host_pattern()
  Mode mode = Mode::kBlock;
  friend bool operator==(const HostMode&, const HostMode&) = default;
};
// "shop.example=detect".
[[nodiscard]] Result<HostMode> parse_host_mode(std::string_view text);

struct PathMode {
  std::string path;  // "/api", without a '/' at the end; URL-path bytes only
  Mode mode = Mode::kBlock;
  friend bool operator==(const PathMode&, const PathMode&) = default;
};
// "/api=off": that path and everything below it.
[[nodiscard]] Result<PathMode> parse_path_mode(std::string_view text);

struct GatewayOptions {
  Upstream upstream;
  bool verify_upstream = true;  // the certificate of an https upstream
  std::vector<ListenAddress> listen;
  std::filesystem::path rules;  // a folder or file
  Mode mode = Mode::kBlock;
  std::filesystem::path tls_certificate, tls_key;  // both or none
  unsigned workers = 0;                            // 0: one a processor
  bool fail_open = false;
  std::chrono::milliseconds time_budget{50};
  std::optional<unsigned> paranoia, anomaly_threshold;
  std::string shadow;                // ids, ranges and tags by comma
  std::filesystem::path exclusions;  // SecLang read before the rules; empty: none
  std::optional<ListenAddress> metrics;
  std::vector<HostMode> hosts;
  std::vector<PathMode> paths;
  std::uint64_t max_body = std::uint64_t{100} << 20;  // bytes; 0: no bound
  std::filesystem::path access_log;                   // empty: none
};

// Where things are on this machine.
struct GatewayPlaces {
  std::filesystem::path state;   // folder of logs, caches and temporary files
  std::filesystem::path module;  // ngx_http_yagura_module.so
  std::filesystem::path trust;   // certificates that sign upstreams
  std::string user;              // of the worker processes; empty: the one that starts nginx
  // Of the state folder:
  [[nodiscard]] std::filesystem::path config() const { return state / "nginx.conf"; }
  [[nodiscard]] std::filesystem::path pid() const { return state / "nginx.pid"; }
  [[nodiscard]] std::filesystem::path error_log() const { return state / "error.log"; }
  [[nodiscard]] std::filesystem::path events() const { return state / "events.jsonl"; }
  [[nodiscard]] std::filesystem::path blocks() const { return state / "blocks.jsonl"; }
  [[nodiscard]] std::filesystem::path cache() const { return state / "cache"; }
};

// kInvalidInput: a text that cannot be written safely, or options that contradict each other.
[[nodiscard]] Result<std::string> nginx_config(const GatewayOptions& options,
                                               const GatewayPlaces& places);

// SecLang read before the rules: what --max-body means to the engine, and --paranoia and
// --anomaly-threshold to CRS 3 and 4.
[[nodiscard]] std::vector<std::string> rule_settings(const GatewayOptions& options);

// A text as a parameter of an nginx directive: in double quotes, '"' and '\' escaped. Control
// characters and '$' (many directives read a variable there, and nothing escapes it) are
// kInvalidInput.
[[nodiscard]] Result<std::string> nginx_quoted(std::string_view text);

}  // namespace yagura::gateway
