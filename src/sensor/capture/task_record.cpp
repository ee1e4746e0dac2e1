#include "sensor/capture/task_record.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace yagura::sensor {

namespace {

template <typename T>
std::string_view as_bytes(const std::vector<T>& list) {
  return {reinterpret_cast<const char*>(list.data()), list.size() * sizeof(T)};
}

ygr_task task_of(const Process& process) {
  ygr_task task{};
  task.start_ns = process.start_ns;
  task.tid = process.pid;
  task.pid = process.pid;
  task.parent_pid = process.parent != nullptr ? process.parent->pid : process.parent_pid;
  task.parent_start_ns = process.parent != nullptr ? process.parent->start_ns : 0;
  task.pgid = process.pgid;
  task.sid = process.sid;
  task.vtid = process.vpid;
  task.vpid = process.vpid;
  task.vpgid = process.vpgid;
  task.vsid = process.vsid;
  task.login_uid = process.login_uid;
  task.session_id = process.session_id;
  task.tty = process.tty;
  task.flags = YGR_TASK_MAIN_THREAD;
  if (process.is_kernel_thread) task.flags |= YGR_TASK_KERNEL_THREAD;
  if (process.image->is_setuid) task.flags |= YGR_TASK_SETUID_EXEC;
  task.mnt_ns = process.mnt_ns;
  task.pid_ns = process.pid_ns;
  task.net_ns = process.net_ns;
  task.user_ns = process.user_ns;
  task.pid_ns_start_ns = process.pid_ns_start_ns;
  task.vm_size_kb = process.vm_size_kb;
  task.vm_rss_kb = process.vm_rss_kb;
  task.vm_swap_kb = process.vm_swap_kb;
  task.fd_limit = process.fd_limit;
  return task;
}

void add_streams(RecordWriter& writer, const std::vector<StandardStream>& streams) {
  std::vector<ygr_file> files;
  std::vector<ygr_socket> sockets;
  for (std::size_t i = 0; i < streams.size(); ++i) {
    if (!streams[i].is_open) continue;
    files.push_back(streams[i].file);
    files.back().fd = static_cast<ygr_s32>(i);
    if (streams[i].is_socket) sockets.push_back(streams[i].socket);
  }
  if (!files.empty()) writer.add(YGR_S_FDS, as_bytes(files));
  if (!sockets.empty()) writer.add(YGR_S_FDS_SOCKETS, as_bytes(sockets));
}

void add_text(RecordWriter& writer, ygr_section_id id, std::string_view text, std::size_t limit,
              bool is_truncated = false) {
  if (text.empty()) return;
  writer.add(id, text.substr(0, limit), is_truncated || text.size() > limit);
}

}  // namespace

void write_task_record(RecordWriter& writer, const Process& process, std::uint64_t time_ns) {
  ygr_header header{};
  header.kind = YGR_TASK;
  header.time_ns = time_ns;
  header.cgroup_id = process.cgroup_id;
  header.tid = process.pid;
  header.pid = process.pid;
  header.uid = process.credentials.uid;
  writer.begin(header);
  writer.add_struct(YGR_S_TASK, task_of(process));
  writer.add_struct(YGR_S_CREDENTIALS, process.credentials);
  const Image& image = *process.image;
  add_text(writer, YGR_S_COMM, process.comm.empty() ? image.comm : process.comm, 64);
  add_text(writer, YGR_S_EXE_PATH, image.exe_path, YGR_MAX_PATH);
  writer.add_struct(YGR_S_EXE, image.exe);
  add_text(writer, YGR_S_FILENAME, image.filename, YGR_MAX_PATH);
  add_text(writer, YGR_S_CWD, process.cwd, YGR_MAX_PATH);
  add_streams(writer, image.streams);
  add_text(writer, YGR_S_ARGV, image.argv, YGR_MAX_ARGV, image.is_argv_truncated);
  add_text(writer, YGR_S_ENV, image.env, YGR_MAX_ENV, image.is_env_truncated);
}

}  // namespace yagura::sensor
