#include "waf/transform/testing/modsecurity_oracle.hpp"

#include <modsecurity/modsecurity.h>
#include <modsecurity/rules_set.h>
#include <modsecurity/transaction.h>

#include <cstdio>
#include <cstdlib>

namespace yagura::waf::testing {

struct ModSecurityOracle::State {
  modsecurity::ModSecurity library;
  modsecurity::RulesSet rules;
};

ModSecurityOracle::ModSecurityOracle(std::string_view actions) : state_(std::make_unique<State>()) {
  const std::string text =
      "SecRuleEngine On\n"
      "SecRule ARGS:x \"@unconditionalMatch\" \"id:1,phase:1,pass,nolog,t:none," +
      std::string(actions) + ",setvar:'tx.result=%{MATCHED_VAR}'\"\n";
  if (state_->rules.load(text.c_str()) < 0) {
    std::fprintf(stderr, "libmodsecurity refuses %s: %s\n", text.c_str(),
                 state_->rules.getParserError().c_str());
    std::abort();
  }
}

ModSecurityOracle::~ModSecurityOracle() = default;

std::string ModSecurityOracle::transform(const std::string& value) const {
  modsecurity::Transaction transaction(&state_->library, &state_->rules, nullptr);
  transaction.processConnection("127.0.0.1", 1234, "127.0.0.1", 80);
  transaction.processURI("/", "GET", "1.1");
  transaction.addArgument("GET", "x", value, 0);
  transaction.processRequestHeaders();
  const auto result = transaction.m_collections.m_tx_collection->resolveFirst("result");
  return result ? *result : "(no result)";
}

}  // namespace yagura::waf::testing
