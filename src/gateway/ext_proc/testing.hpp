#pragma once

// What the tests of this folder say to an Exchange and to the server.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "external_processor.pb.h"
#include "waf/compile/rule_set.hpp"

namespace yagura::gateway::testing {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Aborts the test program where the text does not compile: the tests' own rules are right.
[[nodiscard]] std::shared_ptr<const waf::RuleSet> compile_rules(std::string_view text);

[[nodiscard]] envoy::service::ext_proc::v3::ProcessingRequest request_headers(
    const std::string& method, const std::string& path, bool end, const Headers& more = {});
[[nodiscard]] envoy::service::ext_proc::v3::ProcessingRequest request_body(const std::string& bytes,
                                                                           bool end);
[[nodiscard]] envoy::service::ext_proc::v3::ProcessingRequest response_headers(
    const std::string& status, bool end, const Headers& more = {});
[[nodiscard]] envoy::service::ext_proc::v3::ProcessingRequest response_body(
    const std::string& bytes, bool end);

}  // namespace yagura::gateway::testing
