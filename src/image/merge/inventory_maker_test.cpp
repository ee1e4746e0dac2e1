#include "image/merge/inventory_maker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "image/merge/testing/layer_facts.hpp"

namespace yagura::image {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::make_layer;
using testing::make_layers;

Package deb(std::string name, std::string version) {
  return {.type = PackageType::kDeb, .name = std::move(name), .version = std::move(version)};
}

FileFacts packages(std::vector<Package> list) {
  FileFacts facts;
  facts.packages = std::move(list);
  return facts;
}

FileFacts owned(std::string package, PathList files) {
  FileFacts facts;
  facts.owned = {{.package = std::move(package), .files = std::move(files)}};
  return facts;
}

Inventory inventory_of(std::vector<LayerFacts> layers) {
  const MergedImage image(std::move(layers));
  Inventory inventory;
  fill_inventory(image, Ownership(image), inventory);
  return inventory;
}

std::vector<std::string> lines(const Inventory& inventory) {
  std::vector<std::string> out;
  for (const Component& component : inventory.components) {
    std::string line =
        component.purl + " " + component.path + " " + std::to_string(component.layer);
    if (!component.owner.empty()) line += " " + component.owner;
    out.push_back(std::move(line));
  }
  return out;
}

TEST(Inventory, TellsTheLayerThatBroughtEachPackage) {
  const char* status = "f var/lib/dpkg/status";
  const Inventory inventory = inventory_of(make_layers(
      make_layer({{status, packages({deb("base", "1"), deb("old", "1"), deb("comes", "1")})}},
                 "sha256:0"),
      make_layer({{status, packages({deb("base", "1"), deb("old", "2"), deb("new", "1")})}},
                 "sha256:1"),
      make_layer({{"f unrelated"}}, "sha256:2"),
      make_layer({{status, packages({deb("base", "1"), deb("old", "2"), deb("new", "1"),
                                     deb("comes", "1")})}},
                 "sha256:3")));
  EXPECT_THAT(
      lines(inventory),
      ElementsAre("pkg:deb/base@1 var/lib/dpkg/status 0", "pkg:deb/comes@1 var/lib/dpkg/status 3",
                  "pkg:deb/new@1 var/lib/dpkg/status 1", "pkg:deb/old@2 var/lib/dpkg/status 1"));
  ASSERT_EQ(inventory.layers.size(), 4U);
  EXPECT_EQ(inventory.layers[3].digest, "sha256:3");
}

TEST(Inventory, BeginsAnewWhereADatabaseWasDeleted) {
  const Inventory inventory =
      inventory_of(make_layers(make_layer({{"f db", packages({deb("a", "1")})}}, "sha256:0"),
                               make_layer({{"- db"}}, "sha256:1"),
                               make_layer({{"f db", packages({deb("a", "1")})}}, "sha256:2")));
  EXPECT_THAT(lines(inventory), ElementsAre("pkg:deb/a@1 db 2"));
}

TEST(Inventory, HidesWhatIsRemoved) {
  const Inventory inventory =
      inventory_of(make_layers(make_layer({{"f a", packages({deb("a", "1")})}}, "sha256:0"),
                               make_layer({{"- a"}}, "sha256:1")));
  EXPECT_THAT(inventory.components, IsEmpty());
}

TEST(Inventory, TellsWhoOwnsLanguagePackages) {
  const auto npm = [](std::string name) {
    return packages({{.type = PackageType::kNpm, .name = std::move(name), .version = "1"}});
  };
  FileFacts apk = packages({{.type = PackageType::kApk,
                             .name = "apk-pkg",
                             .version = "1",
                             .files = {"opt/b/package.json"}}});
  const Inventory inventory = inventory_of(
      make_layers(make_layer({{"l lib -> usr/lib"},
                              {"f usr/lib/node/a/package.json", npm("a")},
                              {"f opt/b/package.json", npm("b")},
                              {"f app/c/package.json", npm("c")},
                              {"f var/lib/dpkg/info/node-a.list",
                               owned("node-a", {"lib/node", "lib/node/a/package.json"})},
                              {"f lib/apk/db/installed", apk}},
                             "sha256:0")));
  EXPECT_THAT(lines(inventory), ElementsAre("pkg:apk/apk-pkg@1 usr/lib/apk/db/installed 0",
                                            "pkg:npm/a@1 usr/lib/node/a/package.json 0 node-a",
                                            "pkg:npm/b@1 opt/b/package.json 0 apk-pkg",
                                            "pkg:npm/c@1 app/c/package.json 0"));
}

TEST(Inventory, JoinsWhatOneFileTellsTwice) {
  Package locked{.type = PackageType::kNpm,
                 .evidence = PackageEvidence::kLocked,
                 .name = "a",
                 .version = "1",
                 .development = true};
  Package needed = locked;
  needed.development = false;
  Package inside = locked;
  inside.location = "lib/x.jar";
  const Inventory inventory = inventory_of(make_layers(make_layer(
      {{"f lock", packages({locked, needed, inside})}, {"f other", packages({locked})}})));
  ASSERT_EQ(inventory.components.size(), 3U);
  EXPECT_FALSE(inventory.components[0].package.development);
  EXPECT_EQ(inventory.components[1].package.location, "lib/x.jar");
  EXPECT_EQ(inventory.components[2].path, "other");
  // A directory has no layers.
  EXPECT_EQ(inventory.components[0].layer, -1);
  EXPECT_THAT(inventory.layers, IsEmpty());
}

TEST(Inventory, GathersWhatWasNotSeen) {
  FileFacts facts;
  facts.problems = {"paragraph 12 has no\nversion"};
  LayerFacts damaged = make_layer({{"f db", facts}}, "sha256:abc");
  damaged.incomplete = {"it ends early"};
  EXPECT_THAT(inventory_of(make_layers(std::move(damaged))).incomplete,
              ElementsAre("layer sha256:abc: it ends early",
                          HasSubstr("\"db\": paragraph 12 has no version")));
}

TEST(Inventory, KnowsTheDistribution) {
  FileFacts os_release;
  os_release.distro = Distro{.id = "debian", .version_id = "12"};
  FileFacts point;
  point.distro = Distro{.id = "debian", .version = "12.5"};
  const Inventory inventory =
      inventory_of(make_layers(make_layer({{"f etc/debian_version", point},
                                           {"f usr/lib/os-release", os_release},
                                           {"f var/lib/dpkg/status", packages({deb("a", "1")})}})));
  EXPECT_EQ(inventory.distro.version_id, "12");
  EXPECT_EQ(inventory.distro.version, "12.5");
  EXPECT_THAT(lines(inventory), ElementsAre(HasSubstr("pkg:deb/debian/a@1?distro=debian-12")));
}

TEST(History, BelongsToLayersInOrder) {
  std::vector<LayerInfo> layers(2);
  attach_history(layers, {{"ADD rootfs", false}, {"CMD sh", true}, {"RUN apt", false}});
  EXPECT_EQ(layers[0].created_by, "ADD rootfs");
  EXPECT_EQ(layers[1].created_by, "RUN apt");
  std::vector<LayerInfo> others(2);
  attach_history(others, {{"ADD rootfs", false}});
  EXPECT_EQ(others[0].created_by, "");
}

TEST(FillInventory, ProblemsOfProgramsThatAPackageOwnsAreNoGaps) {
  const auto gaps = [](std::uint32_t mode, const char* owned) {
    FileFacts database;
    database.owned = {{.type = PackageType::kDeb, .package = "skopeo", .files = {owned}}};
    FileFacts program;
    program.problems = {"a program that tells nothing"};
    LayerFacts layer = testing::make_layer(
        {{"f usr/bin/skopeo", program}, {"f var/lib/dpkg/info/skopeo.list", database}});
    layer.files[0].mode = mode;
    return inventory_of(make_layers(std::move(layer))).incomplete.size();
  };
  EXPECT_EQ(gaps(0755, "usr/bin/skopeo"), 0U);
  EXPECT_EQ(gaps(0644, "usr/bin/skopeo"), 1U);
  EXPECT_EQ(gaps(0755, "usr/bin/other"), 1U);
}

}  // namespace
}  // namespace yagura::image
