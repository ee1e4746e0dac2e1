#include <gtest/gtest.h>

#include "imagescan/base/base_catalogue.hpp"

namespace yagura::imagescan {
namespace {

image::ImageConfig config_of(std::vector<std::string> layers) {
  image::ImageConfig config;
  config.diff_ids = std::move(layers);
  return config;
}

TEST(BaseCatalogue, TheLongestBeginningWins) {
  BaseCatalogue catalogue;
  catalogue.add({.name = "debian:12.4", .diff_ids = {"a"}, .created = "2024-01-01"});
  catalogue.add({.name = "python:3", .diff_ids = {"a", "b"}, .created = "2024-01-02"});
  catalogue.add({.name = "other", .diff_ids = {"b"}});
  EXPECT_EQ(find_base(config_of({"a", "b", "c"}), {}, catalogue).name, "python:3");
  EXPECT_EQ(find_base(config_of({"a", "x"}), {}, catalogue).layers, 1U);
  EXPECT_EQ(find_base(config_of({"x", "a"}), {}, catalogue).layers, 0U);
}

TEST(BaseCatalogue, OffersANewerOneOfTheSameRepository) {
  BaseCatalogue catalogue;
  catalogue.add({.name = "reg:5000/debian:12.4", .diff_ids = {"a"}, .created = "2024-01-01"});
  catalogue.add({.name = "reg:5000/debian:12.5", .diff_ids = {"b"}, .created = "2024-03-01"});
  catalogue.add({.name = "reg:5000/alpine:3", .diff_ids = {"c"}, .created = "2025-03-01"});
  EXPECT_EQ(find_base(config_of({"a", "z"}), {}, catalogue).newer, "reg:5000/debian:12.5");
  EXPECT_EQ(find_base(config_of({"b", "z"}), {}, catalogue).newer, "");
}

TEST(BaseCatalogue, RoundTripsAndSaysWhatIsWrong) {
  BaseCatalogue catalogue;
  catalogue.add({.name = "a\"b", .diff_ids = {"x"}, .created = "t"});
  const auto again = BaseCatalogue::parse(catalogue.to_json());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->to_json(), catalogue.to_json());
  EXPECT_FALSE(BaseCatalogue::parse("[]"));
  EXPECT_FALSE(BaseCatalogue::parse(R"({"bases":[{"name":"a"}]})"));
}

TEST(FindBase, ByAnnotationAndHistory) {
  image::ImageConfig config = config_of({"a", "b"});
  config.history = {{.created_by = "ADD file:1 in /"},
                    {.created_by = "CMD [\"bash\"]", .empty_layer = true},
                    {.created_by = "COPY app /app"},
                    {.created_by = "CMD [\"/app\"]", .empty_layer = true}};
  const BaseMatch by_history = find_base(config, {}, {});
  EXPECT_EQ(by_history.layers, 1U);
  EXPECT_EQ(by_history.evidence, "history");
  const BaseMatch by_annotation =
      find_base(config, {{"org.opencontainers.image.base.name", "debian:12"}}, {});
  EXPECT_EQ(by_annotation.name, "debian:12");
  EXPECT_EQ(by_annotation.layers, 1U);
}

}  // namespace
}  // namespace yagura::imagescan
