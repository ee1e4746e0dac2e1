#include "gateway/config/nginx_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace yagura::gateway {
namespace {

constexpr std::uint64_t kNoBodyLimit = std::uint64_t{1} << 40;

namespace fs = std::filesystem;

std::string_view module_mode(Mode mode) {
  switch (mode) {
    case Mode::kOff:
      return "off";
    case Mode::kDetect:
      return "detect";
    case Mode::kBlock:
      return "on";
  }
  return "on";
}

// Lines with the indentation of the block that they stand in.
class ConfigWriter {
 public:
  template <typename... Values>
  void line(fmt::format_string<Values...> format, Values&&... values) {
    text_.append(depth_ * 2, ' ');
    fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
    text_ += '\n';
  }
  template <typename... Values>
  void open(fmt::format_string<Values...> format, Values&&... values) {
    line(format, std::forward<Values>(values)...);
    text_.insert(text_.size() - 1, " {");
    ++depth_;
  }
  void close() {
    --depth_;
    line("{}", "}");
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::size_t depth_ = 0;
};

// Every text of the user, quoted, before anything is written.
struct Quoted {
  std::string module, rules, certificate, key, trust, events, blocks, cache, error_log, access_log,
      pid, temporary, exclusions, shadow;
  std::vector<std::string> settings;
};

Result<std::string> quoted_path(const fs::path& path) { return nginx_quoted(path.string()); }

// SecLang's Include takes its path in double quotes too.
Result<std::string> include_directive(const fs::path& path) {
  const std::string text = path.string();
  if (text.find_first_of("\"\\\n") != std::string::npos) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the path \"{}\" has a quote or a backslash", text));
  }
  return nginx_quoted(fmt::format("Include \"{}\"", text));
}

Result<Quoted> quote_all(const GatewayOptions& options, const GatewayPlaces& places) {
  Quoted all;
  YAGURA_TRY(all.module, quoted_path(places.module));
  YAGURA_TRY(all.rules, quoted_path(options.rules));
  YAGURA_TRY(all.certificate, quoted_path(options.tls_certificate));
  YAGURA_TRY(all.key, quoted_path(options.tls_key));
  YAGURA_TRY(all.trust, quoted_path(places.trust));
  YAGURA_TRY(all.events, quoted_path(places.events()));
  YAGURA_TRY(all.blocks, quoted_path(places.blocks()));
  YAGURA_TRY(all.cache, quoted_path(places.cache()));
  YAGURA_TRY(all.error_log, quoted_path(places.error_log()));
  YAGURA_TRY(all.access_log, quoted_path(options.access_log));
  YAGURA_TRY(all.pid, quoted_path(places.pid()));
  YAGURA_TRY(all.temporary, quoted_path(places.state / "temporary"));
  YAGURA_TRY(all.shadow, nginx_quoted(options.shadow));
  for (const std::string& setting : rule_settings(options)) {
    YAGURA_TRY(all.settings.emplace_back(), nginx_quoted(setting));
  }
  if (!options.exclusions.empty()) {
    YAGURA_TRY(all.exclusions, include_directive(options.exclusions));
  }
  return all;
}

Result<void> check(const GatewayOptions& options) {
  if (options.listen.empty()) return fail(ErrorCode::kInvalidInput, "nowhere to listen");
  if (options.tls_certificate.empty() != options.tls_key.empty()) {
    return fail(ErrorCode::kInvalidInput, "a certificate needs its key, and a key its certificate");
  }
  if (options.paranoia && (*options.paranoia < 1 || *options.paranoia > 4)) {
    return fail(ErrorCode::kInvalidInput, "the paranoia level is a number from 1 to 4");
  }
  if (options.anomaly_threshold && *options.anomaly_threshold < 1) {
    return fail(ErrorCode::kInvalidInput, "the anomaly threshold is at least 1");
  }
  return {};
}

class Config {
 public:
  Config(const GatewayOptions& options, const GatewayPlaces& places, Quoted texts)
      : options_(options), places_(places), texts_(std::move(texts)) {}

  std::string write() {
    write_process();
    out_.open("http");
    write_http();
    write_upstream();
    write_proxy_settings();
    write_servers();
    if (options_.metrics) write_metrics();
    out_.close();
    return out_.take();
  }

 private:
  void write_process() {
    out_.line("# Written by `yagura gateway` at each start: changes here are lost.");
    out_.line("load_module {};", texts_.module);
    out_.line("daemon off;");
    if (!places_.user.empty()) out_.line("user {};", places_.user);
    if (options_.workers == 0) {
      out_.line("worker_processes auto;");
    } else {
      out_.line("worker_processes {};", options_.workers);
    }
    out_.line("worker_shutdown_timeout 30s;");
    out_.line("pid {};", texts_.pid);
    // Detections are lines of level info, as ModSecurity's connector writes them.
    out_.line("error_log {} info;", texts_.error_log);
    out_.open("events");
    out_.line("worker_connections 4096;");
    out_.close();
  }

  void write_http() {
    out_.line("server_tokens off;");
    if (options_.access_log.empty()) {
      out_.line("access_log off;");
    } else {
      out_.line(
          "log_format yagura '$remote_addr [$time_iso8601] \"$request\" $status "
          "$body_bytes_sent $request_time $yagura_verdict $yagura_id';");
      out_.line("access_log {} yagura;", texts_.access_log);
    }
    for (const char* what : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
      out_.line("{}_temp_path {};", what, texts_.temporary);
    }
    // The rules judge odd headers; nginx would drop them unseen, and the service would see others
    // than the rules.
    out_.line("underscores_in_headers on;");
    out_.line("ignore_invalid_headers off;");
    out_.line("large_client_header_buffers 8 32k;");
    out_.line("client_body_buffer_size 128k;");
    out_.line("client_max_body_size {};", options_.max_body);
    out_.line("keepalive_requests 10000;");
    out_.open("map $http_upgrade $yagura_connection");
    out_.line("default upgrade;");
    out_.line("'' '';");
    out_.close();
    write_waf();
  }

  void write_waf() {
    out_.line("yagura_cache {};", texts_.cache);
    out_.line("yagura_events {};", texts_.events);
    out_.line("yagura_blocks {};", texts_.blocks);
    out_.line("yagura_rules {};", texts_.rules);
    for (const std::string& setting : texts_.settings) out_.line("yagura_settings {};", setting);
    // Before the rules: exceptions at run time (ctl) act on what comes behind them, and those at
    // load time act wherever they stand.
    if (!texts_.exclusions.empty()) out_.line("yagura_settings {};", texts_.exclusions);
    if (texts_.shadow != "\"\"") out_.line("yagura_shadow {};", texts_.shadow);
    out_.line("yagura_fail {};", options_.fail_open ? "open" : "closed");
    out_.line("yagura_time_budget {}ms;", options_.time_budget.count());
    out_.line("yagura {};", module_mode(options_.mode));
  }

  void write_upstream() {
    out_.open("upstream yagura_upstream");
    out_.line("server {} max_fails=0;", options_.upstream.address());
    out_.line("keepalive 64;");
    out_.close();
  }

  void write_servers() {
    write_server("_", options_.mode, true);
    for (const HostMode& host : options_.hosts) {
      write_server(host.host, host.mode, false);
    }
  }

  void write_server(const std::string& name, Mode mode, bool is_default) {
    out_.open("server");
    const bool tls = !options_.tls_certificate.empty();
    for (const ListenAddress& address : options_.listen) {
      out_.line("listen {}{}{};", address.text(), tls ? " ssl http2" : "",
                is_default ? " default_server" : "");
    }
    if (tls) {
      out_.line("ssl_certificate {};", texts_.certificate);
      out_.line("ssl_certificate_key {};", texts_.key);
      out_.line("ssl_protocols TLSv1.2 TLSv1.3;");
      out_.line("ssl_session_cache shared:yagura_tls:4m;");
    }
    out_.line("server_name {};", name);
    if (!is_default) {
      out_.line("yagura {};", module_mode(mode));
      // nginx chose this server by the request line's host; the service will read the Host header.
      out_.open("if ($http_host !~* {})", host_regex(name));
      out_.line("return 421;");
      out_.close();
    }
    write_blocked_page();
    write_location("/", mode, mode);
    has_whole_ = false;
    for (const PathMode& path : options_.paths) write_path(path, mode);
    out_.close();
  }

  // "^a\.example(:[0-9]+)?$", quoted: its braces and dots mean nothing to nginx's reader then.
  static std::string host_regex(std::string_view host) {
    std::string regex = "\"^";
    if (host.starts_with("*.")) {
      regex += "[a-z0-9._-]+";
      host.remove_prefix(1);
    }
    for (const char byte : host) regex += byte == '.' ? std::string("\\\\.") : std::string(1, byte);
    return regex + "(:[0-9]+)?$\"";
  }

  // Tells whom it stopped by which number to ask. Only for our own 403: a service's passes as it
  // is.
  void write_blocked_page() {
    out_.line("recursive_error_pages on;");
    out_.line("error_page 403 @yagura_blocked;");
    out_.open("location @yagura_blocked");
    out_.line("internal;");
    out_.line("default_type text/html;");
    out_.line("add_header Cache-Control no-store always;");
    out_.line(
        "return 403 \"<!doctype html><html><head><title>403 Forbidden</title></head><body>"
        "<h1>Forbidden</h1><p>The request was refused. Reference: "
        "$yagura_id</p></body></html>\\n\";");
    out_.close();
  }

  void write_path(const PathMode& path, Mode server_mode) {
    const std::string below = path.path + "/";
    for (const bool exact : {true, false}) {
      if (exact) {
        out_.open("location = \"{}\"", path.path);
      } else {
        out_.open("location ^~ \"{}\"", below);
      }
      out_.line("yagura {};", module_mode(path.mode));
      // nginx compares the path decoded and put straight; a service may read the raw one
      // differently. So a weaker mode holds only where there is nothing to decode.
      if (path.mode < server_mode) {
        out_.line("error_page 403 @yagura_blocked;");
        out_.line("error_page 418 = @yagura_whole;");
        out_.open("if ($request_uri !~ {})", plain_path_regex(path.path));
        out_.line("return 418;");
        out_.close();
      }
      write_proxy();
      out_.close();
    }
    if (path.mode < server_mode && !has_whole_) {
      has_whole_ = true;
      write_location("@yagura_whole", server_mode, server_mode);
    }
  }

  static std::string plain_path_regex(std::string_view path) {
    std::string regex = "\"^";
    for (const char byte : path) {
      const bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                            (byte >= '0' && byte <= '9') || byte == '/' || byte == '-' ||
                            byte == '_';
      if (!is_plain) regex += "\\\\";
      regex += byte;
    }
    return regex + "(/[A-Za-z0-9/._~!,=:@+-]*)?([?].*)?$\"";
  }

  void write_location(std::string_view name, Mode mode, Mode server_mode) {
    out_.open("location {}", name);
    if (mode != server_mode || name.starts_with('@')) out_.line("yagura {};", module_mode(mode));
    write_proxy();
    out_.close();
  }

  // What all proxied locations share: they inherit it.
  void write_proxy_settings() {
    out_.line("proxy_http_version 1.1;");
    out_.line("proxy_set_header Host $http_host;");
    out_.line("proxy_set_header X-Real-IP $remote_addr;");
    out_.line("proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;");
    out_.line("proxy_set_header X-Forwarded-Proto $scheme;");
    out_.line("proxy_set_header Upgrade $http_upgrade;");
    out_.line("proxy_set_header Connection $yagura_connection;");
    if (!options_.upstream.tls) return;
    out_.line("proxy_ssl_server_name on;");
    out_.line("proxy_ssl_name {};", options_.upstream.host);
    out_.line("proxy_ssl_verify {};", options_.verify_upstream ? "on" : "off");
    if (options_.verify_upstream) {
      out_.line("proxy_ssl_verify_depth 8;");
      out_.line("proxy_ssl_trusted_certificate {};", texts_.trust);
    }
  }

  void write_proxy() {
    out_.line("proxy_pass {}://yagura_upstream;", options_.upstream.tls ? "https" : "http");
  }

  void write_metrics() {
    out_.open("server");
    out_.line("listen {};", options_.metrics->text());
    out_.line("yagura off;");
    out_.open("location = /metrics");
    out_.line("yagura_metrics;");
    out_.close();
    out_.open("location = /healthz");
    out_.line("default_type text/plain;");
    out_.line("return 200 \"ok\\n\";");
    out_.close();
    out_.open("location /");
    out_.line("return 404;");
    out_.close();
    out_.close();
  }

  const GatewayOptions& options_;
  const GatewayPlaces& places_;
  Quoted texts_;
  ConfigWriter out_;
  bool has_whole_ = false;
};

Result<std::pair<std::string_view, Mode>> split_mode(std::string_view what, std::string_view text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{} \"{}\": write it as {}=off, =detect or =block", what, text, what));
  }
  YAGURA_TRY(const Mode mode, parse_mode(text.substr(equals + 1)));
  return std::pair{text.substr(0, equals), mode};
}

}  // namespace

Result<Mode> parse_mode(std::string_view text) {
  if (text == "off") return Mode::kOff;
  if (text == "detect") return Mode::kDetect;
  if (text == "block") return Mode::kBlock;
  return fail(ErrorCode::kInvalidInput,
              fmt::format("\"{}\" is no mode: off, detect or block", text));
}

Result<HostMode> parse_host_mode(std::string_view text) {
  YAGURA_TRY(const auto parts, split_mode("HOST", text));
  YAGURA_TRY(std::string host, parse_host_pattern(parts.first));
  return HostMode{.host = std::move(host), .mode = parts.second};
}

Result<PathMode> parse_path_mode(std::string_view text) {
  YAGURA_TRY(const auto parts, split_mode("PATH", text));
  std::string_view path = parts.first;
  while (path.ends_with('/')) path.remove_suffix(1);
  const bool is_plain = std::all_of(path.begin(), path.end(), [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') ||
           std::string_view("/-_.~!,=:@+").find(byte) != std::string_view::npos;
  });
  if (!path.starts_with('/') || !is_plain || path.find("//") != std::string_view::npos ||
      path.find("/.") != std::string_view::npos) {
    return fail(
        ErrorCode::kInvalidInput,
        fmt::format("path \"{}\": it begins with '/', is not '/' alone (that is --mode), and holds "
                    "letters, digits and -_.~!,=:@+ only",
                    parts.first));
  }
  return PathMode{.path = std::string(path), .mode = parts.second};
}

Result<std::string> nginx_quoted(std::string_view text) {
  std::string result = "\"";
  for (const char byte : text) {
    const auto value = static_cast<unsigned char>(byte);
    if (byte == '$' || value < 0x20 || value == 0x7f) {
      return fail(
          ErrorCode::kInvalidInput,
          fmt::format("nginx cannot be given \"{}\": it holds '$' or a control character", text));
    }
    if (byte == '"' || byte == '\\') result += '\\';
    result += byte;
  }
  return result + '"';
}

std::vector<std::string> rule_settings(const GatewayOptions& options) {
  // Else the engine's own limit, 12.5 MiB, would refuse what nginx was told to take. It inspects
  // files as they come; bodies without files have a limit of their own.
  const std::uint64_t max_body = options.max_body == 0 ? kNoBodyLimit : options.max_body;
  std::vector<std::string> directives = {fmt::format("SecRequestBodyLimit {}", max_body)};
  if (options.paranoia) {
    // CRS 4 reads the first two, CRS 3 the other two.
    directives.push_back(fmt::format(
        "SecAction \"id:20000001,phase:1,pass,nolog,t:none,setvar:tx.blocking_paranoia_level={0},"
        "setvar:tx.detection_paranoia_level={0},setvar:tx.paranoia_level={0},"
        "setvar:tx.executing_paranoia_level={0}\"",
        *options.paranoia));
  }
  if (options.anomaly_threshold) {
    directives.push_back(
        fmt::format("SecAction \"id:20000002,phase:1,pass,nolog,t:none,"
                    "setvar:tx.inbound_anomaly_score_threshold={}\"",
                    *options.anomaly_threshold));
  }
  return directives;
}

Result<std::string> nginx_config(const GatewayOptions& options, const GatewayPlaces& places) {
  YAGURA_TRY_VOID(check(options));
  YAGURA_TRY(Quoted texts, quote_all(options, places));
  return Config(options, places, std::move(texts)).write();
}

}  // namespace yagura::gateway
