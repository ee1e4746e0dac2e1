#pragma once

// What rules said must not stand in an audit log (sanitiseArg, sanitiseMatched,
// sanitiseRequestHeader, …).

#include <string>
#include <string_view>
#include <vector>

#include "waf/engine/transaction.hpp"

namespace yagura::waf::log {

class Sanitiser {
 public:
  explicit Sanitiser(const Transaction& transaction);

  // With '*' for each byte of what is secret: values of arguments in a query or a form, header
  // values.
  [[nodiscard]] std::string uri(std::string_view uri) const;
  [[nodiscard]] std::string body(std::string_view body) const;
  [[nodiscard]] std::string request_header(std::string_view name, std::string_view value) const;
  [[nodiscard]] std::string response_header(std::string_view name, std::string_view value) const;
  // A message or log data that may quote a secret value.
  [[nodiscard]] std::string text(std::string_view text) const;

 private:
  [[nodiscard]] bool names_argument(std::string_view raw_name) const;
  [[nodiscard]] std::string pairs(std::string_view text) const;

  std::vector<std::string> arguments_, request_headers_, response_headers_;
  std::vector<std::string> secrets_;  // values, decoded
};

}  // namespace yagura::waf::log
