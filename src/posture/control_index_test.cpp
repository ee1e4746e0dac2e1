#include "posture/control_index.hpp"

#include <gtest/gtest.h>

namespace yagura::posture {
namespace {

ControlPtr control(std::string id, std::vector<std::string> aliases) {
  auto made = std::make_shared<model::Control>();
  made->id = std::move(id);
  made->aliases = std::move(aliases);
  return made;
}

ControlIndex sample() {
  ControlIndex index;
  index.add(control("privileged-container", {"C-0057", "KSV-0017"}));
  index.add(control("secret-in-environment", {"C-0012"}));
  index.add(control("secret-in-configmap", {"C-0012", "privileged-container"}));
  return index;
}

TEST(ControlIndex, AnOwnIdWinsOverSomebodysAlias) {
  const auto found = sample().find("privileged-container");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]->id, "privileged-container");
}

TEST(ControlIndex, AnAliasMayNameSeveral) {
  EXPECT_EQ(sample().find("c-0012").size(), 2U);
  EXPECT_TRUE(sample().find("C-9999").empty());
}

TEST(ControlIndex, TrivysSpellingsAreOne) {
  for (const char* id : {"KSV017", "KSV-0017", "ksv-017", "AVD-KSV-0017", "avd-ksv017"}) {
    EXPECT_EQ(sample().find(id).size(), 1U) << id;
  }
  EXPECT_EQ(normalised_id("KSV-01010"), "ksv-1010");
}

TEST(ControlIndex, TheSameIdTwiceIsRefused) {
  ControlIndex index = sample();
  EXPECT_FALSE(index.add(control("Privileged-Container", {})));
  EXPECT_EQ(index.all().size(), 3U);
}

TEST(ControlIndex, SuggestsWhatWasMeant) {
  const auto names = sample().similar("priviledged-container");
  ASSERT_FALSE(names.empty());
  EXPECT_EQ(names[0], "privileged-container");
  EXPECT_TRUE(sample().similar("zzz").empty());
}

}  // namespace
}  // namespace yagura::posture
