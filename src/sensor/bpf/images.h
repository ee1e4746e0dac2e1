#pragma once

/* What a task runs: its executable, its first descriptors, its arguments. */

#include "sensor/bpf/files.h"
#include "sensor/bpf/text.h"

enum {
  YGR_S_ISUID = 04000,
  YGR_S_ISGID_EXECUTABLE = 02010,
  YGR_CAP_DAC_OVERRIDE = 1,
  YGR_CAP_FOWNER = 3,
};

/* Whether the task could write a file of that owner and mode: by bits, or as one who may override
 * them. */
YGR_INLINE int ygr_may_write(const struct ygr_file* file, ygr_u64 cred) {
  ygr_u32 fsuid = ygr_read32(cred + YGR_OFFSET(cred, fsuid));
  ygr_u32 fsgid = ygr_read32(cred + YGR_OFFSET(cred, fsgid));
  ygr_u64 effective = ygr_read64(cred + YGR_OFFSET(cred, cap_effective));
  if ((file->mode & 0002) != 0) return 1;
  if (file->uid == fsuid && (file->mode & 0200) != 0) return 1;
  if (file->gid == fsgid && (file->mode & 0020) != 0) return 1;
  return (effective & (1ULL << YGR_CAP_DAC_OVERRIDE | 1ULL << YGR_CAP_FOWNER)) != 0;
}

/* YGR_S_EXE and YGR_S_EXE_PATH; says whether the file's bits gave privileges. */
__noinline int ygr_put_executable(ygr_u64 address, ygr_u64 cred) {
  struct ygr_scratch* scratch = ygr_scratch();
  struct ygr_file_parts parts;
  struct ygr_file* file;
  int gives_privileges;
  if (!scratch || address == 0) return 0;
  file = ygr_structure(scratch, sizeof(*file));
  if (!file) return 0;
  ygr_read_file(scratch, address, -1, file, &parts, 0);
  if (ygr_may_write(file, cred)) file->flags |= YGR_FILE_WRITABLE;
  gives_privileges = (file->mode & YGR_S_ISUID) != 0 ||
                     (file->mode & YGR_S_ISGID_EXECUTABLE) == YGR_S_ISGID_EXECUTABLE;
  ygr_end_section(scratch, YGR_S_EXE, 0, sizeof(*file));
  ygr_put_path(parts.dentry, parts.mount, YGR_S_EXE_PATH);
  return gives_privileges;
}

/* YGR_S_FDS and YGR_S_FDS_SOCKETS: descriptors 0, 1 and 2 of a struct fdtable. */
__noinline int ygr_put_streams(ygr_u64 table) {
  struct ygr_scratch* scratch = ygr_scratch();
  struct ygr_file_parts parts;
  ygr_u64 sockets[3] = {0, 0, 0};
  ygr_u64 slots;
  ygr_u32 files_size = 0;
  ygr_u32 sockets_size = 0;
  if (!scratch ||
      !ygr_has_room(scratch, 3 * (sizeof(struct ygr_file) + sizeof(struct ygr_socket)))) {
    return 0;
  }
  slots = ygr_read64(table + YGR_OFFSET(fdtable, fd));
  for (int fd = 0; fd < 3; ++fd) {
    ygr_u64 address = ygr_read64(slots + 8 * (ygr_u64)fd);
    struct ygr_file* file;
    if (address == 0) continue;
    file = (struct ygr_file*)ygr_at(scratch,
                                    scratch->position + sizeof(struct ygr_section) + files_size);
    ygr_read_file(scratch, address, fd, file, &parts, 0);
    if ((file->mode & YGR_S_IFMT) == YGR_S_IFSOCK) sockets[fd] = parts.private_data;
    files_size += sizeof(*file);
  }
  if (files_size == 0) return 0;
  ygr_end_section(scratch, YGR_S_FDS, 0, files_size);
  for (int fd = 0; fd < 3; ++fd) {
    struct ygr_socket* socket;
    if (sockets[fd] == 0) continue;
    socket = (struct ygr_socket*)ygr_at(
        scratch, scratch->position + sizeof(struct ygr_section) + sockets_size);
    ygr_read_sock(scratch, ygr_read64(sockets[fd] + YGR_OFFSET(socket, sk)), 0, socket);
    sockets_size += sizeof(*socket);
  }
  if (sockets_size != 0) ygr_end_section(scratch, YGR_S_FDS_SOCKETS, 0, sockets_size);
  return 0;
}

/* YGR_S_ARGV and YGR_S_ENV of the current task's memory. */
YGR_INLINE void ygr_put_strings(struct mm_struct* memory) {
  ygr_u64 start = BPF_CORE_READ(memory, arg_start);
  ygr_put_user_bytes(start, BPF_CORE_READ(memory, arg_end) - start, YGR_MAX_ARGV, YGR_S_ARGV);
  start = BPF_CORE_READ(memory, env_start);
  ygr_put_user_bytes(start, BPF_CORE_READ(memory, env_end) - start, YGR_MAX_ENV, YGR_S_ENV);
}
