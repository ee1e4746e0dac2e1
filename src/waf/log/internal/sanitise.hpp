#pragma once

// What rules said must not stand in a log (sanitiseArg, sanitiseMatched, sanitiseRequestHeader, …),
// with '*' in its place. Said too much rather than too little: a JSON member "json.user.password"
// is an argument "password" too, and a secret is hidden wherever its text appears, in any case.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "waf/engine/transaction.hpp"
#include "waf/match/phrase_set.hpp"

namespace yagura::waf::log {

class Sanitiser {
 public:
  explicit Sanitiser(const Transaction& transaction);

  // Nothing is secret: every text stays as it is.
  [[nodiscard]] bool idle() const { return idle_; }

  [[nodiscard]] std::string uri(std::string_view uri) const;
  [[nodiscard]] std::string request_body(std::string_view body) const;
  [[nodiscard]] std::string request_header(std::string_view name, std::string_view value) const;
  [[nodiscard]] std::string response_header(std::string_view name, std::string_view value) const;
  // A message, or another text that may quote a secret.
  [[nodiscard]] std::string text(std::string_view text) const;
  // What a detection quotes of its value: all stars where the value is secret.
  [[nodiscard]] std::string quoted(const Detection& detection, std::string_view text) const;

 private:
  struct Secret {
    std::string beginning;  // what is looked for
    std::size_t size = 0;   // of the whole
  };
  using Range = std::pair<std::size_t, std::size_t>;  // begin and end in the body

  void add(const SanitisedTarget& target);
  void collect(const Transaction& transaction);
  void collect_arguments(const Transaction& transaction, Variable variable);
  void collect_headers(const Transaction& transaction, Variable variable,
                       const std::vector<std::string>& names);
  void add_secret(std::string_view value);
  [[nodiscard]] bool names_argument(std::string_view name) const;
  [[nodiscard]] std::string pairs(std::string_view text) const;

  bool idle_ = true;
  bool whole_uri_ = false, whole_body_ = false;
  std::vector<std::string> arguments_, request_headers_, response_headers_, cookies_;
  std::vector<std::pair<std::uint32_t, std::size_t>> in_body_;  // offset and decoded size
  std::vector<Secret> secrets_;                                 // decoded values
  std::optional<PhraseSet> find_secrets_;
  std::string processor_;  // of the body
};

}  // namespace yagura::waf::log
