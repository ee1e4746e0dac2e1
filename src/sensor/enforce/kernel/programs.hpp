#pragma once

// Loads the kernel programs of a tier, pins their maps and links, and takes over what an earlier
// process left pinned: new programs are attached before the old ones' links go, so that nothing is
// unpoliced for a moment.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace yagura::sensor::enforce {

class GoneLinks;

// One hook of one program: "what this node can refuse, and how".
struct HookState {
  std::string name;  // "lsm/file_open", "cgroup/connect4"
  bool is_attached = false;
  std::string problem;  // why not
};

struct ProgramOptions {
  char tier = 'A';                      // 'C': tier B's programs, which refuse nothing
  std::filesystem::path pins;           // a folder of a BPF file system; made where missing
  std::filesystem::path attach_cgroup;  // programs of control groups act in it and below
};

class Programs {
 public:
  // Errors: no BPF file system, programs that do not load. Hooks that this kernel lacks are no
  // error.
  [[nodiscard]] static Result<std::unique_ptr<Programs>> load(const ProgramOptions& options);
  ~Programs();  // pinned programs go on
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;

  [[nodiscard]] int map(const char* name) const;  // a descriptor; -1: there is none
  [[nodiscard]] const std::vector<HookState>& hooks() const { return hooks_; }

  // Takes away every pin in the folder: nothing is enforced any more.
  [[nodiscard]] static Result<void> remove(const std::filesystem::path& pins);

 private:
  Programs() = default;
  Result<void> load_object(const ProgramOptions& options);
  Result<void> attach(const ProgramOptions& options);
  void remove_other_links(const std::filesystem::path& links, GoneLinks& old);
  void set_problem(const std::string& name, std::string problem);

  struct Objects;
  std::unique_ptr<Objects> objects_;
  std::vector<HookState> hooks_;
};

}  // namespace yagura::sensor::enforce
