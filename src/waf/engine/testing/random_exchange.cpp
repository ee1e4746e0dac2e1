#include "waf/engine/testing/random_exchange.hpp"

#include <array>

namespace yagura::waf::testing_engine {
namespace {

constexpr std::string_view kWords[] = {"select",
                                       "UNION",
                                       "<script>",
                                       "etc/passwd",
                                       "..%2f",
                                       "%2e%2e/",
                                       "cmd.exe",
                                       "hello",
                                       "World",
                                       "x",
                                       "1",
                                       "42",
                                       "' or 1=1",
                                       "--",
                                       "&lt;b",
                                       "%3Cscript",
                                       "foo bar",
                                       "  ",
                                       "\t",
                                       "A-B_C",
                                       "/**/",
                                       "%u0041",
                                       "\\x41",
                                       "%00",
                                       "\xe3\x81\x82",
                                       "json.",
                                       "admin",
                                       "token",
                                       "(eval)",
                                       "a=b",
                                       "Mozilla",
                                       "http://",
                                       "169.254.169.254",
                                       "#",
                                       "%"};

std::string words(Numbers& numbers, std::uint64_t most) {
  std::string text;
  for (std::uint64_t left = numbers.below(most + 1); left > 0; --left) {
    text += kWords[numbers.below(std::size(kWords))];
    if (numbers.below(3) == 0) text += ' ';
  }
  return text;
}

std::string encoded(Numbers& numbers, std::string_view text) {
  std::string out;
  for (const char c : text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain || numbers.below(8) == 0) {
      out += c == ' ' ? '+' : c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::string arguments(Numbers& numbers, std::uint64_t most) {
  static constexpr std::string_view kNames[] = {"q", "id", "Foo", "foo", "skip", "a[]", "x-y"};
  std::string text;
  for (std::uint64_t left = numbers.below(most + 1); left > 0; --left) {
    if (!text.empty()) text += '&';
    text += kNames[numbers.below(std::size(kNames))];
    text += '=';
    text += encoded(numbers, words(numbers, 4));
  }
  return text;
}

std::string json(Numbers& numbers) {
  std::string text = "{";
  for (std::uint64_t left = numbers.below(5); left > 0; --left) {
    text += "\"k" + std::to_string(left) + "\":\"";
    for (const char c : words(numbers, 3)) {
      if (c == '"' || c == '\\') text += '\\';
      if (static_cast<unsigned char>(c) >= 0x20) text += c;
    }
    text += "\",";
  }
  return text + "\"end\":[1,true,null,\"UNION select\"]}";
}

std::string multipart(Numbers& numbers) {
  std::string text;
  for (std::uint64_t left = numbers.below(4); left > 0; --left) {
    text += "--xyz\r\nContent-Disposition: form-data; name=\"f" + std::to_string(left) + "\"";
    if (numbers.below(2) == 0) text += "; filename=\"cmd.exe\"";
    text += "\r\n\r\n" + words(numbers, 3) + "\r\n";
  }
  return text + "--xyz--\r\n";
}

}  // namespace

std::string_view varied_rules() {
  return R"(
SecRuleEngine On
SecRequestBodyAccess On
SecResponseBodyAccess On
SecRule REQUEST_HEADERS:Content-Type "@beginsWith application/json" "id:1,phase:1,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule REQUEST_HEADERS:Content-Type "@contains xml" "id:2,phase:1,pass,nolog,ctl:requestBodyProcessor=XML"
SecAction "id:3,phase:1,pass,nolog,setvar:tx.level=1,setvar:tx.critical=5,setvar:tx.score=0"
SecRule REQUEST_HEADERS:X-Level "@rx ^([1-4])$" "id:4,phase:1,pass,nolog,capture,setvar:tx.level=%{tx.1}"
SecRule ARGS:skip "@rx 1" "id:5,phase:1,pass,nolog,ctl:ruleRemoveById=21"
SecRule ARGS:skip "@rx 42" "id:6,phase:1,pass,nolog,ctl:ruleRemoveTargetById=20;ARGS:q"
SecRule REQUEST_URI|REQUEST_HEADERS "@pm etc/passwd cmd.exe" "id:10,phase:1,pass,log,capture,t:none,t:lowercase,setvar:tx.score=+%{tx.critical},logdata:'%{tx.0} in %{MATCHED_VAR_NAME}'"
SecRule REQUEST_METHOD "!@within GET POST HEAD" "id:11,phase:1,pass,log"
SecRule &REQUEST_HEADERS:Host "@eq 0" "id:12,phase:1,pass,log"
SecRule REQUEST_HEADERS:User-Agent "@rx ^$" "id:13,phase:1,pass,log"
SecRule REQUEST_LINE "@validateByteRange 32-126" "id:14,phase:1,pass,log"
SecRule TX:level "@lt 1" "id:19,phase:2,pass,nolog,skipAfter:END-LEVELS"
SecRule ARGS|ARGS_NAMES|REQUEST_COOKIES|!REQUEST_COOKIES:/^ok/|REQUEST_HEADERS:User-Agent|XML:/* "@rx (?i)union.*?select|<script[^>]*>" "id:20,phase:2,pass,log,capture,t:none,t:urlDecodeUni,t:htmlEntityDecode,setvar:tx.score=+%{tx.critical},logdata:'%{tx.0}'"
SecRule ARGS|!ARGS:Foo "@contains ../" "id:21,phase:2,pass,log,t:none,t:urlDecodeUni,t:normalizePathWin,setvar:tx.score=+%{tx.critical}"
SecRule ARGS "@rx (?i)\beval\b" "id:22,phase:2,pass,log,t:none,t:cmdLine,chain"
  SecRule MATCHED_VARS "@rx \(" "setvar:tx.score=+3"
SecRule ARGS|REQUEST_BODY "@rx ^.*or\s1=1" "id:23,phase:2,pass,log,t:none,t:lowercase,t:compressWhitespace"
SecRule ARGS_NAMES "@rx \[\]$" "id:24,phase:2,pass,log"
SecRule FILES|FILES_NAMES|MULTIPART_PART_HEADERS "@rx (?i)\.exe" "id:25,phase:2,pass,log"
SecRule ARGS|REQUEST_HEADERS "@pm 169.254.169.254 http://" "id:26,phase:2,pass,log,t:none,t:removeWhitespace"
SecRule ARGS "@detectSQLi" "id:27,phase:2,pass,log,capture,t:none,t:utf8toUnicode,t:urlDecodeUni,t:removeNulls"
SecRule ARGS|XML:/* "@detectXSS" "id:28,phase:2,pass,log,t:none,t:utf8toUnicode,t:urlDecodeUni,t:htmlEntityDecode,t:jsDecode,t:cssDecode,t:removeNulls"
SecRule ARGS|REQUEST_HEADERS "@rx (?i)cmd|<b|\.\./|ab" "id:29,phase:2,pass,log,t:none,t:urlDecodeUni,t:htmlEntityDecode,t:lowercase,t:removeWhitespace,multiMatch,setvar:tx.steps=+1"
SecRule TX:level "@lt 2" "id:30,phase:2,pass,nolog,skipAfter:END-LEVELS"
SecRule ARGS|REQUEST_HEADERS "@rx [^\x20-\x7e]" "id:31,phase:2,pass,log"
SecRule ARGS "@rx .{12}" "id:32,phase:2,pass,log,t:none,t:length,t:lowercase,multiMatch"
SecRule ARGS "!@rx ^[a-z]*$" "id:33,phase:2,pass,log,t:none,t:lowercase"
SecRule TX:level "@lt 3" "id:40,phase:2,pass,nolog,skipAfter:END-LEVELS"
SecRule ARGS|ARGS_NAMES "@rx (?i)admin|token" "id:41,phase:2,pass,log,setvar:'tx.seen_%{MATCHED_VAR_NAME}=+1'"
SecRule TX:/^seen_/ "@ge 2" "id:42,phase:2,pass,log,logdata:'%{MATCHED_VAR_NAME}'"
SecRule ARGS "@rx ^$" "id:43,phase:2,pass,log"
SecRule ARGS "@streq d41d8cd98f00b204e9800998ecf8427e" "id:44,phase:2,pass,log,t:none,t:md5,t:hexEncode"
SecRule TX:level "@lt 4" "id:50,phase:2,pass,nolog,skipAfter:END-LEVELS"
SecRule ARGS "@rx \W{2}" "id:51,phase:2,pass,log"
SecRule REQUEST_FILENAME|REQUEST_BASENAME|QUERY_STRING "@rx ([a-z]+)/\1" "id:52,phase:2,pass,log,capture"
SecMarker END-LEVELS
SecRule TX:score "@ge 15" "id:60,phase:2,deny,log,msg:'score %{tx.score}'"
SecRule RESPONSE_HEADERS|RESPONSE_STATUS "@rx (?i)php|5\d\d" "id:70,phase:3,pass,log"
SecRule RESPONSE_BODY "@pm select etc/passwd" "id:71,phase:4,pass,log,t:none,t:lowercase"
SecRule TX:score "@gt 0" "id:80,phase:5,pass,log,noauditlog,msg:'%{tx.score}'"
)";
}

Exchange random_exchange(Numbers& numbers) {
  static constexpr std::string_view kMethods[] = {"GET", "GET", "POST", "POST", "POST", "BREW"};
  Exchange exchange;
  exchange.method = kMethods[numbers.below(std::size(kMethods))];
  exchange.uri = "/" + encoded(numbers, words(numbers, 2));
  if (numbers.below(3) != 0) exchange.uri += "?" + arguments(numbers, 5);
  if (numbers.below(4) != 0) exchange.headers.emplace_back("Host", "example.org");
  if (numbers.below(2) == 0) exchange.headers.emplace_back("User-Agent", words(numbers, 3));
  if (numbers.below(3) == 0) {
    exchange.headers.emplace_back("Cookie",
                                  "a=" + words(numbers, 2) + "; ok1=<script>; b=UNION select");
  }
  if (numbers.below(2) == 0) {
    exchange.headers.emplace_back("X-Level", std::to_string(numbers.below(6)));
  }
  if (exchange.method == "POST") {
    static constexpr std::array<std::string_view, 5> kTypes = {
        "application/x-www-form-urlencoded", "application/json",
        "multipart/form-data; boundary=xyz", "text/xml", "text/plain"};
    const std::uint64_t kind = numbers.below(kTypes.size());
    exchange.headers.emplace_back("Content-Type", kTypes[kind]);
    if (kind == 0) exchange.body = arguments(numbers, 8);
    if (kind == 1) exchange.body = json(numbers);
    if (kind == 2) exchange.body = multipart(numbers);
    if (kind == 3) exchange.body = "<a b=\"x\">UNION select &lt;script&gt; eval (1)</a>";
    if (kind == 4) exchange.body = words(numbers, 6);
  }
  exchange.chunk = 1 + numbers.below(200);
  exchange.status = static_cast<std::uint16_t>(numbers.below(4) == 0 ? 500 : 200);
  exchange.response_body = words(numbers, 5);
  return exchange;
}

}  // namespace yagura::waf::testing_engine
