// fd.*: what the record says of the descriptor, and what it leaves open.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

#include "rules/event_type.hpp"
#include "sensor/dns/ip_address.hpp"
#include "sensor/view/flag_names.hpp"
#include "sensor/view/lexical_path.hpp"
#include "sensor/view/sensor_event_view.hpp"

namespace yagura::sensor {

namespace {

constexpr std::uint16_t kFirstEphemeral = 32'768;

// An IPv4 address in IPv6's clothes is its last four bytes.
std::string_view ip_of(std::string_view sixteen, std::uint16_t family) {
  if (family == AF_INET) return sixteen.substr(0, 4);
  constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  return sixteen.starts_with(kMapped) ? sixteen.substr(12) : sixteen;
}

void append_ip(std::string& out, std::string_view ip) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (::inet_ntop(ip.size() == 4 ? AF_INET : AF_INET6, ip.data(), text.data(), text.size()) !=
      nullptr) {
    out += text.data();
  }
}

void append_endpoint(std::string& out, const Endpoint& end) {
  append_ip(out, end.ip);
  fmt::format_to(std::back_inserter(out), ":{}", end.port);
}

bool is_internet(DescriptorType type) {
  return type == DescriptorType::kIpv4 || type == DescriptorType::kIpv6;
}

constexpr std::string_view kApiServerName = "kubernetes.default.svc.cluster.local";

// Pods have the API server's address in their environment and seldom ask a name server for it.
bool is_api_server(const Process& process, const IpAddress& address) {
  constexpr std::string_view kVariable = "KUBERNETES_SERVICE_HOST=";
  bool found = false;
  for_each_string(process.image->env, [&](std::string_view one) {
    if (!one.starts_with(kVariable)) return;
    const auto named = IpAddress::parse(one.substr(kVariable.size()));
    found = found || (named && *named == address);
  });
  return found;
}

// Names of ports as rules write them (rules/compile: fd.sport = http).
std::string_view port_name(std::uint16_t port, std::string_view protocol) {
  if (protocol != "tcp" && protocol != "udp") return {};
  switch (port) {
    case 21:
      return "ftp";
    case 22:
      return "ssh";
    case 23:
      return "telnet";
    case 25:
      return "smtp";
    case 53:
      return "domain";
    case 80:
      return "http";
    case 110:
      return "pop3";
    case 123:
      return "ntp";
    case 143:
      return "imap";
    case 389:
      return "ldap";
    case 443:
      return "https";
    case 636:
      return "ldaps";
    case 993:
      return "imaps";
    case 3306:
      return "mysql";
    case 5432:
      return "postgresql";
    case 6379:
      return "redis";
    default:
      return {};
  }
}

}  // namespace

const SensorEventView::DescriptorFacts& SensorEventView::descriptor() const {
  if (!has_descriptor_) {
    has_descriptor_ = true;
    find_descriptor();
  }
  return descriptor_;
}

void SensorEventView::find_descriptor() const {
  DescriptorFacts& facts = descriptor_;
  facts = DescriptorFacts{};
  const RecordView& record = *event_->record;
  const TypeInfo& type = info();
  if (header().kind != YGR_CALL && header().kind != YGR_LIBRARY) return;
  const auto file = record.get<ygr_file>(YGR_S_FD);
  facts.is_concerned = type.descriptor != DescriptorUse::kNone || file.has_value();
  if (!facts.is_concerned) return;
  if (file) {
    facts.is_known = true;
    facts.file = *file;
    facts.number = file->fd;
    facts.type = type_of(*file, record.text(YGR_S_FD_PATH));
  }
  if (type.descriptor == DescriptorUse::kMakes) {
    facts.number = header().result >= 0 ? header().result : -1;
    if (file && header().result >= 0 && file->fd >= 0) facts.number = file->fd;
  } else if (!file && type.descriptor == DescriptorUse::kTakes) {
    if (const auto args = record.get<ygr_args>(YGR_S_ARGS)) {
      facts.number = static_cast<std::int32_t>(args->value[type.descriptor_argument]);
    }
  }
  if (const auto socket = record.get<ygr_socket>(YGR_S_SOCKET)) {
    facts.is_known = true;
    facts.is_socket = true;
    facts.socket = *socket;
    facts.type = type_of(*socket);
    facts.is_server = socket->is_server != 0;
  }
  find_endpoints(facts);
  find_name(facts);
}

// The socket's own ends; where it has none, those that the caller named: of connect() and sendto()
// the peer, of bind() its own, of recvfrom() the sender.
void SensorEventView::find_endpoints(DescriptorFacts& facts) const {
  if (facts.is_socket && is_internet(facts.type)) {
    const auto bytes = [](const ygr_u8(&address)[16]) {
      return std::string_view(reinterpret_cast<const char*>(address), 16);
    };
    facts.local = {ip_of(bytes(facts.socket.local), facts.socket.family), facts.socket.local_port};
    facts.remote = {ip_of(bytes(facts.socket.remote), facts.socket.family),
                    facts.socket.remote_port};
    see_through_ipv6(facts);
  }
  const std::string_view address = event_->record->text(YGR_S_ADDRESS);
  if (address.size() < 8) return;
  std::uint16_t family = 0;
  std::uint16_t port = 0;
  std::memcpy(&family, address.data(), 2);
  std::memcpy(&port, address.data() + 2, 2);
  Endpoint named{.ip = {}, .port = ntohs(port)};
  if (family == AF_INET) {
    named.ip = address.substr(4, 4);
  } else if (family == AF_INET6 && address.size() >= 24) {
    named.ip = ip_of(address.substr(8, 16), AF_INET6);
  } else {
    return;
  }
  if (!facts.is_socket) {
    facts.is_socket = true;
    facts.type = family == AF_INET ? DescriptorType::kIpv4 : DescriptorType::kIpv6;
  }
  const bool is_bind = rules::event_type_name(header().type) == "bind";
  Endpoint& end = is_bind ? facts.local : facts.remote;
  if (end.port == 0 && (end.ip.empty() || is_unspecified(end.ip))) {
    end = named;
  }
  see_through_ipv6(facts);
}

// An IPv6 socket that speaks with an IPv4 peer is an IPv4 connection.
void SensorEventView::see_through_ipv6(DescriptorFacts& facts) {
  if (facts.type != DescriptorType::kIpv6 || facts.remote.ip.size() != 4) return;
  facts.type = DescriptorType::kIpv4;
  if (facts.local.ip.size() == 16 && is_unspecified(facts.local.ip)) {
    facts.local.ip = facts.local.ip.substr(12);
  }
}

std::string_view SensorEventView::tuple_of(const DescriptorFacts& facts) const {
  if (facts.local.ip.empty() && facts.remote.ip.empty()) return {};
  std::string& out = scratch();
  const bool has_remote =
      !facts.remote.ip.empty() && (facts.remote.port != 0 || !is_unspecified(facts.remote.ip));
  if (!has_remote) {
    // Without an end of its own all that there is is the nowhere that the caller named.
    append_endpoint(out, facts.local.ip.empty() ? facts.remote : facts.local);
    return arena_copy(out);
  }
  const Endpoint unknown{.ip = std::string_view("\0\0\0\0", 4)};
  const Endpoint& local = facts.local.ip.empty() ? unknown : facts.local;
  const bool is_serving = server(facts) == &facts.local;
  append_endpoint(out, is_serving ? facts.remote : local);
  out += "->";
  append_endpoint(out, is_serving ? local : facts.remote);
  return arena_copy(out);
}

void SensorEventView::find_name(DescriptorFacts& facts) const {
  const RecordView& record = *event_->record;
  if (is_internet(facts.type)) {
    facts.name = tuple_of(facts);
    facts.has_name = !facts.name.empty();
    return;
  }
  const TypeInfo& type = info();
  const bool is_named_by_call = type.is_open && has_text(0);
  if (is_named_by_call && (reading_ == Reading::kAsGiven || !record.has(YGR_S_FD_PATH))) {
    facts.name = absolute_text(0);
    facts.has_name = true;
    return;
  }
  if (facts.type == DescriptorType::kPipe) {
    facts.name = arena_copy(fmt::format("pipe:[{}]", facts.file.ino));
    facts.has_name = true;
    return;
  }
  if (record.has(YGR_S_FD_PATH)) {
    facts.name = record.text(YGR_S_FD_PATH);
    facts.has_name = true;
  }
}

// Who is client and who is server: what the kernel knows of streams; of datagrams whoever sends
// first is taken for the client, unless the ports say otherwise.
const Endpoint* SensorEventView::server(const DescriptorFacts& facts) const {
  if (!is_internet(facts.type)) return nullptr;
  const bool has_remote = facts.remote.port != 0;
  if (facts.is_server || !has_remote) return &facts.local;
  const std::string_view protocol = protocol_name(facts.socket.protocol, facts.socket.type);
  if (protocol == "tcp" || !info().is_read) return &facts.remote;
  const bool is_client = facts.local.port >= kFirstEphemeral && facts.remote.port < kFirstEphemeral;
  return is_client ? &facts.remote : &facts.local;
}

const Endpoint* SensorEventView::client(const DescriptorFacts& facts) const {
  const Endpoint* const its_server = server(facts);
  if (its_server == nullptr || facts.remote.port == 0) return nullptr;
  return its_server == &facts.local ? &facts.remote : &facts.local;
}

rules::Value SensorEventView::address_field(Field field) const {
  const DescriptorFacts& facts = descriptor();
  if (!is_internet(facts.type)) return Value::absent();
  const auto ip = [](const Endpoint* end) {
    return end != nullptr && !end->ip.empty() ? Value::ip(end->ip) : Value::absent();
  };
  switch (field) {
    case Field::kFdCip:
    case Field::kFdCnet:
      return ip(client(facts));
    case Field::kFdSip:
    case Field::kFdSnet:
      return ip(server(facts));
    case Field::kFdLip:
    case Field::kFdLnet:
      return ip(&facts.local);
    case Field::kFdRip:
    case Field::kFdRnet:
      return facts.remote.port == 0 && is_unspecified(facts.remote.ip) ? Value::absent()
                                                                       : ip(&facts.remote);
    default:
      break;
  }
  list_.clear();  // fd.ip, fd.net: either end
  if (!facts.local.ip.empty()) list_.push_back(facts.local.ip);
  if (!facts.remote.ip.empty() && (facts.remote.port != 0 || !is_unspecified(facts.remote.ip))) {
    list_.push_back(facts.remote.ip);
  }
  // What is not bound yet says nothing: a client's own end before it is connected.
  if (list_.size() == 2 && is_unspecified(list_.front()) && facts.local.port == 0) {
    list_.erase(list_.begin());
  }
  if (list_.empty()) return Value::absent();
  is_arena_used_ = true;
  return Value::ips(arena_.copy(std::span<const std::string_view>(list_)));
}

rules::Value SensorEventView::port_field(Field field) const {
  const DescriptorFacts& facts = descriptor();
  if (!is_internet(facts.type)) return Value::absent();
  const auto number = [](const Endpoint* end) {
    return end != nullptr ? Value::integer(end->port) : Value::absent();
  };
  const auto name = [&](const Endpoint* end) {
    if (end == nullptr) return Value::absent();
    const std::string_view known =
        port_name(end->port, protocol_name(facts.socket.protocol, facts.socket.type));
    return known.empty() ? keep(std::to_string(end->port)) : Value::string(known);
  };
  const Endpoint* const remote = facts.remote.port != 0 ? &facts.remote : nullptr;
  switch (field) {
    case Field::kFdCport:
      return number(client(facts));
    case Field::kFdSport:
      return number(server(facts));
    case Field::kFdLport:
      return number(&facts.local);
    case Field::kFdRport:
      return number(remote);
    case Field::kFdCproto:
      return name(client(facts));
    case Field::kFdSproto:
      return name(server(facts));
    case Field::kFdLproto:
      return name(&facts.local);
    case Field::kFdRproto:
      return name(remote);
    default:
      break;
  }
  numbers_.clear();  // fd.port, fd.proto: either end
  if (facts.local.port != 0) numbers_.push_back(facts.local.port);
  if (facts.remote.port != 0) numbers_.push_back(facts.remote.port);
  if (numbers_.empty()) return Value::absent();
  is_arena_used_ = true;
  return Value::integers(arena_.copy(std::span<const std::int64_t>(numbers_)));
}

rules::Value SensorEventView::domain_field(Field field) const {
  const DescriptorFacts& facts = descriptor();
  if (!is_internet(facts.type)) return Value::absent();
  const Endpoint* end = &facts.remote;
  if (field == Field::kFdCipName) end = client(facts);
  if (field == Field::kFdSipName) end = server(facts);
  if (field == Field::kFdLipName) end = &facts.local;
  if (end == nullptr) return Value::absent();
  const auto address = IpAddress::from_bytes(end->ip);
  if (!address) return Value::absent();
  if (sources_.domain_names != nullptr) {
    // Names are kept by container: a process may be in a cgroup below its container's.
    const Container* owner = process().container.get();
    const std::uint64_t scope = owner == nullptr ? header().cgroup_id : owner->cgroup_id;
    const auto names = sources_.domain_names->find(scope, *address, header().time_ns);
    if (!names.empty()) return keep(names.front());
  }
  return is_api_server(process(), *address) ? Value::string(kApiServerName) : Value::absent();
}

rules::Value SensorEventView::types_field(const FieldRef& ref) const {
  const auto& streams = process().image->streams;
  const auto type = [](const StandardStream& stream) {
    return stream.is_socket ? type_name(type_of(stream.socket))
                            : type_name(type_of(stream.file, {}));
  };
  list_.clear();
  if (ref.index != FieldRef::kNoIndex) {
    const auto index = static_cast<std::size_t>(ref.index);
    if (index >= streams.size() || !streams[index].is_open) return Value::absent();
    const std::string_view name = type(streams[index]);
    return name.empty() ? Value::absent() : Value::string(name);
  }
  for (const StandardStream& stream : streams) {
    if (!stream.is_open) continue;
    const std::string_view name = type(stream);
    if (!name.empty() && std::ranges::find(list_, name) == list_.end()) list_.push_back(name);
  }
  if (list_.empty()) return Value::absent();
  is_arena_used_ = true;
  return Value::strings(arena_.copy(std::span<const std::string_view>(list_)));
}

// Of files no name is kept at exec; pipes and sockets say what they are.
std::string_view SensorEventView::stream_name(const StandardStream& stream) const {
  if (stream.is_socket && (stream.socket.family == AF_INET || stream.socket.family == AF_INET6)) {
    DescriptorFacts facts;
    facts.is_socket = true;
    facts.socket = stream.socket;
    facts.type = type_of(stream.socket);
    facts.is_server = stream.socket.is_server != 0;
    const auto bytes = [](const ygr_u8(&address)[16]) {
      return std::string_view(reinterpret_cast<const char*>(address), 16);
    };
    facts.local = {ip_of(bytes(stream.socket.local), stream.socket.family),
                   stream.socket.local_port};
    facts.remote = {ip_of(bytes(stream.socket.remote), stream.socket.family),
                    stream.socket.remote_port};
    return tuple_of(facts);
  }
  if ((stream.file.mode & S_IFMT) == S_IFIFO) {
    return arena_copy(fmt::format("pipe:[{}]", stream.file.ino));
  }
  return {};
}

rules::Value SensorEventView::descriptor_field(const FieldRef& ref) const {
  const auto field = static_cast<Field>(ref.id);
  if (field == Field::kFdTypes) return types_field(ref);
  const DescriptorFacts& facts = descriptor();
  if (!facts.is_concerned) return Value::absent();
  const bool is_file =
      facts.type == DescriptorType::kFile || (!facts.is_known && facts.has_name && info().is_open);
  const bool is_directory = facts.type == DescriptorType::kDirectory;
  const auto in_container = [this](std::string_view text) {
    const Container* const container = event_->container();
    std::string& out = scratch();
    out += container != nullptr ? container->short_id() : "host";
    out += ':';
    out += text;
    return keep(out);
  };
  const auto directory = [&]() -> std::string_view {
    return is_directory ? facts.name : directory_of(facts.name);
  };
  switch (field) {
    case Field::kFdNum:
      return Value::integer(facts.number);
    case Field::kFdType: {
      const std::string_view name = type_name(facts.type);
      return name.empty() ? Value::absent() : Value::string(name);
    }
    case Field::kFdTypechar: {
      const bool is_guess = !facts.is_known && facts.type == DescriptorType::kUnknown;
      return keep(std::string(1, is_guess ? info().failed_type : type_char(facts.type)));
    }
    case Field::kFdName:
      return facts.has_name ? Value::string(facts.name) : Value::absent();
    case Field::kFdNameraw: {
      if (!info().is_open || !has_text(0)) {
        return facts.has_name ? Value::string(facts.name) : Value::absent();
      }
      std::string& out = scratch();
      append_without_double_slashes(out, text(0));
      return keep(out);
    }
    case Field::kFdDirectory:
      return facts.has_name && (is_file || is_directory) ? Value::string(directory())
                                                         : Value::absent();
    case Field::kFdFilename:
      return facts.has_name && is_file ? Value::string(file_of(facts.name)) : Value::absent();
    case Field::kFdContainername:
      return facts.has_name ? in_container(facts.name) : Value::absent();
    case Field::kFdContainerdirectory:
      return facts.has_name && (is_file || is_directory) ? in_container(directory())
                                                         : Value::absent();
    case Field::kFdUid: {
      return keep(fmt::format("{}{}", header().tid, facts.number));
    }
    case Field::kFdL4proto: {
      if (!is_internet(facts.type)) return Value::absent();
      const std::string_view name = protocol_name(facts.socket.protocol, facts.socket.type);
      return name.empty() ? Value::absent() : Value::string(name);
    }
    case Field::kFdSockfamily:
      if (is_internet(facts.type)) return Value::string("ip");
      return facts.type == DescriptorType::kUnix ? Value::string("unix") : Value::absent();
    case Field::kFdIsServer:
      return is_internet(facts.type) ? Value::boolean(server(facts) == &facts.local)
                                     : Value::absent();
    case Field::kFdConnected:
      return facts.is_socket && is_internet(facts.type)
                 ? Value::boolean(facts.socket.remote_port != 0)
                 : Value::absent();
    case Field::kFdNameChanged: {
      // No table of descriptors, so no name before: what a call names anew counts, which is the
      // peer of a datagram and of connect().
      const bool is_named = event_->record->has(YGR_S_ADDRESS) && facts.socket.remote_port == 0;
      const bool is_connect = rules::event_type_name(header().type) == "connect";
      return Value::boolean(facts.is_socket && (is_named || is_connect));
    }
    case Field::kFdDev:
      return facts.is_known ? Value::integer(static_cast<std::int64_t>(facts.file.dev))
                            : Value::absent();
    case Field::kFdDevMajor:
      return facts.is_known ? Value::integer(static_cast<std::int64_t>(facts.file.dev >> 20U))
                            : Value::absent();
    case Field::kFdDevMinor:
      return facts.is_known ? Value::integer(static_cast<std::int64_t>(facts.file.dev & 0xfffffU))
                            : Value::absent();
    case Field::kFdIno:
      return facts.is_known ? Value::integer(static_cast<std::int64_t>(facts.file.ino))
                            : Value::absent();
    case Field::kFdIsUpperLayer:
      return Value::boolean(facts.is_known && facts.file.layer == YGR_LAYER_UPPER);
    case Field::kFdIsLowerLayer:
      return Value::boolean(facts.is_known && facts.file.layer == YGR_LAYER_LOWER);
    case Field::kFdIp:
    case Field::kFdCip:
    case Field::kFdSip:
    case Field::kFdLip:
    case Field::kFdRip:
    case Field::kFdNet:
    case Field::kFdCnet:
    case Field::kFdSnet:
    case Field::kFdLnet:
    case Field::kFdRnet:
      return address_field(field);
    case Field::kFdCipName:
    case Field::kFdSipName:
    case Field::kFdLipName:
    case Field::kFdRipName:
      return domain_field(field);
    default:
      return port_field(field);
  }
}

}  // namespace yagura::sensor
