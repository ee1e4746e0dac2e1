#include "image/registry/testing/real_registry.hpp"

#include <fmt/format.h>

namespace yagura::image::testing {
namespace {

// bcrypt of kRegistryPassword.
constexpr std::string_view kPasswordLine =
    "yagura:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n";

std::string configuration(const std::string& directory, const RealRegistryOptions& options) {
  std::string text = fmt::format(
      "version: 0.1\nlog: {{level: info, formatter: text}}\nstorage: {{filesystem: "
      "{{rootdirectory: "
      "{}/storage}}}}\nhttp:\n  addr: 127.0.0.1:0\n  secret: none\n",
      directory);
  if (options.tls != nullptr) {
    text += fmt::format("  tls:\n    certificate: {0}/server.crt\n    key: {0}/server.key\n",
                        directory);
    if (options.wants_client_certificate) {
      text += fmt::format("    clientcas: [{}/ca.crt]\n", directory);
    }
  }
  if (options.wants_password) {
    text += fmt::format("auth: {{htpasswd: {{realm: test, path: {}/htpasswd}}}}\n", directory);
  }
  if (!options.proxy_of.empty())
    text += fmt::format("proxy: {{remoteurl: '{}'}}\n", options.proxy_of);
  return text;
}

}  // namespace

Result<std::unique_ptr<RealRegistry>> RealRegistry::start(const RealRegistryOptions& options) {
  std::unique_ptr<RealRegistry> self(new RealRegistry);
  self->options_ = options;
  const std::filesystem::path& directory = self->directory_.path();
  write_text(directory / "config.yml", configuration(directory.string(), options));
  write_text(directory / "htpasswd", kPasswordLine);
  if (options.tls != nullptr) {
    write_text(directory / "ca.crt", options.tls->authority);
    write_text(directory / "server.crt", options.tls->server.certificate);
    write_text(directory / "server.key", options.tls->server.key);
    write_text(directory / "client/ca.crt", options.tls->authority);
    write_text(directory / "client/client.cert", options.tls->client.certificate);
    write_text(directory / "client/client.key", options.tls->client.key);
  }
  YAGURA_TRY(self->daemon_,
             Daemon::start({"docker-registry", "serve", (directory / "config.yml").string()},
                           "listening on "));
  return self;
}

bool RealRegistry::push(const std::string& from, const std::string& name,
                        const std::string& more) const {
  std::string arguments = more;
  if (options_.wants_password) {
    arguments += fmt::format(" --dest-creds '{}:{}'", kRegistryUser, kRegistryPassword);
  }
  if (options_.tls != nullptr) {
    arguments += fmt::format(" --dest-cert-dir {}/client", directory_.path().string());
  } else {
    arguments += " --dest-tls-verify=false";
  }
  return testing::run(fmt::format("skopeo --insecure-policy copy {} {} docker://{}/{}", arguments,
                                  from, authority(), name));
}

}  // namespace yagura::image::testing
