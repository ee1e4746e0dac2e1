#include "policy/program/explain.hpp"

#include <gtest/gtest.h>

#include <map>

#include "kube/node_path.hpp"
#include "policy/program/testing.hpp"

namespace yagura::policy {
namespace {

constexpr std::string_view kPod = R"(
metadata: {name: web, labels: {app: web, tier: ''}}
spec:
  hostPID: true
  hostNetwork: true
  securityContext: {runAsNonRoot: false}
  containers:
    - name: a
      image: nginx:latest
      securityContext: {privileged: true}
      ports: [{hostPort: 80}, {containerPort: 81}, {hostPort: 82}]
    - name: b
      image: redis:7
    - name: c
      image: busybox
      securityContext: {privileged: false, capabilities: {add: [NET_ADMIN, SYS_TIME]}}
  initContainers:
    - name: i
      image: init:latest
)";

// Gives variables their expressions, as an admission policy does.
class Variables final : public VariableSource {
 public:
  explicit Variables(testing::Bench& bench) : bench_(bench) {}
  void add(std::string_view name, std::string_view expression) {
    bench_.set(name, Value());
    programs_[*bench_.slots->find(name)] = bench_.compile(expression);
  }
  Value load(EvalContext& context, std::uint32_t slot) override {
    return programs_.at(slot)->evaluate(context, bench_.activation).value;
  }
  const Program* program(std::uint32_t slot) const override {
    const auto found = programs_.find(slot);
    return found == programs_.end() ? nullptr : found->second.get();
  }

 private:
  testing::Bench& bench_;
  std::map<std::uint32_t, std::shared_ptr<const Program>> programs_;
};

class CelExplain : public ::testing::Test {
 protected:
  CelExplain() : variables(bench) {
    bench.set_object(kPod);
    root = bench.activation.slots[0].as_node();
    bench.activation.source = &variables;
  }

  // One line a failure: "containers[0]: spec.containers[0].securityContext.privileged=true; …". A
  // '!' marks what is missing, with '|' behind the part that is there; '?' what has() asked for.
  std::string why(std::string_view expression, const ExplainLimits& limits = {}) {
    const auto program = bench.compile(expression);
    const Explanation explanation = explain(*program, bench.context, bench.activation, limits);
    std::string out;
    for (const Failure& failure : explanation.failures) {
      if (!out.empty()) out += '\n';
      out += line(failure);
    }
    if (explanation.more > 0) out += "\n+" + std::to_string(explanation.more);
    return out;
  }

  std::string line(const Failure& failure) {
    std::string out;
    for (const BoundElement& element : failure.elements) {
      out += element.node == nullptr ? std::string(element.variable)
                                     : kube::path_to(*root, *element.node);
      out += ": ";
    }
    bool first = true;
    for (const Fact& fact : failure.facts) {
      out += first ? "" : "; ";
      first = false;
      out += text(fact);
    }
    if (!failure.error.is_absent()) out += " [" + error_text(failure.error) + "]";
    return out;
  }

  std::string text(const Fact& fact) {
    std::string out =
        fact.base == nullptr ? "$" + std::string(fact.variable) : kube::path_to(*root, *fact.base);
    std::string there = out;
    append_path(out, fact.path);
    append_path(there, fact.path.first(fact.found));
    if (fact.missing()) {
      EXPECT_EQ(fact.node, nullptr);
      if (fact.ancestor != nullptr) {
        EXPECT_EQ(kube::path_to(*root, *fact.ancestor), there);
      }
      return there + "|" + out.substr(there.size()) + "!" + (fact.presence_only ? "?" : "");
    }
    if (fact.node != nullptr) {
      EXPECT_EQ(kube::path_to(*root, *fact.node), out);
    }
    if (fact.presence_only) return out + "?";
    return out + "=" +
           (fact.value.is_map() || fact.value.is_list() ? std::to_string(fact.value.count())
                                                        : to_debug_string(fact.value));
  }

  testing::Bench bench;
  Variables variables;
  const kube::Node* root = nullptr;
};

TEST_F(CelExplain, AFieldThatIsComparedIsTheFact) {
  EXPECT_EQ(why("object.spec.hostPID == false"), "spec.hostPID=true");
  EXPECT_EQ(why("!object.spec.hostPID"), "spec.hostPID=true");
  EXPECT_EQ(why("object.metadata.labels['tier'] != ''"), "metadata.labels.tier=\"\"");
  EXPECT_EQ(why("object.metadata.name.startsWith('x')"), "metadata.name=\"web\"");
  EXPECT_EQ(why("object.spec.containers[1].image.contains('@')"),
            "spec.containers[1].image=\"redis:7\"");
  EXPECT_EQ(why("object.spec.replicas > 1"), "spec|.replicas! [no such key: replicas]");
}

TEST_F(CelExplain, APresenceTestNamesTheMissingFieldAndItsNearestAncestor) {
  EXPECT_EQ(why("has(object.spec.automount)"), "spec|.automount!?");
  EXPECT_EQ(why("!has(object.spec.hostPID)"), "spec.hostPID?");
  EXPECT_EQ(why("has(object.spec.a) && object.spec.a.b"), "spec|.a!?");
  EXPECT_EQ(why("object.spec.?dns.?policy.orValue('') == 'None'"), "spec|.dns.policy!");
}

TEST_F(CelExplain, EachFalseOperandOfAConjunctionIsAFailure) {
  EXPECT_EQ(why("!object.spec.hostPID && !object.spec.hostNetwork && has(object.spec.containers)"),
            "spec.hostPID=true\nspec.hostNetwork=true");
  EXPECT_EQ(why("!(object.spec.hostPID || object.spec.hostNetwork)"),
            "spec.hostPID=true\nspec.hostNetwork=true");
}

TEST_F(CelExplain, AllOperandsOfADisjunctionAreFacts) {
  EXPECT_EQ(why("!object.spec.hostPID || object.spec.securityContext.runAsNonRoot"),
            "spec.hostPID=true; spec.securityContext.runAsNonRoot=false");
}

TEST_F(CelExplain, EachElementThatFailsIsAFailure) {
  EXPECT_EQ(why("object.spec.containers.all(c, has(c.securityContext) && "
                "!c.securityContext.privileged)"),
            "spec.containers[0]: spec.containers[0].securityContext.privileged=true\n"
            "spec.containers[1]: spec.containers[1]|.securityContext!?");
  EXPECT_EQ(why("!object.spec.containers.exists(c, c.image.endsWith(':latest'))"),
            "spec.containers[0]: spec.containers[0].image=\"nginx:latest\"");
  EXPECT_EQ(why("object.spec.containers.all(i, c, c.name != 'b')"),
            "spec.containers[1]: spec.containers[1].name=\"b\"");
  EXPECT_EQ(why("object.spec.containers.exists_one(c, has(c.securityContext))"),
            "spec.containers[0]: spec.containers[0].securityContext?\n"
            "spec.containers[2]: spec.containers[2].securityContext?");
}

TEST_F(CelExplain, ElementsInElements) {
  EXPECT_EQ(
      why("object.spec.containers.all(c, !has(c.ports) || c.ports.all(p, "
          "!has(p.hostPort)))"),
      "spec.containers[0]: spec.containers[0].ports[0]: spec.containers[0].ports[0].hostPort?; "
      "spec.containers[0].ports?\n"
      "spec.containers[0]: spec.containers[0].ports[2]: spec.containers[0].ports[2].hostPort?; "
      "spec.containers[0].ports?");
  EXPECT_EQ(why("object.spec.containers.all(c, !has(c.securityContext) || "
                "!has(c.securityContext.capabilities) || c.securityContext.capabilities.add.all(x, "
                "x in ['NET_ADMIN']))"),
            "spec.containers[2]: spec.containers[2].securityContext.capabilities.add[1]: "
            "spec.containers[2].securityContext.capabilities.add[1]=\"SYS_TIME\"; "
            "spec.containers[2].securityContext?; "
            "spec.containers[2].securityContext.capabilities?");
}

TEST_F(CelExplain, WhatIsInheritedGoesWithEachElement) {
  EXPECT_EQ(why("object.spec.securityContext.runAsNonRoot || object.spec.containers.all(c, "
                "has(c.securityContext))"),
            "spec.containers[1]: spec.containers[1]|.securityContext!?; "
            "spec.securityContext.runAsNonRoot=false");
  EXPECT_EQ(why("object.spec.containers.all(c, has(c.securityContext) || "
                "object.spec.securityContext.runAsNonRoot)"),
            "spec.containers[1]: spec.containers[1]|.securityContext!?; "
            "spec.securityContext.runAsNonRoot=false");
  EXPECT_EQ(why("has(object.spec.hostPID) ? object.spec.containers.all(c, c.name != 'a') : true"),
            "spec.containers[0]: spec.containers[0].name=\"a\"; spec.hostPID?");
}

TEST_F(CelExplain, WhereNoElementIsToBlameTheRangeIs) {
  EXPECT_EQ(why("object.spec.containers.exists(c, c.name == 'proxy')"),
            "spec.containers=3; spec.containers[0].name=\"a\"; spec.containers[1].name=\"b\"; "
            "spec.containers[2].name=\"c\"");
  EXPECT_EQ(why("!object.spec.containers.all(c, has(c.image))"),
            "spec.containers=3; spec.containers[0].image?; spec.containers[1].image?; "
            "spec.containers[2].image?");
}

TEST_F(CelExplain, ItemsThatAreCountedAreEachToBlame) {
  EXPECT_EQ(why("object.spec.containers.filter(c, !has(c.securityContext)).size() == 0"),
            "spec.containers[1]: spec.containers[1]|.securityContext!?");
  EXPECT_EQ(why("object.spec.containers.filter(c, c.name == 'a') == []"),
            "spec.containers[0]: spec.containers[0].name=\"a\"");
  EXPECT_EQ(why("size(object.spec.containers.filter(c, c.name == 'x')) > 0"),
            "spec.containers=3; spec.containers[0].name=\"a\"; spec.containers[1].name=\"b\"; "
            "spec.containers[2].name=\"c\"");
  EXPECT_EQ(why("object.spec.containers.map(c, c.image).all(i, i.contains(':'))"),
            "spec.containers[2].image: spec.containers[2].image=\"busybox\"");
  EXPECT_EQ(why("(object.spec.containers + object.spec.initContainers).all(c, "
                "!c.image.endsWith(':latest'))"),
            "spec.containers[0]: spec.containers[0].image=\"nginx:latest\"\n"
            "spec.initContainers[0]: spec.initContainers[0].image=\"init:latest\"");
}

TEST_F(CelExplain, MapsBlameTheEntry) {
  EXPECT_EQ(why("object.metadata.labels.all(k, object.metadata.labels[k] != '')"),
            "metadata.labels.tier: $k=\"tier\"; metadata.labels.tier=\"\"");
  EXPECT_EQ(why("object.metadata.labels.all(k, v, v != '')"),
            "metadata.labels.tier: metadata.labels.tier=\"\"");
}

TEST_F(CelExplain, VariablesAreFollowedWhereTheyDecide) {
  variables.add("variables.containers", "object.spec.containers + object.spec.initContainers");
  variables.add("variables.spec", "object.spec");
  variables.add("variables.shared", "object.spec.hostPID || object.spec.hostNetwork");
  variables.add("variables.level", "has(object.spec.level) ? object.spec.level : 'none'");
  variables.add("variables.bad", "variables.containers.filter(c, c.image.endsWith(':latest'))");
  variables.add("variables.broken", "object.spec.nothing == 1");
  EXPECT_EQ(why("variables.containers.all(c, c.name != 'i')"),
            "spec.initContainers[0]: spec.initContainers[0].name=\"i\"");
  EXPECT_EQ(why("!variables.spec.hostPID"), "spec.hostPID=true");
  EXPECT_EQ(why("!variables.shared"), "spec.hostPID=true\nspec.hostNetwork=true");
  EXPECT_EQ(why("variables.shared == false"), "spec.hostPID=true\nspec.hostNetwork=true");
  EXPECT_EQ(why("variables.level != 'none'"), "spec|.level!?");
  EXPECT_EQ(why("variables.bad.size() == 0"),
            "spec.containers[0]: spec.containers[0].image=\"nginx:latest\"\n"
            "spec.initContainers[0]: spec.initContainers[0].image=\"init:latest\"");
  EXPECT_EQ(why("variables.bad.all(c, false)"), "spec.containers[0]: \nspec.initContainers[0]: ");
  EXPECT_EQ(why("variables.broken"), "spec|.nothing! [no such key: nothing]");
}

TEST_F(CelExplain, ErrorsNameWhatWasReadLast) {
  EXPECT_EQ(why("object.spec.containers.all(c, c.securityContext.privileged == true)"),
            "spec.containers[2]: spec.containers[2].securityContext.privileged=false");
  EXPECT_EQ(why("object.spec.containers.all(c, c.securityContext.privileged in [true, false])"),
            "spec.containers[1]: spec.containers[1]|.securityContext.privileged! [no such key: "
            "securityContext]");
}

TEST_F(CelExplain, BindIsSeenThrough) {
  EXPECT_EQ(why("cel.bind(s, object.spec, !s.hostPID)"), "spec.hostPID=true");
  EXPECT_EQ(why("cel.bind(bad, object.spec.hostPID && object.spec.hostNetwork, !bad)"),
            "spec.hostPID=true; spec.hostNetwork=true");
}

TEST_F(CelExplain, IsBounded) {
  EXPECT_EQ(why("[1, 2, 3, 4, 5].all(x, object.spec.hostPID == false)", {.failures = 2}),
            "x: spec.hostPID=true\nx: spec.hostPID=true\n+3");
  EXPECT_EQ(why("object.spec.hostPID == false || object.spec.hostNetwork == false || "
                "object.metadata.name == 'x'",
                {.facts = 2}),
            "spec.hostPID=true; spec.hostNetwork=true");
  bench.context.set_budget(30);
  EXPECT_NE(why("[1, 2, 3, 4, 5].all(x, [1, 2, 3, 4].all(y, object.spec.hostPID == false))"), "");
}

TEST_F(CelExplain, SaysSomethingWhereNothingWasRead) {
  EXPECT_EQ(why("false"), "");
  const auto program = bench.compile("false");
  EXPECT_EQ(explain(*program, bench.context, bench.activation).failures.size(), 1U);
}

}  // namespace
}  // namespace yagura::policy
