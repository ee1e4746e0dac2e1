#include "image/tar/pax.hpp"

#include <gtest/gtest.h>

#include "image/tar/testing/archive.hpp"

namespace yagura::image {
namespace {

using testing::pax_record;

TEST(Pax, ReadsWhatIsLookedAt) {
  PaxRecords records;
  EXPECT_TRUE(parse_pax(pax_record("path", "a=b\nc") + pax_record("linkpath", "l") +
                            pax_record("size", "8589934592") + pax_record("uid", "5") +
                            pax_record("gid", "6") + pax_record("mtime", "-3.25") +
                            pax_record("SCHILY.xattr.security.capability", "\1") +
                            pax_record("comment", ""),
                        10, records));
  EXPECT_EQ(records.path, "a=b\nc");
  EXPECT_EQ(records.link, "l");
  EXPECT_EQ(records.size, 8589934592U);
  EXPECT_EQ(records.uid, 5U);
  EXPECT_EQ(records.gid, 6U);
  EXPECT_EQ(records.modified, -3);
  EXPECT_TRUE(records.has_capabilities);
  EXPECT_TRUE(parse_pax(pax_record("path", "") + std::string(9, '\0'), 10, records));
  EXPECT_FALSE(records.path);
}

TEST(Pax, StopsAtDamage) {
  for (const std::string& text :
       {std::string("x"), std::string("5 a=b"), std::string("99 a=b\n"), std::string("4 a\n"),
        std::string("6 =ab\n"), std::string("0 a=b\n"), std::string("18446744073709551615 a=b\n"),
        pax_record("size", "x"), pax_record("size", "-1"), pax_record("mtime", "soon"),
        pax_record("GNU.sparse.numbytes", "1"), pax_record("GNU.sparse.map", "1,2,3")}) {
    PaxRecords records;
    EXPECT_FALSE(parse_pax(pax_record("path", "kept") + text, 10, records)) << text;
    EXPECT_EQ(records.path, "kept") << text;
  }
}

TEST(Pax, ReadsSparseMapsWithinTheirBound) {
  PaxRecords records;
  EXPECT_TRUE(parse_pax(pax_record("GNU.sparse.map", "0,1,5,2"), 2, records));
  EXPECT_EQ(records.sparse_map, (std::vector<SparsePart>{{0, 1}, {5, 2}}));
  EXPECT_FALSE(parse_pax(pax_record("GNU.sparse.map", "0,1,5,2,9,1"), 2, records));
  records = {};
  EXPECT_TRUE(parse_pax(
      pax_record("GNU.sparse.offset", "7") + pax_record("GNU.sparse.numbytes", "1"), 2, records));
  EXPECT_EQ(records.sparse_map, (std::vector<SparsePart>{{7, 1}}));
}

}  // namespace
}  // namespace yagura::image
