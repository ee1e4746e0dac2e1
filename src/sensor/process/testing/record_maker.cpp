#include "sensor/process/testing/record_maker.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/stat.h>

#include <cstring>

#include "rules/event_type.hpp"

namespace yagura::sensor::testing {

namespace {

// 4 or 16 bytes into `to`; whether it is IPv6.
bool write_ip(std::string_view ip, unsigned char* to) {
  const std::string text(ip);
  if (text.find(':') != std::string::npos) {
    ::inet_pton(AF_INET6, text.c_str(), to);
    return true;
  }
  if (!text.empty()) ::inet_pton(AF_INET, text.c_str(), to);
  return false;
}

}  // namespace

std::string zero_ended(std::initializer_list<std::string_view> strings) {
  std::string all;
  for (const std::string_view text : strings) {
    all += text;
    all += '\0';
  }
  return all;
}

RecordMaker::RecordMaker(ygr_kind kind, std::string_view type, std::uint32_t pid) {
  header_.kind = static_cast<ygr_u8>(kind);
  header_.type = rules::find_event_type(type).value_or(0);
  header_.pid = header_.tid = pid;
}

RecordMaker& RecordMaker::args(std::initializer_list<std::uint64_t> values) {
  ygr_args args{};
  std::size_t i = 0;
  for (const std::uint64_t value : values) args.value[i++] = value;
  return with(YGR_S_ARGS, args);
}

RecordMaker& RecordMaker::text(ygr_section_id id, std::string_view bytes, bool is_truncated) {
  sections_.push_back({id, std::string(bytes), is_truncated});
  return *this;
}

RecordMaker& RecordMaker::replace(ygr_section_id id, std::string_view bytes) {
  std::erase_if(sections_, [id](const Section& section) { return section.id == id; });
  return text(id, bytes);
}

RecordMaker& RecordMaker::task(std::uint32_t parent, std::uint64_t start_ns) {
  ygr_task task{};
  task.tid = task.vtid = header_.tid;
  task.pid = task.vpid = header_.pid;
  task.pgid = task.vpgid = task.sid = task.vsid = header_.pid;
  task.parent_pid = parent;
  task.creator_tid = header_.kind == YGR_FORK ? parent : 0;
  task.start_ns = start_ns;
  task.login_uid = task.session_id = 0xffffffff;
  return with(YGR_S_TASK, task);
}

RecordMaker& RecordMaker::change_task(void (*change)(ygr_task&)) {
  for (Section& section : sections_) {
    if (section.id != YGR_S_TASK) continue;
    ygr_task task{};
    std::memcpy(&task, section.bytes.data(), sizeof(task));
    change(task);
    std::memcpy(section.bytes.data(), &task, sizeof(task));
  }
  return *this;
}

RecordMaker& RecordMaker::credentials(std::uint32_t uid, std::uint32_t gid,
                                      std::uint64_t capabilities) {
  header_.uid = uid;
  ygr_credentials credentials{.uid = uid,
                              .euid = uid,
                              .suid = uid,
                              .fsuid = uid,
                              .gid = gid,
                              .egid = gid,
                              .sgid = gid,
                              .fsgid = gid,
                              .cap_inheritable = 0,
                              .cap_permitted = capabilities,
                              .cap_effective = capabilities,
                              .cap_bounding = capabilities,
                              .cap_ambient = 0};
  return with(YGR_S_CREDENTIALS, credentials);
}

RecordMaker& RecordMaker::file(std::int32_t fd, std::string_view path, std::uint32_t mode,
                               std::uint32_t open_flags) {
  ygr_file file{};
  file.fd = fd;
  file.mode = mode;
  file.open_flags = open_flags;
  file.links = 1;
  file.ino = 4711;
  file.dev = 8U << 20U | 1U;
  with(YGR_S_FD, file);
  return text(YGR_S_FD_PATH, path);
}

RecordMaker& RecordMaker::socket(std::int32_t fd, std::string_view local, std::uint16_t local_port,
                                 std::string_view remote, std::uint16_t remote_port,
                                 std::uint16_t type, std::uint8_t is_server) {
  ygr_file file{};
  file.fd = fd;
  file.mode = S_IFSOCK | 0777U;
  with(YGR_S_FD, file);
  ygr_socket socket{};
  const bool is_v6 = write_ip(local, socket.local) || write_ip(remote, socket.remote);
  if (is_v6) write_ip(remote, socket.remote);
  socket.family = is_v6 ? AF_INET6 : AF_INET;
  socket.type = type;
  socket.protocol = type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
  socket.is_server = is_server;
  socket.local_port = local_port;
  socket.remote_port = remote_port;
  return with(YGR_S_SOCKET, socket);
}

RecordMaker& RecordMaker::address(std::string_view ip, std::uint16_t port) {
  unsigned char bytes[16] = {};
  if (write_ip(ip, bytes)) {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    std::memcpy(&six.sin6_addr, bytes, sizeof(bytes));
    return with(YGR_S_ADDRESS, six);
  }
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(port);
  std::memcpy(&four.sin_addr, bytes, 4);
  return with(YGR_S_ADDRESS, four);
}

RecordMaker& RecordMaker::program(std::string_view path,
                                  std::initializer_list<std::string_view> argv) {
  text(YGR_S_EXE_PATH, path);
  text(YGR_S_FILENAME, path);
  text(YGR_S_ARGV, zero_ended(argv));
  return text(YGR_S_COMM, path.substr(path.rfind('/') + 1).substr(0, 15));
}

std::span<const std::byte> RecordMaker::bytes() {
  writer_.begin(header_);
  for (const Section& section : sections_) {
    writer_.add(section.id, section.bytes, section.is_truncated);
  }
  return writer_.finish();
}

RecordView RecordMaker::view() { return *RecordView::read(bytes()); }

}  // namespace yagura::sensor::testing
