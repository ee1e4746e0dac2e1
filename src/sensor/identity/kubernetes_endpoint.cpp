// Where the API server is and who we are to it: the files of a pod's service account, or a
// kubeconfig file (Config, v1).

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "core/file.hpp"
#include "kube/reader.hpp"
#include "sensor/identity/https_client.hpp"
#include "sensor/identity/json_text.hpp"

namespace yagura::sensor {
namespace {

constexpr std::uint64_t kMaxConfig = 4 << 20;

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

Result<std::string> decode_base64(std::string_view text, std::string_view what) {
  std::string clean(text);
  std::erase_if(clean, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
  std::string out(clean.size() / 4 * 3 + 4, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(clean.data()),
                                   static_cast<int>(clean.size()));
  if (size < 0) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{} is no base64", what));
  }
  const std::size_t padding = clean.ends_with("==") ? 2 : clean.ends_with('=') ? 1 : 0;
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

// The entry of a kubeconfig's list with that name: {name: …, cluster: {…}}.
const kube::Node* named(const kube::Node& root, std::string_view list, std::string_view name,
                        std::string_view part) {
  for (const kube::Node& item : root.list(list)) {
    if (text_at(item, {"name"}) == name) {
      return item.find(part);
    }
  }
  return nullptr;
}

class KubeconfigReader {
 public:
  explicit KubeconfigReader(const std::string& path)
      : directory_(std::filesystem::path(path).parent_path()) {}

  Result<HttpsEndpoint> read(const kube::Node& root) const {
    const std::string_view current = text_at(root, {"current-context"});
    const kube::Node* context = named(root, "contexts", current, "context");
    const kube::Node* cluster =
        context == nullptr ? nullptr
                           : named(root, "clusters", text_at(*context, {"cluster"}), "cluster");
    const kube::Node* user =
        context == nullptr ? nullptr : named(root, "users", text_at(*context, {"user"}), "user");
    if (cluster == nullptr || user == nullptr) {
      return fail(ErrorCode::kInvalidInput,
                  "the kubeconfig's current context names no cluster and user of the file");
    }
    if (truth_at(*cluster, {"insecure-skip-tls-verify"})) {
      return fail(ErrorCode::kUnsupported,
                  "insecure-skip-tls-verify: the server would not be verified; give its "
                  "certificate-authority");
    }
    if (cluster->find("tls-server-name") != nullptr) {
      return fail(ErrorCode::kUnsupported,
                  "tls-server-name: name the server as its certificate does");
    }
    if (user->find("exec") != nullptr || user->find("auth-provider") != nullptr) {
      return fail(ErrorCode::kUnsupported,
                  "credentials of a program (exec, auth-provider): use a token or a certificate");
    }
    HttpsEndpoint endpoint;
    endpoint.server = text_at(*cluster, {"server"});
    while (endpoint.server.ends_with('/')) {
      endpoint.server.pop_back();
    }
    YAGURA_TRY(endpoint.ca_pem, data_or_file(*cluster, "certificate-authority"));
    YAGURA_TRY(endpoint.client_certificate_pem, data_or_file(*user, "client-certificate"));
    YAGURA_TRY(endpoint.client_key_pem, data_or_file(*user, "client-key"));
    endpoint.token = text_at(*user, {"token"});
    if (const auto file = text_at(*user, {"tokenFile"}); !file.empty() && endpoint.token.empty()) {
      endpoint.token_file = directory_ / file;
    }
    return endpoint;
  }

 private:
  // "client-key-data" in base64, or the file that "client-key" names.
  [[nodiscard]] Result<std::string> data_or_file(const kube::Node& node,
                                                 std::string_view key) const {
    if (const auto data = text_at(node, {fmt::format("{}-data", key)}); !data.empty()) {
      return decode_base64(data, key);
    }
    const std::string_view file = text_at(node, {key});
    if (file.empty()) {
      return std::string();
    }
    return core::read_file(directory_ / file, {.max_size = kMaxConfig});
  }

  std::filesystem::path directory_;
};

}  // namespace

Result<HttpsEndpoint> in_cluster_endpoint(const std::string& directory) {
  const std::string host = from_environment("KUBERNETES_SERVICE_HOST");
  const std::string port = from_environment("KUBERNETES_SERVICE_PORT");
  if (host.empty() || port.empty()) {
    return fail(ErrorCode::kNotFound,
                "KUBERNETES_SERVICE_HOST and _PORT are not set: this is no pod of a cluster");
  }
  HttpsEndpoint endpoint;
  const bool is_v6 = host.find(':') != std::string::npos;
  endpoint.server =
      fmt::format(fmt::runtime(is_v6 ? "https://[{}]:{}" : "https://{}:{}"), host, port);
  endpoint.ca_file = directory + "/ca.crt";
  endpoint.token_file = directory + "/token";
  for (const std::string& file : {endpoint.ca_file, endpoint.token_file}) {
    if (!std::filesystem::exists(file)) {
      return fail(ErrorCode::kNotFound, fmt::format("{}: no such file", file));
    }
  }
  return endpoint;
}

Result<HttpsEndpoint> kubeconfig_endpoint(const std::string& path) {
  YAGURA_TRY(std::string text, core::read_file(path, {.max_size = kMaxConfig}));
  const auto source =
      std::make_shared<const kube::Source>(path, std::move(text), kube::SourceFormat::kYaml);
  Diagnostics diagnostics;
  const auto documents =
      kube::read_documents(source, diagnostics, {.max_depth = 32, .max_nodes = 100'000});
  if (diagnostics.has_errors()) {
    return fail(ErrorCode::kInvalidInput, to_string(diagnostics.list().front()));
  }
  if (documents.size() != 1) {
    return fail(ErrorCode::kInvalidInput, fmt::format("{}: no single document", path));
  }
  auto endpoint = KubeconfigReader(path).read(documents.front().root());
  if (!endpoint) {
    return std::unexpected(std::move(endpoint).error().with_context(path));
  }
  return endpoint;
}

}  // namespace yagura::sensor
