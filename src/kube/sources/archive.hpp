#pragma once

// Archives in memory: .tar (plain, gzip, zstd, xz) and .zip. Nothing is written to disk; links and
// devices are left out.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/diagnostics.hpp"
#include "core/result.hpp"
#include "kube/sources/file_tree.hpp"

namespace yagura::kube {

struct ArchiveLimits {
  std::uint64_t max_total_size =
      std::uint64_t{512} << 20;  // bytes of all members as they unpack, also of those left out
  std::uint64_t max_member_size =
      std::uint64_t{64} << 20;  // bytes of one; a larger one is left out with a diagnostic
  std::uint32_t max_members = 100'000;
  std::uint32_t max_name_length =
      4'096;  // bytes; a member with a longer name is left out with a diagnostic
  // Unpacked over packed bytes, judged from `ratio_free_size` unpacked bytes on: text packs up to
  // about 1:30, a bomb 1:1000.
  std::uint32_t max_ratio = 200;
  std::uint64_t ratio_free_size = std::uint64_t{8} << 20;
};

// By the name's end: .tar .tar.gz .tgz .tar.zst .tzst .tar.xz .txz .zip, any case.
[[nodiscard]] bool is_archive_name(std::string_view name);

// Reads every regular member. Limits on the whole (total size, count, ratio) end the reading: what
// was read before stays, and an error goes to `diagnostics`. `name` is what messages call the
// archive; its members are shown as `name!member`.
[[nodiscard]] std::unique_ptr<MemoryTree> read_archive(const std::string& name,
                                                       std::string_view bytes,
                                                       const ArchiveLimits& limits,
                                                       Diagnostics& diagnostics);

}  // namespace yagura::kube
