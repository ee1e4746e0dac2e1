#include "gateway/ext_proc/testing.hpp"

#include <cstdio>
#include <cstdlib>

#include "waf/compile/compile.hpp"
#include "waf/seclang/parse.hpp"

namespace yagura::gateway::testing {

namespace pb = envoy::service::ext_proc::v3;

std::shared_ptr<const waf::RuleSet> compile_rules(std::string_view text) {
  Diagnostics diagnostics;
  const auto document = waf::seclang::parse_text(text, "test.conf", ".", diagnostics);
  auto rules = waf::compile(document, {}, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list())
    std::fprintf(stderr, "%s\n", to_string(diagnostic).c_str());
  if (rules == nullptr) std::abort();
  return rules;
}

namespace {

void add(pb::HeaderMap& map, const std::string& key, const std::string& value) {
  pb::HeaderValue& header = *map.add_headers();
  header.set_key(key);
  header.set_raw_value(value);
}

}  // namespace

pb::ProcessingRequest request_headers(const std::string& method, const std::string& path, bool end,
                                      const Headers& more) {
  pb::ProcessingRequest request;
  pb::HttpHeaders& head = *request.mutable_request_headers();
  head.set_end_of_stream(end);
  add(*head.mutable_headers(), ":method", method);
  add(*head.mutable_headers(), ":path", path);
  bool has_authority = false;
  for (const auto& [key, value] : more) {
    add(*head.mutable_headers(), key, value);
    has_authority = has_authority || key == ":authority";
  }
  if (!has_authority) add(*head.mutable_headers(), ":authority", "shop.example");
  return request;
}

pb::ProcessingRequest request_body(const std::string& bytes, bool end) {
  pb::ProcessingRequest request;
  request.mutable_request_body()->set_body(bytes);
  request.mutable_request_body()->set_end_of_stream(end);
  return request;
}

pb::ProcessingRequest response_headers(const std::string& status, bool end, const Headers& more) {
  pb::ProcessingRequest request;
  pb::HttpHeaders& head = *request.mutable_response_headers();
  head.set_end_of_stream(end);
  add(*head.mutable_headers(), ":status", status);
  for (const auto& [key, value] : more) add(*head.mutable_headers(), key, value);
  return request;
}

pb::ProcessingRequest response_body(const std::string& bytes, bool end) {
  pb::ProcessingRequest request;
  request.mutable_response_body()->set_body(bytes);
  request.mutable_response_body()->set_end_of_stream(end);
  return request;
}

}  // namespace yagura::gateway::testing
