// Kinds are told by path: they are what build instructions can be told to leave out.

#include <algorithm>
#include <array>
#include <map>

#include "imagescan/scan/findings.hpp"

namespace yagura::imagescan {
namespace {

constexpr std::size_t kListed = 10;
constexpr std::uint64_t kWorthSaying = 64 << 10;  // bytes

struct PathKind {
  const char* name;
  const char* advice;
  std::vector<std::string_view> fronts;
  std::vector<std::string_view> ends;
  std::vector<std::string_view> inside;
};

const std::vector<PathKind>& kinds() {
  static const std::vector<PathKind> all = {
      {"package lists and caches",
       "in the same RUN: rm -rf /var/lib/apt/lists/* /var/cache/apt/*; apk add --no-cache; dnf "
       "clean all; "
       "pip install --no-cache-dir; npm cache clean --force",
       {"var/lib/apt/lists/", "var/cache/", "root/.cache/", "root/.npm/", "usr/local/share/.cache/",
        "root/.m2/", "root/.gradle/", "root/go/pkg/", "root/.cargo/registry/"},
       {},
       {"/.npm/_cacache/", "/.cache/pip/"}},
      {"documentation",
       "dpkg: path-exclude /usr/share/doc/* in /etc/dpkg/dpkg.cfg.d; dnf: --setopt=tsflags=nodocs",
       {"usr/share/doc/", "usr/share/man/", "usr/share/info/", "usr/share/gtk-doc/",
        "usr/share/help/"},
       {},
       {}},
      {"locales",
       "dpkg: path-exclude /usr/share/locale/*; glibc: install glibc-minimal-langpack",
       {"usr/share/locale/", "usr/share/i18n/", "usr/lib/locale/"},
       {},
       {}},
      {"headers, static libraries and build tools",
       "build in a stage of its own and COPY --from it what is needed",
       {"usr/include/", "usr/lib/gcc/", "usr/lib/gcc-cross/", "usr/libexec/gcc/",
        "usr/share/cmake"},
       {".a", ".o", ".la"},
       {"/include/"}},
      {"byte code that can be made again",
       "PYTHONDONTWRITEBYTECODE=1, or find -name __pycache__ -delete",
       {},
       {".pyc", ".pyo"},
       {}},
      {"tests of packages",
       "remove them in the step that installs the package",
       {},
       {},
       {"/site-packages/tests/", "/test/fixtures/", "/node_modules/.cache/", "/__tests__/"}},
      {"debug symbols and source maps",
       "strip --strip-unneeded; no source maps in production",
       {"usr/lib/debug/"},
       {".debug", ".js.map", ".css.map"},
       {}},
      {"logs and temporary files",
       "remove them in the same RUN",
       {"var/log/", "tmp/", "var/tmp/"},
       {},
       {}},
      {"version control", "add .git to .dockerignore", {}, {}, {"/.git/"}},
  };
  return all;
}

const PathKind* kind_of(std::string_view path) {
  for (const PathKind& kind : kinds()) {
    const auto front = [&](std::string_view text) { return path.starts_with(text); };
    const auto end = [&](std::string_view text) { return path.ends_with(text); };
    const auto inside = [&](std::string_view text) { return path.contains(text); };
    if (std::ranges::any_of(kind.fronts, front) || std::ranges::any_of(kind.ends, end) ||
        std::ranges::any_of(kind.inside, inside))
      return &kind;
  }
  return nullptr;
}

struct Sum {
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  void add(std::uint64_t size) {
    bytes += size;
    ++files;
  }
};

class Sizes {
 public:
  Sizes(const image::MergedImage& image, const image::Ownership& ownership,
        const image::Inventory& inventory)
      : image_(image), ownership_(ownership), inventory_(inventory) {}

  std::vector<SizeItem> collect() {
    for (const image::MergedFile& file : image_.files()) {
      if (file.file->kind != image::FileKind::kRegular) continue;
      const std::uint64_t size = file.file->size;
      if (const PathKind* kind = kind_of(file.path)) kinds_[kind].add(size);
      const std::string_view owner = ownership_.owner(file);
      if (!owner.empty()) packages_[std::string(owner)].add(size);
      if (size >= 4096 && file.file->content_hash != 0) twins(file);
    }
    layers();
    list("package", packages_, "");
    kinds_of_files();
    duplicates();
    hidden();
    return std::move(out_);
  }

 private:
  void twins(const image::MergedFile& file) {
    auto& twin = contents_[{file.file->content_hash, file.file->size}];
    if (twin.files++ == 0) twin.first = file.path;
  }

  void layers() {
    for (std::size_t i = 0; i < image_.layers().size(); ++i) {
      Sum sum;
      for (const image::LayerFile& file : image_.layers()[i].files) {
        if (file.kind == image::FileKind::kRegular) sum.add(file.size);
      }
      std::string name = "layer " + std::to_string(i + 1);
      if (i < inventory_.layers.size() && !inventory_.layers[i].created_by.empty())
        name += ": " + inventory_.layers[i].created_by.substr(0, 120);
      out_.push_back(
          {.group = "layer", .name = std::move(name), .bytes = sum.bytes, .files = sum.files});
    }
  }

  void list(const char* group, const std::map<std::string, Sum>& sums, const char* advice) {
    std::vector<std::pair<std::string, Sum>> sorted(sums.begin(), sums.end());
    std::ranges::stable_sort(sorted, std::greater{},
                             [](const auto& item) { return item.second.bytes; });
    for (std::size_t i = 0; i < std::min(sorted.size(), kListed); ++i) {
      out_.push_back({.group = group,
                      .name = sorted[i].first,
                      .bytes = sorted[i].second.bytes,
                      .files = sorted[i].second.files,
                      .advice = advice});
    }
  }

  void kinds_of_files() {
    std::vector<std::pair<const PathKind*, Sum>> sorted(kinds_.begin(), kinds_.end());
    std::ranges::sort(sorted, [](const auto& a, const auto& b) {
      return a.second.bytes != b.second.bytes ? a.second.bytes > b.second.bytes
                                              : std::string_view(a.first->name) < b.first->name;
    });
    for (const auto& [kind, sum] : sorted) {
      if (sum.bytes < kWorthSaying) continue;
      out_.push_back({.group = "kind",
                      .name = kind->name,
                      .bytes = sum.bytes,
                      .files = sum.files,
                      .advice = kind->advice});
    }
  }

  void duplicates() {
    struct Twin {
      std::string_view path;
      std::uint64_t wasted;
      std::uint64_t files;
    };
    std::vector<Twin> found;
    for (const auto& [key, twin] : contents_) {
      if (twin.files > 1) found.push_back({twin.first, key.second * (twin.files - 1), twin.files});
    }
    std::ranges::sort(found, [](const Twin& a, const Twin& b) {
      return a.wasted != b.wasted ? a.wasted > b.wasted : a.path < b.path;
    });
    for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 5); ++i) {
      if (found[i].wasted < kWorthSaying) break;
      out_.push_back({.group = "duplicate",
                      .name = "copies of " + std::string(found[i].path),
                      .bytes = found[i].wasted,
                      .files = found[i].files,
                      .advice = "a link would do"});
    }
  }

  // In a layer below, pulled by everybody, seen by nobody.
  void hidden() {
    Sum sum;
    for (const image::RemovedFile& removed : image_.removed()) {
      if (removed.file.file->kind == image::FileKind::kRegular) sum.add(removed.file.file->size);
    }
    if (sum.bytes < kWorthSaying) return;
    out_.push_back(
        {.group = "hidden",
         .name = "files that a later layer removed or replaced",
         .bytes = sum.bytes,
         .files = sum.files,
         .advice = "remove them in the step that made them, or build in a stage of its own"});
  }

  struct Content {
    std::string_view first;
    std::uint64_t files = 0;
  };

  const image::MergedImage& image_;
  const image::Ownership& ownership_;
  const image::Inventory& inventory_;
  std::map<const PathKind*, Sum> kinds_;
  std::map<std::string, Sum> packages_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Content> contents_;  // by hash and size
  std::vector<SizeItem> out_;
};

}  // namespace

std::vector<SizeItem> collect_sizes(const image::MergedImage& image,
                                    const image::Ownership& ownership,
                                    const image::Inventory& inventory) {
  return Sizes(image, ownership, inventory).collect();
}

}  // namespace yagura::imagescan
