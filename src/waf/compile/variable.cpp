#include "waf/compile/variable.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "waf/seclang/ascii.hpp"

namespace yagura::waf {
namespace {

// In the order of Variable.
constexpr std::array<std::string_view, kVariableCount> kNames = {
    "ARGS",
    "ARGS_GET",
    "ARGS_POST",
    "ARGS_NAMES",
    "ARGS_GET_NAMES",
    "ARGS_POST_NAMES",
    "REQUEST_HEADERS",
    "REQUEST_HEADERS_NAMES",
    "REQUEST_COOKIES",
    "REQUEST_COOKIES_NAMES",
    "RESPONSE_HEADERS",
    "RESPONSE_HEADERS_NAMES",
    "FILES",
    "FILES_NAMES",
    "FILES_SIZES",
    "FILES_TMPNAMES",
    "FILES_TMP_CONTENT",
    "MULTIPART_FILENAME",
    "MULTIPART_NAME",
    "MULTIPART_PART_HEADERS",
    "XML",
    "MATCHED_VARS",
    "MATCHED_VARS_NAMES",
    "RULE",
    "ENV",
    "GEO",
    "TX",
    "GLOBAL",
    "IP",
    "RESOURCE",
    "SESSION",
    "USER",
    "ARGS_COMBINED_SIZE",
    "AUTH_TYPE",
    "DURATION",
    "FILES_COMBINED_SIZE",
    "FULL_REQUEST",
    "FULL_REQUEST_LENGTH",
    "HIGHEST_SEVERITY",
    "INBOUND_DATA_ERROR",
    "MATCHED_VAR",
    "MATCHED_VAR_NAME",
    "MODSEC_BUILD",
    "MSC_PCRE_ERROR",
    "MSC_PCRE_LIMITS_EXCEEDED",
    "MULTIPART_BOUNDARY_QUOTED",
    "MULTIPART_BOUNDARY_WHITESPACE",
    "MULTIPART_CRLF_LF_LINES",
    "MULTIPART_DATA_AFTER",
    "MULTIPART_DATA_BEFORE",
    "MULTIPART_FILE_LIMIT_EXCEEDED",
    "MULTIPART_HEADER_FOLDING",
    "MULTIPART_INVALID_HEADER_FOLDING",
    "MULTIPART_INVALID_PART",
    "MULTIPART_INVALID_QUOTING",
    "MULTIPART_LF_LINE",
    "MULTIPART_MISSING_SEMICOLON",
    "MULTIPART_STRICT_ERROR",
    "MULTIPART_UNMATCHED_BOUNDARY",
    "OUTBOUND_DATA_ERROR",
    "PATH_INFO",
    "QUERY_STRING",
    "REMOTE_ADDR",
    "REMOTE_HOST",
    "REMOTE_PORT",
    "REMOTE_USER",
    "REQBODY_ERROR",
    "REQBODY_ERROR_MSG",
    "REQBODY_PROCESSOR",
    "REQBODY_PROCESSOR_ERROR",
    "REQBODY_PROCESSOR_ERROR_MSG",
    "REQUEST_BASENAME",
    "REQUEST_BODY",
    "REQUEST_BODY_LENGTH",
    "REQUEST_FILENAME",
    "REQUEST_LINE",
    "REQUEST_METHOD",
    "REQUEST_PROTOCOL",
    "REQUEST_URI",
    "REQUEST_URI_RAW",
    "RESPONSE_BODY",
    "RESPONSE_CONTENT_LENGTH",
    "RESPONSE_CONTENT_TYPE",
    "RESPONSE_PROTOCOL",
    "RESPONSE_STATUS",
    "SERVER_ADDR",
    "SERVER_NAME",
    "SERVER_PORT",
    "SESSIONID",
    "STATUS_LINE",
    "TIME",
    "TIME_DAY",
    "TIME_EPOCH",
    "TIME_HOUR",
    "TIME_MIN",
    "TIME_MON",
    "TIME_SEC",
    "TIME_WDAY",
    "TIME_YEAR",
    "UNIQUE_ID",
    "URLENCODED_ERROR",
    "USERID",
    "WEBAPPID",
};

struct Absent {
  std::string_view prefix;  // of the names
  std::string_view reason;
};
constexpr Absent kAbsent[] = {
    {"STREAM_", "REQUEST_BODY and RESPONSE_BODY hold the whole bodies"},
    {"PERF_", "times of inspection are in the metrics"},
    {"SCRIPT_", "the gateway does not see the files behind the service"},
    {"SDBM_", "collections are not kept in SDBM files"},
    {"USERAGENT_IP", "REMOTE_ADDR is the client's address as the web server knows it"},
};

constexpr bool scannable(Variable variable) {
  using enum Variable;
  switch (variable) {
    case kArgs:
    case kArgsGet:
    case kArgsPost:
    case kArgsNames:
    case kArgsGetNames:
    case kArgsPostNames:
    case kRequestHeaders:
    case kRequestHeadersNames:
    case kRequestCookies:
    case kRequestCookiesNames:
    case kResponseHeaders:
    case kResponseHeadersNames:
    case kFiles:
    case kFilesNames:
    case kFilesTmpContent:
    case kMultipartFileName:
    case kMultipartName:
    case kMultipartPartHeaders:
    case kXml:
    case kPathInfo:
    case kQueryString:
    case kRequestBasename:
    case kRequestBody:
    case kRequestFilename:
    case kRequestLine:
    case kRequestMethod:
    case kRequestProtocol:
    case kRequestUri:
    case kRequestUriRaw:
    case kResponseBody:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool is_scannable(Variable variable) { return scannable(variable); }

std::optional<Variable> find_variable(std::string_view name) {
  const auto found = std::find_if(kNames.begin(), kNames.end(), [&](std::string_view each) {
    return seclang::same_name(each, name);
  });
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Variable>(found - kNames.begin());
}

std::string_view name_of(Variable variable) { return kNames[static_cast<std::size_t>(variable)]; }

std::span<const std::string_view> variable_names() { return kNames; }

std::string_view why_no_variable(std::string_view name) {
  for (const Absent& each : kAbsent) {
    if (seclang::same_name(name.substr(0, each.prefix.size()), each.prefix)) return each.reason;
  }
  return {};
}

}  // namespace yagura::waf
