// Scores as FIRST's own documents and calculators give them.

#include "vuln/match/cvss.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "vuln/match/severity.hpp"

namespace yagura::vuln {
namespace {

using model::Severity;

struct Case {
  const char* vector;
  double score;
};

TEST(Cvss, PublishedExamplesOfVersion2) {
  // "A Complete Guide to CVSS 2.0", section 3.3.
  const Case cases[] = {
      {"AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8},   {"AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0},
      {"AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2},   {"AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C", 10.0},
      {"(AV:N/AC:L/Au:N/C:N/I:N/A:N)", 0.0}, {"CVSS:2.0/AV:N/AC:M/Au:N/C:N/I:P/A:N", 4.3}};
  for (const Case& c : cases) EXPECT_EQ(cvss_score(c.vector), c.score) << c.vector;
}

TEST(Cvss, PublishedExamplesOfVersion3) {
  // "CVSS v3.1 Examples": CVE-2013-1937, CVE-2013-0375, CVE-2014-3566, CVE-2012-1516,
  // CVE-2009-0783, CVE-2012-0384, CVE-2015-1098, CVE-2014-0160, CVE-2014-6271, CVE-2008-1447,
  // CVE-2014-2005, CVE-2010-0467, CVE-2012-1342, CVE-2013-6014.
  const Case cases[] = {{"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1},
                        {"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4},
                        {"CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1},
                        {"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9},
                        {"CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 4.2},
                        {"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 8.8},
                        {"CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 7.8},
                        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5},
                        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8},
                        {"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", 6.8},
                        {"CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 6.8},
                        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:L/A:N", 5.8},
                        {"CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", 9.3},
                        {"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8},
                        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0},
                        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/E:P/RL:O", 10.0}};
  for (const Case& c : cases) EXPECT_EQ(cvss_score(c.vector), c.score) << c.vector;
}

TEST(Cvss, PublishedExamplesOfVersion4) {
  const Case cases[] = {
      {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0.0},
      {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0},
      {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3},
      {"CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:A", 7.3},
      {"CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:P", 5.9},
      {"CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:U", 4.1},
      // "CVSS v4.0 Examples": CVE-2022-41741, CVE-2020-3549, CVE-2023-3089, CVE-2021-44714,
      // CVE-2022-21830, CVE-2022-22186, CVE-2023-21989
      {"CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.3},
      {"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.7},
      {"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", 8.3},
      {"CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", 4.6},
      {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 5.1},
      {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N", 6.9},
      {"CVSS:4.0/AV:L/AC:L/AT:N/PR:H/UI:N/VC:N/VI:N/VA:N/SC:H/SI:N/SA:N", 5.9}};
  for (const Case& c : cases) EXPECT_EQ(cvss_score(c.vector), c.score) << c.vector;
}

TEST(Cvss, WhatIsNoVectorHasNoScore) {
  for (const char* text :
       {"", "CVSS:3.1/", "CVSS:3.1/AV:N", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X",
        "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:5.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "9.8", "AV:N", "high",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/ZZ:H",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N"}) {
    EXPECT_FALSE(cvss_score(text)) << text;
  }
}

TEST(Severity, WordsComeBeforeScoresAndNewScoresBeforeOld) {
  EXPECT_EQ(severity_of_word("Important"), Severity::kHigh);
  EXPECT_EQ(severity_of_word("unimportant"), Severity::kInfo);
  EXPECT_FALSE(severity_of_word("unknown"));
  const Rating critical{.source = "nvd",
                        .vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                        .score = 0,
                        .word = ""};
  const Rating low4{.source = "nvd",
                    .vector = "CVSS:4.0/AV:L/AC:L/AT:N/PR:H/UI:N/VC:N/VI:N/VA:N/SC:H/SI:N/SA:N",
                    .score = 0,
                    .word = ""};
  const Rating word{.source = "redhat", .vector = "", .score = 0, .word = "low"};
  const Rating nothing{.source = "debian", .vector = "", .score = 0, .word = "not yet assigned"};
  EXPECT_EQ(severity_of_ratings(std::vector{critical, word}), Severity::kLow);
  EXPECT_EQ(severity_of_ratings(std::vector{critical, low4}), Severity::kMedium);
  EXPECT_EQ(severity_of_ratings(std::vector{nothing, critical}), Severity::kCritical);
  EXPECT_FALSE(severity_of_ratings(std::vector{nothing}));
}

TEST(Severity, TheScaleOfVersion3) {
  EXPECT_EQ(severity_of_score(0), Severity::kInfo);
  EXPECT_EQ(severity_of_score(0.1), Severity::kLow);
  EXPECT_EQ(severity_of_score(3.9), Severity::kLow);
  EXPECT_EQ(severity_of_score(4.0), Severity::kMedium);
  EXPECT_EQ(severity_of_score(7.0), Severity::kHigh);
  EXPECT_EQ(severity_of_score(9.0), Severity::kCritical);
}

}  // namespace
}  // namespace yagura::vuln
