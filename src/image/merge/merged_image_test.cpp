#include "image/merge/merged_image.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "image/merge/testing/layer_facts.hpp"

namespace yagura::image {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::make_layer;
using testing::make_layers;

std::vector<std::string> visible(const MergedImage& image) {
  std::vector<std::string> out;
  for (const MergedFile& file : image.files()) {
    out.push_back(std::string(file.path) + "@" + std::to_string(file.layer));
    EXPECT_EQ(image.find(file.path), &file) << file.path;
  }
  return out;
}

std::vector<std::string> removed(const MergedImage& image) {
  std::vector<std::string> out;
  for (const RemovedFile& item : image.removed()) {
    out.push_back(std::string(item.file.path) + "@" + std::to_string(item.file.layer) +
                  (item.replaced ? " replaced by " : " deleted by ") + std::to_string(item.by));
  }
  return out;
}

std::string path_of(const MergedFile* file) {
  return file == nullptr ? "nothing" : std::string(file->path) + "@" + std::to_string(file->layer);
}

TEST(MergedImage, LaysLayersOverEachOther) {
  const MergedImage image(make_layers(make_layer({{"d a"}, {"f a/1"}, {"f a/2"}, {"f b"}}),
                                      make_layer({{"d a"}, {"f a/2"}, {"f c"}})));
  EXPECT_THAT(visible(image), ElementsAre("a@1", "a/1@0", "a/2@1", "b@0", "c@1"));
  EXPECT_THAT(removed(image), ElementsAre("a/2@0 replaced by 1"));
}

TEST(MergedImage, ObeysWhiteouts) {
  const MergedImage image(
      make_layers(make_layer({{"d a"}, {"f a/1"}, {"d a/d"}, {"f a/d/x"}, {"f b"}, {"f keep"}}),
                  make_layer({{"- a/d"}, {"- b"}, {"f b"}, {"- none"}}), make_layer({{"- a"}})));
  EXPECT_THAT(visible(image), ElementsAre("b@1", "keep@0"));
  EXPECT_THAT(removed(image),
              ElementsAre("a/d/x@0 deleted by 1", "a/d@0 deleted by 1", "b@0 deleted by 1",
                          "a/1@0 deleted by 2", "a@0 deleted by 2"));
}

TEST(MergedImage, LetsWhiteoutsOfOneLayerHideOnlyLowerOnes) {
  const MergedImage image(make_layers(make_layer({{"d d"}, {"f d/old"}}),
                                      make_layer({{"o d"}, {"d d"}, {"f d/new"}, {"- d/new"}})));
  EXPECT_THAT(visible(image), ElementsAre("d@1", "d/new@1"));
  EXPECT_THAT(removed(image), ElementsAre("d/old@0 deleted by 1"));
  const MergedImage root(make_layers(make_layer({{"f old"}}), make_layer({{"o "}, {"f new"}})));
  EXPECT_THAT(visible(root), ElementsAre("new@1"));
}

TEST(MergedImage, ReplacesDirectoriesByFilesAndFilesByDirectories) {
  const MergedImage image(
      make_layers(make_layer({{"d d"}, {"f d/x"}, {"d d/e"}, {"f d/e/y"}, {"f f"}}),
                  make_layer({{"f d"}, {"f f/below"}})));
  EXPECT_THAT(visible(image), ElementsAre("d@1", "f/below@1"));
  EXPECT_THAT(removed(image), ::testing::UnorderedElementsAre(
                                  "d/x@0 deleted by 1", "d/e/y@0 deleted by 1",
                                  "d/e@0 deleted by 1", "d@0 replaced by 1", "f@0 replaced by 1"));
  EXPECT_EQ(path_of(image.find("f")), "nothing");  // only a path tells of it
  EXPECT_EQ(path_of(image.find("f/below")), "f/below@1");
}

TEST(MergedImage, WritesBelowLinksWhereTheyLead) {
  const MergedImage image(
      make_layers(make_layer({{"l bin -> usr/bin"},
                              {"d usr"},
                              {"d usr/bin"},
                              {"f usr/bin/ls"},
                              {"l lib -> /usr/lib"}}),
                  make_layer({{"f bin/ls"}, {"f bin/new"}, {"f lib/made"}, {"- bin/gone"}}),
                  make_layer({{"- bin/new"}})));
  EXPECT_THAT(visible(image), ElementsAre("bin@0", "lib@0", "usr@0", "usr/bin@0", "usr/bin/ls@1",
                                          "usr/lib/made@1"));
  EXPECT_THAT(removed(image),
              ElementsAre("usr/bin/ls@0 replaced by 1", "usr/bin/new@1 deleted by 2"));
}

TEST(MergedImage, FollowsLinksInsideTheRoot) {
  const MergedImage image(make_layers(make_layer({
      {"l bin -> usr/bin"},
      {"d usr"},
      {"f usr/bin/ls"},
      {"l usr/bin/dir -> ls"},
      {"l etc/os-release -> ../usr/lib/os-release"},
      {"f usr/lib/os-release"},
      {"l up -> ../../../../usr/lib/os-release"},
      {"l abs -> /bin/dir"},
      {"l loop -> loop"},
      {"l a -> b"},
      {"l b -> a"},
      {"l gone -> nothing"},
      {"l .hidden -> ."},
  })));
  EXPECT_EQ(path_of(image.resolve("bin/ls")), "usr/bin/ls@0");
  EXPECT_EQ(path_of(image.resolve("/bin/dir")), "usr/bin/ls@0");
  EXPECT_EQ(path_of(image.resolve("etc/os-release")), "usr/lib/os-release@0");
  EXPECT_EQ(path_of(image.resolve("up")), "usr/lib/os-release@0");
  EXPECT_EQ(path_of(image.resolve("abs")), "usr/bin/ls@0");
  EXPECT_EQ(path_of(image.resolve("bin/../lib/os-release")), "usr/lib/os-release@0");
  EXPECT_EQ(path_of(image.resolve(".hidden/bin/ls")), "usr/bin/ls@0");
  for (const char* path : {"loop", "a", "gone", "none", "usr/bin/ls/x", ""}) {
    EXPECT_EQ(path_of(image.resolve(path)), "nothing") << path;
  }
  EXPECT_EQ(path_of(image.locate("bin/dir")), "usr/bin/dir@0");
  EXPECT_EQ(path_of(image.locate("bin/..")), "usr@0");
  EXPECT_EQ(path_of(image.locate("loop")), "loop@0");
  MergedImage::Locator locator(image);
  for (const char* path : {"bin/ls", "bin/dir", "usr/bin/ls", "loop", "none/x", "bin/..", "bin/",
                           "", "/etc/os-release", ".hidden/bin/ls", "usr/bin/ls/x"}) {
    EXPECT_EQ(path_of(locator.locate(path)), path_of(image.locate(path))) << path;
  }
  EXPECT_EQ(path_of(image.find("bin")), "bin@0");
  EXPECT_EQ(path_of(image.find("bin/ls")), "nothing");
}

TEST(MergedImage, BoundsChainsOfLinks) {
  // Each link doubles the path that is to be walked.
  std::vector<testing::FileSpec> specs;
  std::vector<std::string> texts;
  for (int i = 0; i < 39; ++i) {
    const std::string next = "l" + std::to_string(i + 1);
    texts.push_back("l l" + std::to_string(i) + " -> " + next + "/../" + next + "/..");
  }
  for (const std::string& text : texts) specs.push_back({text});
  specs.push_back({"d l39"});
  const MergedImage image(make_layers(make_layer(specs), make_layer({{"f l0/x"}})));
  EXPECT_EQ(path_of(image.resolve("l0/x/y")), "nothing");
  EXPECT_FALSE(image.files().empty());
}

TEST(MergedImage, FindsWhatHardLinksMean) {
  FileFacts old_facts;
  old_facts.problems = {"old"};
  FileFacts new_facts;
  new_facts.problems = {"new"};
  FileFacts base_facts;
  base_facts.problems = {"base"};
  const MergedImage image(make_layers(
      make_layer({{"f base", base_facts}, {"f a", old_facts}, {"h b -> a"}, {"h chain -> b"}}),
      make_layer(
          {{"f a", new_facts}, {"h c -> base"}, {"h lost -> nowhere"}, {"h self -> self"}})));
  const auto said = [&](std::string_view path) {
    const FileFacts* facts = image.facts(*image.find(path));
    return facts == nullptr ? std::string("nothing") : facts->problems.front();
  };
  EXPECT_EQ(said("a"), "new");
  EXPECT_EQ(said("b"), "old");  // it is the file that layer 0 had
  EXPECT_EQ(said("chain"), "old");
  EXPECT_EQ(said("c"), "base");
  EXPECT_EQ(said("lost"), "nothing");
  EXPECT_EQ(said("self"), "nothing");
}

TEST(MergedImage, IsEmptyOfNothingAndMoves) {
  EXPECT_THAT(visible(MergedImage({})), IsEmpty());
  MergedImage image(make_layers(make_layer({{"f a"}})));
  const MergedFile* file = image.find("a");
  const MergedImage moved = std::move(image);
  EXPECT_EQ(moved.find("a"), file);
}

// Against the plain way: a map of paths, rewritten layer by layer.
TEST(MergedImage, AgreesWithThePlainWayOnRandomLayers) {
  std::uint64_t state = 42;
  const auto random = [&](std::uint64_t below) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33) % below;
  };
  for (int round = 0; round < 300; ++round) {
    std::map<std::string, std::string> plain;  // path: kind and layer
    std::vector<LayerFacts> layers;
    for (std::size_t number = 0; number < 4; ++number) {
      std::map<std::string, char> entries;
      for (int i = 0; i < 6; ++i) {
        std::string path(1, static_cast<char>('a' + random(3)));
        while (random(2) == 0) path += std::string("/") + static_cast<char>('a' + random(3));
        const char kind = "fdf-o"[random(5)];
        // Nothing lies below what is a file in this layer.
        bool fits = true;
        for (const auto& [other, its_kind] : entries) {
          if (other == path || (its_kind == 'f' && path.starts_with(other + "/")) ||
              (kind == 'f' && other.starts_with(path + "/"))) {
            fits = false;
          }
        }
        if (fits) entries[path] = kind;
      }
      std::vector<std::string> texts;
      for (const auto& [path, kind] : entries) texts.push_back(std::string(1, kind) + " " + path);
      std::vector<testing::FileSpec> specs;
      for (const std::string& text : texts) specs.push_back({text});
      layers.push_back(make_layer(specs));
      const auto drop_below = [&](const std::string& path) {
        std::erase_if(plain, [&](const auto& item) { return item.first.starts_with(path + "/"); });
      };
      for (const auto& [path, kind] : entries) {
        if (kind == '-' || kind == 'o') drop_below(path);
        if (kind == '-') plain.erase(path);
      }
      for (const auto& [path, kind] : entries) {
        if (kind == '-' || kind == 'o') continue;
        for (std::size_t slash = path.find('/'); slash != std::string::npos;
             slash = path.find('/', slash + 1)) {
          const auto above = plain.find(path.substr(0, slash));
          if (above != plain.end() && above->second.starts_with("f")) plain.erase(above);
        }
        if (kind == 'f') drop_below(path);
        plain[path] = kind + std::to_string(number);
      }
    }
    const MergedImage image(std::move(layers));
    std::map<std::string, std::string> got;
    for (const MergedFile& file : image.files()) {
      got[std::string(file.path)] =
          (file.file->kind == FileKind::kDirectory ? "d" : "f") + std::to_string(file.layer);
    }
    ASSERT_EQ(got, plain) << round;
  }
}

}  // namespace
}  // namespace yagura::image
