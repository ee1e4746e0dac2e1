// What changes while policies are in force, under tier A and B (YAGURA_TESTED_TIER): labels,
// policies that fall back by their time, tables that are full.

#include <bpf/bpf.h>
#include <time.h>

#include "sensor/enforce/bpf/tables.h"
#include "sensor/enforce/kernel_fixture.hpp"

namespace yagura::sensor::enforce {
namespace {

constexpr const char* kNoConnections = "mode: block, network: {egress: {allow: []}}";

class PinnedMap {
 public:
  PinnedMap(const std::filesystem::path& pins, std::string_view name)
      : fd_(bpf_obj_get((pins / "v1/maps" / name).c_str())) {
    EXPECT_GE(fd_, 0) << name;
  }
  ~PinnedMap() { close(fd_); }
  PinnedMap(const PinnedMap&) = delete;
  PinnedMap& operator=(const PinnedMap&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

class Changes : public KernelTest {
 protected:
  Changes() : KernelTest(YAGURA_TESTED_TIER) {}

  PolicedContainer labelled(const std::string& app) {
    PolicedContainer policed = policed_->container();
    auto container = std::make_shared<Container>(*policed.container);
    auto pod = std::make_shared<Pod>();
    pod->name_space = "shop";
    pod->labels = {{"app", app}};
    container->pod = pod;
    policed.container = container;
    return policed;
  }
  std::vector<std::string> apply_unchecked(const std::vector<std::string>& specs) {
    const PolicedContainer container = policed_->container();
    EXPECT_TRUE(enforcer_->apply(policies_of(specs), std::span(&container, 1)).has_value());
    return enforcer_->problems();
  }
  // Until no more goes in: entries of somebody whom the enforcer does not know.
  template <typename Key, typename Value>
  void fill(std::string_view name, Key (*key_of)(std::uint64_t), const Value& value) {
    const PinnedMap map(pins_, name);
    constexpr std::uint64_t kMost = 1 << 20;
    std::uint64_t i = 0;
    for (; i < kMost; ++i) {
      const Key key = key_of(i);
      if (bpf_map_update_elem(map.fd(), &key, &value, BPF_ANY) != 0) break;
    }
    ASSERT_LT(i, kMost) << name;
    ASSERT_EQ(errno, E2BIG) << name;
  }

  const Listener listener_;
};

TEST_F(Changes, OtherLabelsAreOtherPolicies) {
  auto policies = policies_of({kNoConnections});
  policies[0].selector.pod_labels = {{"app", LabelRequirement::Operator::kIn, {"web"}}};
  const auto web = labelled("web");
  const auto connects = [&] { return inside([&] { return connect_to(listener_.port()); }); };
  ASSERT_TRUE(enforcer_->apply(policies, std::span(&web, 1)).has_value());
  EXPECT_EQ(connects(), kRefused);
  enforcer_->on_container(labelled("db"));
  EXPECT_EQ(connects(), kDone);
  EXPECT_EQ(enforcer_->status().policed_cgroups, 0U);
  enforcer_->on_container(labelled("web"));
  EXPECT_EQ(connects(), kRefused);
  EXPECT_EQ(enforcer_->status().policies.at(0).containers, 1U);
}

TEST_F(Changes, OtherPoliciesOfTheSameContainer) {
  const Listener other;
  const auto deny = [](const Listener& listener) {
    return "mode: block, network: {egress: {deny: [{ports: [{port: " +
           std::to_string(listener.port()) + "}]}]}}";
  };
  for (const auto& [denied, allowed] :
       {std::pair(&listener_, &other), {&other, &listener_}, {&listener_, &other}}) {
    apply({deny(*denied)});
    EXPECT_EQ(inside([&] { return connect_to(denied->port()); }), kRefused);
    EXPECT_EQ(inside([&] { return connect_to(allowed->port()); }), kDone);
  }
  apply({});
  EXPECT_EQ(inside([&] { return connect_to(listener_.port()); }), kDone);
}

TEST_F(Changes, APolicyFallsBackWhenItsTimeIsOver) {
  const std::string denied = program("denied");
  apply({std::string("autoRevert: {afterMinutes: 1}, executables: {deny: [") + denied + "]}, " +
         kNoConnections});
  EXPECT_EQ(inside([&] { return connect_to(listener_.port()); }), kRefused);
  EXPECT_NE(inside([&] { return run(denied); }), kDone);
  EXPECT_FALSE(enforcer_->status().policies.at(0).is_reverted);
  const PinnedMap map(pins_, "policies");
  const std::uint32_t number = policy_number("p0");
  ygr_policy_state state{};
  ASSERT_EQ(bpf_map_lookup_elem(map.fd(), &number, &state), 0);
  EXPECT_GT(state.deadline_ns, 0U);
  state.deadline_ns = 1;  // long ago
  ASSERT_EQ(bpf_map_update_elem(map.fd(), &number, &state, BPF_ANY), 0);
  verdicts();
  EXPECT_EQ(inside([&] { return run(denied); }), kDone);
  EXPECT_EQ(inside([&] { return connect_to(listener_.port()); }), kDone);
  const auto seen = verdicts();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].verdict.action, YGR_WOULD_BLOCK);
  EXPECT_EQ(seen[1].verdict.action, YGR_WOULD_BLOCK);
  EXPECT_TRUE(enforcer_->status().policies.at(0).is_reverted);
}

TEST_F(Changes, AFullTableOfControlGroupsFailsOpenAndSaysSo) {
  fill<std::uint64_t, std::uint32_t>(
      "cgroups", [](std::uint64_t i) { return (std::uint64_t{1} << 60) + i; }, 1);
  EXPECT_THAT(apply_unchecked({kNoConnections}),
              ::testing::Contains(::testing::HasSubstr("is not policed: the table \"cgroups\" is "
                                                       "full")));
  EXPECT_EQ(enforcer_->status().policed_cgroups, 0U);
  EXPECT_THAT(to_text(enforcer_->status()), ::testing::HasSubstr("problem: container"));
  EXPECT_EQ(inside([&] { return connect_to(listener_.port()); }), kDone);
  EXPECT_EQ(verdicts().size(), 0U);
  // What was nobody's is gone by now.
  apply({kNoConnections});
  EXPECT_EQ(inside([&] { return connect_to(listener_.port()); }), kRefused);
}

TEST_F(Changes, AFullTableOfRulesLeavesThePolicyOutWhole) {
  fill<ygr_operation_key, ygr_operation_value>(
      "operations",
      [](std::uint64_t i) {
        return ygr_operation_key{.group = 0xff000000U + static_cast<std::uint32_t>(i >> 8),
                                 .operation = static_cast<std::uint32_t>(i & 255)};
      },
      {});
  EXPECT_THAT(apply_unchecked({std::string("ptrace: deny, ") + kNoConnections}),
              ::testing::Contains(::testing::HasSubstr(
                  "not in force for some containers: the table \"operations\" is full")));
  EXPECT_EQ(inside([&] { return connect_to(listener_.port()); }), kDone);
  apply({kNoConnections});
  EXPECT_EQ(inside([&] { return connect_to(listener_.port()); }), kRefused);
}

}  // namespace
}  // namespace yagura::sensor::enforce
