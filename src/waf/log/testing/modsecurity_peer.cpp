#include "waf/log/testing/modsecurity_peer.hpp"

#include <modsecurity/modsecurity.h>
#include <modsecurity/rules_set.h>
#include <modsecurity/transaction.h>

#include <cstdlib>
#include <stdexcept>

namespace yagura::waf::testing {

namespace {

void keep_line(void* lines, const void* line) {
  static_cast<std::vector<std::string>*>(lines)->emplace_back(static_cast<const char*>(line));
}

}  // namespace

std::vector<std::string> peer_lines(const std::string& rules_file, const std::string& uri,
                                    const std::string& id) {
  std::vector<std::string> lines;
  modsecurity::ModSecurity library;
  library.setServerLogCb(keep_line, modsecurity::TextLogProperty);
  modsecurity::RulesSet rules;
  if (rules.loadFromUri(rules_file.c_str()) < 0) throw std::runtime_error(rules.getParserError());
  modsecurity::Transaction transaction(&library, &rules, const_cast<char*>(id.c_str()), &lines);
  const auto stopped = [&] {
    modsecurity::ModSecurityIntervention verdict{};
    if (transaction.intervention(&verdict) && verdict.log != nullptr) {
      lines.emplace_back(verdict.log);  // as the nginx connector writes it
    }
    std::free(verdict.log);
    std::free(verdict.url);
  };
  transaction.processConnection("192.0.2.1", 4711, "198.51.100.2", 80);
  transaction.processURI(uri.c_str(), "GET", "1.1");
  transaction.addRequestHeader("Host", "shop.example");
  transaction.processRequestHeaders();
  stopped();
  transaction.processRequestBody();
  stopped();
  transaction.addResponseHeader("Content-Type", "text/plain");
  transaction.processResponseHeaders(200, "HTTP/1.1");
  stopped();
  transaction.processResponseBody();
  stopped();
  transaction.processLogging();
  return lines;
}

}  // namespace yagura::waf::testing
