#include "sensor/process/record_to_process.hpp"

#include <cstring>
#include <string_view>

namespace yagura::sensor {

namespace {

// The kernel's names end at the first zero; a capture's may not.
std::string_view name_of(std::string_view text) {
  return text.substr(0, text.find('\0')).substr(0, 63);
}

template <typename T>
bool set(T& field, const T& value) {
  if (field == value) return false;
  field = value;
  return true;
}

bool is_same(const ygr_credentials& a, const ygr_credentials& b) {
  return std::memcmp(&a, &b, sizeof(a)) == 0;
}

bool apply(Process& process, const ygr_task& task) {
  bool is_changed = false;
  if (task.tid == task.pid || process.start_ns == 0) {
    is_changed |= set(process.start_ns, std::uint64_t{task.start_ns});
  }
  is_changed |= set(process.parent_pid, task.parent_pid);
  is_changed |= set(process.login_uid, task.login_uid);
  is_changed |= set(process.session_id, task.session_id);
  is_changed |= set(process.tty, task.tty);
  is_changed |= set(process.pgid, task.pgid);
  is_changed |= set(process.sid, task.sid);
  is_changed |= set(process.vpid, task.vpid);
  is_changed |= set(process.vpgid, task.vpgid);
  is_changed |= set(process.vsid, task.vsid);
  is_changed |= set(process.mnt_ns, task.mnt_ns);
  is_changed |= set(process.pid_ns, task.pid_ns);
  is_changed |= set(process.net_ns, task.net_ns);
  is_changed |= set(process.user_ns, task.user_ns);
  is_changed |= set(process.pid_ns_start_ns, std::uint64_t{task.pid_ns_start_ns});
  is_changed |= set(process.fd_limit, std::uint64_t{task.fd_limit});
  is_changed |= set(process.is_kernel_thread, (task.flags & YGR_TASK_KERNEL_THREAD) != 0);
  process.vm_size_kb = task.vm_size_kb;
  process.vm_rss_kb = task.vm_rss_kb;
  process.vm_swap_kb = task.vm_swap_kb;
  return is_changed;
}

std::vector<StandardStream> streams_of(const RecordView& record) {
  std::vector<StandardStream> streams;
  const std::size_t sockets = record.count<ygr_socket>(YGR_S_FDS_SOCKETS);
  std::size_t socket = 0;
  const std::size_t files = std::min<std::size_t>(record.count<ygr_file>(YGR_S_FDS), 3);
  for (std::size_t i = 0; i < files; ++i) {
    StandardStream stream{.is_open = true, .file = record.at<ygr_file>(YGR_S_FDS, i)};
    constexpr std::uint32_t kTypeMask = 0170000;
    constexpr std::uint32_t kSocket = 0140000;
    if ((stream.file.mode & kTypeMask) == kSocket && socket < sockets) {
      stream.is_socket = true;
      stream.socket = record.at<ygr_socket>(YGR_S_FDS_SOCKETS, socket++);
    }
    if (stream.file.fd < 0 || stream.file.fd > 2) continue;
    const auto number = static_cast<std::size_t>(stream.file.fd);
    if (streams.size() <= number) streams.resize(number + 1);
    streams[number] = stream;
  }
  return streams;
}

}  // namespace

bool apply_task(Process& process, const RecordView& record) {
  bool is_changed = false;
  if (const auto task = record.get<ygr_task>(YGR_S_TASK)) is_changed |= apply(process, *task);
  const auto credentials = record.get<ygr_credentials>(YGR_S_CREDENTIALS);
  if (credentials && !is_same(process.credentials, *credentials)) {
    process.credentials = *credentials;
    is_changed = true;
  }
  if (record.has(YGR_S_CWD) && process.cwd != record.text(YGR_S_CWD)) {
    process.cwd = record.text(YGR_S_CWD);
    is_changed = true;
  }
  return is_changed;
}

std::shared_ptr<const Image> image_of(const RecordView& record, const Image& before,
                                      std::uint64_t number) {
  auto image = std::make_shared<Image>();
  const auto text = [&record](ygr_section_id id, const std::string& otherwise) {
    return record.has(id) ? std::string(record.text(id)) : otherwise;
  };
  image->exe_path = text(YGR_S_EXE_PATH, {});
  image->filename = text(YGR_S_FILENAME, {});
  image->comm =
      record.has(YGR_S_COMM) ? std::string(name_of(record.text(YGR_S_COMM))) : before.comm;
  image->argv = text(YGR_S_ARGV, {});
  image->env = text(YGR_S_ENV, {});
  image->is_argv_truncated = record.is_truncated(YGR_S_ARGV);
  image->is_env_truncated = record.is_truncated(YGR_S_ENV);
  if (const auto exe = record.get<ygr_file>(YGR_S_EXE)) image->exe = *exe;
  image->exec_ns = record.kind() == YGR_EXEC ? record.header().time_ns : 0;
  image->number = number;
  if (const auto task = record.get<ygr_task>(YGR_S_TASK)) {
    image->is_setuid = (task->flags & YGR_TASK_SETUID_EXEC) != 0;
  }
  image->streams = record.has(YGR_S_FDS) ? streams_of(record) : before.streams;
  return image;
}

std::shared_ptr<const Image> with_stream(const Image& image, unsigned stream,
                                         const StandardStream& now, std::uint64_t number) {
  auto changed = std::make_shared<Image>(image);
  changed->number = number;
  if (changed->streams.size() <= stream) changed->streams.resize(stream + 1);
  changed->streams[stream] = now;
  return changed;
}

StandardStream stream_of(const RecordView& record) {
  StandardStream stream;
  if (const auto file = record.get<ygr_file>(YGR_S_FD)) {
    stream.is_open = true;
    stream.file = *file;
  }
  if (const auto socket = record.get<ygr_socket>(YGR_S_SOCKET)) {
    stream.is_open = true;
    stream.is_socket = true;
    stream.socket = *socket;
  }
  return stream;
}

}  // namespace yagura::sensor
