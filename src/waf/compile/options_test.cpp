#include <gtest/gtest.h>

#include "waf/compile/testing_rules.hpp"

namespace yagura::waf {
namespace {

using testing_rules::compile_text;

TEST(Options, HaveModSecuritysDefaults) {
  const EngineOptions options = compile_text("SecAction id:1").set->options;
  EXPECT_EQ(options.mode, EngineMode::kDetectionOnly);
  EXPECT_FALSE(options.request_body_access);
  EXPECT_FALSE(options.response_body_access);
  EXPECT_EQ(options.request_at_limit, EngineOptions::AtLimit::kReject);
  EXPECT_EQ(options.response_at_limit, EngineOptions::AtLimit::kProcessPartial);
  EXPECT_EQ(options.response_limit, 524'288U);
  EXPECT_EQ(options.collection_timeout_seconds, 3600U);
  EXPECT_EQ(options.audit.engine, AuditOptions::Engine::kOff);
  EXPECT_EQ(options.response_mime_types, (std::vector<std::string>{"text/plain", "text/html"}));
}

TEST(Options, AreSetByTheirDirectives) {
  const auto compiled = compile_text(
      R"x(
SecRuleEngine on
SecRequestBodyAccess On
SecResponseBodyAccess On
SecRequestBodyLimit 1000
SecRequestBodyNoFilesLimit 100
SecRequestBodyInMemoryLimit 10
SecRequestBodyLimitAction ProcessPartial
SecResponseBodyLimit 2000
SecResponseBodyLimitAction Reject
SecRequestBodyJsonDepthLimit 7
SecArgumentsLimit 8
SecArgumentSeparator ;
SecUploadFileLimit 9
SecUploadDir /
SecUploadKeepFiles On
SecTmpDir /var
SecPcreMatchLimit 1234
SecPcreMatchLimitRecursion 1234
SecCollectionTimeout 600
SecResponseBodyMimeType text/HTML application/json
SecAuditEngine RelevantOnly
SecAuditLogRelevantStatus "^(?:5|4(?!04))"
SecAuditLogParts ABZ
SecAuditLogType Concurrent
SecAuditLog /var/log/a
SecAuditLog2 /var/log/b
SecAuditLogStorageDir /var/log/c
SecAuditLogDirMode 0700
SecAuditLogFileMode default
SecAuditLogFormat Native
SecDebugLogLevel 0
SecComponentSignature "one/1"
SecComponentSignature "two/2"
SecWebAppId app
SecSensorId sensor
SecCookieFormat 0
SecStatusEngine Off
SecContentInjection Off
)x");
  ASSERT_EQ(compiled.problems(), "");
  const EngineOptions& options = compiled.set->options;
  EXPECT_EQ(options.mode, EngineMode::kOn);
  EXPECT_TRUE(options.request_body_access);
  EXPECT_TRUE(options.response_body_access);
  EXPECT_EQ(options.request_limits.max_body, 1000U);
  EXPECT_EQ(options.request_limits.max_body_no_files, 100U);
  EXPECT_EQ(options.request_limits.max_in_memory, 10U);
  EXPECT_EQ(options.request_at_limit, EngineOptions::AtLimit::kProcessPartial);
  EXPECT_EQ(options.response_limit, 2000U);
  EXPECT_EQ(options.response_at_limit, EngineOptions::AtLimit::kReject);
  EXPECT_EQ(options.request_limits.max_json_depth, 7U);
  EXPECT_EQ(options.request_limits.max_arguments, 8U);
  EXPECT_EQ(options.request_limits.argument_separator, ';');
  EXPECT_EQ(options.request_limits.max_files, 9U);
  EXPECT_EQ(options.request_limits.upload_folder, "/");
  EXPECT_TRUE(options.request_limits.keep_files);
  EXPECT_EQ(options.request_limits.temporary_folder, "/var");
  EXPECT_EQ(options.pattern_match_limit, 1234U);
  EXPECT_EQ(options.collection_timeout_seconds, 600U);
  EXPECT_EQ(options.response_mime_types,
            (std::vector<std::string>{"text/plain", "text/html", "application/json"}));
  EXPECT_EQ(options.audit.engine, AuditOptions::Engine::kRelevantOnly);
  EXPECT_EQ(options.audit.relevant_status->match("500", nullptr), OperatorResult::kMatch);
  EXPECT_EQ(options.audit.relevant_status->match("404", nullptr), OperatorResult::kNoMatch);
  EXPECT_EQ(options.audit.parts, "ABZ");
  EXPECT_EQ(options.audit.type, AuditOptions::Type::kConcurrent);
  EXPECT_EQ(options.audit.path, "/var/log/a");
  EXPECT_EQ(options.audit.path2, "/var/log/b");
  EXPECT_EQ(options.audit.storage_folder, "/var/log/c");
  EXPECT_EQ(options.audit.folder_mode, 0700U);
  EXPECT_EQ(options.audit.file_mode, 0640U);
  EXPECT_FALSE(options.audit.json);
  EXPECT_EQ(options.component_signature, "one/1; two/2");
  EXPECT_EQ(options.web_app_id, "app");
  EXPECT_EQ(options.sensor_id, "sensor");
}

TEST(Options, NameFoldersThatAreThere) {
  EXPECT_EQ(compile_text("SecUploadKeepFiles On").problems(),
            "a.conf:1:1: error: SecUploadKeepFiles keeps nothing without SecUploadDir (hint: name "
            "the folder for files with SecUploadDir)\n");
  EXPECT_EQ(compile_text("SecUploadKeepFiles On\nSecUploadDir /nonexistent").problems(),
            "a.conf:2:1: error: there is no folder \"/nonexistent\" for files\n");
  EXPECT_EQ(compile_text("SecUploadKeepFiles Off\nSecUploadDir /nonexistent").problems(), "");
  const auto compiled = compile_text("SecTmpDir /nonexistent");
  EXPECT_EQ(compiled.problems(),
            "a.conf:1:1: warning: SecTmpDir: there is no folder \"/nonexistent\"; /tmp is taken\n");
  EXPECT_EQ(compiled.set->options.request_limits.temporary_folder, "/tmp");
}

TEST(Options, OfMimeTypesStartAnewWhenCleared) {
  const auto compiled =
      compile_text("SecResponseBodyMimeTypesClear\nSecResponseBodyMimeType text/xml");
  EXPECT_EQ(compiled.set->options.response_mime_types, (std::vector<std::string>{"text/xml"}));
}

TEST(Options, GiveTheKeyOfHttpBlToItsOperator) {
  EXPECT_EQ(compile_text("SecHttpBlKey abcdefghijkl\n"
                         "SecRule REMOTE_ADDR \"@rbl dnsbl.httpbl.org\" id:1")
                .problems(),
            "");
}

// Rule sets turn it on for @validateSchema; schemas are read without it.
TEST(Options, OfExternalEntitiesAreWarnedOfAndStayOff) {
  const auto compiled = compile_text("SecXmlExternalEntity On\nSecAction id:1");
  ASSERT_NE(compiled.set, nullptr);
  EXPECT_NE(compiled.problems().find("warning: SecXmlExternalEntity On has no effect"),
            std::string::npos);
  EXPECT_EQ(compile_text("SecXmlExternalEntity Off\nSecAction id:1").problems(), "");
}

TEST(Options, LargerThanTheirTypeAreTheLargest) {
  const auto compiled = compile_text("SecArgumentsLimit 9999999999");
  EXPECT_EQ(compiled.set->options.request_limits.max_arguments, 0xffff'ffffU);
}

// Every directive that the parser lets through has a meaning here.
TEST(Options, WithoutMeaningAreErrorsInDocumentsMadeByHand) {
  seclang::Document document;
  document.directives.emplace_back(seclang::PlainDirective{.name = "SecNothing"});
  document.directives.emplace_back(seclang::PlainDirective{.name = "SecTmpDir"});
  Diagnostics diagnostics;
  EXPECT_EQ(compile(document, {}, diagnostics), nullptr);
  ASSERT_EQ(diagnostics.error_count(), 2U);
  EXPECT_EQ(diagnostics.list()[0].message, "SecNothing has no meaning here");
  EXPECT_EQ(diagnostics.list()[1].message, "SecTmpDir lacks an argument");
}

}  // namespace
}  // namespace yagura::waf
