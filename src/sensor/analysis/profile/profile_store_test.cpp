#include "sensor/analysis/profile/profile_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "sensor/analysis/profile/profile_json.hpp"

namespace yagura::sensor {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ProfileStoreTest : public ::testing::Test {
 protected:
  ProfileStoreTest() {
    std::string name = (fs::temp_directory_path() / "yagura_profiles_XXXXXX").string();
    directory_ = mkdtemp(name.data());
  }
  ~ProfileStoreTest() override { fs::remove_all(directory_); }

  static std::unique_ptr<Profile> sample(const std::string& key = "shop/Deployment/web/main") {
    auto profile = std::make_unique<Profile>(key);
    std::ignore =
        profile->add(FeatureKind::kExecutable, "/bin/a\xff\n\\b", FeatureState::kLearned, 1);
    std::ignore =
        profile->add(FeatureKind::kLaunch, std::string("/sh\0/ls", 7), FeatureState::kLearned, 1);
    std::ignore = profile->add(FeatureKind::kExecutable, "/tmp/x", FeatureState::kNew, 99);
    std::ignore =
        profile->add(FeatureKind::kPeer, "outbound tcp 203.0.113.9 443", FeatureState::kNew, 99);
    std::ignore = profile->add(FeatureKind::kCall, "openat", FeatureState::kLearned, 1);
    profile->peers.add(Direction::kInbound, 6, 8080, *PeerNetwork::parse("10.0.0.0/8"));
    profile->add_image("sha256:1");
    profile->capabilities_held = 1 << 10;
    profile->observed_ns = 7'000'000'000;
    profile->state = ProfileState::kLearned;
    return profile;
  }
  [[nodiscard]] fs::path path_of(const Profile& profile) const {
    return directory_ / profile_file_name(profile.key());
  }
  static void write(const fs::path& path, std::string_view text) { std::ofstream(path) << text; }
  static std::string read(const fs::path& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  fs::path directory_;
};

TEST_F(ProfileStoreTest, WhatIsSavedComesBack) {
  ProfileStore store(directory_);
  const auto profile = sample();
  ASSERT_TRUE(store.save(*profile));
  ProfileStore other(directory_);
  const LoadedProfiles loaded = other.load_all();
  ASSERT_TRUE(loaded.problems.empty()) << loaded.problems.front();
  ASSERT_EQ(loaded.profiles.size(), 1U);
  EXPECT_EQ(profile_json(*loaded.profiles[0]), profile_json(*profile));
  EXPECT_TRUE(loaded.profiles[0]->knows(FeatureKind::kExecutable, "/bin/a\xff\n\\b"));
  EXPECT_TRUE(loaded.profiles[0]->knows(FeatureKind::kLaunch, std::string_view("/sh\0/ls", 7)));
  EXPECT_EQ(loaded.profiles[0]->count_new(), 2U);
}

TEST_F(ProfileStoreTest, BrokenFilesAreRefusedAndKept) {
  const auto profile = sample();
  for (const char* text : {"{", "[]", R"({"version":2})", R"({"version":1,"workload":7})",
                           R"({"version":1,"workload":"shop/Deployment/web/main"})"}) {
    write(path_of(*profile), text);
    ProfileStore store(directory_);
    const LoadedProfiles loaded = store.load_all();
    EXPECT_TRUE(loaded.profiles.empty());
    ASSERT_EQ(loaded.problems.size(), 1U) << text;
    EXPECT_THAT(loaded.problems[0], HasSubstr(path_of(*profile).string()));
    ASSERT_TRUE(store.save(*profile));
    EXPECT_EQ(read(path_of(*profile).string() + ".refused"), text);
    EXPECT_TRUE(store.load(profile->key()));
  }
}

TEST_F(ProfileStoreTest, NoPrefixOfAFileIsAProfile) {
  std::string text = profile_json(*sample());
  text.pop_back();  // the line's end may be missing
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(read_profile(text.substr(0, size), "p.json")) << size;
  }
}

TEST_F(ProfileStoreTest, AFileOfAnotherWorkloadIsRefused) {
  ProfileStore store(directory_);
  const auto profile = sample();
  ASSERT_TRUE(store.save(*profile));
  fs::rename(path_of(*profile), directory_ / "other.json");
  ProfileStore other(directory_);
  EXPECT_EQ(other.load_all().problems.size(), 1U);
}

TEST_F(ProfileStoreTest, WhatOthersAcceptedIsTakenOver) {
  ProfileStore agent(directory_);
  const auto profile = sample();
  ASSERT_TRUE(agent.save(*profile));
  EXPECT_TRUE(agent.load_changed().profiles.empty());
  {
    ProfileStore command(directory_);
    auto edited = command.load(profile->key());
    ASSERT_TRUE(edited) << edited.error().message;
    EXPECT_EQ((*edited)->accept_all(), 2U);
    ASSERT_TRUE(command.save(**edited));
  }
  std::ignore = profile->add(FeatureKind::kMount, "/mnt", FeatureState::kNew, 5);
  ASSERT_TRUE(agent.save(*profile)) << "saved before it was loaded: merged, not overwritten";
  const auto now = agent.load(profile->key());
  ASSERT_TRUE(now);
  EXPECT_EQ((*now)->count_new(), 1U);
  EXPECT_TRUE((*now)->peers.contains(*parse_peer_text("outbound tcp 203.0.113.9 443")));
}

TEST_F(ProfileStoreTest, NamesAreSafe) {
  EXPECT_THAT(profile_file_name("../../etc/passwd"), ::testing::Not(HasSubstr("/")));
  EXPECT_NE(profile_file_name("a/b"), profile_file_name("a_b"));
  EXPECT_LT(profile_file_name(std::string(5000, 'x')).size(), 200U);
}

TEST(ProfileMerge, LearnedWins) {
  Profile mine("w");
  std::ignore = mine.add(FeatureKind::kExecutable, "/a", FeatureState::kNew, 1);
  Profile other("w");
  std::ignore = other.add(FeatureKind::kExecutable, "/a", FeatureState::kLearned, 1);
  std::ignore = other.add(FeatureKind::kExecutable, "/b", FeatureState::kLearned, 1);
  other.state = ProfileState::kLearned;
  mine.merge(other);
  EXPECT_EQ(mine.count_new(), 0U);
  EXPECT_EQ(mine.table(FeatureKind::kExecutable).learned(), 2U);
  EXPECT_EQ(mine.state, ProfileState::kLearned);
}

}  // namespace
}  // namespace yagura::sensor
