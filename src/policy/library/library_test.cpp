#include <gtest/gtest.h>

#include "policy/library/time.hpp"
#include "policy/library/time_zone.hpp"
#include "policy/program/testing.hpp"

namespace yagura::policy {
namespace {

struct Case {
  std::string expression;
  std::string result;
};

void check_dynamic(const std::vector<Case>& cases) {
  testing::Bench bench(CheckMode::kResolveOnly);
  for (const Case& c : cases) EXPECT_EQ(bench.text_of(c.expression), c.result) << c.expression;
}

TEST(CelConversions, BetweenNumbersTextAndTime) {
  check_dynamic({
      {"int(1.9)", "1"},
      {"int(-1.9)", "-1"},
      {"int(9223372036854775807.0)", "error(out of range: int range)"},
      {"int('-12')", "-12"},
      {"int('+12')", "12"},
      {"int('0x1')", "error(type conversion error from \"0x1\" to 'int')"},
      {"int('')", "error(type conversion error from \"\" to 'int')"},
      {"int('9223372036854775808')", "error(out of range: int range)"},
      {"int(18446744073709551615u)", "error(out of range: int range)"},
      {"uint(-1)", "error(out of range: uint range)"},
      {"uint(0.0/0.0)", "error(out of range: uint range)"},
      {"uint('300')", "300u"},
      {"double('1e3')", "1000.0"},
      {"double('-Infinity')", "-Infinity"},
      {"double('NaN')", "NaN"},
      {"double('x')", "error(type conversion error from \"x\" to 'double')"},
      {"string(1)", "\"1\""},
      {"string(1u)", "\"1\""},
      {"string(-0.0045)", "\"-0.0045\""},
      {"string(123456.0)", "\"123456\""},
      {"string(1000000.0)", "\"1e+06\""},
      {"string(1234567.5)", "\"1.2345675e+06\""},
      {"string(0.00001)", "\"1e-05\""},
      {"string(1.0/0.0)", "\"+Inf\""},
      {"string(true)", "\"true\""},
      {"string(b'abc')", "\"abc\""},
      {"string(b'\\xff')", "error(invalid UTF-8 in bytes)"},
      {"bytes('ÿ')", "b\"\\xc3\\xbf\""},
      {"bool('TRUE')", "true"},
      {"bool('tRUE')", "error(type conversion error from \"tRUE\" to 'bool')"},
      {"string(timestamp('2009-02-13T23:31:30.5+01:00'))", "\"2009-02-13T22:31:30.5Z\""},
      {"int(timestamp('2009-02-13T23:31:30Z'))", "1234567890"},
      {"timestamp(0) == timestamp('1970-01-01T00:00:00Z')", "true"},
      {"string(duration('1h1m1.5s'))", "\"3661.5s\""},
      {"string(duration('-1.5s'))", "\"-1.5s\""},
      {"duration('1x')", "error(type conversion error from \"1x\" to 'duration')"},
      {"dyn(1)", "1"},
  });
}

TEST(CelTime, TextsAreReadExactly) {
  EXPECT_TRUE(parse_timestamp("2000-02-29T00:00:00Z"));
  EXPECT_EQ(parse_timestamp("1969-12-31T23:59:59.999Z")->seconds, -1);
  for (const char* wrong : {"2001-02-29T00:00:00Z", "2000-01-01T24:00:00Z", "2000-01-01T00:60:00Z",
                            "2000-01-01T00:00:00", "2000-01-01 00:00:00Z", "2000-13-01T00:00:00Z",
                            "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
                            "2000-01-01T00:00:00.Z", "2000-01-01T00:00:00Zx", ""}) {
    EXPECT_FALSE(parse_timestamp(wrong)) << wrong;
  }
  EXPECT_EQ(parse_duration("1h2m3s4ms5us6ns"), 3'723'004'005'006);
  EXPECT_EQ(parse_duration("-1.5h"), -5'400'000'000'000);
  EXPECT_EQ(parse_duration("0"), 0);
  EXPECT_EQ(parse_duration(".5s"), 500'000'000);
  EXPECT_EQ(parse_duration("-9223372036854775808ns"), INT64_MIN);
  EXPECT_EQ(parse_duration("1\u00b5s"), 1000);
  for (const char* wrong : {"", "-", "1", "s", ".s", "1h-1m", "9223372036854775808ns",
                            "320000000000s", "1 s", "1e3s"}) {
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
  }
}

TEST(CelTime, ArithmeticStaysInRange) {
  check_dynamic({
      {"timestamp('9999-12-31T23:59:59Z') + duration('1s')", "error(out of range: timestamp)"},
      {"timestamp('0001-01-01T00:00:00Z') - duration('1ns')", "error(out of range: timestamp)"},
      {"timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')",
       "error(out of range: duration)"},
      {"timestamp('2009-02-13T23:31:00Z') - timestamp('2009-02-13T23:29:00Z') == duration('2m')",
       "true"},
      {"duration('1s') + duration('1ms') == duration('1001ms')", "true"},
      {"timestamp('0001-01-01T00:00:01.000000001Z') + duration('-999999999ns') == "
       "timestamp('0001-01-01T00:00:00.000000002Z')",
       "true"},
      {"timestamp('2009-02-13T23:31:30Z').getDayOfWeek()", "5"},
      {"timestamp('1969-12-31T23:59:59Z').getDayOfWeek()", "3"},
      {"timestamp('2024-12-31T00:00:00Z').getDayOfYear()", "365"},
      {"timestamp('2009-02-13T23:31:30Z').getDate('Australia/Sydney')", "14"},
      {"timestamp('2009-02-13T23:31:30Z').getMinutes('Asia/Kathmandu')", "16"},
      {"timestamp('2009-02-13T23:31:30Z').getHours('02:00')", "1"},
      {"timestamp('2009-02-13T23:31:30Z').getHours('-02:30')", "21"},
      {"timestamp('2009-02-13T23:31:30Z').getHours('Mars/Base')",
       "error(unknown time zone Mars/Base)"},
      {"timestamp('2009-02-13T23:31:30Z').getHours('../../etc/passwd')",
       "error(unknown time zone ../../etc/passwd)"},
      {"duration('3730s').getMinutes()", "62"},
      {"duration('123.321s').getMilliseconds()", "321"},
  });
}

TEST(CelTime, ZonesFollowTheirRules) {
  // Summer and winter, before the first transition, and beyond the last one in the file.
  EXPECT_EQ(zone_offset("Europe/Paris", 1'720'000'000), 7200);
  EXPECT_EQ(zone_offset("Europe/Paris", 1'705'000'000), 3600);
  EXPECT_EQ(zone_offset("America/New_York", 4'102'444'800), -18000);  // 2100-01-01
  EXPECT_EQ(zone_offset("America/New_York", 4'118'083'200), -14400);  // 2100-07-01
  EXPECT_EQ(zone_offset("Australia/Sydney", 4'102'444'800), 39600);   // southern summer
  EXPECT_EQ(zone_offset("Asia/Tokyo", 0), 32400);
  EXPECT_TRUE(zone_offset("Europe/Paris", -3'000'000'000));
  for (const char* wrong : {"", "/etc/passwd", "Europe//Paris", "Europe/Paris/", "..", "Europe",
                            "tzdata.zi", "posixrules\n"}) {
    EXPECT_FALSE(zone_offset(wrong, 0)) << wrong;
  }
}

TEST(CelTime, BrokenZoneFilesAreRefused) {
  EXPECT_FALSE(offset_of_tzif("", 0));
  EXPECT_FALSE(offset_of_tzif("TZif2", 0));
  EXPECT_FALSE(offset_of_tzif(std::string("TZif2") + std::string(39, '\xff'), 0));
  EXPECT_FALSE(offset_of_tzif(std::string("TZif2") + std::string(39, '\0'), 0));
}

TEST(CelStrings, CountCodePoints) {
  check_dynamic({
      {"'tacocat'.charAt(3)", "\"o\""},
      {"'©αT'.charAt(1)", "\"α\""},
      {"'tacocat'.charAt(7)", "\"\""},
      {"'tacocat'.charAt(8)", "error(index out of range: 8)"},
      {"'ta©o©αT'.indexOf('©', 3)", "4"},
      {"'tacocat'.indexOf('', 3)", "3"},
      {"'tacocat'.lastIndexOf('')", "7"},
      {"'tacocat'.lastIndexOf('a', 3)", "1"},
      {"'bananananana'.lastIndexOf('nana', 7)", "6"},
      {"'ta©o©αT'.substring(2, 6)", "\"©o©α\""},
      {"'tacocat'.substring(4, 3)", "error(invalid substring range. start: 4, end: 3)"},
      {"'TacoCÆt'.lowerAscii()", "\"tacocÆt\""},
      {"'a-b-c'.replace('-', '+', 1)", "\"a+b-c\""},
      {"'abc'.replace('', '_')", "\"_a_b_c_\""},
      {"'abc'.replace('', '_', 2)", "\"_a_bc\""},
      {"'äb'.replace('ä', 'xx')", "\"xxb\""},
      {"'a b c'.split(' ')", "[\"a\", \"b\", \"c\"]"},
      {"'a b c'.split(' ', 2)", "[\"a\", \"b c\"]"},
      {"'a b c'.split(' ', 0)", "[]"},
      {"'äbc'.split('')", "[\"ä\", \"b\", \"c\"]"},
      {"'äbc'.split('', 2)", "[\"ä\", \"bc\"]"},
      {"''.split('')", "[]"},
      {"''.split(',')", "[\"\"]"},
      {"['a', 'b'].join('-')", "\"a-b\""},
      {"[].join('-')", "\"\""},
      {"['a', 1].join('-')", "error(no such overload)"},
      {"' \\t\\u00a0x y\\u3000'.trim()", "\"x y\""},
      {"'Ta©o'.reverse()", "\"o©aT\""},
      {"strings.quote('a\\n\"b\\\\')", "\"\\\"a\\\\n\\\\\\\"b\\\\\\\\\\\"\""},
      {"'abc'.matches('^a.c$')", "true"},
      {"'abc'.matches('b')", "true"},
      {"'abc'.matches('(')", "error(invalid regular expression: ()"},
      {"'abc'.contains('bc') && 'abc'.startsWith('a') && 'abc'.endsWith('c')", "true"},
  });
}

TEST(CelStrings, LongPatternsAreFoundInLinearTime) {
  testing::Bench bench(CheckMode::kResolveOnly);
  const std::string text = std::string(1'000'000, 'a') + "b" + std::string(1'000'000, 'a');
  const std::string pattern = std::string(500'000, 'a') + "b" + std::string(500'000, 'a');
  const std::string missing = std::string(500'000, 'a') + "c" + std::string(500'000, 'a');
  bench.set("text", Value::string(text, true));
  bench.set("pattern", Value::string(pattern, true));
  bench.set("missing", Value::string(missing, true));
  EXPECT_EQ(bench.text_of("text.indexOf(pattern)"), "500000");
  EXPECT_EQ(bench.text_of("text.lastIndexOf(pattern)"), "500000");
  EXPECT_EQ(bench.text_of("text.lastIndexOf(pattern, 600000)"), "500000");
  EXPECT_EQ(bench.text_of("text.lastIndexOf(pattern, 499999)"), "-1");
  EXPECT_EQ(bench.text_of("text.indexOf(missing)"), "-1");
  EXPECT_EQ(bench.text_of("text.lastIndexOf(missing)"), "-1");
  EXPECT_EQ(bench.text_of("text.split(missing).size()"), "1");
  EXPECT_EQ(bench.text_of("text.replace(pattern, '').size()"), "1000000");
}

TEST(CelStrings, Format) {
  check_dynamic({
      {"'%s and %s'.format([[1, 'a', null], {'b': 1.5, 'a': duration('90s')}])",
       "\"[1, a, null] and {a: 90s, b: 1.5}\""},
      {"'%d %x %X %o %b'.format([-5, 255, 'hi', 8, true])", "\"-5 ff 6869 10 1\""},
      {"'%.2f %e %.0f'.format([1.005, 1052.0, 2.5])", "\"1.00 1.052000e+03 2\""},
      {"'%%'.format([])", "\"%\""},
      {"'%'.format([])", "error(unexpected end of format string)"},
      {"'%s'.format([])", "error(index 0 out of range)"},
      {"'%q'.format([1])",
       "error(could not parse formatting clause: unrecognized formatting clause \"q\")"},
      {"'%.9999f'.format([1.0])", "error(error while parsing precision: too large)"},
  });
}

TEST(CelMath, Functions) {
  check_dynamic({
      {"math.greatest(1, 2.5, 2u)", "2.5"},
      {"math.least([3, 1u, 2.0])", "1u"},
      {"math.greatest(1, 1.0)", "1"},
      {"math.round(-1.5)", "-2.0"},
      {"math.abs(-9223372036854775808)", "error(integer overflow)"},
      {"math.bitShiftRight(-1024, 3)", "2305843009213693824"},
      {"math.bitShiftLeft(1, 64)", "0"},
      {"math.bitShiftLeft(1u, -1)", "error(math.bitShiftLeft() negative offset)"},
      {"math.bitNot(0u)", "18446744073709551615u"},
      {"math.sqrt(81)", "9.0"},
      {"math.sign(-2.5)", "-1.0"},
  });
}

TEST(CelLists, Functions) {
  check_dynamic({
      {"[1, 2, 3, 4].slice(1, 3)", "[2, 3]"},
      {"[1].slice(1, 3)", "error(cannot slice(1, 3), list is length 1)"},
      {"[1, [2, [3]]].flatten()", "[1, 2, [3]]"},
      {"[1, [2, [3]]].flatten(5)", "[1, 2, 3]"},
      {"[1, 2, 1.0, 2u].distinct()", "[1, 2]"},
      {"lists.range(3)", "[0, 1, 2]"},
      {"lists.range(-1)", "[]"},
      {"[1, 2].reverse()", "[2, 1]"},
      {"['b', 'a'].sort()", "[\"a\", \"b\"]"},
      {"[1, 'a'].sort()", "error(list elements must have the same comparable type)"},
      {"['ccc', 'a', 'bb'].sortBy(s, size(s))", "[\"a\", \"bb\", \"ccc\"]"},
      {"[3, 1, 2].sortBy(x, -x)", "[3, 2, 1]"},
      {"[1, 2].sortBy(x, [x])", "error(list elements must have the same comparable type)"},
      {"[1, 2].first().value() + [1, 2].last().value()", "3"},
      {"[].first()", "optional.none()"},
      {"sets.contains([1, 2, 3], [2, 1.0])", "true"},
      {"sets.equivalent([1, 1, 2], [2, 1])", "true"},
      {"sets.intersects([1, 2], [3])", "false"},
  });
}

TEST(CelEncoders, Base64) {
  check_dynamic({
      {"base64.encode(b'hello')", "\"aGVsbG8=\""},
      {"base64.encode(b'')", "\"\""},
      {"base64.decode('aGVsbG8=')", "b\"hello\""},
      {"base64.decode('aGVsbG8')", "b\"hello\""},
      {"base64.decode('aGVsbG8==')", "error(illegal base64 data)"},
      {"base64.decode('a')", "error(illegal base64 data)"},
      {"base64.decode('a-_b')", "error(illegal base64 data)"},
  });
}

TEST(CelNetwork, MappedAddressesAreIpv4) {
  check_dynamic({
      {"ip('::ffff:c0a8:1') == ip('192.168.0.1')", "true"},
      {"isIP('::ffff:192.168.0.1')", "false"},
      {"isIP('fe80::1%eth0')", "false"},
      {"cidr('10.0.0.0/8').containsIP(ip('10.1.2.3'))", "true"},
      {"cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')", "true"},
      {"string(cidr('10.1.2.3/8').masked())", "\"10.0.0.0/8\""},
  });
}

}  // namespace
}  // namespace yagura::policy
