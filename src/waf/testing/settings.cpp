#include "waf/testing/settings.hpp"

#include <fmt/format.h>

namespace yagura::waf::testing {

std::string_view recommended_settings() {
  return R"(SecRuleEngine On
SecRequestBodyAccess On
SecRule REQUEST_HEADERS:Content-Type "^(?:application(?:/soap\+|/)|text/)xml" \
  "id:200000,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "^application/(?:[a-z0-9.-]+\+)?json" \
  "id:200001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRequestBodyLimit 13107200
SecRequestBodyNoFilesLimit 131072
SecRequestBodyLimitAction Reject
SecRequestBodyJsonDepthLimit 512
SecArgumentsLimit 1000
SecRule &ARGS "@ge 1000" \
  "id:200007,phase:2,t:none,log,deny,status:400,msg:'Failed to fully parse request body due to large argument count',severity:2"
SecRule REQBODY_ERROR "!@eq 0" \
  "id:200002,phase:2,t:none,log,deny,status:400,msg:'Failed to parse request body.',logdata:'%{reqbody_error_msg}',severity:2"
SecRule MULTIPART_STRICT_ERROR "!@eq 0" \
  "id:200003,phase:2,t:none,log,deny,status:400,msg:'Multipart request body failed strict validation.'"
SecRule MULTIPART_UNMATCHED_BOUNDARY "@eq 1" \
  "id:200004,phase:2,t:none,log,deny,msg:'Multipart parser detected a possible unmatched boundary.'"
SecPcreMatchLimit 500000
SecPcreMatchLimitRecursion 500000
SecRule TX:/^MSC_/ "!@streq 0" \
  "id:200005,phase:2,t:none,deny,msg:'ModSecurity internal error flagged: %{MATCHED_VAR_NAME}'"
SecResponseBodyAccess On
SecResponseBodyMimeType text/plain text/html text/xml
SecResponseBodyLimit 524288
SecResponseBodyLimitAction ProcessPartial
SecArgumentSeparator &
SecCookieFormat 0
SecAuditEngine Off
)";
}

std::string crs_test_settings() {
  return std::string(recommended_settings()) + R"(SecRuleEngine DetectionOnly
SecResponseBodyMimeType text/plain text/html text/xml application/json
SecAction "id:900005,phase:1,pass,nolog,t:none,\
  setvar:tx.blocking_paranoia_level=4,\
  setvar:tx.paranoia_level=4,\
  setvar:tx.arg_name_length=100,\
  setvar:tx.arg_length=400,\
  setvar:tx.total_arg_length=64000,\
  setvar:tx.max_num_args=255,\
  setvar:tx.max_file_size=64100,\
  setvar:tx.combined_file_sizes=65535,\
  setvar:tx.crs_validate_utf8_encoding=1"
SecRule REQUEST_HEADERS:X-CRS-Test "@rx ^.*$" \
  "id:999999,phase:1,pass,log,t:none,msg:'X-CRS-Test %{MATCHED_VAR}',ctl:ruleRemoveById=1-999999"
)";
}

std::string settings_named(std::string_view name, bool& known) {
  known = true;
  if (name == "crs-tests") return crs_test_settings();
  if (name == "recommended") return std::string(recommended_settings());
  if (name == "none") return {};
  known = false;
  return {};
}

std::string crs_level_settings(unsigned paranoia, unsigned threshold) {
  std::string text;
  if (paranoia > 0) {
    text += fmt::format(
        "SecAction \"id:900006,phase:1,pass,nolog,t:none,setvar:tx.blocking_paranoia_level={0},"
        "setvar:tx.detection_paranoia_level={0},setvar:tx.paranoia_level={0},"
        "setvar:tx.executing_paranoia_level={0}\"\n",
        paranoia);
  }
  if (threshold > 0) {
    text += fmt::format(
        "SecAction \"id:900007,phase:1,pass,nolog,t:none,"
        "setvar:tx.inbound_anomaly_score_threshold={0},"
        "setvar:tx.outbound_anomaly_score_threshold={0}\"\n",
        threshold);
  }
  return text;
}

}  // namespace yagura::waf::testing
