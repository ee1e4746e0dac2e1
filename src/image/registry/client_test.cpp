// The client against a server that misbehaves as the test says. Against a real registry:
// ../source/registry_source_test.cpp.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>

#include "image/registry/credentials.hpp"
#include "image/registry/registry_client.hpp"
#include "image/registry/testing/certificates.hpp"
#include "image/registry/testing/scripted_server.hpp"
#include "image/registry/testing/temporary_directory.hpp"

namespace yagura::image {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::ScriptedAnswer;
using testing::ScriptedRequest;
using testing::ScriptedServer;
using ::testing::SizeIs;
using testing::TemporaryDirectory;
using testing::write_text;

const std::string kDigest = "sha256:" + std::string(64, 'a');

// Waits are counted, not waited for; no file of this machine is read.
struct Settings {
  TemporaryDirectory directory;
  std::vector<milliseconds> waits;
  std::mutex mutex;
  RegistryOptions options;

  Settings() {
    options.auth_file = directory.path() / "auth.json";
    write_text(options.auth_file, "{}");
    options.certificate_directories = {directory.path() / "certs.d"};
    options.wait = [this](milliseconds time) {
      const std::lock_guard lock(mutex);
      waits.push_back(time);
    };
  }
};

std::unique_ptr<RegistryClient> client_of(const std::string& authority,
                                          const RegistryOptions& options) {
  auto reference = parse_registry_reference(authority + "/team/app:1");
  if (!reference) return nullptr;
  auto client = RegistryClient::make(*reference, options);
  EXPECT_TRUE(client) << client.error().message;
  return client ? std::move(*client) : nullptr;
}

std::string read_blob(const RegistryClient& client, std::uint64_t size, std::size_t piece = 777) {
  const auto stream = client.open_blob(kDigest, size);
  if (!stream) return stream.error().message;
  std::string out;
  std::string buffer(piece, '\0');
  while (true) {
    const auto got = (*stream)->read(buffer);
    if (!got) return "error: " + got.error().message;
    if (*got == 0) return out;
    out.append(buffer, 0, *got);
  }
}

std::string pattern(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>('a' + i * 31 % 26);
  return out;
}

ScriptedAnswer status(int code) { return {.status = code}; }

TEST(RegistryClient, OfflineIsRefusedBeforeAnySocket) {
  std::atomic<int> asked = 0;
  ScriptedServer server([&](const ScriptedRequest&) {
    ++asked;
    return status(200);
  });
  Settings settings;
  settings.options.allow_network = false;
  const auto reference = parse_registry_reference(server.authority() + "/app");
  const auto client = RegistryClient::make(*reference, settings.options);
  ASSERT_FALSE(client);
  EXPECT_THAT(client.error().message, HasSubstr("--offline"));
  EXPECT_EQ(asked, 0);
}

TEST(RegistryClient, ManifestsAreAskedForByTagAndDigest) {
  ScriptedServer server([](const ScriptedRequest& request) -> ScriptedAnswer {
    if (request.path == "/v2/team/app/manifests/1") {
      return {
          .body = "{}",
          .headers = {{"Content-Type", "a/b; charset=utf-8"}, {"Docker-Content-Digest", kDigest}}};
    }
    return {.status = 404,
            .body = R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"unknown"}]})"};
  });
  Settings settings;
  const auto client = client_of(server.authority(), settings.options);
  const auto manifest = client->get_manifest("1");
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->media_type, "a/b");
  EXPECT_EQ(manifest->digest, kDigest);
  EXPECT_EQ(manifest->bytes, "{}");
  EXPECT_THAT(server.requests().back().header("accept"),
              HasSubstr("application/vnd.oci.image.index.v1+json"));
  EXPECT_EQ(client->head_manifest("1")->digest, kDigest);
  EXPECT_EQ(client->head_manifest("1")->size, 2U);
  const auto missing = client->get_manifest(kDigest);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().message, HasSubstr("(unknown)"));
  EXPECT_THAT(settings.waits, IsEmpty());
  EXPECT_EQ(client->get_manifest("../../x").error().code, ErrorCode::kInvalidInput);
}

TEST(RegistryClient, AnswersAboveTheLimitAreCutOff) {
  ScriptedServer server(
      [](const ScriptedRequest&) { return ScriptedAnswer{.body = pattern(5000)}; });
  Settings settings;
  const auto client = client_of(server.authority(), settings.options);
  EXPECT_EQ(client->get_manifest("1", 4999).error().code, ErrorCode::kLimitExceeded);
  EXPECT_TRUE(client->get_manifest("1", 5000));
}

TEST(RegistryClient, TroubleThatPassesIsTriedAgain) {
  std::vector<ScriptedAnswer> answers;
  ScriptedServer server([&](const ScriptedRequest&) {
    if (answers.empty()) return ScriptedAnswer{.body = "{}"};
    ScriptedAnswer answer = answers.front();
    answers.erase(answers.begin());
    return answer;
  });
  Settings settings;
  const auto client = client_of(server.authority(), settings.options);
  answers = {status(503),
             {.status = 429, .headers = {{"Retry-After", "7"}}},
             status(500),
             {.body = "{}", .cut_after = 1}};
  EXPECT_EQ(client->get_manifest("1")->bytes, "{}");
  ASSERT_THAT(settings.waits, SizeIs(4));
  EXPECT_EQ(settings.waits[1], std::chrono::seconds(7));
  for (const milliseconds wait : settings.waits) EXPECT_GT(wait, milliseconds(0));
  EXPECT_LE(settings.waits[0], milliseconds(500));

  answers.assign(10, status(502));
  EXPECT_THAT(client->get_manifest("1").error().message, HasSubstr("status 502"));
  EXPECT_THAT(answers, SizeIs(5));

  answers = {{.status = 429, .headers = {{"Retry-After", "21600"}}}};
  const auto limited = client->get_manifest("1");
  EXPECT_EQ(limited.error().code, ErrorCode::kLimitExceeded);
  EXPECT_THAT(limited.error().message, HasSubstr("21600 s"));

  answers = {status(400)};
  settings.waits.clear();
  EXPECT_FALSE(client->get_manifest("1"));
  EXPECT_THAT(settings.waits, IsEmpty());
}

// A registry whose tokens come from `realm`.
ScriptedAnswer challenge(const std::string& realm) {
  return {.status = 401,
          .headers = {{"WWW-Authenticate",
                       fmt::format(R"(Bearer realm="{}",service="the registry")", realm)}}};
}

TEST(RegistryClient, TokensAreFetchedUsedAndFetchedAgainWhenRefused) {
  std::string valid = "one";
  int fetched = 0;
  ScriptedServer tokens([&](const ScriptedRequest& request) -> ScriptedAnswer {
    ++fetched;
    EXPECT_EQ(request.query.at("service"), "the registry");
    EXPECT_EQ(request.query.at("scope"), "repository:team/app:pull");
    return {.body = fmt::format(R"({{"token":"{}","expires_in":3600}})", valid)};
  });
  ScriptedServer server([&](const ScriptedRequest& request) -> ScriptedAnswer {
    if (request.header("authorization") == "Bearer " + valid) return {.body = "{}"};
    return challenge(fmt::format("http://{}/token", tokens.authority()));
  });
  Settings settings;
  const auto client = client_of(server.authority(), settings.options);
  EXPECT_EQ(client->get_manifest("1")->bytes, "{}");
  EXPECT_EQ(client->get_manifest("1")->bytes, "{}");
  EXPECT_EQ(fetched, 1);
  EXPECT_THAT(server.requests(), SizeIs(3));
  valid = "two";
  EXPECT_EQ(client->get_manifest("1")->bytes, "{}");
  EXPECT_EQ(fetched, 2);
  EXPECT_THAT(tokens.requests()[0].header("authorization"), IsEmpty());  // anonymous
}

TEST(RegistryClient, CredentialsGoToTheTokenServerAlone) {
  ScriptedServer tokens([](const ScriptedRequest& request) -> ScriptedAnswer {
    if (request.header("authorization") == "Basic " + base64_of("me:secret")) {
      return {.body = R"({"access_token":"granted"})"};
    }
    return {.status = 401, .body = R"({"details":"incorrect username or password"})"};
  });
  ScriptedServer server([&](const ScriptedRequest& request) -> ScriptedAnswer {
    if (request.header("authorization") == "Bearer granted") return {.body = "{}"};
    return challenge(fmt::format("http://{}/token?x=y", tokens.authority()));
  });
  Settings settings;
  settings.options.user = "me";
  settings.options.password = "secret";
  EXPECT_EQ(client_of(server.authority(), settings.options)->get_manifest("1")->bytes, "{}");
  EXPECT_EQ(tokens.requests()[0].query.at("x"), "y");
  for (const ScriptedRequest& request : server.requests()) {
    EXPECT_THAT(request.header("authorization"), Not(HasSubstr("Basic")));
  }
  settings.options.password = "wrong";
  const auto refused = client_of(server.authority(), settings.options)->get_manifest("1");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("incorrect username or password"));
  EXPECT_THAT(refused.error().message, HasSubstr("docker login " + server.authority()));
  EXPECT_THAT(refused.error().message, Not(HasSubstr("wrong")));
}

TEST(RegistryClient, IdentityTokensAreExchanged) {
  ScriptedServer tokens([](const ScriptedRequest& request) -> ScriptedAnswer {
    const bool is_right =
        request.method == "POST" &&
        request.body.find("grant_type=refresh_token") != std::string::npos &&
        request.body.find("refresh_token=the%20identity") != std::string::npos &&
        request.body.find("scope=repository%3Ateam%2Fapp%3Apull") != std::string::npos;
    if (is_right) return {.body = R"({"access_token":"granted"})"};
    return status(401);
  });
  ScriptedServer server([&](const ScriptedRequest& request) -> ScriptedAnswer {
    if (request.header("authorization") == "Bearer granted") return {.body = "{}"};
    return challenge(fmt::format("http://{}/token", tokens.authority()));
  });
  Settings settings;
  write_text(settings.options.auth_file,
             fmt::format(R"({{"auths":{{"{}":{{"identitytoken":"the identity"}}}}}})",
                         server.authority()));
  const auto manifest = client_of(server.authority(), settings.options)->get_manifest("1");
  ASSERT_TRUE(manifest) << manifest.error().message;
}

TEST(RegistryClient, BasicIsSentWhenAskedForAndNotTwice) {
  ScriptedServer server([](const ScriptedRequest& request) -> ScriptedAnswer {
    if (request.header("authorization") == "Basic " + base64_of("me:secret")) return {.body = "{}"};
    return {.status = 401, .headers = {{"WWW-Authenticate", R"(Basic realm="here")"}}};
  });
  Settings settings;
  EXPECT_THAT(client_of(server.authority(), settings.options)->get_manifest("1").error().message,
              HasSubstr("wants a user and a password"));
  settings.options.user = "me";
  settings.options.password = "secret";
  const auto client = client_of(server.authority(), settings.options);
  EXPECT_EQ(client->get_manifest("1")->bytes, "{}");
  EXPECT_EQ(client->get_manifest("1")->bytes, "{}");
  settings.options.password = "wrong";
  const std::size_t before = server.requests().size();
  EXPECT_THAT(client_of(server.authority(), settings.options)->get_manifest("1").error().message,
              HasSubstr("refuses the password of user \"me\""));
  EXPECT_EQ(server.requests().size(), before + 2);
}

TEST(RegistryClient, RedirectsToOtherHostsCarryNoCredentials) {
  const std::string blob = pattern(10'000);
  ScriptedServer storage([&](const ScriptedRequest&) { return ScriptedAnswer{.body = blob}; });
  ScriptedServer server([&](const ScriptedRequest& request) -> ScriptedAnswer {
    if (request.header("authorization").empty()) {
      return {.status = 401, .headers = {{"WWW-Authenticate", "Basic realm=x"}}};
    }
    if (request.path.find("/blobs/") != std::string::npos) {
      return {.status = 307, .headers = {{"Location", "/moved?signature=abc"}}};
    }
    return {.status = 307,
            .headers = {
                {"Location", fmt::format("http://{}/blob?signature=abc", storage.authority())}}};
  });
  Settings settings;
  settings.options.user = "me";
  settings.options.password = "secret";
  const auto client = client_of(server.authority(), settings.options);
  EXPECT_EQ(read_blob(*client, blob.size()), blob);
  ASSERT_THAT(storage.requests(), SizeIs(1));
  EXPECT_EQ(storage.requests()[0].header("authorization"), "");
  EXPECT_EQ(storage.requests()[0].query.at("signature"), "abc");
  EXPECT_NE(server.requests().back().header("authorization"), "");  // the same host: still told
}

TEST(RegistryClient, RedirectsEnd) {
  ScriptedServer server([](const ScriptedRequest& request) -> ScriptedAnswer {
    return {.status = 302, .headers = {{"Location", request.path + "x"}}};
  });
  Settings settings;
  EXPECT_EQ(client_of(server.authority(), settings.options)->get_manifest("1").error().code,
            ErrorCode::kLimitExceeded);
  ScriptedServer elsewhere([](const ScriptedRequest&) -> ScriptedAnswer {
    return {.status = 302, .headers = {{"Location", "file:///etc/passwd"}}};
  });
  EXPECT_THAT(client_of(elsewhere.authority(), settings.options)->get_manifest("1").error().message,
              HasSubstr("no URL of HTTP"));
}

TEST(BlobDownload, BrokenConnectionsAreTakenUpWhereTheyBroke) {
  const std::string blob = pattern(300'000);
  ScriptedServer server([&](const ScriptedRequest& request) -> ScriptedAnswer {
    const std::string range = request.header("range");
    if (range.empty()) return {.body = blob, .cut_after = 100'000};
    const std::size_t start = std::stoull(range.substr(6));
    return {.status = 206,
            .body = blob.substr(start),
            .headers = {{"Content-Range",
                         fmt::format("bytes {}-{}/{}", start, blob.size() - 1, blob.size())}},
            .cut_after = start < 200'000 ? std::optional<std::size_t>(90'000) : std::nullopt};
  });
  Settings settings;
  settings.options.blob_buffer = 4096;
  const auto client = client_of(server.authority(), settings.options);
  EXPECT_EQ(read_blob(*client, blob.size()), blob);
  EXPECT_GE(server.requests().size(), 3U);
  EXPECT_GE(settings.waits.size(), 2U);
}

TEST(BlobDownload, AServerWithoutRangesIsReadFromTheFrontAgain) {
  const std::string blob = pattern(50'000);
  int asked = 0;
  ScriptedServer server([&](const ScriptedRequest&) -> ScriptedAnswer {
    return {.body = blob,
            .cut_after = ++asked == 1 ? std::optional<std::size_t>(20'000) : std::nullopt};
  });
  Settings settings;
  EXPECT_EQ(read_blob(*client_of(server.authority(), settings.options), blob.size()), blob);
  EXPECT_EQ(asked, 2);
}

TEST(BlobDownload, AWrongRangeIsRefused) {
  const std::string blob = pattern(50'000);
  ScriptedServer server([&](const ScriptedRequest& request) -> ScriptedAnswer {
    if (request.header("range").empty()) return {.body = blob, .cut_after = 20'000};
    return {.status = 206, .body = blob, .headers = {{"Content-Range", "bytes 0-49999/50000"}}};
  });
  Settings settings;
  EXPECT_THAT(read_blob(*client_of(server.authority(), settings.options), blob.size()),
              HasSubstr("another part of it"));
}

TEST(BlobDownload, SizesMustBeRight) {
  ScriptedServer server(
      [](const ScriptedRequest&) { return ScriptedAnswer{.body = pattern(1000)}; });
  Settings settings;
  const auto client = client_of(server.authority(), settings.options);
  EXPECT_THAT(read_blob(*client, 999), HasSubstr("more bytes than the 999"));
  EXPECT_THAT(read_blob(*client, 1001), HasSubstr("broke off after 1000 of 1001 bytes"));
  EXPECT_EQ(read_blob(*client, 1000), pattern(1000));
  EXPECT_EQ(read_blob(*client, 0), "");
}

TEST(BlobDownload, ASenderThatGivesAByteAtATimeIsGivenUp) {
  ScriptedServer server([&](const ScriptedRequest& request) -> ScriptedAnswer {
    const std::string range = request.header("range");
    const std::size_t start = range.empty() ? 0 : std::stoull(range.substr(6));
    const std::string rest = pattern(10'000).substr(start);
    if (start == 0) return {.body = rest, .cut_after = 1};
    return {.status = 206,
            .body = rest,
            .headers = {{"Content-Range", fmt::format("bytes {}-9999/10000", start)}},
            .cut_after = 1};
  });
  Settings settings;
  EXPECT_THAT(read_blob(*client_of(server.authority(), settings.options), 10'000),
              HasSubstr("broke off after 101 of 10000 bytes"));
}

TEST(BlobDownload, ErrorsComeOutOfRead) {
  ScriptedServer server([](const ScriptedRequest&) { return status(404); });
  Settings settings;
  EXPECT_THAT(read_blob(*client_of(server.authority(), settings.options), 10),
              HasSubstr("no such blob"));
}

TEST(BlobDownload, LeavingItEndsTheDownload) {
  const std::string blob = pattern(8 << 20);
  ScriptedServer server([&](const ScriptedRequest&) { return ScriptedAnswer{.body = blob}; });
  Settings settings;
  settings.options.blob_buffer = 1024;
  const auto client = client_of(server.authority(), settings.options);
  auto stream = client->open_blob(kDigest, blob.size());
  std::string piece(10, '\0');
  ASSERT_TRUE((*stream)->read(piece));
  stream->reset();  // comes back although the sender has megabytes left
  const auto unread = client->open_blob(kDigest, blob.size());
  EXPECT_TRUE(unread);
}

TEST(RegistryClient, MirrorsAreAskedFirstAndGivenUp) {
  int mirror_status = 200;
  ScriptedServer mirror([&](const ScriptedRequest&) {
    return ScriptedAnswer{.status = mirror_status, .body = "mirror"};
  });
  ScriptedServer server([](const ScriptedRequest&) { return ScriptedAnswer{.body = "origin"}; });
  Settings settings;
  settings.options.mirrors = {
      {server.authority(), fmt::format("http://{}/cache/", mirror.authority())},
      {"other.example", "http://127.0.0.1:1"}};
  const auto client = client_of(server.authority(), settings.options);
  EXPECT_EQ(client->get_manifest("1")->bytes, "mirror");
  EXPECT_EQ(mirror.requests()[0].path, "/v2/cache/team/app/manifests/1");
  EXPECT_EQ(mirror.requests()[0].query.at("ns"), server.authority());
  for (const int status : {404, 403, 500}) {
    mirror_status = status;
    EXPECT_EQ(client->get_manifest("1")->bytes, "origin") << status;
  }
  EXPECT_THAT(settings.waits, IsEmpty());
  settings.options.mirrors = {{"*", "http://127.0.0.1:1"}};  // nobody there
  EXPECT_EQ(client_of(server.authority(), settings.options)->get_manifest("1")->bytes, "origin");
  settings.options.mirrors = {{"*", "http://mirror.example"}};
  const auto reference = parse_registry_reference("r.example/app");
  EXPECT_THAT(RegistryClient::make(*reference, settings.options).error().message,
              HasSubstr("HTTP without TLS"));
}

TEST(RegistryClient, ContainerdsHostsFilesNameMirrors) {
  const testing::Certificates certificates = testing::make_certificates();
  ScriptedServer mirror([](const ScriptedRequest&) { return ScriptedAnswer{.body = "mirror"}; },
                        &certificates.server);
  ScriptedServer server([](const ScriptedRequest&) { return ScriptedAnswer{.body = "origin"}; });
  Settings settings;
  const std::filesystem::path folder =
      settings.options.certificate_directories[0] / server.authority();
  const auto hosts = [&](const std::string& settings_of_host) {
    write_text(folder / "hosts.toml",
               fmt::format("server = \"https://x\"\n[host.\"https://{}/cache\"]\n{}\n"
                           "[host.\"https://127.0.0.1:1\"]\ncapabilities = [\"push\"]\n",
                           mirror.authority(), settings_of_host));
    return client_of(server.authority(), settings.options)->get_manifest("1")->bytes;
  };
  write_text(folder / "mirror/ca.pem", certificates.authority);
  EXPECT_EQ(hosts("capabilities = [\"pull\", \"resolve\"]"), "origin");  // whose certificate?
  EXPECT_EQ(hosts("ca = \"mirror/ca.pem\""), "mirror");
  EXPECT_EQ(mirror.requests().back().path, "/v2/cache/team/app/manifests/1");
  EXPECT_EQ(hosts("ca = [\"mirror/ca.pem\"]\noverride_path = true"), "mirror");
  EXPECT_EQ(mirror.requests().back().path, "/cache/team/app/manifests/1");
  EXPECT_EQ(hosts("skip_verify = true"), "mirror");
  EXPECT_EQ(hosts("skip_verify = true\ncapabilities = [\"push\"]"), "origin");
  write_text(folder / "mirror/client.pem",
             certificates.client.certificate + certificates.client.key);
  EXPECT_EQ(hosts("skip_verify = true\nclient = \"mirror/client.pem\""), "mirror");
  write_text(folder / "mirror/client.key", certificates.client.key);
  EXPECT_EQ(hosts("skip_verify = true\nclient = [[\"mirror/client.pem\", \"mirror/client.key\"]]"),
            "mirror");
  std::filesystem::rename(folder, folder.parent_path() / "_default");
  EXPECT_EQ(client_of(server.authority(), settings.options)->get_manifest("1")->bytes, "mirror");
  write_text(folder / "hosts.toml", "[[");
  const auto reference = parse_registry_reference(server.authority() + "/app");
  EXPECT_THAT(RegistryClient::make(*reference, settings.options).error().message,
              HasSubstr("hosts.toml"));
}

TEST(RegistryClient, ProxiesOfTheEnvironmentAreUsedButNotForThisMachine) {
  ScriptedServer proxy([](const ScriptedRequest&) { return ScriptedAnswer{.body = "by proxy"}; });
  ScriptedServer server([](const ScriptedRequest&) { return ScriptedAnswer{.body = "direct"}; });
  Settings settings;
  settings.options.plain_http = true;
  for (const char* name : {"http_proxy", "HTTP_PROXY"}) {
    setenv(name, ("http://" + proxy.authority()).c_str(), 1);
    EXPECT_EQ(client_of("registry.example", settings.options)->get_manifest("1")->bytes,
              "by proxy");
    EXPECT_EQ(client_of(server.authority(), settings.options)->get_manifest("1")->bytes, "direct");
    unsetenv(name);
  }
  EXPECT_THAT(proxy.requests()[0].header("host"), HasSubstr("registry.example"));
}

TEST(RegistryClient, ReferrersAndTagsFollowPages) {
  ScriptedServer server([](const ScriptedRequest& request) -> ScriptedAnswer {
    const bool is_first = !request.query.contains("next");
    const std::pair<std::string, std::string> link{
        "Link", fmt::format(R"(<http://elsewhere.example{}?next=1>; rel="next")", request.path)};
    if (request.path.ends_with("/tags/list")) {
      if (is_first) return {.body = R"({"tags":["a","b"]})", .headers = {link}};
      return {.body = R"({"tags":["c"]})"};
    }
    if (is_first)
      return {.body = "page 1 of " + request.query.at("artifactType"), .headers = {link}};
    return {.body = "page 2"};
  });
  Settings settings;
  const auto client = client_of(server.authority(), settings.options);
  EXPECT_THAT(*client->tags(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(**client->referrers(kDigest, "a/b+c"), ElementsAre("page 1 of a/b+c", "page 2"));
}

TEST(RegistryClient, EndlessPagesEnd) {
  ScriptedServer server([](const ScriptedRequest&) -> ScriptedAnswer {
    return {.body = R"({"tags":["a"]})", .headers = {{"Link", R"(<?next>; rel="next")"}}};
  });
  Settings settings;
  const auto client = client_of(server.authority(), settings.options);
  EXPECT_EQ(client->referrers(kDigest, "").error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(client->tags().error().code, ErrorCode::kLimitExceeded);
}

TEST(RegistryClient, TlsIsVerifiedAgainstTheOwnAuthority) {
  const testing::Certificates certificates = testing::make_certificates();
  ScriptedServer server([](const ScriptedRequest&) { return ScriptedAnswer{.body = "{}"}; },
                        &certificates.server);
  Settings settings;
  const auto refused = client_of(server.authority(), settings.options)->get_manifest("1");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("--ca-file"));
  settings.options.ca_file = settings.directory.path() / "ca.pem";
  write_text(settings.options.ca_file, certificates.authority);
  EXPECT_EQ(client_of(server.authority(), settings.options)->get_manifest("1")->bytes, "{}");
  settings.options.ca_file.clear();
  write_text(settings.options.certificate_directories[0] / server.authority() / "ca.crt",
             certificates.authority);
  EXPECT_EQ(client_of(server.authority(), settings.options)->get_manifest("1")->bytes, "{}");
  settings.options.certificate_directories = {settings.directory.path() / "empty"};
  settings.options.insecure_skip_verify = true;
  EXPECT_EQ(client_of(server.authority(), settings.options)->get_manifest("1")->bytes, "{}");
  settings.options.ca_file = settings.directory.path() / "missing.pem";
  const auto reference = parse_registry_reference(server.authority() + "/app");
  EXPECT_THAT(RegistryClient::make(*reference, settings.options).error().message,
              HasSubstr("missing.pem"));
}

TEST(RegistryClient, ATokenServerWithoutTlsGetsNoCredentials) {
  const testing::Certificates certificates = testing::make_certificates();
  ScriptedServer tokens(
      [](const ScriptedRequest&) { return ScriptedAnswer{.body = R"({"token":"t"})"}; });
  ScriptedServer server(
      [&](const ScriptedRequest&) {
        return challenge(fmt::format("http://{}/", tokens.authority()));
      },
      &certificates.server);
  Settings settings;
  settings.options.user = "me";
  settings.options.ca_file = settings.directory.path() / "ca.pem";
  write_text(settings.options.ca_file, certificates.authority);
  EXPECT_THAT(client_of(server.authority(), settings.options)->get_manifest("1").error().message,
              HasSubstr("token server without TLS"));
  EXPECT_THAT(tokens.requests(), IsEmpty());
}

TEST(RegistryClient, ARedirectFromTlsToPlainHttpIsNotFollowed) {
  const testing::Certificates certificates = testing::make_certificates();
  ScriptedServer plain([](const ScriptedRequest&) { return status(200); });
  ScriptedServer server(
      [&](const ScriptedRequest&) -> ScriptedAnswer {
        return {.status = 302,
                .headers = {{"Location", fmt::format("http://{}/", plain.authority())}}};
      },
      &certificates.server);
  Settings settings;
  settings.options.insecure_skip_verify = true;
  EXPECT_THAT(client_of(server.authority(), settings.options)->get_manifest("1").error().message,
              HasSubstr("without TLS: not followed"));
  EXPECT_THAT(plain.requests(), IsEmpty());
}

TEST(RegistryClient, NobodyThereIsSaidAtOnce) {
  std::string authority;
  {
    ScriptedServer server([](const ScriptedRequest&) { return status(200); });
    authority = server.authority();
  }
  Settings settings;
  const auto result = client_of(authority, settings.options)->get_manifest("1");
  EXPECT_EQ(result.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(result.error().message, HasSubstr(authority));
  EXPECT_THAT(settings.waits, IsEmpty());
}

}  // namespace
}  // namespace yagura::image
