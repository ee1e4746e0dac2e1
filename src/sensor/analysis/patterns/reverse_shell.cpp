#include "sensor/analysis/patterns/reverse_shell.hpp"

#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "sensor/analysis/facts/hash.hpp"

namespace yagura::sensor {

namespace {

constexpr std::int64_t kQuiet = 600'000'000'000;
// A pipe's number may be given again; ends that met are young.
constexpr std::int64_t kPipeLife = 24LL * 3600 * 1'000'000'000;

constexpr std::string_view kShells[] = {"sh",  "bash", "dash", "ash",  "zsh",   "ksh",   "mksh",
                                        "csh", "tcsh", "fish", "hush", "rbash", "ksh93", "yash"};

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view first_argument(const Image& image) {
  return std::string_view(image.argv).substr(0, image.argv.find('\0'));
}

bool is_shell_name(std::string_view name) {
  if (name.starts_with('-')) name.remove_prefix(1);  // login shells
  return std::ranges::find(kShells, name) != std::end(kShells);
}

const StandardStream* stream(const Process& process, std::size_t number) {
  const auto& streams = process.image->streams;
  return number < streams.size() && streams[number].is_open ? &streams[number] : nullptr;
}

bool is_network(const StandardStream* stream) {
  return stream != nullptr && stream->is_socket &&
         (stream->socket.family == AF_INET || stream->socket.family == AF_INET6);
}

bool is_pipe(const StandardStream* stream) {
  return stream != nullptr && S_ISFIFO(stream->file.mode);
}

std::string peer_of(const ygr_socket& socket) {
  const IpAddress address =
      socket.family == AF_INET ? IpAddress::v4(socket.remote) : IpAddress::v6(socket.remote);
  return address.to_string() + ":" + std::to_string(socket.remote_port);
}

NoticeKind make_kind(std::string_view rule, std::string_view priority, std::string_view output) {
  return {.origin = AlertOrigin::kPattern,
          .rule = rule,
          .priority = priority,
          .output = output,
          .tags = {"process", "network", "pattern", "mitre_execution", "T1059.004",
                   "mitre_command_and_control", "T1071"}};
}

}  // namespace

bool is_shell(const Image& image) {
  if (is_shell_name(base_name(image.exe_path))) return true;
  // busybox and toybox are what they are called as.
  const std::string_view executable = base_name(image.exe_path);
  const bool is_many = executable.starts_with("busybox") || executable.starts_with("toybox");
  if (!is_many) return false;
  std::string_view name = base_name(first_argument(image));
  if (name == executable) {
    const std::size_t zero = image.argv.find('\0');
    name = zero == std::string::npos ? std::string_view()
                                     : std::string_view(image.argv).substr(zero + 1);
    name = name.substr(0, name.find('\0'));
  }
  return is_shell_name(name);
}

bool reads_commands(const Image& image) {
  bool reads = true;
  std::size_t position = 0;
  for_each_string(image.argv, [&](std::string_view argument) {
    const bool is_name = position == 0 || (position == 1 && is_shell_name(argument));
    ++position;
    if (is_name || argument.empty()) return;
    const bool is_flag = argument.front() == '-' || argument.front() == '+';
    if (!is_flag) reads = false;
    if (is_flag && !argument.starts_with("--") && argument.find('c') != std::string_view::npos) {
      reads = false;
    }
  });
  return reads;
}

ReverseShellFinder::ReverseShellFinder(AlertSink& sink)
    : sink_(sink),
      shell_kind_(make_kind(
          "Shell on a network connection", "Critical",
          "A shell takes its commands from the network (user=%user.name process=%proc.name "
          "command=%proc.cmdline exe=%proc.exepath parent=%proc.pname "
          "grandparent=%proc.aname[2] tty=%proc.tty container=%container.name "
          "image=%container.image.repository pod=%k8s.pod.name ns=%k8s.ns.name)")),
      redirect_kind_(
          make_kind("Standard streams on a network connection", "Warning",
                    "A process puts a network connection onto its standard input and output "
                    "(connection=%fd.name user=%user.name process=%proc.name command=%proc.cmdline "
                    "exe=%proc.exepath parent=%proc.pname container=%container.name "
                    "image=%container.image.repository pod=%k8s.pod.name ns=%k8s.ns.name)")) {}

void ReverseShellFinder::on_event(const SensorEvent& event, const EventFacts& facts) {
  switch (facts.event_class) {
    case EventClass::kExec:
      if (event.record->header().result >= 0) on_exec(event, facts);
      break;
    case EventClass::kDuplicate:
      if (event.record->header().result >= 0 && event.record->header().result <= 2) {
        on_duplicate(event, facts);
      }
      break;
    case EventClass::kConnect:
      on_connect(event, facts);
      break;
    default:
      break;
  }
}

void ReverseShellFinder::on_exec(const SensorEvent& event, const EventFacts& facts) {
  const Process& process = *event.process;
  if (!is_shell(*process.image)) return;
  const StandardStream* input = stream(process, 0);
  const StandardStream* output = stream(process, 1);
  if (is_network(input) && is_network(output)) {
    const bool is_server = input->socket.is_server != 0;
    tell(event, facts, shell_kind_, is_server ? "bind shell: accepted socket" : "socket",
         peer_of(input->socket), 0.97);
    return;
  }
  if (!is_pipe(input) || !is_pipe(output) || !reads_commands(*process.image)) return;
  const std::uint64_t pipe = combine_hash(output->file.ino, facts.scope);
  const PipeEnd* network = network_inputs_.find(pipe);
  if (network != nullptr && event.wall_ns - network->seen_ns < kPipeLife) {
    tell(event, facts, shell_kind_, "pipes", network->peer, 0.9);
  } else {
    shell_outputs_.at(pipe) = {.seen_ns = event.wall_ns, .peer = {}};
  }
}

void ReverseShellFinder::on_duplicate(const SensorEvent& event, const EventFacts& facts) {
  const StandardStream* input = stream(*event.process, 0);
  const StandardStream* output = stream(*event.process, 1);
  if (!is_network(input) || !is_network(output)) return;
  // Servers that fork for a connection do this before they start what serves it; what they start
  // is judged by itself.
  if (input->socket.is_server != 0) return;
  const bool is_a_shell = is_shell(*event.process->image);
  tell(event, facts, is_a_shell ? shell_kind_ : redirect_kind_, "dup", peer_of(input->socket),
       is_a_shell ? 0.97 : 0.7);
}

void ReverseShellFinder::on_connect(const SensorEvent& event, const EventFacts& facts) {
  if (!facts.peer || !facts.peer->is_established || facts.peer->protocol != kProtocolTcp) return;
  const StandardStream* input = stream(*event.process, 0);
  if (!is_pipe(input)) return;
  const std::uint64_t pipe = combine_hash(input->file.ino, facts.scope);
  std::string peer = facts.peer->address.to_string() + ":" + std::to_string(facts.peer->port);
  const PipeEnd* shell = shell_outputs_.find(pipe);
  if (shell != nullptr && event.wall_ns - shell->seen_ns < kPipeLife) {
    tell(event, facts, shell_kind_, "pipes", std::move(peer), 0.9);
  } else {
    network_inputs_.at(pipe) = {.seen_ns = event.wall_ns, .peer = std::move(peer)};
  }
}

void ReverseShellFinder::tell(const SensorEvent& event, const EventFacts& facts,
                              const NoticeKind& kind, std::string_view how, std::string peer,
                              double score) {
  const Process& process = *event.process;
  std::int64_t& told =
      told_.at(combine_hash(combine_hash(process.pid, process.start_ns), hash_text(kind.rule)));
  if (told != 0 && event.wall_ns - told < kQuiet) return;
  told = event.wall_ns;
  Notice notice(kind);
  notice.field("yagura.through", std::string(how)).field("yagura.peer", std::move(peer));
  if (facts.workload != nullptr) notice.field("yagura.workload", facts.workload->key);
  notice.score(score).send(sink_, event);
}

}  // namespace yagura::sensor
