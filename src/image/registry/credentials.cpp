#include "image/registry/credentials.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "core/file.hpp"
#include "core/visible_text.hpp"

namespace yagura::image {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxFile = std::uint64_t{4} << 20;
constexpr std::string_view kDockerHub = "https://index.docker.io/v1/";

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0 || text.size() > (std::size_t{1} << 20)) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

std::string_view member_text(simdjson::dom::element object, std::string_view name) {
  std::string_view text;
  if (object[name].get(text)) return {};
  return text;
}

// "https://host/v1/" to "host"; "host/team" stays.
std::string_view plain_key(std::string_view key) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!key.starts_with(scheme)) continue;
    key.remove_prefix(scheme.size());
    return key.substr(0, key.find('/'));
  }
  for (const std::string_view version : {"/v1/", "/v2/", "/v1", "/v2", "/"}) {
    if (key.ends_with(version)) {
      key.remove_suffix(version.size());
      break;
    }
  }
  return key;
}

std::string_view canonical(std::string_view registry) {
  return registry == "index.docker.io" || registry == "registry-1.docker.io" ? "docker.io"
                                                                             : registry;
}

// How long a part of the name the key covers; 0: none.
std::size_t match_length(std::string_view key, std::string_view registry,
                         std::string_view repository) {
  const std::string_view plain = plain_key(key);
  const std::size_t slash = std::min(plain.find('/'), plain.size());
  if (canonical(plain.substr(0, slash)) != canonical(registry)) return 0;
  if (slash == plain.size()) return 1;
  const std::string_view path = plain.substr(slash + 1);
  const bool covers = repository == path || (repository.starts_with(path) &&
                                             repository.substr(path.size()).starts_with('/'));
  return covers ? 1 + path.size() : 0;
}

RegistryCredentials credentials_of(simdjson::dom::element entry) {
  RegistryCredentials out;
  out.identity_token = member_text(entry, "identitytoken");
  out.bearer_token = member_text(entry, "registrytoken");
  out.user = member_text(entry, "username");
  out.password = member_text(entry, "password");
  const auto decoded = decode_base64(member_text(entry, "auth"));
  if (!decoded || decoded->empty()) return out;
  const std::size_t colon = decoded->find(':');
  if (colon == std::string::npos) return out;
  out.user = decoded->substr(0, colon);
  out.password = decoded->substr(colon + 1);
  // Docker once filled up with zeros.
  while (!out.password.empty() && out.password.back() == '\0') out.password.pop_back();
  return out;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::string base64_of(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

Result<CredentialFileEntry> read_credential_file(std::string_view json, std::string_view registry,
                                                 std::string_view repository) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (json.find_first_not_of(" \t\r\n") == std::string_view::npos) return CredentialFileEntry{};
  if (json.empty() || parser.parse(json.data(), json.size()).get(root) || !root.is_object()) {
    return fail(ErrorCode::kInvalidInput, "is no JSON object");
  }
  CredentialFileEntry out;
  const bool is_hub = canonical(registry) == "docker.io";
  out.server_url = is_hub ? std::string(kDockerHub) : std::string(registry);
  out.helper = member_text(root, "credsStore");
  simdjson::dom::object list;
  std::size_t best = 0;
  if (!root["credHelpers"].get(list)) {
    for (const auto field : list) {
      const std::size_t length = match_length(field.key, registry, repository);
      std::string_view helper;
      if (length <= best || field.value.get(helper)) continue;
      best = length;
      out.helper = helper;
    }
  }
  best = 0;
  if (!root["auths"].get(list)) {
    for (const auto field : list) {
      const std::size_t length = match_length(field.key, registry, repository);
      if (length <= best || !field.value.is_object()) continue;
      best = length;
      out.credentials = credentials_of(field.value);
    }
  }
  return out;
}

std::vector<fs::path> credential_files(const fs::path& given) {
  if (!given.empty()) return {given};
  if (const std::string file = environment("REGISTRY_AUTH_FILE"); !file.empty()) return {file};
  std::vector<fs::path> files;
  const auto add = [&](const std::string& directory, std::string_view name) {
    std::error_code error;
    if (directory.empty()) return;
    const fs::path path = fs::path(directory) / name;
    if (fs::is_regular_file(path, error)) files.push_back(path);
  };
  const std::string home = environment("HOME");
  const std::string docker = environment("DOCKER_CONFIG");
  const std::string configuration = environment("XDG_CONFIG_HOME");
  add(docker.empty() && !home.empty() ? home + "/.docker" : docker, "config.json");
  add(environment("XDG_RUNTIME_DIR"), "containers/auth.json");
  add(configuration.empty() && !home.empty() ? home + "/.config" : configuration,
      "containers/auth.json");
  return files;
}

Result<RegistryCredentials> find_credentials(const fs::path& given_file, std::string_view registry,
                                             std::string_view repository,
                                             std::chrono::seconds helper_limit) {
  for (const fs::path& path : credential_files(given_file)) {
    YAGURA_TRY(const std::string text, core::read_file(path, {.max_size = kMaxFile}));
    auto entry = read_credential_file(text, registry, repository);
    if (!entry) return std::unexpected(std::move(entry).error().with_context(path.string()));
    if (!entry->helper.empty()) {
      auto told = ask_credential_helper(entry->helper, entry->server_url, helper_limit);
      // A store for all registries that is not installed here is no reason to fail where the file
      // has the answer itself.
      if (!told && entry->credentials.empty()) {
        return std::unexpected(std::move(told).error().with_context(path.string()));
      }
      if (told && !told->empty()) return told;
    }
    if (!entry->credentials.empty()) return std::move(entry->credentials);
  }
  return RegistryCredentials{};
}

}  // namespace yagura::image
