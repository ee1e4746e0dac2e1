#include "sensor/enforce/kernel/programs.hpp"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <set>
#include <string_view>

#include "enforce_fallback.skel.h"
#include "enforce_lsm.skel.h"
#include "sensor/enforce/bpf/tables.h"
#include "sensor/enforce/kernel/gone_links.hpp"
#include "sensor/enforce/kernel/quiet_libbpf.hpp"

#ifndef BPF_FS_MAGIC
#define BPF_FS_MAGIC 0xcafe4a11
#endif

namespace yagura::sensor::enforce {
namespace {

// Maps that each object has for itself.
bool is_private(const bpf_map* map) {
  const std::string_view name = bpf_map__name(map);
  return bpf_map__is_internal(map) || name == "slots" || name == "calls" || name == "unread" ||
         name == "told";
}

Result<void> make_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fail(ErrorCode::kIo, fmt::format("{}: {}", path.string(), error.message()));
  struct statfs system{};
  if (statfs(path.c_str(), &system) != 0 ||
      static_cast<unsigned long>(system.f_type) != BPF_FS_MAGIC) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("{} lies on no BPF file system", path.string()));
  }
  return {};
}

struct DestroyBtf {
  void operator()(btf* types) const { btf__free(types); }
};

}  // namespace

struct Programs::Objects {
  enforce_lsm_bpf* lsm = nullptr;
  enforce_fallback_bpf* fallback = nullptr;
  std::vector<bpf_link*> links;

  ~Objects() {
    for (bpf_link* link : links) {
      bpf_link__destroy(link);  // closes it; the pin keeps it
    }
    enforce_lsm_bpf__destroy(lsm);
    enforce_fallback_bpf__destroy(fallback);
  }
  [[nodiscard]] bpf_object* object() const { return lsm != nullptr ? lsm->obj : fallback->obj; }
};

namespace {

// Inner maps of different sizes are for kernels from 5.10 on; without them watch lists alone are
// refused (see Tables::set_watched).
void allow_old_kernels(bpf_object* object) {
  bpf_map_create_opts options{};
  options.sz = sizeof(options);
  options.map_flags = BPF_F_MMAPABLE | BPF_F_INNER_MAP;
  const int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "watched_lines", sizeof(std::uint32_t),
                                 sizeof(ygr_watched_line), 1, &options);
  if (map >= 0) {
    close(map);
    return;
  }
  bpf_map* const lines = bpf_map__inner_map(bpf_object__find_map_by_name(object, "watched"));
  if (lines != nullptr) bpf_map__set_map_flags(lines, BPF_F_MMAPABLE);
}

}  // namespace

Programs::~Programs() = default;

void Programs::set_problem(const std::string& name, std::string problem) {
  hooks_.push_back({.name = name, .is_attached = false, .problem = std::move(problem)});
}

Result<void> Programs::load_object(const ProgramOptions& options) {
  const QuietLibbpf quiet;
  objects_ = std::make_unique<Objects>();
  hooks_.clear();
  if (options.tier == 'A') {
    objects_->lsm = enforce_lsm_bpf__open();
  } else {
    objects_->fallback = enforce_fallback_bpf__open();
  }
  if (objects_->lsm == nullptr && objects_->fallback == nullptr) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("kernel programs do not open: {}", quiet.said()));
  }
  if (objects_->lsm != nullptr) {
    objects_->lsm->rodata->ygr_call_unshare = SYS_unshare;
    objects_->lsm->rodata->ygr_call_setns = SYS_setns;
  }
  if (objects_->fallback != nullptr)
    objects_->fallback->rodata->ygr_detect_only = options.tier == 'C';
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, objects_->object()) {
    if (is_private(map)) continue;
    const auto pin = options.pins / "maps" / bpf_map__name(map);
    if (bpf_map__set_pin_path(map, pin.c_str()) != 0)
      return fail(ErrorCode::kIo, "setting the place of a pin");
  }
  allow_old_kernels(objects_->object());
  const std::unique_ptr<btf, DestroyBtf> types(btf__load_vmlinux_btf());
  if (!types)
    return fail(ErrorCode::kUnsupported,
                "the kernel has no type information (CONFIG_DEBUG_INFO_BTF)");
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, objects_->object()) {
    const std::string section = bpf_program__section_name(program);
    if (section.starts_with("lsm/")) {
      if (btf__find_by_name_kind(types.get(), ("bpf_lsm_" + section.substr(4)).c_str(),
                                 BTF_KIND_FUNC) < 0) {
        bpf_program__set_autoload(program, false);
        set_problem(section, "this kernel has no such hook");
      }
    }
  }
  if (const int error = bpf_object__load(objects_->object()); error != 0) {
    return fail(ErrorCode::kUnsupported, fmt::format("kernel programs do not load: {}: {}",
                                                     std::strerror(-error), quiet.said()));
  }
  return {};
}

Result<void> Programs::attach(const ProgramOptions& options) {
  const QuietLibbpf quiet;
  const auto links = options.pins / "links";
  GoneLinks old;
  const int cgroup = open(options.attach_cgroup.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, objects_->object()) {
    if (!bpf_program__autoload(program)) continue;
    const std::string section = bpf_program__section_name(program);
    bpf_link* link = section.starts_with("cgroup") ? bpf_program__attach_cgroup(program, cgroup)
                                                   : bpf_program__attach(program);
    if (link == nullptr) {
      set_problem(section, fmt::format("does not attach: {}", std::strerror(errno)));
      continue;
    }
    objects_->links.push_back(link);
    const auto place = links / bpf_program__name(program);
    const std::string fresh = place.string() + "-new";
    unlink(fresh.c_str());
    old.note(place);
    if (bpf_link__pin(link, fresh.c_str()) != 0 || rename(fresh.c_str(), place.c_str()) != 0) {
      set_problem(section, fmt::format("is not pinned: {}", std::strerror(errno)));
      continue;
    }
    hooks_.push_back({.name = section, .is_attached = true, .problem = {}});
  }
  if (cgroup >= 0) close(cgroup);
  std::ranges::sort(hooks_, {}, &HookState::name);
  remove_other_links(links, old);
  old.wait();
  return {};
}

void Programs::remove_other_links(const std::filesystem::path& links, GoneLinks& old) {
  std::set<std::string> own;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, objects_->object()) own.insert(bpf_program__name(program));
  std::error_code error;
  std::vector<std::filesystem::path> others;
  for (const auto& entry : std::filesystem::directory_iterator(links, error)) {
    if (!own.contains(entry.path().filename())) others.push_back(entry.path());
  }
  for (const auto& path : others) {
    old.note(path);
    unlink(path.c_str());
  }
}

Result<std::unique_ptr<Programs>> Programs::load(const ProgramOptions& options) {
  YAGURA_TRY_VOID(make_folder(options.pins / "maps"));
  YAGURA_TRY_VOID(make_folder(options.pins / "links"));
  std::unique_ptr<Programs> programs(new Programs);
  YAGURA_TRY_VOID(programs->load_object(options));
  YAGURA_TRY_VOID(programs->attach(options));
  return programs;
}

int Programs::map(const char* name) const {
  return bpf_object__find_map_fd_by_name(objects_->object(), name);
}

Result<void> Programs::remove(const std::filesystem::path& pins) {
  std::error_code error;
  GoneLinks gone;
  for (const auto& entry : std::filesystem::directory_iterator(pins / "links", error))
    gone.note(entry.path());
  // Links first: programs whose tables are gone would judge by nothing.
  for (const char* folder : {"links", "maps"}) {
    std::filesystem::remove_all(pins / folder, error);
    if (error)
      return fail(ErrorCode::kIo, fmt::format("{}: {}", (pins / folder).string(), error.message()));
  }
  std::filesystem::remove(pins, error);
  gone.wait();
  return {};
}

}  // namespace yagura::sensor::enforce
