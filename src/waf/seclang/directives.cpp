#include "waf/seclang/directives.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "waf/seclang/ascii.hpp"

namespace yagura::waf::seclang {
namespace {

using enum ArgumentKind;
using enum DirectiveUse;

constexpr std::uint8_t kAny = 255;
constexpr std::string_view kOnOff = "On|Off";
constexpr std::string_view kNoHash =
    "hashes in links and forms need every response to be rewritten, which we do not do";
constexpr std::string_view kNoPdf =
    "the defect of PDF readers that it worked around is long mended";
constexpr std::string_view kServerLimits =
    "connections are limited by the web server (nginx: limit_conn)";

constexpr std::string_view kNoDebugLog =
    "what rules do is in the error log, in events and in metrics; yagura waf check tries a request";

// Sorted by name, ignoring case; a test holds us to it.
constexpr DirectiveInfo kDirectives[] = {
    {"Include", kInclude, kPath, 1, 1, {}, {}},
    {"IncludeOptional", kInclude, kPath, 1, 1, {}, {}},
    {"SecAction", kRule, kConditionAndActions, 1, 1, {}, {}},
    {"SecArgumentSeparator", kWorks, kText, 1, 1, {}, {}},
    {"SecArgumentsLimit", kWorks, kNumber, 1, 1, {}, {}},
    {"SecAuditEngine", kWorks, kChoice, 1, 1, "On|Off|RelevantOnly", {}},
    {"SecAuditLog", kWorks, kPath, 1, 1, {}, {}},
    {"SecAuditLog2", kWorks, kPath, 1, 1, {}, {}},
    {"SecAuditLogDirMode", kWorks, kOctal, 1, 1, {}, {}},
    {"SecAuditLogFileMode", kWorks, kOctal, 1, 1, {}, {}},
    {"SecAuditLogFormat", kWorks, kChoice, 1, 1, "JSON|Native", {}},
    {"SecAuditLogParts", kWorks, kText, 1, 1, {}, {}},
    {"SecAuditLogRelevantStatus", kWorks, kText, 1, 1, {}, {}},
    {"SecAuditLogStorageDir", kWorks, kPath, 1, 1, {}, {}},
    {"SecAuditLogType", kWorks, kChoice, 1, 1, "Serial|Concurrent|Parallel|HTTPS", {}},
    {"SecCacheTransformations",
     kMeaningless,
     kText,
     1,
     2,
     {},
     "transformed values are always computed once and shared"},
    {"SecChrootDir",
     kMeaningless,
     kPath,
     1,
     1,
     {},
     "run the gateway in a container or under systemd's RootDirectory instead"},
    {"SecCollectionTimeout", kWorks, kNumber, 1, 1, {}, {}},
    {"SecComponentSignature", kWorks, kText, 1, 1, {}, {}},
    {"SecConnEngine", kMeaningless, kChoice, 1, 1, "On|Off|DetectionOnly", kServerLimits},
    {"SecConnReadStateLimit", kMeaningless, kText, 1, 2, {}, kServerLimits},
    {"SecConnWriteStateLimit", kMeaningless, kText, 1, 2, {}, kServerLimits},
    {"SecContentInjection", kUnsafeOn, kChoice, 1, 1, kOnOff,
     "responses are inspected, never rewritten"},
    {"SecCookieFormat", kWorks, kChoice, 1, 1, "0|1", {}},
    {"SecCookieV0Separator",
     kMeaningless,
     kText,
     1,
     1,
     {},
     "cookies are always separated by ';', as browsers send them"},
    {"SecDataDir",
     kMeaningless,
     kPath,
     1,
     1,
     {},
     "collections are in memory that all worker processes share, and end with them"},
    {"SecDebugLog", kMeaningless, kPath, 1, 1, {}, kNoDebugLog},
    {"SecDebugLogLevel", kWorks, kChoice, 1, 1, "0|1|2|3|4|5|6|7|8|9", {}},
    {"SecDefaultAction", kWorks, kText, 1, 1, {}, {}},
    {"SecDisableBackendCompression", kMeaningless, kChoice, 1, 1, kOnOff,
     "compressed responses are decompressed for inspection"},
    {"SecGeoLookupDb", kWorks, kPath, 1, 1, {}, {}},
    {"SecGsbLookupDb",
     kRefused,
     kPath,
     1,
     1,
     {},
     "Google no longer offers the Safe Browsing database that it reads"},
    {"SecGuardianLog",
     kRefused,
     kText,
     1,
     2,
     {},
     "no httpd-guardian process is fed; detections are events and metrics"},
    {"SecHashEngine", kUnsafeOn, kChoice, 1, 1, kOnOff, kNoHash},
    {"SecHashKey", kRefused, kText, 1, 2, {}, kNoHash},
    {"SecHashMethodPm", kRefused, kText, 1, 2, {}, kNoHash},
    {"SecHashMethodRx", kRefused, kText, 1, 2, {}, kNoHash},
    {"SecHashParam", kRefused, kText, 1, 1, {}, kNoHash},
    {"SecHttpBlKey", kWorks, kText, 1, 1, {}, {}},
    {"SecInterceptOnError", kMeaningless, kChoice, 1, 1, kOnOff,
     "what happens when the engine gives up is the gateway's setting fail open or fail closed"},
    {"SecMarker", kMarker, kText, 1, 1, {}, {}},
    {"SecParseXmlIntoArgs", kWorks, kChoice, 1, 1, "On|Off|OnlyArgs", {}},
    {"SecPcreMatchLimit", kWorks, kNumber, 1, 1, {}, {}},
    // The matcher does not recurse; SecPcreMatchLimit bounds what this one was for.
    {"SecPcreMatchLimitRecursion", kWorks, kNumber, 1, 1, {}, {}},
    {"SecPdfProtect", kMeaningless, kChoice, 1, 1, kOnOff, kNoPdf},
    {"SecPdfProtectMethod", kMeaningless, kText, 1, 1, {}, kNoPdf},
    {"SecPdfProtectSecret", kMeaningless, kText, 1, 1, {}, kNoPdf},
    {"SecPdfProtectTimeout", kMeaningless, kText, 1, 1, {}, kNoPdf},
    {"SecPdfProtectTokenName", kMeaningless, kText, 1, 1, {}, kNoPdf},
    {"SecReadStateLimit", kMeaningless, kText, 1, 2, {}, kServerLimits},
    {"SecRemoteRules",
     kRefused,
     kText,
     1,
     3,
     {},
     "rules are read from files alone; fetch and verify them before a start"},
    {"SecRemoteRulesFailAction", kMeaningless, kChoice, 1, 1, "Abort|Warn",
     "no rules are fetched from elsewhere"},
    {"SecRequestBodyAccess", kWorks, kChoice, 1, 1, kOnOff, {}},
    {"SecRequestBodyInMemoryLimit", kWorks, kNumber, 1, 1, {}, {}},
    {"SecRequestBodyJsonDepthLimit", kWorks, kNumber, 1, 1, {}, {}},
    {"SecRequestBodyLimit", kWorks, kNumber, 1, 1, {}, {}},
    {"SecRequestBodyLimitAction", kWorks, kChoice, 1, 1, "Reject|ProcessPartial", {}},
    {"SecRequestBodyNoFilesLimit", kWorks, kNumber, 1, 1, {}, {}},
    {"SecRequestEncoding", kMeaningless, kText, 1, 1, {}, "bodies are read as bytes"},
    {"SecResponseBodyAccess", kWorks, kChoice, 1, 1, kOnOff, {}},
    {"SecResponseBodyLimit", kWorks, kNumber, 1, 1, {}, {}},
    {"SecResponseBodyLimitAction", kWorks, kChoice, 1, 1, "Reject|ProcessPartial", {}},
    {"SecResponseBodyMimeType", kWorks, kText, 1, kAny, {}, {}},
    {"SecResponseBodyMimeTypesClear", kWorks, kNone, 0, 0, {}, {}},
    {"SecRule", kRule, kConditionAndActions, 2, 3, {}, {}},
    {"SecRuleEngine", kWorks, kChoice, 1, 1, "On|Off|DetectionOnly", {}},
    {"SecRuleInheritance", kMeaningless, kChoice, 1, 1, kOnOff,
     "each location names the rules that it uses"},
    {"SecRulePerfTime", kMeaningless, kNumber, 1, 1, {}, "times of inspection are in the metrics"},
    {"SecRuleRemoveById", kWorks, kText, 1, kAny, {}, {}},
    {"SecRuleRemoveByMsg", kWorks, kText, 1, 1, {}, {}},
    {"SecRuleRemoveByTag", kWorks, kText, 1, 1, {}, {}},
    {"SecRuleScript", kRefused, kText, 1, 2, {}, "there is no Lua in the engine"},
    {"SecRuleUpdateActionById", kWorks, kText, 2, 2, {}, {}},
    {"SecRuleUpdateTargetById", kWorks, kText, 2, kAny, {}, {}},
    {"SecRuleUpdateTargetByMsg", kWorks, kText, 2, 3, {}, {}},
    {"SecRuleUpdateTargetByTag", kWorks, kText, 2, 3, {}, {}},
    {"SecSensorId", kWorks, kText, 1, 1, {}, {}},
    {"SecServerSignature",
     kMeaningless,
     kText,
     1,
     1,
     {},
     "responses are inspected, never rewritten"},
    {"SecStatusEngine", kWorks, kChoice, 1, 1, kOnOff, {}},
    {"SecStreamInBodyInspection", kUnsafeOn, kChoice, 1, 1, kOnOff,
     "there is no STREAM_INPUT_BODY; REQUEST_BODY holds the whole body"},
    {"SecStreamOutBodyInspection", kUnsafeOn, kChoice, 1, 1, kOnOff,
     "there is no STREAM_OUTPUT_BODY; RESPONSE_BODY holds the whole body"},
    {"SecTmpDir", kWorks, kPath, 1, 1, {}, {}},
    {"SecTmpSaveUploadedFiles", kMeaningless, kChoice, 1, 1, kOnOff,
     "uploads are stored where SecUploadKeepFiles or a rule asks for them"},
    {"SecUnicodeCodePage", kWorks, kNumber, 1, 1, {}, {}},
    {"SecUnicodeMapFile", kWorks, kText, 1, 2, {}, {}},
    {"SecUploadDir", kWorks, kPath, 1, 1, {}, {}},
    {"SecUploadFileLimit", kWorks, kNumber, 1, 1, {}, {}},
    {"SecUploadFileMode",
     kMeaningless,
     kOctal,
     1,
     1,
     {},
     "stored uploads are readable by the gateway's user alone"},
    {"SecUploadKeepFiles", kWorks, kChoice, 1, 1, "On|Off|RelevantOnly", {}},
    {"SecWebAppId", kWorks, kText, 1, 1, {}, {}},
    {"SecWriteStateLimit", kMeaningless, kText, 1, 2, {}, kServerLimits},
    {"SecXmlExternalEntity", kWorks, kChoice, 1, 1, kOnOff, {}},
};

constexpr auto kNames = [] {
  std::array<std::string_view, std::size(kDirectives)> names{};
  std::transform(std::begin(kDirectives), std::end(kDirectives), names.begin(),
                 [](const DirectiveInfo& info) { return info.name; });
  return names;
}();

bool less_name(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return to_lower(x) < to_lower(y); });
}

}  // namespace

std::span<const DirectiveInfo> directives() { return kDirectives; }

const DirectiveInfo* find_directive(std::string_view name) {
  const auto found = std::lower_bound(std::begin(kDirectives), std::end(kDirectives), name,
                                      [](const DirectiveInfo& info, std::string_view wanted) {
                                        return less_name(info.name, wanted);
                                      });
  const bool same = found != std::end(kDirectives) && same_name(found->name, name);
  return same ? &*found : nullptr;
}

std::span<const std::string_view> directive_names() { return kNames; }

}  // namespace yagura::waf::seclang
