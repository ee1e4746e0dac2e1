// Values and rule ids as in modsecurity.conf-recommended of ModSecurity 3.0, so that what refers to
// them (exclusions, dashboards) goes on to work.

#include "waf/load/load.hpp"

namespace yagura::waf {

std::string_view base_directives() {
  return R"(
SecRuleEngine On
SecRequestBodyAccess On
SecRequestBodyLimit 13107200
SecRequestBodyNoFilesLimit 131072
SecRequestBodyLimitAction Reject
SecRequestBodyJsonDepthLimit 512
SecArgumentsLimit 1000
SecArgumentSeparator &
SecCookieFormat 0
SecResponseBodyAccess On
SecResponseBodyMimeType text/plain text/html text/xml application/json
SecResponseBodyLimit 524288
SecResponseBodyLimitAction ProcessPartial
SecTmpDir /tmp/
SecAuditEngine Off

SecRule REQUEST_HEADERS:Content-Type "@rx ^(?:application(?:/soap\+|/)|text/)xml" \
  "id:200000,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "@rx ^application/(?:[a-z0-9.-]+[+])?json" \
  "id:200001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule REQBODY_ERROR "!@eq 0" \
  "id:200002,phase:2,t:none,log,deny,status:400,msg:'The request body could not be parsed',logdata:'%{reqbody_error_msg}',severity:2"
SecRule MULTIPART_STRICT_ERROR "!@eq 0" \
  "id:200003,phase:2,t:none,log,deny,status:400,msg:'The multipart request body failed strict validation',severity:2"
SecRule MULTIPART_UNMATCHED_BOUNDARY "@eq 1" \
  "id:200004,phase:2,t:none,log,deny,msg:'The multipart request body may have a boundary that does not match'"
SecRule TX:/^MSC_/ "!@streq 0" \
  "id:200005,phase:2,t:none,deny,msg:'A limit of the engine was reached: %{MATCHED_VAR_NAME}'"
SecRule &ARGS "@ge 1000" \
  "id:200007,phase:2,t:none,log,deny,status:400,msg:'The request has more arguments than are inspected',severity:2"
)";
}

}  // namespace yagura::waf
