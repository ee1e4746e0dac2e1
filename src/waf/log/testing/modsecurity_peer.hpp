#pragma once

// What libmodsecurity writes of a request: the second opinion on the form of lines and records.

#include <string>
#include <string_view>
#include <vector>

namespace yagura::waf::testing {

// The lines that its connectors write. `rules` as for our own engine, in a file of that name. GET,
// from 192.0.2.1:4711 to 198.51.100.2:80, Host shop.example.
[[nodiscard]] std::vector<std::string> peer_lines(const std::string& rules_file,
                                                  const std::string& uri, const std::string& id);

}  // namespace yagura::waf::testing
