#pragma once

// The build information that Go's linker leaves in programs: where it is, and its text.
//
// Found by its magic, on a boundary of 16 bytes, in the section made for it or in the data segment.
// Two forms: from Go 1.18 both texts stand behind the header; before, the header points to Go
// strings (an address and a length, in the program's word size and byte order).

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "image/model/facts.hpp"
#include "image/packages/object/object_file.hpp"

namespace yagura::image {

struct GoModule {
  std::string_view path;
  std::string_view version;  // empty: a directory
};

struct GoDependency {
  GoModule module;
  std::optional<GoModule> replacement;  // what was linked instead
};

struct GoBuildInfo {
  std::string_view go_version;    // "go1.22.3", "go1.19.8 X:nocoverageredesign", "devel go1.23-…"
  std::string_view modules_text;  // the whole text, without its marks; empty: none
  std::string_view main_package;  // "example.org/a/cmd/a"
  std::optional<GoDependency> main;
  std::vector<GoDependency> dependencies;
  std::vector<std::pair<std::string, std::string>> settings;  // "vcs.revision", "-ldflags", …

  [[nodiscard]] std::string_view setting(std::string_view key) const;
};

// At most this many dependencies and settings are kept of one program.
inline constexpr std::size_t kMaxGoModules = 50'000;

// Texts point into the object's bytes. Linear in the size of data and section headers.
[[nodiscard]] std::optional<GoBuildInfo> read_go_build_info(const ObjectFile& object);
// Whether Go's linker wrote it, by the marks that stripping leaves.
[[nodiscard]] bool is_go_program(const ObjectFile& object);

// Adds what the program says of itself; a Go program that says nothing becomes a problem.
void read_go_program(const ObjectFile& object, FileFacts& facts);

}  // namespace yagura::image
