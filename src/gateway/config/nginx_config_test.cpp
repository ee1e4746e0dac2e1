#include "gateway/config/nginx_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace yagura::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

GatewayOptions options() {
  GatewayOptions options;
  options.upstream = parse_upstream("http://shop:8080").value();
  options.listen = {parse_listen("127.0.0.1:8081").value()};
  options.rules = "/etc/crs";
  return options;
}

GatewayPlaces places() {
  return {.state = "/var/lib/yagura/gateway",
          .module = "/usr/lib/yagura/ngx_http_yagura_module.so",
          .trust = "/etc/ssl/certs/ca-certificates.crt",
          .user = "www-data"};
}

std::string config(const GatewayOptions& options) {
  const auto text = nginx_config(options, places());
  EXPECT_TRUE(text.has_value()) << text.error().message;
  return text.value_or("");
}

std::string error(const GatewayOptions& options) {
  const auto text = nginx_config(options, places());
  return text ? "no error" : text.error().message;
}

TEST(NginxConfig, KeepsHeadersThatNginxWouldDrop) {
  const std::string text = config(options());
  EXPECT_THAT(text, HasSubstr("underscores_in_headers on;"));
  EXPECT_THAT(text, HasSubstr("ignore_invalid_headers off;"));
}

TEST(NginxConfig, PassesRequestsOnAsTheyCame) {
  const std::string text = config(options());
  EXPECT_THAT(text, HasSubstr("proxy_pass http://yagura_upstream;"));
  EXPECT_THAT(text, HasSubstr("server shop:8080 max_fails=0;"));
  EXPECT_THAT(text, HasSubstr("proxy_set_header Host $http_host;"));
}

TEST(NginxConfig, BlocksAndFailsClosedUnlessToldOtherwise) {
  std::string text = config(options());
  EXPECT_THAT(text, HasSubstr("  yagura on;\n"));
  EXPECT_THAT(text, HasSubstr("  yagura_fail closed;\n"));
  EXPECT_THAT(text, HasSubstr("  yagura_time_budget 50ms;\n"));
  GatewayOptions changed = options();
  changed.mode = Mode::kDetect;
  changed.fail_open = true;
  changed.time_budget = std::chrono::milliseconds(7);
  text = config(changed);
  EXPECT_THAT(text, HasSubstr("  yagura detect;\n"));
  EXPECT_THAT(text, HasSubstr("  yagura_fail open;\n"));
  EXPECT_THAT(text, HasSubstr("  yagura_time_budget 7ms;\n"));
}

TEST(NginxConfig, TlsSpeaksHttp2) {
  GatewayOptions changed = options();
  changed.tls_certificate = "/tls/tls.crt";
  changed.tls_key = "/tls/tls.key";
  const std::string text = config(changed);
  EXPECT_THAT(text, HasSubstr("listen 127.0.0.1:8081 ssl http2 default_server;"));
  EXPECT_THAT(text, HasSubstr("ssl_certificate \"/tls/tls.crt\";"));
  changed.tls_key.clear();
  EXPECT_THAT(error(changed), HasSubstr("key"));
}

TEST(NginxConfig, ChecksTheCertificateOfAnHttpsUpstream) {
  GatewayOptions changed = options();
  changed.upstream = parse_upstream("https://shop.example").value();
  std::string text = config(changed);
  EXPECT_THAT(text, HasSubstr("proxy_ssl_verify on;"));
  EXPECT_THAT(text, HasSubstr("proxy_ssl_name shop.example;"));
  changed.verify_upstream = false;
  EXPECT_THAT(config(changed), HasSubstr("proxy_ssl_verify off;"));
}

TEST(NginxConfig, SettingsAndExclusionsStandBeforeTheRules) {
  GatewayOptions changed = options();
  changed.paranoia = 2;
  changed.anomaly_threshold = 10;
  changed.exclusions = "/etc/yagura/exclusions.conf";
  const std::string text = config(changed);
  EXPECT_THAT(text, HasSubstr("yagura_settings \"SecAction \\\"id:20000001,"));
  EXPECT_THAT(text, HasSubstr("setvar:tx.blocking_paranoia_level=2,"));
  EXPECT_THAT(text, HasSubstr("yagura_settings \"SecRequestBodyLimit 104857600\";"));
  EXPECT_THAT(text, HasSubstr("setvar:tx.inbound_anomaly_score_threshold=10\\\"\";"));
  EXPECT_THAT(text, HasSubstr("yagura_settings \"Include \\\"/etc/yagura/exclusions.conf\\\"\";"));
  changed.paranoia = 5;
  EXPECT_THAT(error(changed), HasSubstr("1 to 4"));
}

TEST(NginxConfig, AHostWithItsOwnModeAnswersOnlyThatHost) {
  GatewayOptions changed = options();
  changed.hosts = {parse_host_mode("*.shop.example=off").value()};
  const std::string text = config(changed);
  EXPECT_THAT(text, HasSubstr("server_name *.shop.example;"));
  EXPECT_THAT(text,
              HasSubstr("if ($http_host !~* \"^[a-z0-9._-]+\\\\.shop\\\\.example(:[0-9]+)?$\") {\n"
                        "      return 421;"));
}

TEST(NginxConfig, AWeakerPathHoldsOnlyForPlainTargets) {
  GatewayOptions changed = options();
  changed.paths = {parse_path_mode("/a.b/=off").value()};
  const std::string text = config(changed);
  EXPECT_THAT(text, HasSubstr("location = \"/a.b\" {"));
  EXPECT_THAT(text, HasSubstr("location ^~ \"/a.b/\" {"));
  EXPECT_THAT(text, HasSubstr("if ($request_uri !~ \"^/a\\\\.b(/"));
  EXPECT_THAT(text, HasSubstr("location @yagura_whole {\n      yagura on;"));
  changed.mode = Mode::kDetect;
  changed.paths = {parse_path_mode("/admin=block").value()};
  EXPECT_THAT(config(changed), Not(HasSubstr("@yagura_whole")));
}

TEST(NginxConfig, NoTextOfTheUserAddsADirective) {
  const auto lines = [](const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
  };
  GatewayOptions hostile = options();
  hostile.rules = "/etc/crs\"; return 200; \"\\";
  hostile.exclusions = "/x;} server { listen 1;";
  hostile.shadow = "1\"; yagura off; #";
  GatewayOptions harmless = options();
  harmless.exclusions = "/x";
  harmless.shadow = "1";
  const std::string text = config(hostile);
  EXPECT_EQ(lines(text), lines(config(harmless)));
  EXPECT_THAT(text, HasSubstr("yagura_rules \"/etc/crs\\\"; return 200; \\\"\\\\\";\n"));
  EXPECT_THAT(text, HasSubstr("yagura_shadow \"1\\\"; yagura off; #\";\n"));
}

TEST(NginxConfig, WhatCannotBeQuotedIsRefused) {
  for (const char* path : {"/etc/$host", "/etc/a\nb", "/etc/\x01"}) {
    GatewayOptions changed = options();
    changed.rules = path;
    EXPECT_THAT(error(changed), HasSubstr("cannot be given")) << path;
  }
  GatewayOptions changed = options();
  changed.exclusions = "/a\"\nSecRuleEngine Off";
  EXPECT_THAT(error(changed), HasSubstr("quote"));
}

TEST(Modes, AreReadWithTheirHostOrPath) {
  EXPECT_EQ(parse_host_mode("A.example=detect").value(),
            (HostMode{.host = "a.example", .mode = Mode::kDetect}));
  EXPECT_EQ(parse_path_mode("/api/=off").value(), (PathMode{.path = "/api", .mode = Mode::kOff}));
  for (const char* text : {"", "a", "=off", "a=on", "a=", "a;=off"}) {
    EXPECT_FALSE(parse_host_mode(text).has_value()) << text;
  }
  for (const char* text :
       {"/=off", "api=off", "/a b=off", "/a{=off", "/a%41=off", "/a\"=off", "/a//b=off",
        "/a/../b=off", "/a$=off", "/a\\=off", "/a=none", "/a?b=off"}) {
    EXPECT_FALSE(parse_path_mode(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace yagura::gateway
