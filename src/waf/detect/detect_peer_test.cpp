// Ordinary text against the peer, libinjection as Debian's libmodsecurity exports it: where it
// finds no attack we find none either, and on the whole we find fewer. (Attacks are compared by
// conformance.crs4-detect.)

#include <gtest/gtest.h>

#include "waf/detect/sqli.hpp"
#include "waf/detect/testing/ordinary_texts.hpp"
#include "waf/detect/xss.hpp"

#ifdef YAGURA_HAVE_MODSECURITY
// C functions that libmodsecurity exports and declares nowhere.
extern "C" {
int libinjection_sqli(const char* text, std::size_t size, char fingerprint[]);
int libinjection_xss(const char* text, std::size_t size);
}
#endif

namespace yagura::waf {
namespace {

#ifdef YAGURA_HAVE_MODSECURITY
bool peer_finds_sql(std::string_view text) {
  char fingerprint[16] = {};
  return libinjection_sqli(text.data(), text.size(), fingerprint) != 0;
}
bool peer_finds_script(std::string_view text) {
  return libinjection_xss(text.data(), text.size()) != 0;
}

TEST(DetectPeer, SqlInOrdinaryTextIsFoundOnlyWhereThePeerFindsItToo) {
  int ours = 0;
  int peers = 0;
  for (const std::string_view text : testing::ordinary_texts()) {
    SqliResult result;
    const bool found = detect_sqli(text, result);
    const bool peer = peer_finds_sql(text);
    ours += found ? 1 : 0;
    peers += peer ? 1 : 0;
    EXPECT_TRUE(!found || peer) << text << " " << result.fingerprint;
  }
  EXPECT_LT(2 * ours, peers);
  RecordProperty("ours", ours);
  RecordProperty("peers", peers);
}

TEST(DetectPeer, ScriptsInOrdinaryTextAreFoundOnlyWhereThePeerFindsThemToo) {
  int ours = 0;
  int peers = 0;
  for (const std::string_view text : testing::ordinary_texts()) {
    const bool found = detect_xss(text);
    const bool peer = peer_finds_script(text);
    ours += found ? 1 : 0;
    peers += peer ? 1 : 0;
    EXPECT_TRUE(!found || peer) << text;
  }
  EXPECT_EQ(ours, 0);
  EXPECT_GT(peers, 0);
}
#else
TEST(DetectPeer, Skipped) { GTEST_SKIP() << "skipped: no libmodsecurity"; }
#endif

// Without the peer: what stands here is a cost that we know of.
TEST(DetectOrdinary, AlmostNothingOrdinaryIsTakenForAnAttack) {
  std::string found;
  for (const std::string_view text : testing::ordinary_texts()) {
    SqliResult result;
    if (detect_sqli(text, result)) found.append(text).append("\n");
    EXPECT_FALSE(detect_xss(text)) << text;
  }
  EXPECT_EQ(found, "");
}

}  // namespace
}  // namespace yagura::waf
