#include "kube/sources/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "kube/sources/testing.hpp"

namespace yagura::kube {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

enum class Packing { kTar, kTarGzip, kTarZstd, kTarXz, kZip };

using Files = std::vector<std::pair<std::string, std::string>>;

void add_entry(archive* handle, const std::string& name, const std::string& text,
               const std::string& link) {
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, name.c_str());
  archive_entry_set_perm(entry, 0644);
  if (link.empty()) {
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
  } else {
    archive_entry_set_filetype(entry, AE_IFLNK);
    archive_entry_set_symlink(entry, link.c_str());
  }
  archive_write_header(handle, entry);
  if (link.empty()) archive_write_data(handle, text.data(), text.size());
  archive_entry_free(entry);
}

std::string pack(Packing packing, const Files& files, const std::string& link = {}) {
  archive* handle = archive_write_new();
  if (packing == Packing::kTarGzip) archive_write_add_filter_gzip(handle);
  if (packing == Packing::kTarZstd) archive_write_add_filter_zstd(handle);
  if (packing == Packing::kTarXz) archive_write_add_filter_xz(handle);
  if (packing == Packing::kZip) {
    archive_write_set_format_zip(handle);
  } else {
    archive_write_set_format_pax_restricted(handle);
  }
  std::string bytes(std::size_t{64} << 20, '\0');
  std::size_t used = 0;
  archive_write_open_memory(handle, bytes.data(), bytes.size(), &used);
  for (const auto& [name, text] : files) add_entry(handle, name, text, {});
  if (!link.empty()) add_entry(handle, "link.yaml", {}, link);
  archive_write_close(handle);
  archive_write_free(handle);
  bytes.resize(used);
  return bytes;
}

std::string pod(const std::string& name) {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + "}\n";
}

TEST(Archives, EveryPackingIsReadAndMembersAreNamed) {
  const std::pair<const char*, Packing> kCases[] = {
      {"a.tar", Packing::kTar},        {"a.tgz", Packing::kTarGzip},
      {"a.tar.gz", Packing::kTarGzip}, {"a.tar.zst", Packing::kTarZstd},
      {"a.tar.xz", Packing::kTarXz},   {"A.ZIP", Packing::kZip}};
  for (const auto& [name, packing] : kCases) {
    const TemporaryFolder folder;
    folder.write(
        name,
        pack(packing, {{"dir/b.yaml", pod("b")}, {"a.json", "{}"}, {"dir/a.yaml", pod("a")}}));
    const Loaded loaded = load({folder.path(name)}, folder.path());
    const std::string prefix = std::string(name) + "!dir/";
    EXPECT_THAT(loaded.objects,
                ElementsAre("Pod/a " + prefix + "a.yaml:1", "Pod/b " + prefix + "b.yaml:1"))
        << name;
    EXPECT_THAT(loaded.diagnostics, IsEmpty()) << name;
  }
}

TEST(Archives, KustomizationInsideIsBuilt) {
  const TemporaryFolder folder;
  folder.write("k.tgz", pack(Packing::kTarGzip,
                             {{"base/kustomization.yaml", "resources: [p.yaml]\n"},
                              {"base/p.yaml", pod("p")},
                              {"prod/kustomization.yaml", "bases: [../base]\nnamePrefix: x-\n"}}));
  EXPECT_THAT(load({folder.path("k.tgz")}, folder.path()).objects,
              ElementsAre("Pod/x-p k.tgz!base/p.yaml:1"));
}

TEST(Archives, HostileNamesAndLinksLeadNowhere) {
  Diagnostics diagnostics;
  const auto tree = read_archive(
      "a.tar",
      pack(Packing::kTar, {{"../../etc/a.yaml", "1"}, {"/abs/b.yaml", "2"}, {"x/../c.yaml", "3"}},
           "/etc/passwd"),
      {}, diagnostics);
  EXPECT_EQ(tree->file_count(), 3U);
  EXPECT_EQ(tree->kind("etc/a.yaml"), EntryKind::kFile);
  EXPECT_EQ(tree->kind("abs/b.yaml"), EntryKind::kFile);
  EXPECT_EQ(tree->kind("c.yaml"), EntryKind::kFile);
  EXPECT_EQ(tree->kind("link.yaml"), EntryKind::kMissing);
  EXPECT_FALSE(diagnostics.has_errors());
}

TEST(Archives, DamagedBytesAreAnErrorAndWhatCameBeforeStays) {
  const TemporaryFolder folder;
  folder.write("junk.tar", "this is no archive");
  std::string cut =
      pack(Packing::kTar, {{"a.yaml", pod("a")}, {"b.yaml", std::string(100'000, '#')}});
  cut.resize(5'000);
  folder.write("cut.tar", cut);
  EXPECT_THAT(load({folder.path("junk.tar")}, folder.path()).diagnostics,
              ElementsAre(HasSubstr("junk.tar: error: not an archive")));
  const Loaded loaded = load({folder.path("cut.tar")}, folder.path());
  EXPECT_THAT(loaded.objects, ElementsAre("Pod/a cut.tar!a.yaml:1"));
  EXPECT_THAT(loaded.diagnostics, ElementsAre(HasSubstr("damaged")));
}

std::vector<std::string> problems(const std::string& bytes, const ArchiveLimits& limits,
                                  std::size_t expected_files) {
  Diagnostics diagnostics;
  const auto tree = read_archive("a.tar", bytes, limits, diagnostics);
  EXPECT_EQ(tree->file_count(), expected_files);
  std::vector<std::string> texts;
  for (const Diagnostic& diagnostic : diagnostics.list()) texts.push_back(to_string(diagnostic));
  return texts;
}

TEST(ArchiveLimitsTest, EachIsReachedAndTold) {
  const std::string big(1'000'000, 'x');
  const std::string three = pack(Packing::kTar, {{"a", "1"}, {"b", big}, {"c", "3"}});
  EXPECT_THAT(problems(three, {.max_member_size = 1'000}, 2),
              ElementsAre(HasSubstr("a.tar!b: error: larger than")));
  EXPECT_THAT(problems(three, {.max_total_size = 500'000}, 1),
              ElementsAre(HasSubstr("unpacks to more than 500000 bytes")));
  EXPECT_THAT(problems(three, {.max_members = 2}, 2),
              ElementsAre(HasSubstr("more than 2 members")));
  const std::string long_name = pack(Packing::kTar, {{std::string(300, 'n'), "1"}, {"b", "2"}});
  EXPECT_THAT(problems(long_name, {.max_name_length = 100}, 1),
              ElementsAre(HasSubstr("longer than 100 bytes")));
  // A bomb: 32 MB of one letter in some 30 KB.
  const std::string bomb =
      pack(Packing::kTarGzip, {{"a", "1"}, {"bomb", std::string(32'000'000, 'x')}});
  EXPECT_THAT(problems(bomb, {}, 1), ElementsAre(HasSubstr("more than 200 times its size")));
  EXPECT_THAT(problems(bomb, {.max_ratio = 5'000}, 2), IsEmpty());
}

TEST(ArchiveLimitsTest, ArchiveFileItselfIsBounded) {
  const TemporaryFolder folder;
  folder.write("a.tar", pack(Packing::kTar, {{"a.yaml", pod("a")}}));
  SourceOptions options;
  options.limits.max_archive_file_size = 100;
  const Loaded loaded = load({folder.path("a.tar")}, folder.path(), options);
  EXPECT_THAT(loaded.objects, IsEmpty());
  EXPECT_THAT(loaded.diagnostics, ElementsAre(HasSubstr("larger than the limit of 100 bytes")));
}

TEST(Archives, ChartInsideIsToldOf) {
  const TemporaryFolder folder;
  folder.write("c.tgz", pack(Packing::kTarGzip, {{"web/Chart.yaml", "name: web\n"},
                                                 {"web/templates/x.yaml", "{{ x }}"}}));
  EXPECT_THAT(load({folder.path("c.tgz")}, folder.path()).diagnostics,
              ElementsAre(HasSubstr("a Helm chart")));
}

}  // namespace
}  // namespace yagura::kube
