#include "rules/engine/evaluator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/engine/testing/scripted_event.hpp"

namespace yagura::rules {
namespace {

using ::testing::ElementsAre;
using testing::ScriptedEvent;

constexpr std::string_view kLists = R"(
- list: shells
  items: [sh, bash]
- list: all_shells
  items: [shells, zsh, '"my shell"']
- list: none
  items: []
- list: ports
  items: [80, 8080]
- list: bin_dirs
  items: [/bin, /usr/*/bin]
- macro: is_shell
  condition: proc.name in (all_shells)
)";

std::string yaml_rule(std::string_view name, std::string_view condition,
                      std::string_view more = {}) {
  return "- rule: " + std::string(name) +
         "\n  desc: d\n  output: o\n  priority: INFO\n  warn_evttypes: false\n" +
         std::string(more) + "  condition: >\n    " + std::string(condition) + "\n";
}

std::shared_ptr<const RuleSet> compiled(std::string_view yaml) {
  std::string messages;
  auto rules = testing::rules_of(yaml, &messages);
  EXPECT_EQ(messages, "");
  return rules;
}

ScriptedEvent open_event() {
  ScriptedEvent event("open");
  event.set("proc.name", "bash").set("proc.pname", "sshd").set("proc.cmdline", "bash -c 'ls /TMP'");
  event.set("proc.exepath", "/usr/bin/bash").set("fd.name", "/usr/local/bin/tool").set("fd.num", 3);
  event.set("evt.is_open_read", true).set("evt.is_open_write", false).set("user.uid", 0);
  event.set_list("proc.aname", {"sshd", "systemd"}).set("proc.aname[2]", "sshd");
  event.set("evt.arg.flags", "O_RDONLY|O_CLOEXEC").set("evt.arg[0]", "fd=3");
  event.set("evt.rawarg.res", -2).set("evt.rawarg.name", "x").set("evt.buffer", "\xCA\xFE\x01");
  event.set("fd.sport", 8080).set_ip("fd.sip", "10.1.2.3").set_ip("fd.cip", "fe80::1");
  event.set_ips("fd.ip", {"10.1.2.3", "192.168.0.1"})
      .set_ips("fd.net", {"10.1.2.3", "192.168.0.1"});
  event.set_ip("fd.snet", "10.1.2.3").set("proc.args", "aGVsbG8=").set("container.id", "host");
  return event;
}

struct Check {
  std::string_view condition;
  bool fires;
};

class Conditions : public ::testing::TestWithParam<Check> {};

TEST_P(Conditions, Hold) {
  const auto rules = compiled(std::string(kLists) + yaml_rule("R", GetParam().condition));
  ASSERT_NE(rules, nullptr);
  Evaluator evaluator(rules);
  const ScriptedEvent event = open_event();
  EXPECT_EQ(!evaluator.match(event).empty(), GetParam().fires) << GetParam().condition;
  EXPECT_EQ(evaluator.match_first(event) == 0, GetParam().fires);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, Conditions,
    ::testing::Values(
        Check{"proc.name = bash", true}, Check{"proc.name = Bash", false},
        Check{"proc.name != sh", true}, Check{"proc.name != bash", false},
        Check{"proc.cmdline contains ' -c '", true}, Check{"proc.cmdline contains /tmp", false},
        Check{"proc.cmdline icontains /tmp", true}, Check{"proc.cmdline startswith bash", true},
        Check{"proc.cmdline endswith \"TMP'\"", true}, Check{"fd.name glob /usr/*/tool", true},
        Check{"fd.name glob *.tool", false}, Check{"fd.name iglob /USR/*", true},
        Check{"fd.name regex '/usr/.*'", true}, Check{"fd.name regex '/usr/'", false},
        Check{"evt.buffer bcontains fe01", true}, Check{"evt.buffer bstartswith CAfe", true},
        Check{"evt.buffer bstartswith fe", false}, Check{"proc.name >= 1", true}));

INSTANTIATE_TEST_SUITE_P(
    Lists, Conditions,
    ::testing::Values(Check{"proc.name in (sh, bash)", true}, Check{"proc.name in (shells)", true},
                      Check{"proc.name in shells", true}, Check{"proc.name in ('shells')", false},
                      Check{"proc.name in (all_shells)", true}, Check{"is_shell", true},
                      Check{"not is_shell", false}, Check{"proc.name in (none)", false},
                      Check{"proc.name in ()", false}, Check{"not proc.name in ()", true},
                      Check{"proc.name intersects (shells)", true},
                      Check{"fd.name pmatch (bin_dirs)", true},
                      Check{"fd.name pmatch (/usr/loc)", false},
                      Check{"fd.name pmatch (/bin, /usr/local)", true},
                      Check{"fd.sport in (ports)", true}, Check{"fd.sport in (80, 443)", false}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, Conditions,
    ::testing::Values(
        Check{"fd.num = 3", true}, Check{"fd.num = 0x3", true}, Check{"fd.num != 3", false},
        Check{"fd.num > 2", true}, Check{"fd.num >= 3", true}, Check{"fd.num < 3", false},
        Check{"fd.num <= 3", true}, Check{"user.uid = 0", true}, Check{"fd.sport = 8080", true},
        Check{"fd.sport = http", false}, Check{"evt.is_open_read = true", true},
        Check{"evt.is_open_read != true", false}, Check{"evt.is_open_write = false", true},
        Check{"evt.rawarg.res = -2", true}, Check{"evt.rawarg.res < 0", true},
        Check{"evt.rawarg.name = x", true}, Check{"evt.rawarg.name in (w, x)", true}));

INSTANTIATE_TEST_SUITE_P(
    Addresses, Conditions,
    ::testing::Values(Check{"fd.sip = 10.1.2.3", true}, Check{"fd.sip = \"10.1.2.4\"", false},
                      Check{"fd.sip in (\"10.0.0.0/8\")", true}, Check{"fd.cip = fe80::1", true},
                      Check{"fd.snet in (\"172.16.0.0/12\", \"10.0.0.0/8\")", true},
                      Check{"fd.snet != \"10.0.0.0/8\"", false},
                      Check{"fd.snet = fe80::/10", false}, Check{"fd.ip = 192.168.0.1", true},
                      Check{"fd.ip != 192.168.0.1", false}, Check{"fd.ip != 1.1.1.1", true},
                      Check{"fd.net = 192.168.0.0/16", true}));

INSTANTIATE_TEST_SUITE_P(
    Fields, Conditions,
    ::testing::Values(Check{"proc.aname = systemd", true},
                      Check{"proc.aname in (init, sshd)", true}, Check{"proc.aname = init", false},
                      Check{"proc.aname[2] = sshd", true}, Check{"proc.aname[3] = sshd", false},
                      Check{"proc.aname[3] exists", false}, Check{"proc.aname exists", true},
                      Check{"evt.arg.flags contains O_RDONLY", true},
                      Check{"evt.arg[flags] contains O_RDONLY", true},
                      Check{"evt.arg[0] = \"fd=3\"", true}, Check{"evt.arg.mode exists", false}));

INSTANTIATE_TEST_SUITE_P(
    AbsentFields, Conditions,
    ::testing::Values(Check{"user.name = root", false}, Check{"user.name != root", false},
                      Check{"not user.name = root", true}, Check{"not user.name != root", true},
                      Check{"user.name exists", false}, Check{"not user.name exists", true},
                      Check{"user.name in (root)", false},
                      Check{"proc.name = val(user.name)", false},
                      Check{"user.name contains ''", false}));

INSTANTIATE_TEST_SUITE_P(
    Transformed, Conditions,
    ::testing::Values(
        Check{"toupper(proc.name) = BASH", true},
        Check{"tolower(proc.cmdline) contains /tmp", true}, Check{"b64(proc.args) = hello", true},
        Check{"b64(proc.name) = x", false}, Check{"basename(proc.exepath) = val(proc.name)", true},
        Check{"basename(proc.exepath) in (shells)", true}, Check{"len(proc.name) = 4", true},
        Check{"len(proc.name) > 4", false}, Check{"toupper(basename(fd.name)) = TOOL", true},
        Check{"proc.name = basename(proc.exepath)", true},
        Check{"proc.name = val(proc.pname)", false}, Check{"proc.name != val(proc.pname)", true},
        Check{"proc.pname in val(proc.aname)", true},
        Check{"fd.name startswith val(proc.name)", false}, Check{"fd.num < val(fd.sport)", true}));

INSTANTIATE_TEST_SUITE_P(
    Modified, Conditions,
    ::testing::Values(
        Check{"proc.name = anyof (sh, bash)", true}, Check{"proc.name = anyof (sh)", false},
        Check{"proc.name = anyof (shells)", true}, Check{"proc.name = anyof shells", true},
        Check{"proc.name != allof (sh, zsh)", true}, Check{"proc.name != allof (sh, bash)", false},
        Check{"proc.name != anyof (sh, bash)", true},
        Check{"proc.cmdline contains allof (bash, ls)", true},
        Check{"proc.cmdline contains allof (bash, cat)", false},
        Check{"proc.name contains oneof (ba, ash)", false},
        Check{"proc.name contains oneof (ba, zsh)", true},
        Check{"proc.name contains oneof (ba, ba)", true},
        Check{"proc.name contains oneof (x, y)", false},
        Check{"fd.name glob anyof (/etc/*, '/usr/!(lib)/*')", true},
        Check{"fd.name iglob oneof (/USR/*, '*TOOL')", false},
        Check{"fd.name regex anyof ('/etc.*', '/usr.*')", true},
        Check{"evt.buffer bcontains allof (cafe, fe01)", true},
        Check{"fd.sport = anyof (ports)", true}, Check{"fd.sport = oneof (80, 443)", false},
        Check{"fd.num != allof (1, 2)", true}, Check{"proc.aname = oneof (sshd, systemd)", false},
        Check{"proc.aname = oneof (sshd, init)", true}, Check{"proc.name = anyof (none)", false},
        Check{"proc.name != allof ()", false}, Check{"proc.name startswith oneof (none)", false},
        Check{"not proc.name startswith anyof ()", true}, Check{"user.name = anyof (root)", false},
        Check{"user.name != allof (root)", false}, Check{"evt.type = oneof (open, close)", true},
        Check{"evt.type != anyof (open, close)", true},
        Check{"evt.type != allof (open, close)", false},
        Check{"evt.type = oneof (read) or proc.name = oneof (bash)", true}));

INSTANTIATE_TEST_SUITE_P(
    MadeOfSeveral, Conditions,
    ::testing::Values(Check{"join(',', proc.aname) = 'sshd,systemd'", true},
                      Check{"join('', (proc.name, '-', fd.num)) = bash-3", true},
                      Check{"join(',', ()) = ''", true},
                      Check{"join(',', (user.name, proc.name)) = bash", true},
                      Check{"concat(fd.sip, ':', fd.sport) in ('10.1.2.3:8080', x)", true},
                      Check{"concat(fd.cip, '') = 'fe80::1'", true},
                      Check{"concat(proc.name, user.name) exists", false},
                      Check{"not concat(proc.name, user.name) = bash", true},
                      Check{"toupper(concat(proc.name, '!')) = 'BASH!'", true},
                      Check{"proc.pname = concat('ss', 'hd')", true},
                      Check{"proc.name = concat(proc.pname, 'x')", false},
                      Check{"len(concat(proc.name, proc.name)) = 8", true},
                      Check{"getopt((proc.name, '-a'), 'a') exists", true},
                      Check{"getopt(('-ab', 'x', '-c'), 'ab:c')[b] = x", true},
                      Check{"getopt(('-ab', 'x', '-c'), 'ab:c') intersects (c)", true},
                      Check{"getopt(('-ab', 'x', '-c'), 'ab:c') in (a, b, x, c)", true},
                      Check{"getopt(('-q'), 'a')[a] exists", false},
                      Check{"len(getopt(('-ab', 'x', '-c'), 'ab:c')) = 4", true}));

INSTANTIATE_TEST_SUITE_P(
    Logic, Conditions,
    ::testing::Values(Check{"evt.type = open", true}, Check{"evt.type in (close, open)", true},
                      Check{"evt.type = close", false}, Check{"not evt.type = close", true},
                      Check{"evt.type = open and fd.num = 3 and not user.uid != 0", true},
                      Check{"fd.num = 4 or fd.num = 3", true},
                      Check{"not (fd.num = 4 or fd.num = 3)", false},
                      Check{"(proc.name = a or proc.name in (b)) or proc.name = bash", true},
                      Check{"evt.type = open and (fd.num = 4 or not fd.num = 5)", true}));

class AuditConditions : public ::testing::TestWithParam<Check> {};

TEST_P(AuditConditions, Hold) {
  Evaluator evaluator(compiled(yaml_rule("R", GetParam().condition, "  source: k8s_audit\n")));
  ScriptedEvent event("pluginevent", Source::kK8sAudit);
  event.set_list("ka.req.pod.containers.image", {"nginx", "evil"});
  event.set("ka.req.pod.containers.image[1]", "evil").set("ka.verb", "create");
  event.set("jevt.value[/a/b]", "x");
  EXPECT_EQ(!evaluator.match(event).empty(), GetParam().fires) << GetParam().condition;
}

INSTANTIATE_TEST_SUITE_P(
    Table, AuditConditions,
    ::testing::Values(Check{"ka.req.pod.containers.image in (nginx, evil, more)", true},
                      Check{"ka.req.pod.containers.image in (nginx)", false},
                      Check{"ka.req.pod.containers.image intersects (evil)", true},
                      Check{"ka.req.pod.containers.image intersects (good)", false},
                      Check{"ka.req.pod.containers.image[1] = evil", true},
                      Check{"ka.req.pod.initContainers.image intersects (evil)", false},
                      Check{"not ka.req.pod.initContainers.image intersects (evil)", true},
                      Check{"len(ka.req.pod.containers.image) = 2", true},
                      Check{"ka.verb = create and jevt.value[/a/b] = x", true},
                      Check{"jevt.value[/a/c] exists", false}));

TEST(Exceptions, KeepARuleFromFiring) {
  constexpr std::string_view kExceptions =
      "  exceptions:\n"
      "    - {name: s, fields: proc.name, values: [shells, vi]}\n"
      "    - {name: p, fields: fd.name, comps: pmatch, values: [/etc]}\n"
      "    - {name: m, fields: [proc.name, fd.name], comps: [=, startswith], values: [[cat, "
      "/tmp]]}\n"
      "    - {name: l, fields: [proc.name, fd.num], comps: [in, '='], values: [[[a, b], 3], [(x), "
      "4]]}\n"
      "    - {name: one, fields: proc.name, comps: startswith anyof, values: [kube-, shells]}\n"
      "    - {name: each, fields: [toupper(proc.name), fd.name], comps: [=, contains allof],\n"
      "       values: [[TAR, [/a, /b]]]}\n"
      "    - {name: unused, fields: proc.pname}\n";
  Evaluator evaluator(compiled("- list: shells\n  items: [sh, bash]\n" +
                               yaml_rule("R", "evt.type = open or evt.type = close", kExceptions)));
  const auto fires = [&](const char* name, const char* file, int number) {
    ScriptedEvent event("open");
    event.set("proc.name", name).set("fd.name", file).set("fd.num", number);
    return !evaluator.match(event).empty();
  };
  EXPECT_TRUE(fires("less", "/tmp/x", 1));
  EXPECT_FALSE(fires("bash", "/tmp/x", 1));
  EXPECT_FALSE(fires("vi", "/tmp/x", 1));
  EXPECT_FALSE(fires("less", "/etc/passwd", 1));
  EXPECT_FALSE(fires("cat", "/tmp/x", 1));
  EXPECT_TRUE(fires("cat", "/var/x", 1));
  EXPECT_FALSE(fires("b", "/var/x", 3));
  EXPECT_TRUE(fires("b", "/var/x", 4));
  EXPECT_FALSE(fires("x", "/var/x", 4));
  EXPECT_FALSE(fires("kube-proxy", "/x", 1));
  EXPECT_FALSE(fires("shred", "/x", 1));
  EXPECT_FALSE(fires("tar", "/a/b", 1));
  EXPECT_TRUE(fires("tar", "/a/c", 1));
}

TEST(Appends, ExtendConditionsAsTexts) {
  Evaluator evaluator(compiled(yaml_rule("R", "proc.name = a") +
                               "- rule: R\n  condition: or proc.name = b\n  append: true\n"));
  ScriptedEvent event("open");
  EXPECT_FALSE(evaluator.match(event.set("proc.name", "c")).size());
  EXPECT_TRUE(evaluator.match(event.set("proc.name", "b")).size());
}

TEST(Evaluation, GivesAllRulesInOrder) {
  Evaluator evaluator(compiled(yaml_rule("A", "evt.type = close") + yaml_rule("B", "fd.num = 3") +
                               yaml_rule("C", "fd.num = 3", "  enabled: false\n") +
                               yaml_rule("D", "evt.type = open and fd.num = 3")));
  const ScriptedEvent event = open_event();
  EXPECT_THAT(evaluator.match(event), ElementsAre(1U, 3U));
  EXPECT_EQ(evaluator.match_first(event), 1);
  EXPECT_EQ(evaluator.match_first(ScriptedEvent("fork")), -1);
}

TEST(Evaluation, AsksForEachFieldOnceAnEvent) {
  Evaluator evaluator(compiled(
      yaml_rule("A", "evt.type = open and proc.name startswith b and toupper(proc.name) = X") +
      yaml_rule("B", "evt.type = open and (proc.name = x or proc.name endswith q)") +
      yaml_rule("C", "evt.type = open and proc.name contains zz")));
  const ScriptedEvent event = open_event();
  EXPECT_TRUE(evaluator.match(event).empty());
  EXPECT_EQ(event.gets(), 1U);
  EXPECT_TRUE(evaluator.match(event).empty());
  EXPECT_EQ(event.gets(), 2U);
}

TEST(Evaluation, ForgetsTheEventBefore) {
  Evaluator evaluator(compiled(yaml_rule("A", "toupper(proc.name) = A or not proc.name exists") +
                               yaml_rule("B", "toupper(proc.name) = A and fd.num = 1")));
  for (int i = 0; i < 100; ++i) {
    ScriptedEvent event("open");
    event.set("proc.name", i % 2 == 0 ? "a" : "b").set("fd.num", 1);
    EXPECT_EQ(evaluator.match(event).size(), i % 2 == 0 ? 2U : 0U);
  }
}

}  // namespace
}  // namespace yagura::rules
