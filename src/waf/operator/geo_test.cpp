// @geoLookup on a database that the test writes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "waf/operator/testing/ask.hpp"
#include "waf/operator/testing/geo_database.hpp"

namespace yagura::waf {
namespace {

using testing::ask;
using testing::make;

TEST(GeoLookup, SetsWhatTheDatabaseKnows) {
  const testing::TemporaryFolder folder;
  const auto file = folder.write("geo.mmdb", testing::tokyo_database());
  const auto op = make("geoLookup", "", {.geo_database = file});
  ASSERT_NE(op, nullptr);
  testing::RecordingHost host;
  EXPECT_TRUE(ask(*op, "192.0.2.77", {}, &host).is_match());
  using Pair = std::pair<std::string, std::string>;
  EXPECT_THAT(host.geo,
              ::testing::ElementsAre(Pair{"COUNTRY_CODE", "JP"}, Pair{"COUNTRY_NAME", "Japan"},
                                     Pair{"COUNTRY_CONTINENT", "AS"}, Pair{"REGION", "13"},
                                     Pair{"CITY", "Tokyo"}, Pair{"LATITUDE", "35.5"},
                                     Pair{"LONGITUDE", "139.25"}, Pair{"DMA_CODE", "7"}));
}

TEST(GeoLookup, DoesNotMatchWhatTheDatabaseDoesNotKnow) {
  const testing::TemporaryFolder folder;
  const auto file = folder.write("geo.mmdb", testing::tokyo_database());
  const auto op = make("geoLookup", "", {.geo_database = file});
  ASSERT_NE(op, nullptr);
  for (const std::string_view value : {"192.0.3.1", "2001:db8::1", "localhost", "", "1.2.3"}) {
    EXPECT_EQ(ask(*op, value).result, OperatorResult::kNoMatch) << value;
  }
}

TEST(GeoLookup, LoadsWithoutADatabaseAndIsNotEvaluated) {
  const auto op = make("geoLookup", "");
  EXPECT_EQ(ask(*op, "192.0.2.1").result, OperatorResult::kNotEvaluated);
}

TEST(GeoLookup, RefusesADatabaseThatIsNoneAndSurvivesADamagedOne) {
  const testing::TemporaryFolder folder;
  EXPECT_FALSE(make_operator("geoLookup", "", {.geo_database = folder.path() / "none"}));
  EXPECT_FALSE(make_operator("geoLookup", "", {.geo_database = folder.write("x", "nonsense")}));
  std::string damaged = testing::tokyo_database();
  damaged[23 * 6 + 2] = '\x70';  // the last node points behind the data
  damaged[23 * 6 + 1] = '\x7f';
  const auto op = make("geoLookup", "", {.geo_database = folder.write("damaged", damaged)});
  EXPECT_NE(ask(*op, "192.0.2.1").result, OperatorResult::kMatch);
}

}  // namespace
}  // namespace yagura::waf
