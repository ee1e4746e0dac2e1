#include "waf/peer.hpp"

#include <cstdio>
#include <string>
#include <vector>

#include "waf/peer_c.h"

namespace yagura::bench {

namespace fs = std::filesystem;

struct Peer3::State {
  std::unique_ptr<peer_engine, void (*)(peer_engine*)> engine;
};

Peer3::Peer3(std::unique_ptr<State> state) : state_(std::move(state)) {}
Peer3::~Peer3() = default;

namespace {

peer_text text(std::string_view view) { return {.data = view.data(), .size = view.size()}; }

}  // namespace

std::unique_ptr<Peer3> Peer3::load(const fs::path& rules, const std::string& directives,
                                   const std::string& directives_after) {
  fs::path setup = rules / "crs-setup.conf";
  if (!fs::exists(setup)) setup = rules / "crs-setup.conf.example";
  if (!fs::exists(setup)) setup = "/etc/modsecurity/crs/crs-setup.conf";
  const std::string all = directives + "\nInclude " + setup.string() + "\nInclude " +
                          (rules / "rules").string() + "/*.conf\n" + directives_after;
  const char* error = nullptr;
  peer_engine* engine = peer_load(all.c_str(), &error);
  if (engine == nullptr) {
    std::fprintf(stderr, "libmodsecurity: %s\n", error == nullptr ? "no memory" : error);
    return nullptr;
  }
  return std::unique_ptr<Peer3>(new Peer3(std::make_unique<State>(State{{engine, peer_free}})));
}

bool Peer3::inspect(const wafcheck::HttpRequest& request) {
  std::vector<peer_field> fields;
  for (const auto& field : request.fields) {
    fields.push_back({.name = text(field.name), .value = text(field.value)});
  }
  const std::string method(request.method);
  const std::string target(request.target);
  const std::string version(request.protocol.substr(request.protocol.find('/') + 1));
  const peer_request given{.method = method.c_str(),
                           .target = target.c_str(),
                           .version = version.c_str(),
                           .fields = fields.data(),
                           .field_count = fields.size(),
                           .body = text(request.body())};
  return peer_inspect(state_->engine.get(), &given) != 0;
}

}  // namespace yagura::bench
