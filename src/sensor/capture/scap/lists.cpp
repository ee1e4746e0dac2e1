#include "sensor/capture/scap/lists.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <string>

#include "sensor/capture/scap/bytes.hpp"
#include "sensor/capture/scap/flags.hpp"

namespace yagura::sensor::scap {

namespace {

constexpr std::size_t kMaxUsers = 100'000;
// Two fields were put in front of others in 2022; entries without them have at most this many bytes
// behind the root directory.
constexpr std::size_t kTailOfOld = 29;

void read_tail(Bytes& bytes, ListedThread& thread) {
  const auto has = [&bytes](std::size_t size) { return bytes.left() >= size; };
  if (bytes.left() > kTailOfOld) {
    thread.pid_ns_start_ns = bytes.number<std::uint64_t>();
    thread.tty = bytes.number<std::uint32_t>();
  }
  if (has(4)) thread.login_uid = bytes.number<std::uint32_t>();
  if (has(1)) thread.is_writable = bytes.number<std::uint8_t>() != 0;
  if (has(8)) thread.cap_inheritable = bytes.number<std::uint64_t>();
  if (has(8)) thread.cap_permitted = bytes.number<std::uint64_t>();
  if (has(8)) thread.cap_effective = bytes.number<std::uint64_t>();
  if (has(1)) thread.is_upper_layer = bytes.number<std::uint8_t>() != 0;
  if (has(8)) thread.exe_ino = bytes.number<std::uint64_t>();
  if (has(8)) thread.exe_ctime_ns = bytes.number<std::uint64_t>();
  if (has(8)) thread.exe_mtime_ns = bytes.number<std::uint64_t>();
  if (has(1)) thread.is_memfd = bytes.number<std::uint8_t>() != 0;
}

void read_thread(Bytes& bytes, unsigned version, ListedThread& thread) {
  thread.tid = bytes.number<std::uint64_t>();
  thread.pid = bytes.number<std::uint64_t>();
  thread.parent_tid = bytes.number<std::uint64_t>();
  if (version >= 6) thread.sid = bytes.number<std::uint64_t>();
  if (version >= 8) thread.vpgid = bytes.number<std::uint64_t>();
  thread.comm = bytes.text();
  thread.exe = bytes.text();
  if (version >= 7) thread.exe_path = bytes.text();
  thread.arguments = bytes.text();
  thread.cwd = bytes.text();
  thread.fd_limit = bytes.number<std::int64_t>();
  bytes.number<std::uint32_t>();  // flags, of the clone that made it
  thread.uid = bytes.number<std::uint32_t>();
  thread.gid = bytes.number<std::uint32_t>();
  if (version >= 2) {
    thread.vm_size_kb = bytes.number<std::uint32_t>();
    thread.vm_rss_kb = bytes.number<std::uint32_t>();
    thread.vm_swap_kb = bytes.number<std::uint32_t>();
    bytes.number<std::uint64_t>();  // page faults
    bytes.number<std::uint64_t>();
  }
  if (version >= 3) thread.environment = bytes.text();
  if (version >= 4) {
    thread.vtid = bytes.number<std::int64_t>();
    thread.vpid = bytes.number<std::int64_t>();
    thread.cgroups = bytes.text();
  }
  if (version >= 5) (void)bytes.text();  // root directory
}

Descriptor socket_of(std::uint16_t family, std::uint8_t protocol) {
  Descriptor descriptor;
  descriptor.is_socket = true;
  descriptor.file.mode = S_IFSOCK;
  descriptor.socket.family = family;
  set_protocol(descriptor.socket, protocol);
  return descriptor;
}

void read_address(Bytes& bytes, std::size_t size, ygr_u8 (&address)[16]) {
  const std::string_view raw = bytes.take(size);
  std::copy(raw.begin(), raw.end(), address);
}

Descriptor read_connection(Bytes& bytes, std::uint16_t family, std::size_t size) {
  Descriptor descriptor = socket_of(family, 0);
  read_address(bytes, size, descriptor.socket.local);
  read_address(bytes, size, descriptor.socket.remote);
  descriptor.socket.local_port = bytes.number<std::uint16_t>();
  descriptor.socket.remote_port = bytes.number<std::uint16_t>();
  set_protocol(descriptor.socket, bytes.number<std::uint8_t>());
  return descriptor;
}

Descriptor read_server(Bytes& bytes, std::uint16_t family, std::size_t size) {
  Descriptor descriptor = socket_of(family, 0);
  read_address(bytes, size, descriptor.socket.local);
  descriptor.socket.local_port = bytes.number<std::uint16_t>();
  set_protocol(descriptor.socket, bytes.number<std::uint8_t>());
  descriptor.socket.is_server = 1;
  return descriptor;
}

Descriptor named(std::string_view name, std::uint32_t mode, std::uint8_t flags = 0) {
  Descriptor descriptor;
  descriptor.path = name;
  descriptor.file.mode = mode;
  descriptor.file.flags = flags;
  return descriptor;
}

// By the type's number in the file. False: a type whose content is unknown.
bool read_descriptor(Bytes& bytes, std::uint8_t type, std::uint64_t ino, Descriptor& descriptor) {
  switch (type) {
    case 3:
      descriptor = read_connection(bytes, AF_INET, 4);
      break;
    case 4:
      descriptor = read_connection(bytes, AF_INET6, 16);
      break;
    case 5:
      descriptor = read_server(bytes, AF_INET, 4);
      break;
    case 6:
      descriptor = read_server(bytes, AF_INET6, 16);
      break;
    case 8:
      bytes.take(16);  // addresses of kernel objects
      descriptor = socket_of(AF_UNIX, 0);
      descriptor.path = bytes.text();
      break;
    case 16: {
      const auto flags = native_open_flags(bytes.number<std::uint32_t>());
      descriptor = named(bytes.text(), S_IFREG);
      descriptor.file.open_flags = flags;
      if (bytes.left() >= 4) descriptor.file.dev = native_device(bytes.number<std::uint32_t>());
      break;
    }
    case 1:
      descriptor = named(bytes.text(), S_IFREG);
      break;
    case 2:
      descriptor = named(bytes.text(), S_IFDIR);
      break;
    case 7:
      (void)bytes.text();
      descriptor = named("pipe:[" + std::to_string(ino) + "]", S_IFIFO);
      break;
    case 15:
      descriptor = named(bytes.text(), S_IFSOCK);
      descriptor.is_socket = true;
      descriptor.socket.family = AF_NETLINK;
      break;
    case 20:
      descriptor = named(bytes.text(), S_IFREG, YGR_FILE_MEMFD);
      break;
    case 9:
    case 10:
    case 11:
    case 12:
    case 13:
    case 14:
    case 17:
    case 18:
    case 19:
    case 21:
      descriptor = named(bytes.text(), 0, YGR_FILE_ANON_INODE);
      break;
    default:
      return false;
  }
  descriptor.file.ino = ino;
  return true;
}

// What a length at the front of an entry says, the length included; the rest of the block where
// entries have none.
std::optional<std::string_view> entry_of(Bytes& bytes, bool has_length) {
  if (!has_length) return std::nullopt;
  const auto size = bytes.number<std::uint32_t>();
  return bytes.take(size >= 4 ? size - 4 : SIZE_MAX);
}

}  // namespace

bool read_threads(std::string_view block, unsigned version,
                  const std::function<void(const ListedThread&)>& take) {
  Bytes bytes(block);
  while (bytes.left() >= 4) {
    ListedThread thread;
    if (const auto entry = entry_of(bytes, version >= 9)) {
      Bytes inside(*entry);
      read_thread(inside, version, thread);
      read_tail(inside, thread);
      if (inside.is_short()) return false;
    } else {
      read_thread(bytes, version, thread);
    }
    if (bytes.is_short()) return false;
    take(thread);
  }
  return true;
}

bool read_descriptors(std::string_view block, bool has_lengths, std::uint64_t& tid,
                      const std::function<void(std::int64_t, Descriptor)>& take) {
  Bytes bytes(block);
  tid = bytes.number<std::uint64_t>();
  while (bytes.left() >= 4) {
    const auto entry = entry_of(bytes, has_lengths);
    Bytes inside(entry.value_or(std::string_view()));
    Bytes& from = entry ? inside : bytes;
    const auto fd = from.number<std::int64_t>();
    const auto ino = from.number<std::uint64_t>();
    const auto type = from.number<std::uint8_t>();
    Descriptor descriptor;
    const bool is_known = read_descriptor(from, type, ino, descriptor);
    if (from.is_short() || bytes.is_short()) return false;
    if (is_known) take(fd, std::move(descriptor));
    // Without lengths nobody knows where the next entry begins.
    if (!is_known && !entry) return false;
  }
  return !bytes.is_short();
}

bool read_users(std::string_view block, bool has_lengths, std::vector<UserFacts>& users,
                std::vector<GroupFacts>& groups) {
  Bytes bytes(block);
  while (bytes.left() >= 4 && users.size() + groups.size() < kMaxUsers) {
    const auto entry = entry_of(bytes, has_lengths);
    Bytes inside(entry.value_or(std::string_view()));
    Bytes& from = entry ? inside : bytes;
    const bool is_user = from.number<std::uint8_t>() == 0;
    const auto id = from.number<std::uint32_t>();
    if (is_user) {
      UserFacts user{.id = id, .group = from.number<std::uint32_t>()};
      user.name = from.text();
      user.home = from.text();
      user.shell = from.text();
      if (from.is_short()) return false;
      users.push_back(std::move(user));
    } else {
      GroupFacts group{.id = id, .name = std::string(from.text())};
      if (from.is_short()) return false;
      groups.push_back(std::move(group));
    }
  }
  return !bytes.is_short();
}

}  // namespace yagura::sensor::scap
