// Updates from a real HTTP server on this machine.

#include "vuln/update/update.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/registry/testing/scripted_server.hpp"
#include "image/registry/testing/temporary_directory.hpp"
#include "vuln/update/info.hpp"
#include "vuln/update/testing_index.hpp"

namespace yagura::vuln {
namespace {

namespace fs = std::filesystem;
using image::testing::ScriptedAnswer;
using image::testing::ScriptedRequest;
using image::testing::ScriptedServer;
using testing::fix_in;
using ::testing::HasSubstr;
using testing::make_index;
using testing::make_keys;

class Update : public ::testing::Test {
 protected:
  Update()
      : certificates_(image::testing::make_certificates()),
        server_([this](const ScriptedRequest& request) { return answer(request); },
                &certificates_.server) {
    const auto key = parse_public_key(keys_.open);
    EXPECT_TRUE(key);
    options_.url = "https://" + server_.authority() + "/db/";
    options_.ca_pem = certificates_.authority;
    if (key) options_.trust.keys = {*key};
  }

  // What the server offers from now on.
  void publish(const std::string& fixed, const std::string& created, bool sign = true) {
    make_index(scratch_.path() / "feed", published(), fixed, created);
    if (!sign) return;
    ASSERT_TRUE(sign_index(published(), keys_.secret));
  }
  [[nodiscard]] fs::path published() const { return scratch_.path() / "published"; }
  [[nodiscard]] fs::path here() const { return scratch_.path() / "here"; }
  [[nodiscard]] Result<InstallResult> update() const { return update_index(here(), options_); }

  ScriptedAnswer answer(const ScriptedRequest& request) {
    if (override_) return override_(request);
    return file_answer(request);
  }
  [[nodiscard]] ScriptedAnswer file_answer(const ScriptedRequest& request) const {
    const std::string name = fs::path(request.path).filename().string();
    const auto bytes = core::read_file(published() / name);
    if (!bytes) return {.status = 404, .body = "", .headers = {}, .cut_after = {}};
    const std::string etag = "\"" + sha256_hex(*bytes).substr(0, 12) + "\"";
    if (request.header("if-none-match") == etag) {
      return {.status = 304, .body = "", .headers = {{"ETag", etag}}, .cut_after = {}};
    }
    return {.status = 200, .body = *bytes, .headers = {{"ETag", etag}}, .cut_after = {}};
  }

  testing::Keys keys_ = make_keys();
  image::testing::TemporaryDirectory scratch_;
  image::testing::Certificates certificates_;
  std::function<ScriptedAnswer(const ScriptedRequest&)> override_;
  ScriptedServer server_;
  UpdateOptions options_;
};

TEST_F(Update, FetchesOnceAndThenWhatChanged) {
  publish("1.0.0", "2024-01-01T00:00:00Z");
  const auto first = update();
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(first->changed);
  EXPECT_EQ(first->fetched, 2U);
  EXPECT_EQ(first->signed_by, options_.trust.keys[0].id);
  EXPECT_EQ(fix_in(here()), "1.0.0");

  const auto again = update();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_FALSE(again->changed);
  EXPECT_EQ(server_.requests().size(), 4U) << "one question, answered by 304";

  publish("1.5.0", "2024-01-02T00:00:00Z");
  const auto newer = update();
  ASSERT_TRUE(newer) << newer.error().message;
  EXPECT_TRUE(newer->changed);
  EXPECT_EQ(newer->fetched, 1U);
  EXPECT_EQ(newer->kept, 1U);
  EXPECT_EQ(fix_in(here()), "1.5.0");
}

TEST_F(Update, AChangedManifestOrShardIsRefusedAndTheOldIndexStays) {
  publish("1.0.0", "2024-01-01T00:00:00Z");
  ASSERT_TRUE(update());
  publish("2.0.0", "2024-01-03T00:00:00Z", false);
  auto refused = update();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("not signed"));

  ASSERT_TRUE(sign_index(published(), make_keys().secret));
  refused = update();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("none of those given"));

  ASSERT_TRUE(sign_index(published(), keys_.secret));
  override_ = [this](const ScriptedRequest& request) {
    ScriptedAnswer answer = file_answer(request);
    if (request.path.ends_with(".ydb")) answer.body.back() ^= 1;
    return answer;
  };
  refused = update();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("SHA-256"));
  EXPECT_EQ(fix_in(here()), "1.0.0");
  override_ = nullptr;
  ASSERT_TRUE(update());
  EXPECT_EQ(fix_in(here()), "2.0.0");
}

TEST_F(Update, AChangedPayloadBreaksItsSignature) {
  publish("1.0.0", "2024-01-01T00:00:00Z");
  const auto text = core::read_file(published() / kManifestFile);
  ASSERT_TRUE(text);
  auto envelope = parse_envelope(*text);
  ASSERT_TRUE(envelope);
  envelope->payload[envelope->payload.find("2024")] = '3';
  ASSERT_TRUE(core::write_file(published() / kManifestFile, to_json(*envelope)));
  const auto refused = update();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("changed after it was signed"));
}

TEST_F(Update, AnOlderIndexIsNotTaken) {
  publish("2.0.0", "2024-01-02T00:00:00Z");
  ASSERT_TRUE(update());
  publish("1.0.0", "2024-01-01T00:00:00Z");
  const auto refused = update();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("before the one that is here"));
  options_.trust.allow_older = true;
  ASSERT_TRUE(update());
  EXPECT_EQ(fix_in(here()), "1.0.0");
}

TEST_F(Update, ATransferThatBreaksLeavesTheOldIndex) {
  publish("1.0.0", "2024-01-01T00:00:00Z");
  ASSERT_TRUE(update());
  publish("2.0.0", "2024-01-02T00:00:00Z");
  override_ = [this](const ScriptedRequest& request) {
    ScriptedAnswer answer = file_answer(request);
    if (request.path.ends_with(".ydb")) answer.cut_after = 10;
    return answer;
  };
  EXPECT_FALSE(update());
  EXPECT_EQ(fix_in(here()), "1.0.0");
}

TEST_F(Update, FollowsRedirectsAndNeverLeavesTls) {
  publish("1.0.0", "2024-01-01T00:00:00Z");
  override_ = [this](const ScriptedRequest& request) -> ScriptedAnswer {
    if (request.path.starts_with("/db/")) {
      return {.status = 302,
              .body = "",
              .headers = {{"Location", "/moved" + request.path}},
              .cut_after = {}};
    }
    return file_answer(request);
  };
  const auto moved = update();
  ASSERT_TRUE(moved) << moved.error().message;
  override_ = [](const ScriptedRequest&) -> ScriptedAnswer {
    return {.status = 302,
            .body = "",
            .headers = {{"Location", "http://127.0.0.1:1/"}},
            .cut_after = {}};
  };
  const auto plain = update();
  ASSERT_FALSE(plain);
  EXPECT_THAT(plain.error().message, HasSubstr("without TLS"));
  override_ = [](const ScriptedRequest& request) -> ScriptedAnswer {
    return {.status = 302, .body = "", .headers = {{"Location", request.path}}, .cut_after = {}};
  };
  const auto loop = update();
  ASSERT_FALSE(loop);
  EXPECT_EQ(loop.error().code, ErrorCode::kLimitExceeded);
}

TEST_F(Update, MoreBytesThanTheManifestSaysAreRefused) {
  publish("1.0.0", "2024-01-01T00:00:00Z");
  override_ = [this](const ScriptedRequest& request) {
    ScriptedAnswer answer = file_answer(request);
    if (request.path.ends_with(".ydb")) answer.body += std::string(100'000, 'x');
    return answer;
  };
  const auto refused = update();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kLimitExceeded);
}

TEST_F(Update, OfflineAsksNobody) {
  publish("1.0.0", "2024-01-01T00:00:00Z");
  options_.offline = true;
  const auto refused = update();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("offline"));
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(Update, PlainHttpNeedsAKey) {
  options_.url = "http://127.0.0.1:1/db";
  options_.trust.keys.clear();
  const auto refused = update();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("public key"));
}

TEST_F(Update, UnknownAuthoritiesAreRefused) {
  publish("1.0.0", "2024-01-01T00:00:00Z");
  options_.ca_pem.clear();
  EXPECT_FALSE(update());
  EXPECT_TRUE(server_.requests().empty());
}

TEST(Keys, OtherKindsAreRefusedByName) {
  const testing::Keys keys = make_keys(EVP_PKEY_EC);
  const auto refused = parse_public_key(keys.open);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("Ed25519"));
  EXPECT_FALSE(parse_public_key("rubbish"));
  Envelope envelope;
  EXPECT_FALSE(sign(envelope, keys.secret));
  EXPECT_FALSE(sign(envelope, ""));
}

TEST(Info, TellsAgesAndWarns) {
  const image::testing::TemporaryDirectory scratch;
  make_index(scratch.path() / "feed", scratch.path() / "db", "1.0.0", "2024-03-01T12:00:00Z");
  const auto now = std::chrono::sys_days(std::chrono::year(2024) / 3 / 5);
  const auto fresh =
      index_info(scratch.path() / "db", {.now = now, .old_source = std::chrono::days(90)});
  ASSERT_TRUE(fresh) << fresh.error().message;
  EXPECT_EQ(fresh->age, std::chrono::days(4));
  ASSERT_EQ(fresh->sources.size(), 1U);
  EXPECT_EQ(fresh->sources[0].age, std::chrono::days(64));
  EXPECT_EQ(fresh->records, 2U);
  EXPECT_TRUE(fresh->warnings.empty());
  const auto old = index_info(scratch.path() / "db", {.now = now + std::chrono::days(10)});
  ASSERT_TRUE(old);
  ASSERT_EQ(old->warnings.size(), 2U);
  EXPECT_THAT(old->warnings[0], HasSubstr("built 14 days ago"));
  EXPECT_FALSE(day_of("yesterday"));
  EXPECT_FALSE(day_of("2024-13-01"));
}

}  // namespace
}  // namespace yagura::vuln
