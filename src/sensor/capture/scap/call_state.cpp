#include "sensor/capture/scap/call_state.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>

#include "sensor/capture/scap/flags.hpp"
#include "sensor/capture/scap/sockets.hpp"

namespace yagura::sensor::scap {

namespace {

constexpr std::uint8_t kListening = 10;   // TCP_LISTEN
constexpr std::uint8_t kEstablished = 1;  // TCP_ESTABLISHED

void opened(std::string_view name, std::string_view directory, const Parameters& parameters,
            Task& task) {
  Descriptor descriptor;
  descriptor.path = join_path(directory_of(directory, parameters, task), parameters.text(name));
  const std::uint32_t flags = parameters.flags("flags");
  descriptor.file.mode = (native_open_flags(flags) & O_DIRECTORY) != 0 ? S_IFDIR : S_IFREG;
  descriptor.file.open_flags = native_open_flags(flags);
  descriptor.file.layer = layer_of_open(flags);
  if (is_created_by_open(flags)) descriptor.file.flags |= YGR_FILE_CREATED;
  descriptor.file.dev = native_device(parameters.flags("dev"));
  descriptor.file.ino = static_cast<std::uint64_t>(parameters.number("ino").value_or(0));
  task.set(parameters.result(), std::move(descriptor));
}

void created(const Parameters& parameters, Task& task) {
  opened("name", "cwd", parameters, task);
  if (const Descriptor* const made = task.find(parameters.result())) {
    Descriptor changed = *made;
    changed.file.open_flags = O_CREAT | O_WRONLY | O_TRUNC;
    task.set(parameters.result(), std::move(changed));
  }
}

Descriptor make_socket(const Parameters& parameters) {
  constexpr std::uint32_t kTypeMask = 0xf;
  Descriptor descriptor;
  descriptor.is_socket = true;
  descriptor.file.mode = S_IFSOCK;
  ygr_socket& socket = descriptor.socket;
  socket.family = static_cast<std::uint16_t>(parameters.flags("domain"));
  socket.type = static_cast<std::uint16_t>(parameters.flags("type") & kTypeMask);
  socket.protocol = static_cast<std::uint16_t>(parameters.flags("proto"));
  const bool is_inet = socket.family == AF_INET || socket.family == AF_INET6;
  if (socket.protocol == 0 && is_inet) {
    if (socket.type == SOCK_STREAM) socket.protocol = IPPROTO_TCP;
    if (socket.type == SOCK_DGRAM) socket.protocol = IPPROTO_UDP;
  }
  return descriptor;
}

enum class Direction : std::uint8_t { kOut, kIn };

// In tuples of what came in, the source is the other side.
void connect_ends(Descriptor& descriptor, const Tuple& tuple, Direction direction) {
  ygr_socket& socket = descriptor.socket;
  descriptor.is_socket = true;
  descriptor.file.mode = S_IFSOCK;
  socket.family = tuple.family;
  if (tuple.family == AF_UNIX) {
    descriptor.path = tuple.path;
    return;
  }
  const bool is_out = direction == Direction::kOut;
  const Endpoint& local = is_out ? tuple.source : tuple.destination;
  const Endpoint& remote = is_out ? tuple.destination : tuple.source;
  std::copy(std::begin(local.address), std::end(local.address), socket.local);
  std::copy(std::begin(remote.address), std::end(remote.address), socket.remote);
  socket.local_port = local.port;
  socket.remote_port = remote.port;
}

Descriptor known_or_socket(const Task& task, std::int64_t fd) {
  if (const Descriptor* const found = task.find(fd)) return *found;
  Descriptor descriptor;
  descriptor.is_socket = true;
  descriptor.file.mode = S_IFSOCK;
  return descriptor;
}

void accepted(const Parameters& parameters, Task& task) {
  Descriptor descriptor;
  if (const auto tuple = read_tuple(parameters.bytes("tuple"))) {
    connect_ends(descriptor, *tuple, Direction::kIn);
  }
  descriptor.is_socket = true;
  descriptor.file.mode = S_IFSOCK;
  descriptor.socket.is_server = 1;
  descriptor.socket.state = kEstablished;
  descriptor.socket.type = SOCK_STREAM;
  if (descriptor.socket.family != AF_UNIX) descriptor.socket.protocol = IPPROTO_TCP;
  task.set(parameters.result(), std::move(descriptor));
}

void connected(const Parameters& parameters, Task& task) {
  const auto fd = parameters.number("fd");
  const auto tuple = read_tuple(parameters.bytes("tuple"));
  if (!fd || !tuple) return;
  Descriptor descriptor = known_or_socket(task, *fd);
  connect_ends(descriptor, *tuple, Direction::kOut);
  const std::int64_t result = parameters.result();
  if (result == 0) descriptor.socket.state = kEstablished;
  task.set(*fd, std::move(descriptor));
}

// Of sockets without a connection each message tells both ends.
void exchanged(const Parameters& parameters, Task& task, Direction direction) {
  const auto fd = parameters.number("fd");
  const auto tuple = read_tuple(parameters.bytes("tuple"));
  if (!fd || !tuple) return;
  Descriptor descriptor = known_or_socket(task, *fd);
  // A connection knows its ends already, and which of them is the server.
  if (descriptor.socket.remote_port != 0 && descriptor.socket.type == SOCK_STREAM) return;
  connect_ends(descriptor, *tuple, direction);
  task.set(*fd, std::move(descriptor));
}

void bound(const Parameters& parameters, Task& task) {
  const auto fd = parameters.number("fd");
  const std::string address = native_address(parameters.bytes("addr"));
  if (!fd || address.size() < sizeof(sa_family_t)) return;
  Descriptor descriptor = known_or_socket(task, *fd);
  ygr_socket& socket = descriptor.socket;
  sa_family_t family = 0;
  std::copy_n(address.data(), sizeof(family), reinterpret_cast<char*>(&family));
  socket.family = family;
  if (family == AF_UNIX) descriptor.path = address.substr(sizeof(family));
  if (family == AF_INET || family == AF_INET6) {
    const std::size_t size = family == AF_INET ? 4 : 16;
    const std::size_t at = family == AF_INET ? 4 : 8;
    std::copy_n(address.data() + at, size, reinterpret_cast<char*>(socket.local));
    socket.local_port = static_cast<std::uint16_t>(static_cast<unsigned char>(address[2]) << 8 |
                                                   static_cast<unsigned char>(address[3]));
  }
  task.set(*fd, std::move(descriptor));
}

void listened(const Parameters& parameters, Task& task) {
  const auto fd = parameters.number("fd");
  if (!fd || task.find(*fd) == nullptr) return;
  Descriptor descriptor = *task.find(*fd);
  descriptor.socket.is_server = 1;
  descriptor.socket.state = kListening;
  task.set(*fd, std::move(descriptor));
}

void piped(const Parameters& parameters, Task& task) {
  Descriptor descriptor;
  descriptor.file.mode = S_IFIFO;
  descriptor.file.ino = static_cast<std::uint64_t>(parameters.number("ino").value_or(0));
  descriptor.file.open_flags = native_open_flags(parameters.flags("flags"));
  task.set(parameters.number("fd1").value_or(-1), descriptor);
  descriptor.file.open_flags |= O_WRONLY;
  task.set(parameters.number("fd2").value_or(-1), descriptor);
}

void paired(const Parameters& parameters, Task& task) {
  const Descriptor descriptor = make_socket(parameters);
  task.set(parameters.number("fd1").value_or(-1), descriptor);
  task.set(parameters.number("fd2").value_or(-1), descriptor);
}

void duplicated(std::int64_t from, const Parameters& parameters, Task& task) {
  const Descriptor* const found = task.find(from);
  if (found == nullptr) return;
  Descriptor descriptor = *found;
  descriptor.file.open_flags &= ~static_cast<std::uint32_t>(O_CLOEXEC);
  task.set(parameters.result(), std::move(descriptor));
}

void controlled(const Parameters& parameters, Task& task) {
  const std::uint32_t command = native_fcntl_command(parameters.flags("cmd"));
  const bool duplicates = command == F_DUPFD || command == F_DUPFD_CLOEXEC;
  if (duplicates) duplicated(parameters.number("fd").value_or(-1), parameters, task);
}

void made_anonymous(std::string_view name, const Parameters& parameters, Task& task) {
  Descriptor descriptor;
  descriptor.path = name;
  descriptor.file.flags = YGR_FILE_ANON_INODE;
  task.set(parameters.result(), std::move(descriptor));
}

void made_memfd(const Parameters& parameters, Task& task) {
  Descriptor descriptor;
  descriptor.path = "memfd:" + std::string(parameters.text("name"));
  descriptor.file.mode = S_IFREG;
  descriptor.file.flags = YGR_FILE_MEMFD | YGR_FILE_UNLINKED;
  task.set(parameters.result(), std::move(descriptor));
}

void changed_user(std::string_view call, const Parameters& parameters, Task& task) {
  ygr_credentials& credentials = task.credentials;
  const auto set = [&parameters](std::string_view name, std::uint32_t& id) {
    const auto value = parameters.number(name);
    if (value && *value != -1) id = static_cast<std::uint32_t>(*value);
  };
  if (call == "setuid") {
    const bool is_root = credentials.euid == 0;
    set("uid", credentials.euid);
    if (is_root) credentials.uid = credentials.suid = credentials.euid;
  } else if (call == "setgid") {
    set("gid", credentials.gid);
    credentials.egid = credentials.sgid = credentials.gid;
  } else {
    set("ruid", credentials.uid);
    set("euid", credentials.euid);
    set("suid", credentials.suid);
    set("rgid", credentials.gid);
    set("egid", credentials.egid);
    set("sgid", credentials.sgid);
  }
  credentials.fsuid = credentials.euid;
  credentials.fsgid = credentials.egid;
}

void changed_capabilities(const Parameters& parameters, Task& task) {
  const auto number = [&parameters](std::string_view name) {
    return static_cast<std::uint64_t>(parameters.number(name).value_or(0));
  };
  task.credentials.cap_inheritable = number("cap_inheritable");
  task.credentials.cap_permitted = number("cap_permitted");
  task.credentials.cap_effective = number("cap_effective");
}

void changed_directory(std::string path, Task& task) {
  if (!path.empty()) task.cwd = std::move(path);
}

void apply_new_descriptor(std::string_view call, const Parameters& parameters, Task& task) {
  if (call == "open") return opened("name", "cwd", parameters, task);
  if (call == "openat" || call == "openat2") return opened("name", "dirfd", parameters, task);
  if (call == "open_by_handle_at") return opened("path", "cwd", parameters, task);
  if (call == "creat") return created(parameters, task);
  if (call == "memfd_create") return made_memfd(parameters, task);
  if (call == "socket") return task.set(parameters.result(), make_socket(parameters));
  if (call == "accept" || call == "accept4") return accepted(parameters, task);
  if (call == "pipe" || call == "pipe2") return piped(parameters, task);
  if (call == "socketpair") return paired(parameters, task);
  if (call == "dup" || call == "dup2" || call == "dup3") {
    // Until 2022 the beginning alone told which one, as "fd".
    const auto from = parameters.number("oldfd");
    return duplicated(from ? *from : parameters.number("fd").value_or(-1), parameters, task);
  }
  if (call == "fcntl") return controlled(parameters, task);
  static constexpr std::pair<std::string_view, std::string_view> kAnonymous[] = {
      {"bpf", "[bpf]"},
      {"epoll_create", "[eventpoll]"},
      {"epoll_create1", "[eventpoll]"},
      {"eventfd", "[eventfd]"},
      {"eventfd2", "[eventfd]"},
      {"inotify_init", "inotify"},
      {"inotify_init1", "inotify"},
      {"io_uring_setup", "[io_uring]"},
      {"pidfd_open", "[pidfd]"},
      {"signalfd", "[signalfd]"},
      {"signalfd4", "[signalfd]"},
      {"timerfd_create", "[timerfd]"},
      {"userfaultfd", "[userfaultfd]"}};
  for (const auto& [name, file] : kAnonymous) {
    if (call == name) return made_anonymous(file, parameters, task);
  }
}

}  // namespace

std::string_view directory_of(std::string_view directory, const Parameters& parameters,
                              const Task& task) {
  if (directory == "cwd") return task.cwd;
  const auto fd = parameters.number(directory);
  if (!fd) return {};
  if (*fd == AT_FDCWD) return task.cwd;
  const Descriptor* const found = task.find(*fd);
  return found == nullptr ? std::string_view() : std::string_view(found->path);
}

void apply_before(std::string_view call, const Parameters& parameters, Task& task) {
  // A connection that is refused or still under way has its ends already.
  if (call == "connect") return connected(parameters, task);
  if (parameters.result() < 0) return;
  if (call == "sendto" || call == "sendmsg" || call == "sendmmsg") {
    return exchanged(parameters, task, Direction::kOut);
  }
  if (call == "recvfrom" || call == "recvmsg" || call == "recvmmsg") {
    return exchanged(parameters, task, Direction::kIn);
  }
  if (call == "bind") return bound(parameters, task);
  if (call == "listen") return listened(parameters, task);
  if (call == "chdir") return changed_directory(join_path(task.cwd, parameters.text("path")), task);
  if (call == "fchdir") {
    const Descriptor* const found = task.find(parameters.number("fd").value_or(-1));
    return found != nullptr ? changed_directory(found->path, task) : void();
  }
  if (call == "capset") return changed_capabilities(parameters, task);
  if (call.starts_with("set") && (call.ends_with("uid") || call.ends_with("gid")) &&
      call != "setpgid") {
    return changed_user(call, parameters, task);
  }
  apply_new_descriptor(call, parameters, task);
}

void apply_after(std::string_view call, const Parameters& parameters, Task& task) {
  if (call == "close" && parameters.result() >= 0) {
    task.remove(parameters.number("fd").value_or(-1));
  }
}

}  // namespace yagura::sensor::scap
