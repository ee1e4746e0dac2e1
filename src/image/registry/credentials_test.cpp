#include "image/registry/credentials.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "image/registry/testing/temporary_directory.hpp"

namespace yagura::image {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryDirectory;
using testing::write_text;

// Sets a variable of the environment as long as it lives.
class Variable {
 public:
  Variable(std::string name, const std::string& value) : name_(std::move(name)) {
    if (const char* old = std::getenv(name_.c_str())) old_ = old;
    setenv(name_.c_str(), value.c_str(), 1);
  }
  ~Variable() {
    if (old_) {
      setenv(name_.c_str(), old_->c_str(), 1);
    } else {
      unsetenv(name_.c_str());
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  std::string name_;
  std::optional<std::string> old_;
};

void write_helper(const fs::path& directory, const std::string& name, const std::string& script) {
  const fs::path path = directory / ("docker-credential-" + name);
  write_text(path, "#!/bin/sh\n" + script);
  fs::permissions(path, fs::perms::owner_all);
}

std::string user_of(std::string_view json, std::string_view registry,
                    std::string_view repository = "a/b") {
  const auto entry = read_credential_file(json, registry, repository);
  return entry ? entry->credentials.user : entry.error().message;
}

TEST(CredentialFile, KeysOfAllKindsAreFound) {
  const auto file = [](const std::string& key) {
    return fmt::format(R"({{"auths":{{"other.example":{{"auth":"{}"}},"{}":{{"auth":"{}"}}}}}})",
                       base64_of("other:x"), key, base64_of("me:pass:word"));
  };
  for (const std::string key :
       {"r.example:5000", "https://r.example:5000", "https://r.example:5000/v1/",
        "r.example:5000/v2/", "r.example:5000/a", "r.example:5000/a/b"}) {
    const auto entry = read_credential_file(file(key), "r.example:5000", "a/b");
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->credentials.user, "me") << key;
    EXPECT_EQ(entry->credentials.password, "pass:word") << key;
  }
  EXPECT_EQ(user_of(file("r.example"), "r.example:5000"), "");
  EXPECT_EQ(user_of(file("r.example:5000/a/bc"), "r.example:5000"), "");
  EXPECT_EQ(user_of(file("https://index.docker.io/v1/"), "docker.io"), "me");
  EXPECT_EQ(user_of(file("docker.io"), "docker.io"), "me");
}

TEST(CredentialFile, TheLongestKeyCounts) {
  const std::string file = fmt::format(
      R"({{"auths":{{"q.io":{{"auth":"{}"}},"q.io/a":{{"auth":"{}"}},"q.io/a/b/c":{{"auth":"{}"}}}}}})",
      base64_of("all:x"), base64_of("team:x"), base64_of("deep:x"));
  EXPECT_EQ(user_of(file, "q.io", "z"), "all");
  EXPECT_EQ(user_of(file, "q.io", "a/b"), "team");
  EXPECT_EQ(user_of(file, "q.io", "a/b/c"), "deep");
}

TEST(CredentialFile, TokensAndHelpersAreRead) {
  const auto entry = read_credential_file(
      R"({"auths":{"r":{"identitytoken":"i","registrytoken":"b"}},"credsStore":"desktop","credHelpers":{"r":"ecr-login"}})",
      "r", "a");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->credentials.identity_token, "i");
  EXPECT_EQ(entry->credentials.bearer_token, "b");
  EXPECT_EQ(entry->helper, "ecr-login");
  EXPECT_EQ(read_credential_file(R"({"credsStore":"desktop"})", "docker.io", "a")->server_url,
            "https://index.docker.io/v1/");
}

TEST(CredentialFile, NonsenseIsNoReasonToCrash) {
  EXPECT_EQ(user_of("", "r"), "");
  EXPECT_EQ(user_of("{", "r"), "is no JSON object");
  EXPECT_EQ(user_of("[]", "r"), "is no JSON object");
  for (const std::string auth : {"====", "!!!!", "YQ==", "a", ""}) {
    EXPECT_EQ(user_of(fmt::format(R"({{"auths":{{"r":{{"auth":"{}"}}}}}})", auth), "r"), "")
        << auth;
  }
  EXPECT_EQ(user_of(R"({"auths":{"r":7},"credHelpers":[],"credsStore":{}})", "r"), "");
}

TEST(CredentialFiles, AreLookedForWhereDockerAndPodmanKeepThem) {
  const TemporaryDirectory home;
  const Variable variable_home("HOME", home.path().string());
  const Variable variable_runtime("XDG_RUNTIME_DIR", (home.path() / "run").string());
  const Variable variable_docker("DOCKER_CONFIG", "");
  const Variable variable_configuration("XDG_CONFIG_HOME", "");
  const Variable variable_file("REGISTRY_AUTH_FILE", "");
  EXPECT_TRUE(credential_files({}).empty());
  write_text(home.path() / ".docker/config.json", "{}");
  write_text(home.path() / "run/containers/auth.json", "{}");
  write_text(home.path() / ".config/containers/auth.json", "{}");
  EXPECT_THAT(credential_files({}), ElementsAre(home.path() / ".docker/config.json",
                                                home.path() / "run/containers/auth.json",
                                                home.path() / ".config/containers/auth.json"));
  EXPECT_THAT(credential_files("given"), ElementsAre("given"));
  write_text(home.path() / "elsewhere/config.json", "{}");
  const Variable elsewhere("DOCKER_CONFIG", (home.path() / "elsewhere").string());
  EXPECT_EQ(credential_files({}).front(), home.path() / "elsewhere/config.json");
  const Variable named("REGISTRY_AUTH_FILE", "/named");
  EXPECT_THAT(credential_files({}), ElementsAre("/named"));
}

TEST(CredentialHelper, IsAskedByItsProtocol) {
  const TemporaryDirectory directory;
  const Variable path("PATH", directory.path().string() + ":" + std::getenv("PATH"));
  write_helper(directory.path(), "good",
               "[ \"$1\" = get ] || exit 3\nread server\n"
               "echo "
               "\"{\\\"ServerURL\\\":\\\"$server\\\",\\\"Username\\\":\\\"$server\\\","
               "\\\"Secret\\\":\\\"s\\\"}\"\n");
  write_helper(directory.path(), "token", "echo '{\"Username\":\"<token>\",\"Secret\":\"t\"}'\n");
  write_helper(directory.path(), "none",
               "echo 'credentials not found in native keychain'; exit 1\n");
  write_helper(directory.path(), "broken", "echo 'the keychain is locked'; exit 1\n");
  write_helper(directory.path(), "deaf", "exec 0<&-; echo '{}'\n");
  write_helper(directory.path(), "endless",
               "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done\n");
  const auto ask = [](const std::string& name) {
    return ask_credential_helper(name, "r.example", seconds(60));
  };
  const auto good = ask("good");
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->user, "r.example");
  EXPECT_EQ(good->password, "s");
  EXPECT_EQ(ask("token")->identity_token, "t");
  EXPECT_TRUE(ask("none")->empty());
  EXPECT_THAT(ask("broken").error().message, HasSubstr("the keychain is locked"));
  EXPECT_THAT(ask("deaf").error().message, HasSubstr("no Username or Secret"));
  EXPECT_THAT(ask("endless").error().message, HasSubstr("more than 64 KiB"));
  EXPECT_THAT(ask("missing").error().message,
              HasSubstr("docker-credential-missing: is not installed"));
  EXPECT_EQ(ask("../evil").error().code, ErrorCode::kInvalidInput);
}

TEST(CredentialHelper, ThatNeverAnswersIsEnded) {
  const TemporaryDirectory directory;
  const Variable path("PATH", directory.path().string() + ":" + std::getenv("PATH"));
  // A pipe that nobody writes to: waits for ever, without a child of its own.
  ASSERT_EQ(mkfifo((directory.path() / "pipe").c_str(), 0600), 0);
  write_helper(directory.path(), "slow",
               fmt::format("read x <>{}/pipe\n", directory.path().string()));
  EXPECT_THAT(ask_credential_helper("slow", "r", seconds(1)).error().message,
              HasSubstr("did not answer in time"));
}

TEST(Credentials, HelperThenFileThenNextFile) {
  const TemporaryDirectory directory;
  const Variable path("PATH", directory.path().string() + ":" + std::getenv("PATH"));
  write_helper(directory.path(), "none",
               "echo 'credentials not found in native keychain'; exit 1\n");
  const fs::path file = directory.path() / "config.json";
  const auto find = [&](std::string_view registry) {
    return find_credentials(file, registry, "a", seconds(60));
  };
  write_text(file, fmt::format(R"({{"credsStore":"none","auths":{{"r":{{"auth":"{}"}}}}}})",
                               base64_of("me:x")));
  EXPECT_EQ(find("r")->user, "me");
  EXPECT_TRUE(find("other")->empty());
  write_text(file, R"({"credsStore":"missing"})");
  EXPECT_THAT(find("r").error().message, HasSubstr(file.string()));
  write_text(file, "{");
  EXPECT_THAT(find("r").error().message, HasSubstr(file.string()));
}

}  // namespace
}  // namespace yagura::image
