#pragma once

// The variables of SecLang by number. Reference: ModSecurity Reference Manual (v3.x), "Variables".

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace yagura::waf {

enum class Variable : std::uint8_t {
  // Collections of the request and response: many named values.
  kArgs,
  kArgsGet,
  kArgsPost,
  kArgsNames,
  kArgsGetNames,
  kArgsPostNames,
  kRequestHeaders,
  kRequestHeadersNames,
  kRequestCookies,
  kRequestCookiesNames,
  kResponseHeaders,
  kResponseHeadersNames,
  kFiles,
  kFilesNames,
  kFilesSizes,
  kFilesTmpNames,
  kFilesTmpContent,
  kMultipartFileName,
  kMultipartName,
  kMultipartPartHeaders,
  kXml,
  kMatchedVars,
  kMatchedVarsNames,
  kRule,
  kEnv,
  kGeo,
  kTx,
  kGlobal,
  kIp,
  kResource,
  kSession,
  kUser,
  // Single values.
  kArgsCombinedSize,
  kAuthType,
  kDuration,
  kFilesCombinedSize,
  kFullRequest,
  kFullRequestLength,
  kHighestSeverity,
  kInboundDataError,
  kMatchedVar,
  kMatchedVarName,
  kModsecBuild,
  kMscPcreError,
  kMscPcreLimitsExceeded,
  kMultipartBoundaryQuoted,
  kMultipartBoundaryWhitespace,
  kMultipartCrlfLfLines,
  kMultipartDataAfter,
  kMultipartDataBefore,
  kMultipartFileLimitExceeded,
  kMultipartHeaderFolding,
  kMultipartInvalidHeaderFolding,
  kMultipartInvalidPart,
  kMultipartInvalidQuoting,
  kMultipartLfLine,
  kMultipartMissingSemicolon,
  kMultipartStrictError,
  kMultipartUnmatchedBoundary,
  kOutboundDataError,
  kPathInfo,
  kQueryString,
  kRemoteAddr,
  kRemoteHost,
  kRemotePort,
  kRemoteUser,
  kReqbodyError,
  kReqbodyErrorMsg,
  kReqbodyProcessor,
  kReqbodyProcessorError,
  kReqbodyProcessorErrorMsg,
  kRequestBasename,
  kRequestBody,
  kRequestBodyLength,
  kRequestFilename,
  kRequestLine,
  kRequestMethod,
  kRequestProtocol,
  kRequestUri,
  kRequestUriRaw,
  kResponseBody,
  kResponseContentLength,
  kResponseContentType,
  kResponseProtocol,
  kResponseStatus,
  kServerAddr,
  kServerName,
  kServerPort,
  kSessionId,
  kStatusLine,
  kTime,
  kTimeDay,
  kTimeEpoch,
  kTimeHour,
  kTimeMin,
  kTimeMon,
  kTimeSec,
  kTimeWday,
  kTimeYear,
  kUniqueId,
  kUrlencodedError,
  kUserId,
  kWebAppId,
};
inline constexpr std::size_t kVariableCount = static_cast<std::size_t>(Variable::kWebAppId) + 1;
inline constexpr Variable kLastCollection = Variable::kUser;

[[nodiscard]] constexpr bool is_collection(Variable variable) {
  return variable <= kLastCollection;
}
// The request's or response's own parts: they only grow within a phase, so the first stage may scan
// them.
[[nodiscard]] bool is_scannable(Variable variable);
// By SecLang name in any case ("ARGS_NAMES"); also the manual's second spellings (STREAM_* are not
// there).
[[nodiscard]] std::optional<Variable> find_variable(std::string_view name);
[[nodiscard]] std::string_view name_of(Variable variable);
// Every name that find_variable knows, for "did you mean".
[[nodiscard]] std::span<const std::string_view> variable_names();
// Why a variable that ModSecurity documents is not there; empty: it documents none of that name.
[[nodiscard]] std::string_view why_no_variable(std::string_view name);

}  // namespace yagura::waf
