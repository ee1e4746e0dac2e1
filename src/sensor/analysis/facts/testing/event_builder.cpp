#include "sensor/analysis/facts/testing/event_builder.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "core/check.hpp"
#include "rules/event_type.hpp"
#include "sensor/dns/ip_address.hpp"

namespace yagura::sensor::testing {

namespace {

std::uint16_t type_of(std::string_view name) {
  const auto type = rules::find_event_type(name);
  YAGURA_CHECK(type.has_value(), "a test names an event type that there is");
  return *type;
}

void append_u16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xff);
}

std::string dns_message(std::string_view name, std::uint16_t type, unsigned flags,
                        unsigned answers) {
  std::string out;
  for (const unsigned value : {0x77U, flags, 1U, answers, 0U, 0U}) append_u16(out, value);
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    out += static_cast<char>(label.size());
    out += label;
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  out += '\0';
  append_u16(out, type);
  append_u16(out, 1);
  return out;
}

}  // namespace

std::shared_ptr<const Container> make_container(std::string_view workload,
                                                std::string_view digest) {
  auto pod = std::make_shared<Pod>();
  pod->name = std::string(workload) + "-5d9f-abcde";
  pod->name_space = "shop";
  pod->uid = "1b2c";
  pod->ip = "10.244.0.7";
  pod->labels = {{"app", std::string(workload)}};
  pod->workload_kind = "Deployment";
  pod->workload_name = workload;
  auto container = std::make_shared<Container>();
  container->id = std::string(64, 'a');
  container->cgroup_id = 4711;
  container->name = "main";
  container->metadata = Metadata::kComplete;
  container->image_repository = "registry.example/" + std::string(workload);
  container->image_digest = digest;
  container->pod = pod;
  return container;
}

std::shared_ptr<Process> make_process(std::uint32_t pid, std::string_view exe,
                                      std::shared_ptr<const Container> container,
                                      std::shared_ptr<Process> parent, std::string_view arguments) {
  auto image = std::make_shared<Image>();
  image->exe_path = exe;
  image->filename = exe;
  image->comm = exe.substr(exe.rfind('/') + 1);
  image->argv = std::string(exe) + '\0';
  if (!arguments.empty()) image->argv += std::string(arguments) + '\0';
  image->number = pid;
  image->exe.layer = YGR_LAYER_LOWER;
  auto process = std::make_shared<Process>();
  process->pid = pid;
  process->start_ns = pid * 1000ULL;
  process->comm = image->comm;
  process->image = image;
  process->parent = std::move(parent);
  process->container = std::move(container);
  process->cgroup_id = process->container ? process->container->cgroup_id : 1;
  return process;
}

std::string socket_address(std::string_view ip, std::uint16_t port) {
  const auto address = IpAddress::parse(ip);
  YAGURA_CHECK(address.has_value(), "a test's address is one");
  const std::uint16_t family = address->is_v4() ? AF_INET : AF_INET6;
  std::string out(reinterpret_cast<const char*>(&family), 2);
  append_u16(out, port);
  if (!address->is_v4()) out.append(4, '\0');
  out += address->raw();
  out.append(address->is_v4() ? 8 : 4, '\0');
  return out;
}

ygr_socket make_socket(std::string_view remote, std::uint16_t remote_port, std::uint16_t local_port,
                       std::uint16_t type) {
  const auto address = IpAddress::parse(remote);
  YAGURA_CHECK(address.has_value(), "a test's address is one");
  ygr_socket socket{};
  socket.family = address->is_v4() ? AF_INET : AF_INET6;
  socket.type = type;
  socket.remote_port = remote_port;
  socket.local_port = local_port;
  std::memcpy(socket.remote, address->raw().data(), address->raw().size());
  return socket;
}

std::string dns_question(std::string_view name, std::uint16_t type) {
  return dns_message(name, type, 0x0100, 0);
}

std::string dns_answer(std::string_view name, std::string_view ip) {
  const auto address = IpAddress::parse(ip);
  YAGURA_CHECK(address.has_value(), "a test's address is one");
  const std::uint16_t type = address->is_v4() ? 1 : 28;
  std::string out = dns_message(name, type, 0x8180, 1);
  append_u16(out, 0xc00c);
  append_u16(out, type);
  append_u16(out, 1);
  append_u16(out, 0);
  append_u16(out, 60);
  append_u16(out, static_cast<unsigned>(address->raw().size()));
  return out.append(address->raw());
}

EventBuilder& EventBuilder::begin(std::string_view call, std::int64_t result) {
  writer_.begin({.kind = YGR_CALL,
                 .type = type_of(call),
                 .time_ns = static_cast<std::uint64_t>(wall_ns_),
                 .cgroup_id = process_->cgroup_id,
                 .tid = process_->pid,
                 .pid = process_->pid,
                 .result = result});
  return *this;
}

EventBuilder& EventBuilder::begin(ygr_kind kind, std::int64_t result) {
  writer_.begin({.kind = static_cast<ygr_u8>(kind),
                 .type = kind == YGR_EXEC ? type_of("execve") : ygr_u16{0},
                 .time_ns = static_cast<std::uint64_t>(wall_ns_),
                 .cgroup_id = process_->cgroup_id,
                 .tid = process_->pid,
                 .pid = process_->pid,
                 .result = result});
  return *this;
}

EventBuilder& EventBuilder::text(ygr_section_id id, std::string_view bytes) {
  writer_.add(id, bytes);
  return *this;
}

const SensorEvent& EventBuilder::event() {
  auto view = RecordView::read(writer_.finish());
  YAGURA_CHECK(view.has_value(), "a test's record is one");
  view_ = *view;
  event_ = SensorEvent{.record = &view_,
                       .process = process_.get(),
                       .thread_comm = process_->comm,
                       .wall_ns = wall_ns_,
                       .number = ++number_};
  return event_;
}

const SensorEvent& EventBuilder::open(std::string_view path, std::uint32_t open_flags,
                                      std::uint32_t mode) {
  return begin("openat", 3)
      .text(YGR_S_PATH0, path)
      .text(YGR_S_FD_PATH, path)
      .with(YGR_S_FD, ygr_file{.fd = 3, .mode = mode, .open_flags = open_flags, .links = 1})
      .event();
}

const SensorEvent& EventBuilder::connect(std::string_view ip, std::uint16_t port,
                                         std::int64_t result, std::uint16_t type) {
  return begin("connect", result)
      .text(YGR_S_ADDRESS, socket_address(ip, port))
      .with(YGR_S_SOCKET, make_socket(ip, port, 40000, type))
      .event();
}

const SensorEvent& EventBuilder::accept(std::string_view ip, std::uint16_t port,
                                        std::uint16_t local_port) {
  ygr_socket socket = make_socket(ip, port, local_port);
  socket.is_server = 1;
  return begin("accept4", 5).with(YGR_S_SOCKET, socket).event();
}

const SensorEvent& EventBuilder::exec(std::uint8_t layer, std::uint8_t flags) {
  return begin(YGR_EXEC)
      .text(YGR_S_EXE_PATH, process_->image->exe_path)
      .with(YGR_S_EXE, ygr_file{.fd = -1, .mode = 0100755, .layer = layer, .flags = flags})
      .with(YGR_S_CREDENTIALS, process_->credentials)
      .event();
}

const SensorEvent& EventBuilder::library(std::string_view path, std::uint8_t layer) {
  return begin(YGR_LIBRARY)
      .with(YGR_S_FD, ygr_file{.fd = -1, .mode = 0100644, .layer = layer})
      .text(YGR_S_FD_PATH, path)
      .event();
}

const SensorEvent& EventBuilder::dns(std::string_view message) {
  return begin(YGR_DNS)
      .with(YGR_S_SOCKET, make_socket("10.96.0.10", 53, 40001, 2))
      .text(YGR_S_DATA, message)
      .event();
}

void RecordingSink::on_alert(const SensorAlert& alert) {
  Kept kept{.rule = std::string(alert.rule),
            .priority = std::string(alert.priority),
            .output = std::string(alert.output),
            .tags = {alert.tags.begin(), alert.tags.end()},
            .fields = {}};
  for (const auto& [name, value] : alert.fields) kept.fields[name] = value;
  alerts.push_back(std::move(kept));
}

std::size_t RecordingSink::count(std::string_view rule) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(alerts, [&](const Kept& alert) { return alert.rule == rule; }));
}

}  // namespace yagura::sensor::testing
