#pragma once

// What one layer (or directory) was found to hold: the result of reading it once, the value of the
// cache, the input of everything that comes after. Facts belong to files: the image as a whole has
// the facts of those files that are visible in it, each layer keeps its own.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "image/model/distro.hpp"
#include "image/model/executable.hpp"
#include "image/model/file_entry.hpp"
#include "image/model/package.hpp"
#include "image/model/secret.hpp"
#include "image/model/suspicion.hpp"

namespace yagura::image {

// What analyzers say of one file.
struct FileFacts {
  std::vector<Package> packages;
  std::vector<OwnedFiles> owned;
  std::vector<PackageNote> notes;
  std::optional<Distro> distro;
  std::vector<Secret> secrets;
  std::vector<Suspicion> suspicions;
  std::optional<Executable> executable;
  // What could not be read of it: "dpkg status: paragraph 12 has no version". Shown as incomplete.
  std::vector<std::string> problems;

  [[nodiscard]] bool empty() const {
    return packages.empty() && owned.empty() && notes.empty() && !distro && secrets.empty() &&
           suspicions.empty() && !executable && problems.empty();
  }
  template <class V>
  void visit(V& v) {
    v(packages, owned, notes, distro, secrets, suspicions, executable, problems);
  }
  friend bool operator==(const FileFacts&, const FileFacts&) = default;
};

// A file of the layer. All files are kept, also those without facts: sizes, links and whiteouts
// make up the merged image. The texts are held by the LayerFacts that the file belongs to.
struct LayerFile {
  enum class Whiteout : std::uint8_t {
    kNone,
    kFile,    // ".wh.NAME": NAME of lower layers is gone; `path` is NAME's
    kOpaque,  // ".wh..wh..opq": what lower layers have in the directory `path` is gone
  };
  static constexpr std::uint32_t kNoFacts = 0xffffffff;

  std::string_view path;  // as FileEntry::path
  std::string_view link;  // as FileEntry::link
  std::uint64_t size = 0;
  std::int64_t modified = 0;
  std::uint64_t content_hash = 0;  // of the bytes, for duplicates; not cryptographic; 0: unknown
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t facts = kNoFacts;  // position in LayerFacts::facts
  FileKind kind = FileKind::kRegular;
  Whiteout whiteout = Whiteout::kNone;
  bool has_capabilities = false;
};

// Not copyable: views into it would silently stay with the original. Moving keeps them valid.
struct LayerFacts {
  // By path, bytewise; of entries that a layer names twice the last counts. A whiteout stands
  // before a file of the same path: it hides what lower layers have, and the file is new.
  std::vector<LayerFile> files;
  // Of those files that have any, in the order of `files`.
  std::vector<FileFacts> facts;
  std::uint64_t compressed_size = 0;
  std::uint64_t size = 0;  // inflated
  std::string digest;      // "sha256:…" of the bytes that were read; empty for directories
  std::string diff_id;     // "sha256:…" of the inflated bytes; empty: not read to their end
  // Limits that were reached, damage: each is a sentence that a report shows. Not empty: the layer
  // was not seen whole.
  std::vector<std::string> incomplete;

  // What the files' texts point to: an arena, or the bytes of a cache's entry.
  core::Arena texts;
  std::shared_ptr<const void> bytes;

  // Nothing where the file has no facts.
  [[nodiscard]] const FileFacts* facts_of(const LayerFile& file) const {
    return file.facts < facts.size() ? &facts[file.facts] : nullptr;
  }
};

}  // namespace yagura::image
