#include "waf/detect/xss.hpp"

#include <gtest/gtest.h>

#include <string>

namespace yagura::waf {
namespace {

bool detect(std::string_view text) {
  const bool attack = detect_xss(text);
  if (attack) {
    EXPECT_TRUE(xss_condition().may_match(bytes_in(text), text.size())) << text;
  }
  return attack;
}

TEST(DetectXss, FindsWhatRuns) {
  using namespace std::string_view_literals;
  for (const std::string_view text : {
           "<script>alert(1)</script>"sv,
           "<SCRIPT SRC=//x>"sv,
           "<scr\0ipt>"sv,
           "<x:script>"sv,
           "<script/x"sv,
           "<svg/onload=alert(1)>"sv,
           "<img src=x onerror=alert(1)>"sv,
           "<img/src/onerror=alert(1)>"sv,
           "<details open ontoggle=alert(1)>"sv,
           "<b onbeforehellfreezes=x>"sv,
           "<iframe srcdoc='x'>"sv,
           "<a href=javascript:alert(1)>"sv,
           "<a href=\" jav\tasc\nript:x\">"sv,
           "<a href=\"&#106;&#x61;vascript&colon;x\">"sv,
           "<a href=\"\x01javascript:x\">"sv,
           "<a href='vbscript:x'>"sv,
           "<a href='data:text/html,x'>"sv,
           "<a xlink:href='x'>"sv,
           "<object data=x>"sv,
           "<embed src=x>"sv,
           "<meta http-equiv=refresh>"sv,
           "<base href=//x>"sv,
           "<link rel=stylesheet href=x>"sv,
           "<style>@import'x'</style>"sv,
           "<p style='background:url(javascript:x)'>"sv,
           "<set attributeName=href to=x>"sv,
           "<button formaction='javascript:x'>"sv,
           "\" onmouseover=alert(1) \""sv,
           "' onclick=alert(1) '"sv,
           "` onclick=alert(1)"sv,
           "onload=alert(1)"sv,
           "x onfocus = alert(1) autofocus"sv,
           "\" href=\"javascript:x"sv,
           "\"><script>"sv,
           "<b x=\"><script>"sv,
           "<!--`<x>-->"sv,
           "<!--[if IE]>x"sv,
           "<!DOCTYPE x [<!ENTITY y SYSTEM 'z'>]>"sv,
           "<!ENTITY x>"sv,
           "<?xml :x"sv,
           "<?import implementation=x"sv,
           "<![CDATA[<script>]]>"sv,
       }) {
    EXPECT_TRUE(detect(text)) << text;
  }
}

TEST(DetectXss, LeavesOrdinaryTextAlone) {
  for (const std::string_view text : {
           "",
           "hello",
           "a=b",
           "a < b && c > d",
           "I <3 you",
           "std::vector<int> v = {};",
           "#include <stdio.h>",
           "Bob <bob@example.org>",
           "<b>bold</b> and <i>italic</i>",
           "<p class=\"x\">text</p>",
           "<img src=\"https://example.org/a.png\" alt=\"a\">",
           "<img src=\"data:image/png;base64,iVBORw0KGgo=\">",
           "<a href=\"https://example.org/?a=b\">link</a>",
           "<!-- comment -->",
           "<!DOCTYPE html>",
           "<?xml version=\"1.0\" encoding=\"UTF-8\"?><order><id>1</id></order>",
           "online=1",
           "one=1&once=2",
           "once upon a time = x",
           "style=bold",
           "x => x + 1",
           "onclick",
           "L<TAP::Object>",
           "https://example.org/?src=https://example.com/",
           "filter=price",
           "a<=b",
           "<こんにちは>",
           "5 <",
           "<",
           "<<<<",
           "=",
       }) {
    EXPECT_FALSE(detect(text)) << text;
  }
}

TEST(DetectXss, LongTextsOfOnePieceEnd) {
  for (const std::string_view piece :
       {"<", "<a ", "<a x=", "<a x='", "style=x ", "<!--", "<?xml version=", "<?a", "=", "'",
        "\"a=", "<!", "<!d", "&#", "href=&#32;", "<a href='", "<a/", "x=y ", "</"}) {
    std::string text;
    while (text.size() < 200'000) text += piece;
    detect(text);
  }
}

}  // namespace
}  // namespace yagura::waf
