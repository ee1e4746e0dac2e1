#include "sensor/incident/notes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>
#include <vector>

#include "rules/event_type.hpp"
#include "sensor/dns/ip_address.hpp"
#include "sensor/dns/message.hpp"
#include "sensor/enforce/policy/policy.hpp"

namespace yagura::sensor {

namespace {

constexpr std::pair<NoteKind, std::string_view> kNames[] = {
    {NoteKind::kExec, "exec"},       {NoteKind::kExit, "exit"},
    {NoteKind::kWrite, "write"},     {NoteKind::kDelete, "delete"},
    {NoteKind::kRename, "rename"},   {NoteKind::kPermission, "permission"},
    {NoteKind::kConnect, "connect"}, {NoteKind::kAccept, "accept"},
    {NoteKind::kListen, "listen"},   {NoteKind::kSend, "send"},
    {NoteKind::kDns, "dns"},         {NoteKind::kPrivilege, "privilege"},
    {NoteKind::kKernel, "kernel"},   {NoteKind::kVerdict, "verdict"},
};

constexpr std::pair<std::string_view, NoteKind> kCalls[] = {
    {"open", NoteKind::kWrite},
    {"openat", NoteKind::kWrite},
    {"openat2", NoteKind::kWrite},
    {"creat", NoteKind::kWrite},
    {"open_by_handle_at", NoteKind::kWrite},
    {"mknod", NoteKind::kWrite},
    {"mknodat", NoteKind::kWrite},
    {"mkdir", NoteKind::kWrite},
    {"mkdirat", NoteKind::kWrite},
    {"truncate", NoteKind::kWrite},
    {"memfd_create", NoteKind::kWrite},
    {"unlink", NoteKind::kDelete},
    {"unlinkat", NoteKind::kDelete},
    {"rmdir", NoteKind::kDelete},
    {"rename", NoteKind::kRename},
    {"renameat", NoteKind::kRename},
    {"renameat2", NoteKind::kRename},
    {"link", NoteKind::kRename},
    {"linkat", NoteKind::kRename},
    {"symlink", NoteKind::kRename},
    {"symlinkat", NoteKind::kRename},
    {"chmod", NoteKind::kPermission},
    {"fchmod", NoteKind::kPermission},
    {"fchmodat", NoteKind::kPermission},
    {"fchmodat2", NoteKind::kPermission},
    {"chown", NoteKind::kPermission},
    {"lchown", NoteKind::kPermission},
    {"fchown", NoteKind::kPermission},
    {"fchownat", NoteKind::kPermission},
    {"connect", NoteKind::kConnect},
    {"accept", NoteKind::kAccept},
    {"accept4", NoteKind::kAccept},
    {"bind", NoteKind::kListen},
    {"listen", NoteKind::kListen},
    {"sendto", NoteKind::kSend},
    {"sendmsg", NoteKind::kSend},
    {"sendmmsg", NoteKind::kSend},
    {"setuid", NoteKind::kPrivilege},
    {"setgid", NoteKind::kPrivilege},
    {"setreuid", NoteKind::kPrivilege},
    {"setregid", NoteKind::kPrivilege},
    {"setresuid", NoteKind::kPrivilege},
    {"setresgid", NoteKind::kPrivilege},
    {"capset", NoteKind::kPrivilege},
    {"setns", NoteKind::kPrivilege},
    {"unshare", NoteKind::kPrivilege},
    {"chroot", NoteKind::kPrivilege},
    {"mount", NoteKind::kKernel},
    {"umount", NoteKind::kKernel},
    {"umount2", NoteKind::kKernel},
    {"init_module", NoteKind::kKernel},
    {"finit_module", NoteKind::kKernel},
    {"delete_module", NoteKind::kKernel},
    {"bpf", NoteKind::kKernel},
    {"ptrace", NoteKind::kKernel},
    {"process_vm_writev", NoteKind::kKernel},
    {"execve", NoteKind::kExec},
    {"execveat", NoteKind::kExec},
};

std::vector<NoteKind> make_table() {
  std::vector<NoteKind> table(rules::event_types().size(), NoteKind::kNone);
  for (const auto& [name, kind] : kCalls) {
    if (const auto type = rules::find_event_type(name)) table[*type] = kind;
  }
  return table;
}

constexpr std::uint64_t kWrites = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;

// What the caller asked for, where the call failed.
std::uint64_t asked_flags(const RecordView& record, std::string_view call) {
  const auto args = record.get<ygr_args>(YGR_S_ARGS);
  if (!args) return 0;
  if (call == "open") return args->value[1];
  if (call == "openat2") {
    const auto how = record.get<std::uint64_t>(YGR_S_BLOB);
    return how.value_or(0);
  }
  return args->value[2];
}

// An open that can change nothing is no note.
bool is_for_writing(const RecordView& record, std::string_view call) {
  const auto file = record.get<ygr_file>(YGR_S_FD);
  if (!file) return (asked_flags(record, call) & kWrites) != 0;
  return (file->open_flags & kWrites) != 0 || (file->flags & YGR_FILE_CREATED) != 0;
}

bool is_open(std::string_view call) { return call.starts_with("open"); }

std::string_view path_of(const RecordView& record, ygr_section_id given) {
  const std::string_view resolved = record.text(YGR_S_FD_PATH);
  return !resolved.empty() ? resolved : record.text(given);
}

// A path as given, behind the directory that it is relative to.
std::string absolute(const RecordView& record, ygr_section_id path, ygr_section_id directory) {
  const std::string_view name = record.text(path);
  const std::string_view folder = record.text(directory);
  if (name.starts_with('/') || folder.empty()) return std::string(name);
  return std::string(folder) + (folder.ends_with('/') ? "" : "/") + std::string(name);
}

std::string end_text(std::uint16_t family, const ygr_u8 (&address)[16], std::uint16_t port) {
  const IpAddress ip = family == AF_INET ? IpAddress::v4(address) : IpAddress::v6(address);
  return ip.is_v4() ? fmt::format("{}:{}", ip.to_string(), port)
                    : fmt::format("[{}]:{}", ip.to_string(), port);
}

std::string_view protocol_name(std::uint16_t protocol) {
  switch (protocol) {
    case IPPROTO_TCP:
      return "tcp";
    case IPPROTO_UDP:
      return "udp";
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6:
      return "icmp";
    default:
      return "ip";
  }
}

void describe_call(const RecordView& record, NoteKind kind, Note& note) {
  switch (kind) {
    case NoteKind::kConnect:
    case NoteKind::kAccept:
    case NoteKind::kListen:
    case NoteKind::kSend:
      if (const auto socket = record.get<ygr_socket>(YGR_S_SOCKET)) {
        note.subject = connection_text(*socket, record.text(YGR_S_FD_PATH));
      }
      return;
    case NoteKind::kRename:
      note.subject = absolute(record, YGR_S_PATH0, YGR_S_DIR0);
      note.detail = absolute(record, YGR_S_PATH1, YGR_S_DIR1);
      return;
    case NoteKind::kKernel:
      note.subject = record.text(YGR_S_PATH0);
      note.detail = record.text(YGR_S_PATH1);
      return;
    case NoteKind::kWrite:
    case NoteKind::kPermission:
      note.subject = record.has(YGR_S_FD_PATH) ? std::string(path_of(record, YGR_S_PATH0))
                                               : absolute(record, YGR_S_PATH0, YGR_S_DIR0);
      return;
    default:
      note.subject = absolute(record, YGR_S_PATH0, YGR_S_DIR0);
  }
}

std::size_t size_of(const Note& note) {
  return sizeof(Note) + note.subject.size() + note.detail.size() + note.call.size() + 64;
}

}  // namespace

std::string_view to_string(NoteKind kind) {
  for (const auto& [one, name] : kNames) {
    if (one == kind) return name;
  }
  return "";
}

NoteKind find_note_kind(std::string_view name) {
  for (const auto& [kind, its_name] : kNames) {
    if (its_name == name) return kind;
  }
  return NoteKind::kNone;
}

std::string command_line(std::string_view argv, std::size_t max) {
  std::string text;
  for_each_string(argv, [&text, max](std::string_view argument) {
    if (text.size() > max) return;
    if (!text.empty()) text += ' ';
    text += argument;
  });
  if (text.size() > max) {
    text.resize(max);
    text += "…";
  }
  return text;
}

std::string address_text(std::string_view bytes) {
  sockaddr_in6 six{};
  sockaddr_in four{};
  if (bytes.size() >= sizeof(four)) std::memcpy(&four, bytes.data(), sizeof(four));
  if (bytes.size() >= sizeof(six)) std::memcpy(&six, bytes.data(), sizeof(six));
  ygr_u8 address[16]{};
  if (four.sin_family == AF_INET) {
    std::memcpy(address, &four.sin_addr, sizeof(four.sin_addr));
    return end_text(AF_INET, address, ntohs(four.sin_port));
  }
  if (six.sin6_family != AF_INET6) return {};
  std::memcpy(address, &six.sin6_addr, sizeof(address));
  return end_text(AF_INET6, address, ntohs(six.sin6_port));
}

std::string verdict_text(const RecordView& record) {
  static constexpr std::string_view kActions[] = {"observed", "would block", "blocked", "killed"};
  const auto verdict = record.get<ygr_verdict>(YGR_S_VERDICT);
  if (!verdict) return {};
  const bool is_known = verdict->action < std::size(kActions);
  std::string text =
      fmt::format("{} {}", is_known ? kActions[verdict->action] : std::string_view("?"),
                  enforce::operation_name(verdict->operation));
  const std::string_view path = path_of(record, YGR_S_PATH0);
  if (!path.empty()) {
    text += fmt::format(" {}", path);
  } else if (const std::string address = address_text(record.text(YGR_S_ADDRESS));
             !address.empty()) {
    text += " " + address;
  } else if (verdict->subject != 0) {
    text += fmt::format(" {}", verdict->subject);
  }
  const bool is_tier = verdict->tier >= 'A' && verdict->tier <= 'C';
  if (is_tier) text += fmt::format(" (tier {})", static_cast<char>(verdict->tier));
  return text;
}

std::string dns_text(std::string_view data) {
  const auto message = read_dns_message(data);
  if (!message) return {};
  std::string text;
  for (const DnsQuestion& question : message->questions) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", dns_type_name(question.type),
                        question.name);
  }
  if (!message->is_answer) return text;
  std::string_view separator = " = ";
  for (const DnsAnswer& answer : message->answers) {
    if (answer.type != kDnsA && answer.type != kDnsAaaa) continue;
    text += fmt::format("{}{}", separator, answer.address.to_string());
    separator = ", ";
  }
  return text;
}

std::string connection_text(const ygr_socket& socket, std::string_view path) {
  if (socket.family == AF_UNIX) return fmt::format("unix {}", path);
  if (socket.family != AF_INET && socket.family != AF_INET6) return {};
  const std::string local = end_text(socket.family, socket.local, socket.local_port);
  const std::string_view protocol = protocol_name(socket.protocol);
  if (socket.remote_port == 0) return fmt::format("{} {}", protocol, local);
  const std::string remote = end_text(socket.family, socket.remote, socket.remote_port);
  return fmt::format("{} {} {} {}", protocol, local, socket.is_server != 0 ? "<-" : "->", remote);
}

NoteKind note_kind_of(const RecordView& record) {
  static const std::vector<NoteKind> kTable = make_table();
  switch (record.kind()) {
    case YGR_EXEC:
      return NoteKind::kExec;
    case YGR_EXIT:
      return record.header().tid == record.header().pid ? NoteKind::kExit : NoteKind::kNone;
    case YGR_DNS:
      return NoteKind::kDns;
    case YGR_VERDICT:
      return NoteKind::kVerdict;
    case YGR_CALL:
      break;
    default:
      return NoteKind::kNone;
  }
  const std::uint16_t type = record.header().type;
  const NoteKind kind = type < kTable.size() ? kTable[type] : NoteKind::kNone;
  if (kind == NoteKind::kWrite) {
    const std::string_view call = rules::event_type_name(type);
    if (is_open(call) && !is_for_writing(record, call)) return NoteKind::kNone;
  }
  // What was asked of a connection that exists is no news.
  if (kind == NoteKind::kSend && !record.has(YGR_S_ADDRESS)) return NoteKind::kNone;
  return kind;
}

void Notes::take(const SensorEvent& event) {
  const RecordView& record = *event.record;
  const NoteKind kind = note_kind_of(record);
  if (kind == NoteKind::kNone) return;
  const Process& process = *event.process;
  Note note{.kind = kind, .first_ns = event.wall_ns, .last_ns = event.wall_ns};
  note.pid = process.pid;
  note.parent_pid = process.parent_pid;
  note.start_ns = process.start_ns;
  note.result = record.header().result;
  if (record.kind() == YGR_CALL) note.call = rules::event_type_name(record.header().type);
  switch (record.kind()) {
    case YGR_EXEC:
      note.subject = command_line(process.image->argv, limits_.max_text);
      note.detail = process.image->exe_path;
      break;
    case YGR_EXIT:
      break;
    case YGR_DNS:
      note.subject = dns_text(record.text(YGR_S_DATA));
      if (note.subject.empty()) return;
      break;
    case YGR_VERDICT:
      note.subject = verdict_text(record);
      break;
    default:
      describe_call(record, kind, note);
  }
  note.subject.resize(std::min(note.subject.size(), limits_.max_text + 4));
  note.detail.resize(std::min(note.detail.size(), limits_.max_text));
  add(event.container() != nullptr ? event.container()->id : std::string(), std::move(note));
}

bool Notes::repeats(Group& group, const Note& note) {
  constexpr std::size_t kLookBack = 16;
  const std::size_t size = group.notes.size();
  for (std::size_t i = 0; i < std::min(size, kLookBack); ++i) {
    Note& before = group.notes[size - 1 - i];
    if (before.kind != note.kind || before.pid != note.pid || before.start_ns != note.start_ns ||
        before.result != note.result || before.subject != note.subject ||
        before.detail != note.detail || note.kind == NoteKind::kExec) {
      continue;
    }
    ++before.count;
    before.last_ns = note.last_ns;
    return true;
  }
  return false;
}

void Notes::drop_oldest(Group& group) {
  const std::size_t size = size_of(group.notes.front());
  group.bytes -= size;
  bytes_ -= size;
  group.notes.pop_front();
  group.numbers.pop_front();
  --notes_;
  ++dropped_;
}

// Places of notes that fell to their container's share. Amortised O(1) a note.
void Notes::forget_stale_places() {
  std::erase_if(order_, [this](const Place& place) {
    const auto found = groups_.find(*place.container);
    return found == groups_.end() || found->second.numbers.empty() ||
           found->second.numbers.front() > place.number;
  });
}

void Notes::make_room() {
  while (bytes_ > limits_.max_bytes && !order_.empty()) {
    const Place place = std::move(order_.front());
    order_.pop_front();
    const auto found = groups_.find(*place.container);
    if (found == groups_.end()) continue;
    Group& group = found->second;
    if (group.numbers.empty() || group.numbers.front() != place.number) continue;
    drop_oldest(group);
    if (group.notes.empty()) groups_.erase(found);
  }
}

void Notes::add(const std::string& container, Note note) {
  if (groups_.size() >= limits_.max_containers && !groups_.contains(container)) {
    ++dropped_;
    return;
  }
  Group& group = groups_[container];
  if (repeats(group, note)) return;
  if (!group.container) group.container = std::make_shared<const std::string>(container);
  const std::size_t size = size_of(note);
  group.notes.push_back(std::move(note));
  group.numbers.push_back(++number_);
  ++notes_;
  group.bytes += size;
  bytes_ += size;
  order_.push_back({.number = number_, .container = group.container});
  const std::size_t share = limits_.max_bytes / std::max<std::size_t>(limits_.max_share, 1);
  while (group.bytes > share && group.notes.size() > 1) drop_oldest(group);
  if (order_.size() > 2 * notes_ + 1024) forget_stale_places();
  make_room();
}

const std::deque<Note>& Notes::of(const std::string& container) const {
  static const std::deque<Note> kNone;
  const auto found = groups_.find(container);
  return found == groups_.end() ? kNone : found->second.notes;
}

}  // namespace yagura::sensor
