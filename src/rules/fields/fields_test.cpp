#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "rules/event_type.hpp"
#include "rules/field.hpp"
#include "rules/fields/event_parameters.hpp"
#include "rules/fields/fields_k8s_audit.hpp"
#include "rules/fields/fields_syscall.hpp"

namespace yagura::rules {
namespace {

class RuleFields : public testing::TestWithParam<Source> {};

TEST_P(RuleFields, AreFoundByNameOnceEach) {
  std::set<std::string_view> seen;
  const auto fields = fields_of(GetParam());
  for (std::size_t id = 0; id < fields.size(); ++id) {
    EXPECT_TRUE(seen.insert(fields[id].name).second) << fields[id].name;
    EXPECT_EQ(find_field(GetParam(), fields[id].name), FieldId(id)) << fields[id].name;
    EXPECT_FALSE(fields[id].description.empty());
    EXPECT_EQ(fields[id].argument == FieldArgument::kNone,
              fields[id].argument_kind == ArgumentKind::kNone)
        << fields[id].name;
  }
  EXPECT_FALSE(find_field(GetParam(), "proc.nam"));
  EXPECT_FALSE(find_field(GetParam(), ""));
}

INSTANTIATE_TEST_SUITE_P(Both, RuleFields, testing::Values(Source::kSyscall, Source::kK8sAudit));

TEST(RuleFieldNumbers, AreTheEnumerators) {
  const auto syscall = fields_of(Source::kSyscall);
  EXPECT_EQ(syscall[static_cast<FieldId>(SyscallField::kEvtNum)].name, "evt.num");
  EXPECT_EQ(syscall[static_cast<FieldId>(SyscallField::kFdRip)].name, "fd.rip");
  EXPECT_EQ(syscall.back().name, "k8s.deployment.labels");
  const auto audit = fields_of(Source::kK8sAudit);
  EXPECT_EQ(audit[static_cast<FieldId>(K8sAuditField::kEvtNum)].name, "evt.num");
  EXPECT_EQ(audit[static_cast<FieldId>(K8sAuditField::kKaUriParam)].name, "ka.uri.param");
}

FieldInfo field(Source source, std::string_view name) {
  const auto id = find_field(source, name);
  EXPECT_TRUE(id) << name;
  return id ? fields_of(source)[*id] : FieldInfo{};
}

TEST(RuleFieldTypes, AreThoseOfTheDocumentation) {
  EXPECT_EQ(field(Source::kSyscall, "proc.aname").shape, FieldShape::kAnyOf);
  EXPECT_EQ(field(Source::kSyscall, "proc.aname").argument, FieldArgument::kOptional);
  EXPECT_EQ(field(Source::kSyscall, "fd.ip").type, FieldType::kIp);
  EXPECT_EQ(field(Source::kSyscall, "fd.snet").type, FieldType::kIpNet);
  EXPECT_EQ(field(Source::kSyscall, "fd.sport").type, FieldType::kPort);
  EXPECT_EQ(field(Source::kSyscall, "proc.duration").type, FieldType::kDuration);
  EXPECT_EQ(field(Source::kSyscall, "evt.rawarg").type, FieldType::kDynamic);
  EXPECT_TRUE(field(Source::kSyscall, "evt.arg").dotted_argument);
  EXPECT_TRUE(field(Source::kSyscall, "fd.types").is_list());
  EXPECT_TRUE(field(Source::kK8sAudit, "ka.req.pod.containers.image").is_list());
  EXPECT_FALSE(field(Source::kK8sAudit, "ka.req.pod.host_network").is_list());
  EXPECT_EQ(field(Source::kK8sAudit, "ka.uri.param").argument, FieldArgument::kRequired);
}

TEST(EventParameters, AreKnownByNameAndPosition) {
  const EventInfo* const openat = find_event_info("openat");
  ASSERT_NE(openat, nullptr);
  EXPECT_EQ(openat->category, EventCategory::kFile);
  ASSERT_GE(openat->parameters.size(), 4U);
  EXPECT_EQ(openat->parameters[0], "fd");
  EXPECT_EQ(openat->parameters[3], "flags");
  EXPECT_EQ(find_event_info("openat3"), nullptr);
  EXPECT_TRUE(is_event_parameter("oldpath"));
  EXPECT_FALSE(is_event_parameter("oldpat"));
  EXPECT_EQ(to_string(find_event_info("connect")->category), "net");
}

TEST(EventParameters, EveryTypeOfTheSchemaIsATypeThatRulesMayName) {
  for (const EventInfo& info : event_infos()) {
    EXPECT_TRUE(find_event_type(info.type)) << info.type;
  }
}

std::filesystem::path rule_corpora() {
  const char* const root = std::getenv("YAGURA_CORPORA");
  return std::filesystem::path(root != nullptr ? root : YAGURA_SOURCE_DIR "/../shared/corpora") /
         "falco-rules";
}

// No parser is needed: a field is a known class of names followed by a dot.
TEST(PublishedRules, NameOnlyFieldsThatWeKnow) {
  if (!std::filesystem::exists(rule_corpora())) GTEST_SKIP() << "skipped: no corpora";
  const std::regex pattern(
      R"((^|[^a-zA-Z0-9_.\-/:@%])%?((evt|proc|thread|user|group|fd|fs\.path|container|k8s|syslog|fdlist|ka|jevt|syscall)\.[a-zA-Z_][a-zA-Z0-9_.]*)(\[[^\]]*\])?)");
  std::set<std::string> unknown;
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(rule_corpora())) {
    if (entry.path().extension() != ".yaml") continue;
    const Source source = entry.path().filename().string().starts_with("k8s_audit")
                              ? Source::kK8sAudit
                              : Source::kSyscall;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      if (line.find_first_not_of(' ') == std::string::npos ||
          line[line.find_first_not_of(' ')] == '#')
        continue;
      for (std::sregex_iterator at(line.begin(), line.end(), pattern), end; at != end; ++at) {
        std::string name = (*at)[2].str();
        while (name.ends_with('.')) name.pop_back();
        ++found;
        if (find_field(source, name) || name == "user.log") continue;  // a file's name in a list
        bool known = false;  // evt.arg.flags: the name up to a dot takes a dotted argument
        for (std::size_t dot = name.rfind('.'); dot != std::string::npos && dot > 0;
             dot = name.rfind('.', dot - 1)) {
          const auto id = find_field(source, name.substr(0, dot));
          if (id && fields_of(source)[*id].dotted_argument) {
            const bool parameter =
                !name.starts_with("evt.arg.") || is_event_parameter(name.substr(dot + 1));
            known = parameter;
            break;
          }
        }
        if (!known) unknown.insert(name);
      }
    }
  }
  EXPECT_GT(found, 1000U);
  for (const std::string& name : unknown) ADD_FAILURE() << "unknown field: " << name;
}

}  // namespace
}  // namespace yagura::rules
