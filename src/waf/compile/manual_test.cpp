// What the ModSecurity Reference Manual (v3.x, with what v2.x has beyond it) documents: each name
// works, works with a warning that says what it does not do, or is refused with its place and the
// reason. Nothing is taken in silence and without effect.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "waf/compile/testing_rules.hpp"
#include "waf/compile/variable.hpp"
#include "waf/operator/operator.hpp"
#include "waf/seclang/ascii.hpp"
#include "waf/seclang/directives.hpp"
#include "waf/transform/transform.hpp"

namespace yagura::waf {
namespace {

using testing_rules::compile_text;
using testing_rules::Compiled;

// `says` is of the only diagnostic: "" none, "warning: …" or "error: …" what it begins with.
struct Documented {
  std::string_view name, use, says = {};
};

class Files {
 public:
  Files() : folder_(::testing::TempDir() + "waf_manual") {
    std::filesystem::create_directories(folder_);
    write("phrases.txt", "one\ntwo\n");
    write("addresses.txt", "192.0.2.0/24\n");
    write("schema.xsd",
          "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">"
          "<xs:element name=\"a\"/></xs:schema>");
    write("a.dtd", "<!ELEMENT a (#PCDATA)>");
    write("unicode.mapping", "20127 (US-ASCII)\n00a0:20 \n");
  }
  ~Files() { std::filesystem::remove_all(folder_); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  // "{folder}" stands for it.
  [[nodiscard]] std::string filled_in(std::string_view text) const {
    std::string out(text);
    for (std::size_t at = out.find("{folder}"); at != std::string::npos;
         at = out.find("{folder}")) {
      out.replace(at, std::string_view("{folder}").size(), folder_);
    }
    return out;
  }

 private:
  void write(const char* name, std::string_view text) const {
    std::ofstream(folder_ + "/" + name) << text;
  }
  std::string folder_;
};

void expect_documented(const Documented& item, const std::string& rules) {
  SCOPED_TRACE(rules);
  const Compiled compiled = compile_text(rules);
  const auto& problems = compiled.diagnostics.list();
  if (item.says.empty()) {
    EXPECT_EQ(compiled.problems(), "");
    EXPECT_NE(compiled.set, nullptr);
    return;
  }
  ASSERT_EQ(problems.size(), 1u) << compiled.problems();
  const std::string text = to_string(problems[0]);
  EXPECT_TRUE(text.starts_with("a.conf:1:")) << text;
  EXPECT_NE(text.find(item.says), std::string::npos) << text;
  const bool is_error = item.says.starts_with("error");
  EXPECT_EQ(compiled.set == nullptr, is_error);
}

// Every name of `ours` that the table lacks.
template <typename Names>
std::string missing(const std::vector<Documented>& table, const Names& ours) {
  std::set<std::string> known;
  for (const Documented& each : table) known.insert(seclang::lower(each.name));
  std::string text;
  for (const std::string_view name : ours) {
    if (!known.contains(seclang::lower(name))) text += fmt::format("{} ", name);
  }
  return text;
}

const std::vector<Documented>& directives() {
  static const std::vector<Documented> kTable = {
      {"SecAction", "id:1,pass"},
      {"SecArgumentSeparator", "&"},
      {"SecArgumentsLimit", "1000"},
      {"SecAuditEngine", "RelevantOnly"},
      {"SecAuditLog", "/var/log/audit.log"},
      {"SecAuditLog2", "/var/log/audit2.log"},
      {"SecAuditLogDirMode", "02750"},
      {"SecAuditLogFileMode", "00640"},
      {"SecAuditLogFormat", "JSON"},
      {"SecAuditLogParts", "ABCFHZ"},
      {"SecAuditLogRelevantStatus", "^(?:5|4\\d[^4])"},
      {"SecAuditLogStorageDir", "/var/log/audit"},
      {"SecAuditLogType", "Serial"},
      {"SecCacheTransformations", "On", "warning: SecCacheTransformations has no effect"},
      {"SecChrootDir", "/chroot", "warning: SecChrootDir has no effect"},
      {"SecCollectionTimeout", "3600"},
      {"SecComponentSignature", "\"core ruleset/2.1.3\""},
      {"SecConnEngine", "On", "warning: SecConnEngine has no effect"},
      {"SecConnReadStateLimit", "50", "warning: SecConnReadStateLimit has no effect"},
      {"SecConnWriteStateLimit", "50", "warning: SecConnWriteStateLimit has no effect"},
      {"SecContentInjection", "On", "error: SecContentInjection cannot be on"},
      {"SecCookieFormat", "0"},
      {"SecCookieV0Separator", ";", "warning: SecCookieV0Separator has no effect"},
      {"SecDataDir", "/var/data", "warning: SecDataDir has no effect"},
      {"SecDebugLog", "/var/log/debug.log", "warning: SecDebugLog has no effect"},
      {"SecDebugLogLevel", "3", "warning: SecDebugLogLevel has no effect"},
      {"SecDefaultAction", "phase:2,log,auditlog,pass"},
      {"SecDisableBackendCompression", "On", "warning: SecDisableBackendCompression has no effect"},
      {"SecGeoLookupDb", "/nonexistent.mmdb", "error: there is no file"},
      {"SecGsbLookupDb", "/a.db", "error: SecGsbLookupDb is not supported"},
      {"SecGuardianLog", "|/bin/guardian", "error: SecGuardianLog is not supported"},
      {"SecHashEngine", "On", "error: SecHashEngine cannot be on"},
      {"SecHashKey", "secret KeyOnly", "error: SecHashKey is not supported"},
      {"SecHashMethodPm", "HashHref a", "error: SecHashMethodPm is not supported"},
      {"SecHashMethodRx", "HashHref a", "error: SecHashMethodRx is not supported"},
      {"SecHashParam", "hmac", "error: SecHashParam is not supported"},
      {"SecHttpBlKey", "whdkfieyhtnf"},
      {"SecInterceptOnError", "On", "warning: SecInterceptOnError has no effect"},
      {"SecMarker", "END"},
      {"SecParseXmlIntoArgs", "OnlyArgs"},
      {"SecPcreMatchLimit", "1500"},
      {"SecPcreMatchLimitRecursion", "1500"},
      {"SecPdfProtect", "On", "warning: SecPdfProtect has no effect"},
      {"SecPdfProtectMethod", "TokenRedirection", "warning: SecPdfProtectMethod has no effect"},
      {"SecPdfProtectSecret", "secret", "warning: SecPdfProtectSecret has no effect"},
      {"SecPdfProtectTimeout", "10", "warning: SecPdfProtectTimeout has no effect"},
      {"SecPdfProtectTokenName", "token", "warning: SecPdfProtectTokenName has no effect"},
      {"SecReadStateLimit", "50", "warning: SecReadStateLimit has no effect"},
      {"SecRemoteRules", "key https://example.org/", "error: SecRemoteRules is not supported"},
      {"SecRemoteRulesFailAction", "Warn", "warning: SecRemoteRulesFailAction has no effect"},
      {"SecRequestBodyAccess", "On"},
      {"SecRequestBodyInMemoryLimit", "131072"},
      {"SecRequestBodyJsonDepthLimit", "512"},
      {"SecRequestBodyLimit", "134217728"},
      {"SecRequestBodyLimitAction", "ProcessPartial"},
      {"SecRequestBodyNoFilesLimit", "131072"},
      {"SecRequestEncoding", "utf-8", "warning: SecRequestEncoding has no effect"},
      {"SecResponseBodyAccess", "On"},
      {"SecResponseBodyLimit", "524228"},
      {"SecResponseBodyLimitAction", "ProcessPartial"},
      {"SecResponseBodyMimeType", "text/plain text/html"},
      {"SecResponseBodyMimeTypesClear", ""},
      {"SecRule", "ARGS \"@rx a\" id:1,pass"},
      {"SecRuleEngine", "DetectionOnly"},
      {"SecRuleInheritance", "Off", "warning: SecRuleInheritance has no effect"},
      {"SecRulePerfTime", "1000", "warning: SecRulePerfTime has no effect"},
      {"SecRuleRemoveById", "1 2 \"9000-9010\""},
      {"SecRuleRemoveByMsg", "FAIL"},
      {"SecRuleRemoveByTag", "attack"},
      {"SecRuleScript", "/a.lua", "error: SecRuleScript is not supported"},
      {"SecRuleUpdateActionById", "12345 deny,status:403"},
      {"SecRuleUpdateTargetById", "12345 !ARGS:foo"},
      {"SecRuleUpdateTargetByMsg", "Injection !ARGS:foo"},
      {"SecRuleUpdateTargetByTag", "attack !ARGS:foo"},
      {"SecSensorId", "WAFSensor01"},
      {"SecServerSignature", "Apache", "warning: SecServerSignature has no effect"},
      {"SecStatusEngine", "On", "warning: SecStatusEngine has no effect"},
      {"SecStreamInBodyInspection", "On", "error: SecStreamInBodyInspection cannot be on"},
      {"SecStreamOutBodyInspection", "On", "error: SecStreamOutBodyInspection cannot be on"},
      {"SecTmpDir", "{folder}"},
      {"SecTmpSaveUploadedFiles", "On", "warning: SecTmpSaveUploadedFiles has no effect"},
      {"SecUnicodeCodePage", "20127"},
      {"SecUnicodeMapFile", "{folder}/unicode.mapping 20127"},
      {"SecUploadDir", "{folder}"},
      {"SecUploadFileLimit", "10"},
      {"SecUploadFileMode", "0640", "warning: SecUploadFileMode has no effect"},
      {"SecUploadKeepFiles", "Off"},
      {"SecWebAppId", "WebApp1"},
      {"SecWriteStateLimit", "50", "warning: SecWriteStateLimit has no effect"},
      {"SecXmlExternalEntity", "Off"},
  };
  return kTable;
}

TEST(Manual, DirectivesWorkOrSayWhyNot) {
  const Files files;
  for (const Documented& each : directives()) {
    expect_documented(each, files.filled_in(fmt::format("{} {}", each.name, each.use)));
  }
  std::vector<std::string_view> ours;
  for (const std::string_view name : seclang::directive_names()) {
    if (!name.starts_with("Include")) ours.push_back(name);
  }
  EXPECT_EQ(missing(directives(), ours), "");
}

const std::vector<Documented>& variables() {
  static const std::vector<Documented> kTable = {
      {"ARGS", ":a"},
      {"ARGS_COMBINED_SIZE", ""},
      {"ARGS_GET", ":a"},
      {"ARGS_GET_NAMES", ""},
      {"ARGS_NAMES", ""},
      {"ARGS_POST", ":/^a/"},
      {"ARGS_POST_NAMES", ""},
      {"AUTH_TYPE", ""},
      {"DURATION", ""},
      {"ENV", ":tag"},
      {"FILES", ""},
      {"FILES_COMBINED_SIZE", ""},
      {"FILES_NAMES", ""},
      {"FILES_SIZES", ""},
      {"FILES_TMPNAMES", ""},
      {"FILES_TMP_CONTENT", ""},
      {"FULL_REQUEST", ""},
      {"FULL_REQUEST_LENGTH", ""},
      {"GEO", ":COUNTRY_CODE"},
      {"GLOBAL", ":a"},
      {"HIGHEST_SEVERITY", ""},
      {"INBOUND_DATA_ERROR", ""},
      {"IP", ":a"},
      {"MATCHED_VAR", ""},
      {"MATCHED_VARS", ""},
      {"MATCHED_VARS_NAMES", ""},
      {"MATCHED_VAR_NAME", ""},
      {"MODSEC_BUILD", ""},
      {"MSC_PCRE_ERROR", ""},
      {"MSC_PCRE_LIMITS_EXCEEDED", ""},
      {"MULTIPART_BOUNDARY_QUOTED", ""},
      {"MULTIPART_BOUNDARY_WHITESPACE", ""},
      {"MULTIPART_CRLF_LF_LINES", ""},
      {"MULTIPART_DATA_AFTER", ""},
      {"MULTIPART_DATA_BEFORE", ""},
      {"MULTIPART_FILENAME", ""},
      {"MULTIPART_FILE_LIMIT_EXCEEDED", ""},
      {"MULTIPART_HEADER_FOLDING", ""},
      {"MULTIPART_INVALID_HEADER_FOLDING", ""},
      {"MULTIPART_INVALID_PART", ""},
      {"MULTIPART_INVALID_QUOTING", ""},
      {"MULTIPART_LF_LINE", ""},
      {"MULTIPART_MISSING_SEMICOLON", ""},
      {"MULTIPART_NAME", ""},
      {"MULTIPART_PART_HEADERS", ":a"},
      {"MULTIPART_STRICT_ERROR", ""},
      {"MULTIPART_UNMATCHED_BOUNDARY", ""},
      {"OUTBOUND_DATA_ERROR", ""},
      {"PATH_INFO", ""},
      {"PERF_ALL", "", "error: "},
      {"PERF_RULES", "", "error: "},
      {"QUERY_STRING", ""},
      {"REMOTE_ADDR", ""},
      {"REMOTE_HOST", ""},
      {"REMOTE_PORT", ""},
      {"REMOTE_USER", ""},
      {"REQBODY_ERROR", ""},
      {"REQBODY_ERROR_MSG", ""},
      {"REQBODY_PROCESSOR", ""},
      {"REQBODY_PROCESSOR_ERROR", ""},
      {"REQBODY_PROCESSOR_ERROR_MSG", ""},
      {"REQUEST_BASENAME", ""},
      {"REQUEST_BODY", ""},
      {"REQUEST_BODY_LENGTH", ""},
      {"REQUEST_COOKIES", ":a"},
      {"REQUEST_COOKIES_NAMES", ""},
      {"REQUEST_FILENAME", ""},
      {"REQUEST_HEADERS", ":Host"},
      {"REQUEST_HEADERS_NAMES", ""},
      {"REQUEST_LINE", ""},
      {"REQUEST_METHOD", ""},
      {"REQUEST_PROTOCOL", ""},
      {"REQUEST_URI", ""},
      {"REQUEST_URI_RAW", ""},
      {"RESOURCE", ":a"},
      {"RESPONSE_BODY", ""},
      {"RESPONSE_CONTENT_LENGTH", ""},
      {"RESPONSE_CONTENT_TYPE", ""},
      {"RESPONSE_HEADERS", ":Server"},
      {"RESPONSE_HEADERS_NAMES", ""},
      {"RESPONSE_PROTOCOL", ""},
      {"RESPONSE_STATUS", ""},
      {"RULE", ":id"},
      {"SCRIPT_BASENAME", "", "error: "},
      {"SCRIPT_FILENAME", "", "error: "},
      {"SCRIPT_GID", "", "error: "},
      {"SCRIPT_UID", "", "error: "},
      {"SCRIPT_USERNAME", "", "error: "},
      {"SDBM_DELETE_ERROR", "", "error: "},
      {"SERVER_ADDR", ""},
      {"SERVER_NAME", ""},
      {"SERVER_PORT", ""},
      {"SESSION", ":a"},
      {"SESSIONID", ""},
      {"STATUS_LINE", ""},
      {"STREAM_INPUT_BODY", "", "error: "},
      {"STREAM_OUTPUT_BODY", "", "error: "},
      {"TIME", ""},
      {"TIME_DAY", ""},
      {"TIME_EPOCH", ""},
      {"TIME_HOUR", ""},
      {"TIME_MIN", ""},
      {"TIME_MON", ""},
      {"TIME_SEC", ""},
      {"TIME_WDAY", ""},
      {"TIME_YEAR", ""},
      {"TX", ":a"},
      {"UNIQUE_ID", ""},
      {"URLENCODED_ERROR", ""},
      {"USER", ":a"},
      {"USERAGENT_IP", "", "error: "},
      {"USERID", ""},
      {"WEBAPPID", ""},
      {"WEBSERVER_ERROR_LOG", "", "error: "},
      {"XML", ":/*"},
  };
  return kTable;
}

TEST(Manual, VariablesWorkOrSayWhyNot) {
  for (const Documented& each : variables()) {
    expect_documented(each,
                      fmt::format("SecRule {}{} \"@rx a\" id:1,phase:5,pass", each.name, each.use));
  }
  EXPECT_EQ(missing(variables(), variable_names()), "");
}

const std::vector<Documented>& operators() {
  static const std::vector<Documented> kTable = {
      {"beginsWith", "GET"},
      {"contains", ".php"},
      {"containsWord", "select"},
      {"detectSQLi", ""},
      {"detectXSS", ""},
      {"endsWith", "HTTP/1.1"},
      {"eq", "15"},
      {"fuzzyHash", "hashes.txt 6", "error: @fuzzyHash"},
      {"ge", "15"},
      {"geoLookup", "", "warning: @geoLookup is not evaluated without a database"},
      {"gsbLookup", "=\\\"", "error: @gsbLookup"},
      {"gt", "15"},
      {"inspectFile", "/a.lua", "error: @inspectFile"},
      {"ipMatch", "192.168.1.100,2001:db8::/32"},
      {"ipMatchF", "{folder}/addresses.txt"},
      {"ipMatchFromFile", "{folder}/addresses.txt"},
      {"le", "15"},
      {"lt", "15"},
      {"noMatch", ""},
      {"pm", "WebZIP WebCopier"},
      {"pmf", "{folder}/phrases.txt"},
      {"pmFromFile", "{folder}/phrases.txt"},
      {"rbl", "sbl-xbl.example.org"},
      {"rsub", "s/a(b)/$1/"},
      {"rx", "nikto"},
      {"rxGlobal", "nikto"},
      {"streq", "foo"},
      {"strmatch", "WebZIP"},
      {"unconditionalMatch", ""},
      {"validateByteRange", "10,13,32-126"},
      {"validateDTD", "{folder}/a.dtd"},
      {"validateHash", "product_info", "error: @validateHash"},
      {"validateSchema", "{folder}/schema.xsd"},
      {"validateUrlEncoding", ""},
      {"validateUtf8Encoding", ""},
      {"verifyCC", "\\d{13,16}"},
      {"verifyCPF", "\\d{11}"},
      {"verifySSN", "\\d{9}"},
      {"verifySVNR", "\\d{10}"},
      {"within", "GET POST"},
  };
  return kTable;
}

TEST(Manual, OperatorsWorkOrSayWhyNot) {
  const Files files;
  for (const Documented& each : operators()) {
    expect_documented(
        each, files.filled_in(
                  fmt::format("SecRule XML:/* \"@{} {}\" id:1,phase:2,pass", each.name, each.use)));
  }
  EXPECT_EQ(missing(operators(), operator_names()), "");
}

TEST(Manual, ActionsWorkOrSayWhyNot) {
  const std::vector<Documented> actions = {
      {"accuracy", "accuracy:5"},
      {"allow", "allow:request"},
      {"append", "append:'<hr>'", "error: the action append is not supported"},
      {"auditlog", "auditlog"},
      {"block", "block"},
      {"capture", "capture"},
      {"chain", "chain", "error: "},  // nothing follows it here
      {"deny", "deny"},
      {"deprecatevar", "deprecatevar:session.score=60/300"},
      {"drop", "drop"},
      {"exec", "exec:/bin/true", "error: the action exec is not supported"},
      {"expirevar", "expirevar:session.suspicious=3600"},
      {"initcol", "initcol:ip=%{REMOTE_ADDR}"},
      {"log", "log"},
      {"logdata", "logdata:'%{TX.0}'"},
      {"maturity", "maturity:5"},
      {"msg", "msg:'text'"},
      {"multiMatch", "multiMatch"},
      {"noauditlog", "noauditlog"},
      {"nolog", "nolog"},
      {"pass", "pass"},
      {"pause", "pause:5000", "warning: pause has no effect"},
      {"prepend", "prepend:'<hr>'", "error: the action prepend is not supported"},
      {"proxy", "proxy:http://honeypot.example", "error: the action proxy is not supported"},
      {"redirect", "redirect:http://www.example.org/failed.html"},
      {"rev", "rev:'2.1.3'"},
      {"sanitiseArg", "sanitiseArg:password"},
      {"sanitiseMatched", "sanitiseMatched"},
      {"sanitiseMatchedBytes", "sanitiseMatchedBytes:4/0"},
      {"sanitiseRequestHeader", "sanitiseRequestHeader:Authorization"},
      {"sanitiseResponseHeader", "sanitiseResponseHeader:Set-Cookie"},
      {"setenv", "setenv:tag=suspicious"},
      {"setrsc", "setrsc:'abcd1234'"},
      {"setsid", "setsid:%{REQUEST_COOKIES.PHPSESSID}"},
      {"setuid", "setuid:%{ARGS.username}"},
      {"setvar", "setvar:tx.score=+10"},
      {"severity", "severity:CRITICAL"},
      {"skip", "skip:1"},
      {"skipAfter", "skipAfter:END"},  // there is none: the end of the phase
      {"status", "deny,status:503"},
      {"t", "t:lowercase"},
      {"tag", "tag:'WEB_ATTACK'"},
      {"ver", "ver:'OWASP_CRS/4.0'"},
      {"xmlns", "xmlns:xsd='http://www.w3.org/2001/XMLSchema'"},
  };
  for (const Documented& each : actions) {
    expect_documented(each, fmt::format("SecRule ARGS \"@rx (a)\" \"id:1,phase:2,{}\"", each.use));
  }
}

TEST(Manual, ControlsWorkOrSayWhyNot) {
  const std::vector<Documented> controls = {
      {"auditEngine", "auditEngine=On"},
      {"auditLogParts", "auditLogParts=+E"},
      {"debugLogLevel", "debugLogLevel=5", "warning: ctl:debugLogLevel has no effect"},
      {"forceRequestBodyVariable", "forceRequestBodyVariable=On"},
      {"hashEnforcement", "hashEnforcement=On", "error: ctl:hashEnforcement cannot be on"},
      {"hashEngine", "hashEngine=On", "error: ctl:hashEngine cannot be on"},
      {"parseXmlIntoArgs", "parseXmlIntoArgs=On"},
      {"requestBodyAccess", "requestBodyAccess=On"},
      {"requestBodyLimit", "requestBodyLimit=1000"},
      {"requestBodyProcessor", "requestBodyProcessor=XML"},
      {"responseBodyAccess", "responseBodyAccess=On"},
      {"responseBodyLimit", "responseBodyLimit=1000"},
      {"ruleEngine", "ruleEngine=Off"},
      {"ruleRemoveById", "ruleRemoveById=1-5"},
      {"ruleRemoveByMsg", "ruleRemoveByMsg=text"},
      {"ruleRemoveByTag", "ruleRemoveByTag=attack"},
      {"ruleRemoveTargetById", "ruleRemoveTargetById=1;ARGS:a"},
      {"ruleRemoveTargetByMsg", "ruleRemoveTargetByMsg=text;ARGS:a"},
      {"ruleRemoveTargetByTag", "ruleRemoveTargetByTag=attack;ARGS:a"},
  };
  for (const Documented& each : controls) {
    expect_documented(each, fmt::format("SecAction \"id:1,phase:1,pass,ctl:{}\"", each.use));
  }
}

TEST(Manual, TransformationsWork) {
  std::vector<std::string_view> names = {"base64Decode",
                                         "base64DecodeExt",
                                         "base64Encode",
                                         "cmdLine",
                                         "compressWhitespace",
                                         "cssDecode",
                                         "escapeSeqDecode",
                                         "hexDecode",
                                         "hexEncode",
                                         "htmlEntityDecode",
                                         "jsDecode",
                                         "length",
                                         "lowercase",
                                         "md5",
                                         "none",
                                         "normalisePath",
                                         "normalisePathWin",
                                         "normalizePath",
                                         "normalizePathWin",
                                         "parityEven7bit",
                                         "parityOdd7bit",
                                         "parityZero7bit",
                                         "removeComments",
                                         "removeCommentsChar",
                                         "removeNulls",
                                         "removeWhitespace",
                                         "replaceComments",
                                         "replaceNulls",
                                         "sha1",
                                         "sqlHexDecode",
                                         "trim",
                                         "trimLeft",
                                         "trimRight",
                                         "uppercase",
                                         "urlDecode",
                                         "urlDecodeUni",
                                         "urlEncode",
                                         "utf8toUnicode"};
  for (const std::string_view name : names) {
    expect_documented({.name = name, .use = {}},
                      fmt::format("SecRule ARGS \"@rx a\" id:1,phase:2,pass,t:{}", name));
  }
  for (std::size_t i = 0; i < kTransformCount; ++i) {
    const std::string_view ours = name_of(static_cast<Transform>(i));
    EXPECT_NE(std::find(names.begin(), names.end(), ours), names.end()) << ours;
  }
}

}  // namespace
}  // namespace yagura::waf
