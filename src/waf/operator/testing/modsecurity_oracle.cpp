#include "waf/operator/testing/modsecurity_oracle.hpp"

#include <modsecurity/modsecurity.h>
#include <modsecurity/rules_set.h>
#include <modsecurity/transaction.h>

#include <cstdio>
#include <cstdlib>

namespace yagura::waf::testing {

struct ModSecurityOperator::State {
  modsecurity::ModSecurity library;
  modsecurity::RulesSet rules;
};

ModSecurityOperator::ModSecurityOperator(const std::string& rule)
    : state_(std::make_unique<State>()) {
  const std::string text = "SecRuleEngine On\nSecRule ARGS:x \"" + rule +
                           "\" \"id:1,phase:1,pass,nolog,t:none,capture,setvar:'tx.result=1'\"\n";
  if (state_->rules.load(text.c_str()) < 0) {
    std::fprintf(stderr, "libmodsecurity refuses %s: %s\n", text.c_str(),
                 state_->rules.getParserError().c_str());
    std::abort();
  }
}

ModSecurityOperator::~ModSecurityOperator() = default;

ModSecurityOperator::Answer ModSecurityOperator::ask(const std::string& value) const {
  modsecurity::Transaction transaction(&state_->library, &state_->rules, nullptr);
  transaction.processConnection("127.0.0.1", 1234, "127.0.0.1", 80);
  transaction.processURI("/", "GET", "1.1");
  transaction.addArgument("GET", "x", value, 0);
  transaction.processRequestHeaders();
  const auto& tx = transaction.m_collections.m_tx_collection;
  const auto group = tx->resolveFirst("0");
  return {tx->resolveFirst("result") != nullptr, group ? *group : std::string()};
}

}  // namespace yagura::waf::testing
