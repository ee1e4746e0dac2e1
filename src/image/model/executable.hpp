#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace yagura::image {

// What a program says that it needs: an ELF file's dynamic section, a script's first line.
struct Executable {
  enum class Kind : std::uint8_t { kProgram, kLibrary, kScript };
  Kind kind = Kind::kProgram;
  std::string interpreter;             // PT_INTERP, or what stands behind "#!", absolute
  std::vector<std::string> arguments;  // scripts: behind the interpreter ("python3" of env)
  std::vector<std::string> needed;     // DT_NEEDED
  std::vector<std::string> run_path;   // DT_RUNPATH, else DT_RPATH, "$ORIGIN" as written
  std::string soname;
  std::string build_id;  // hex
  bool is_static = false;

  template <class V>
  void visit(V& v) {
    v(kind, interpreter, arguments, needed, run_path, soname, build_id, is_static);
  }
  friend bool operator==(const Executable&, const Executable&) = default;
};

}  // namespace yagura::image
