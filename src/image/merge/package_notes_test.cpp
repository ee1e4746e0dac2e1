#include "image/merge/package_notes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "image/merge/inventory_maker.hpp"
#include "image/merge/testing/layer_facts.hpp"

namespace yagura::image {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::make_layer;
using testing::make_layers;

FileFacts notes(std::vector<PackageNote> list) {
  FileFacts facts;
  facts.notes = std::move(list);
  return facts;
}

Package package(PackageType type, std::string name, std::string architecture = "amd64") {
  return {.type = type,
          .name = std::move(name),
          .version = "1",
          .architecture = std::move(architecture)};
}

PackageNote mark(PackageType type, std::string name, bool automatic,
                 std::string architecture = {}) {
  return {.type = type,
          .package = std::move(name),
          .architecture = std::move(architecture),
          .automatic = automatic};
}

PackageNote license(std::string name, std::string text) {
  return {.type = PackageType::kDeb, .package = std::move(name), .licenses = {std::move(text)}};
}

TEST(PackageNotes, WhatAptDoesNotListWasAskedFor) {
  const MergedImage image(
      make_layers(make_layer({{"f var/lib/apt/extended_states",
                               notes({mark(PackageType::kDeb, "libc6", true, "amd64"),
                                      mark(PackageType::kDeb, "tzdata", true, "amd64")})}})));
  const PackageNotes book(image);
  Package listed = package(PackageType::kDeb, "libc6");
  Package foreign = package(PackageType::kDeb, "libc6", "i386");
  Package of_all = package(PackageType::kDeb, "tzdata", "all");
  Package other = package(PackageType::kDeb, "nginx");
  Package other_type = package(PackageType::kApk, "libc6");
  for (Package* each : {&listed, &foreign, &of_all, &other, &other_type}) book.apply(*each);
  EXPECT_EQ(listed.automatic, true);
  EXPECT_EQ(foreign.automatic, false);
  EXPECT_EQ(of_all.automatic, true);
  EXPECT_EQ(other.automatic, false);
  EXPECT_FALSE(other_type.automatic.has_value());
}

TEST(PackageNotes, WhatApksWorldDoesNotListWasNeeded) {
  const MergedImage image(make_layers(
      make_layer({{"f etc/apk/world", notes({mark(PackageType::kApk, "nginx", false)})}})));
  const PackageNotes book(image);
  Package listed = package(PackageType::kApk, "nginx");
  Package other = package(PackageType::kApk, "pcre2");
  book.apply(listed);
  book.apply(other);
  EXPECT_EQ(listed.automatic, false);
  EXPECT_EQ(other.automatic, true);
}

TEST(PackageNotes, LicencesAreFoundThroughLinkedFolders) {
  const MergedImage image(make_layers(make_layer(
      {{"l usr/share/doc/libgcc-s1 -> gcc-12-base"},
       {"f usr/share/doc/gcc-12-base/copyright", notes({license("gcc-12-base", "GPL-3")})},
       {"f usr/share/doc/other/copyright", notes({license("other", "MIT")})}})));
  const PackageNotes book(image);
  Package own = package(PackageType::kDeb, "other");
  Package linked = package(PackageType::kDeb, "libgcc-s1");
  Package none = package(PackageType::kDeb, "none");
  Package told = package(PackageType::kDeb, "other");
  told.licenses = {"told"};
  for (Package* each : {&own, &linked, &none, &told}) book.apply(*each);
  EXPECT_THAT(own.licenses, ElementsAre("MIT"));
  EXPECT_THAT(linked.licenses, ElementsAre("GPL-3"));
  EXPECT_THAT(none.licenses, IsEmpty());
  EXPECT_THAT(told.licenses, ElementsAre("told"));
  EXPECT_FALSE(own.automatic.has_value());
}

TEST(PackageNotes, InventoryHasThemOfVisibleFilesAlone) {
  FileFacts status;
  status.packages = {package(PackageType::kDeb, "a")};
  const MergedImage image(make_layers(
      make_layer({{"f usr/share/doc/a/copyright", notes({license("a", "MIT")})},
                  {"f var/lib/apt/extended_states", notes({mark(PackageType::kDeb, "a", true)})},
                  {"f var/lib/dpkg/status", status}}),
      make_layer({{"- var/lib/apt/extended_states"}})));
  Inventory inventory;
  fill_inventory(image, Ownership(image), inventory);
  ASSERT_EQ(inventory.components.size(), 1U);
  EXPECT_THAT(inventory.components[0].package.licenses, ElementsAre("MIT"));
  EXPECT_FALSE(inventory.components[0].package.automatic.has_value());
}

}  // namespace
}  // namespace yagura::image
