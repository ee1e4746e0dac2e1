#pragma once

// What one layer (or directory) was found to hold: the result of reading it once, the value of the
// cache, the input of everything that comes after. Facts belong to files: the image as a whole has
// the facts of those files that are visible in it, each layer keeps its own.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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
  std::optional<Distro> distro;
  std::vector<Secret> secrets;
  std::vector<Suspicion> suspicions;
  std::optional<Executable> executable;
  // What could not be read of it: "dpkg status: paragraph 12 has no version". Shown as incomplete.
  std::vector<std::string> problems;

  [[nodiscard]] bool empty() const {
    return packages.empty() && owned.empty() && !distro && secrets.empty() && suspicions.empty() &&
           !executable && problems.empty();
  }
  template <class V>
  void visit(V& v) {
    v(packages, owned, distro, secrets, suspicions, executable, problems);
  }
  friend bool operator==(const FileFacts&, const FileFacts&) = default;
};

// A file of the layer. All files are kept, also those without facts: sizes, links and whiteouts
// make up the merged image.
struct LayerFile {
  enum class Whiteout : std::uint8_t {
    kNone,
    kFile,    // ".wh.NAME": NAME of lower layers is gone; `path` is NAME's
    kOpaque,  // ".wh..wh..opq": what lower layers have in the directory `path` is gone
  };
  std::string path;
  FileKind kind = FileKind::kRegular;
  Whiteout whiteout = Whiteout::kNone;
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t size = 0;
  std::int64_t modified = 0;
  std::string link;
  bool has_capabilities = false;
  std::uint64_t content_hash = 0;  // of the bytes, for duplicates; not cryptographic; 0: unknown
  FileFacts facts;
};

struct LayerFacts {
  // By path, bytewise. Of entries that a layer names twice the last counts.
  std::vector<LayerFile> files;
  std::uint64_t compressed_size = 0;
  std::uint64_t size = 0;  // inflated
  std::string digest;      // "sha256:…" of the bytes that were read; empty for directories
  std::string diff_id;     // "sha256:…" of the inflated bytes
  // Limits that were reached, damage: each is a sentence that a report shows. Not empty: the layer
  // was not seen whole.
  std::vector<std::string> incomplete;
};

}  // namespace yagura::image
