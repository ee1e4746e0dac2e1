// All published Falco rules, and ten thousand generated ones, on a realistic mix of events, on one
// core: compiled rules, events whose
// fields are ready (what reading a field of a kernel record costs is the sensor's figure).

#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "figure.hpp"
#include "rules/compile/compiler.hpp"
#include "rules/engine/evaluator.hpp"
#include "rules/engine/testing/scripted_event.hpp"
#include "rules/load/loader.hpp"

namespace yagura::bench {
namespace {

using rules::testing::ScriptedEvent;

double cpu_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// A process of a web shop's container.
void set_process(ScriptedEvent& event, const char* name, const char* parent, const char* command) {
  event.set("proc.name", name).set("proc.pname", parent).set("proc.cmdline", command);
  event.set("proc.exe", name).set("proc.exepath", std::string("/usr/bin/") + name);
  event.set("proc.args", "-m shop.worker --queue orders").set("proc.pcmdline", "gunicorn master");
  event.set("proc.pexe", parent).set("proc.pexepath", std::string("/usr/sbin/") + parent);
  event.set("proc.cwd", "/srv/shop/")
      .set("proc.tty", 0)
      .set("proc.vpid", 7)
      .set("proc.sname", name);
  event.set("proc.is_exe_upper_layer", false).set("proc.is_exe_from_memfd", false);
  event.set_list("proc.aname", {parent, "containerd-shim", "systemd"});
  event.set("proc.aname[2]", "containerd-shim").set("proc.aname[3]", "systemd");
  event.set("proc.duration", 5'000'000'000).set("proc.ppid.duration", 90'000'000'000);
  event.set("user.name", "www-data").set("user.uid", 33).set("user.loginuid", -1);
  event.set("user.loginname", "<NA>").set("group.gid", 33);
  event.set("container.id", "3b1f9a77c0de")
      .set("container.image.repository", "registry.example/shop");
  event.set("container.privileged", false).set("k8s.ns.name", "shop").set("k8s.pod.name", "web-1");
  event.set("thread.cap_effective", "CAP_CHOWN CAP_SETUID")
      .set("evt.rawres", 3)
      .set("evt.res", "SUCCESS");
}

void set_file(ScriptedEvent& event, const std::string& path, bool write) {
  event.set("fd.name", path).set("fd.num", 9).set("fd.typechar", "f").set("fd.type", "file");
  const std::size_t slash = path.rfind('/');
  event.set("fd.directory", path.substr(0, slash)).set("fd.filename", path.substr(slash + 1));
  event.set("fd.nameraw", path).set("evt.is_open_read", !write).set("evt.is_open_write", write);
  event.set("evt.is_open_exec", false)
      .set("evt.arg.flags", write ? "O_WRONLY|O_CREAT" : "O_RDONLY");
}

void set_socket(ScriptedEvent& event, const char* address, int port) {
  event.set("fd.num", 12).set("fd.typechar", "4").set("fd.type", "ipv4").set("fd.l4proto", "tcp");
  event.set("fd.name", std::string("10.2.0.7:41234->") + address + ":" + std::to_string(port));
  event.set_ip("fd.sip", address).set_ip("fd.cip", "10.2.0.7").set_ip("fd.rip", address);
  event.set_ip("fd.snet", address).set_ip("fd.rnet", address).set_ip("fd.lip", "10.2.0.7");
  event.set("fd.sport", port).set("fd.rport", port).set("fd.lport", 41234).set("fd.cport", 41234);
  event.set_ips("fd.ip", {"10.2.0.7", address}).set_ips("fd.net", {"10.2.0.7", address});
  event.set("fd.connected", true).set("fd.name_changed", true).set("fd.sockfamily", "ip");
}

struct Weighted {
  ScriptedEvent* event;
  int weight;
};

class Mix {
 public:
  Mix() {
    for (const char* path : {"/usr/lib/python3/dist-packages/jinja2/loaders.py", "/etc/hosts",
                             "/proc/self/status", "/srv/shop/templates/cart.html"}) {
      set_file(process("openat", "python3", "gunicorn", 11), path, false);
    }
    set_file(process("openat", "python3", "gunicorn", 6), "/srv/shop/cache/ab/cd/page.tmp", true);
    set_file(process("open", "nginx", "nginx", 4), "/var/log/nginx/access.log", true);
    process("execve", "python3", "sh", 4).set("evt.arg.filename", "/usr/bin/python3");
    set_socket(process("connect", "python3", "gunicorn", 8), "10.96.0.20", 5432);
    set_socket(process("accept4", "nginx", "nginx", 5), "10.2.0.9", 8080);
    set_socket(process("sendto", "python3", "gunicorn", 6), "10.96.0.10", 53);
    set_socket(process("recvfrom", "python3", "gunicorn", 4), "10.96.0.10", 53);
    process("unlinkat", "python3", "gunicorn", 4).set("evt.arg.name", "/srv/shop/cache/ab/old");
    process("renameat", "python3", "gunicorn", 4)
        .set("evt.arg.oldpath", "/srv/shop/cache/a")
        .set("evt.arg.newpath", "/srv/shop/cache/b");
    process("mkdirat", "python3", "gunicorn", 2).set("evt.arg.path", "/srv/shop/cache/ef");
    process("fchmodat", "python3", "gunicorn", 2)
        .set("evt.arg.mode", "S_IRUSR|S_IWUSR")
        .set("evt.arg.filename", "/srv/shop/cache/b");
    process("symlinkat", "python3", "gunicorn", 1)
        .set("evt.arg.target", "/srv/shop/v2")
        .set("evt.arg.linkpath", "/srv/shop/current");
    set_socket(process("dup2", "nginx", "nginx", 2), "10.2.0.9", 8080);
    process("setuid", "nginx", "nginx", 1).set("evt.arg.uid", "www-data");
    process("clone", "python3", "gunicorn", 3).set("evt.arg.flags", "CLONE_FILES");
    set_file(process("close", "python3", "gunicorn", 5), "/etc/hosts", false);
  }

  [[nodiscard]] std::vector<const ScriptedEvent*> sequence() const {
    std::vector<const ScriptedEvent*> all;
    for (const Weighted& weighted : weighted_)
      all.insert(all.end(), static_cast<std::size_t>(weighted.weight), weighted.event);
    // A fixed shuffle: neighbours differ, as in a real stream.
    std::uint64_t state = 1;
    for (std::size_t i = all.size() - 1; i > 0; --i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      std::swap(all[i], all[(state >> 33U) % (i + 1)]);
    }
    return all;
  }

 private:
  ScriptedEvent& process(const char* type, const char* name, const char* parent, int weight) {
    ScriptedEvent& event = events_.emplace_back(type);
    set_process(event, name, parent, "python3 -m shop.worker --queue orders");
    weighted_.push_back({&event, weight});
    return event;
  }

  std::deque<ScriptedEvent> events_;
  std::vector<Weighted> weighted_;
};

// The least of some rounds.
double nanoseconds_an_event(rules::Evaluator& evaluator,
                            const std::vector<const ScriptedEvent*>& events, int repeats,
                            std::size_t& fired) {
  constexpr int kRounds = 9;
  double best = 1e18;
  for (int round = 0; round < kRounds; ++round) {
    fired = 0;
    const double begin = cpu_nanoseconds();
    for (int i = 0; i < repeats; ++i) {
      for (const ScriptedEvent* event : events) fired += evaluator.match(*event).size();
    }
    best = std::min(best,
                    (cpu_nanoseconds() - begin) / (repeats * static_cast<double>(events.size())));
  }
  fired /= static_cast<std::size_t>(repeats);
  return best;
}

int published_rules(const std::vector<const ScriptedEvent*>& events) {
  const char* named = std::getenv("YAGURA_CORPORA");
  const std::string folder =
      std::string(named != nullptr ? named : "../shared/corpora") + "/falco-rules/";
  rules::Definitions definitions;
  Diagnostics diagnostics;
  for (const char* name : {"falco_rules", "falco-incubating_rules", "falco-sandbox_rules"}) {
    auto text = core::read_file(folder + name + ".yaml");
    if (!text) {
      std::puts("skipped: no corpora");
      return 0;
    }
    rules::load_rule_file(
        std::make_shared<const kube::Source>(name, std::move(*text), kube::SourceFormat::kYaml),
        definitions, diagnostics);
  }
  for (rules::RuleDefinition& rule : definitions.rules.entries()) rule.enabled = true;

  double begin = cpu_nanoseconds();
  const auto compiled = rules::compile_rules(definitions, diagnostics);
  if (compiled == nullptr) return 1;
  print_figure("compile the 93 published rules", "ms", (cpu_nanoseconds() - begin) / 1e6);

  rules::Evaluator evaluator(compiled);
  std::size_t fired = 0;
  print_figure("evaluate all 93 rules on an event of the mix", "ns",
               nanoseconds_an_event(evaluator, events, 2000, fired));
  const ScriptedEvent& open = *events.front();
  std::size_t again = 0;
  begin = cpu_nanoseconds();
  for (int i = 0; i < 200'000; ++i) again += evaluator.match(open).size();
  print_figure("evaluate: " + std::string(rules::event_type_name(open.type())) + " again and again",
               "ns", (cpu_nanoseconds() - begin) / 200'000);
  print_figure("firings in a pass of " + std::to_string(events.size()) + " events", "count",
               static_cast<double>(fired + again / 200'000));
  return 0;
}

// ---- ten thousand rules

constexpr int kGenerated = 10'000;

// Four shapes that rules have, each with names of its own and an exception.
std::string generated_rules() {
  std::string text =
      "- macro: spawned\n  condition: evt.type in (execve, execveat)\n"
      "- macro: opened\n  condition: evt.type in (open, openat, openat2) and fd.typechar = f\n"
      "- macro: outbound\n  condition: evt.type in (connect, sendto, sendmsg)\n"
      "- macro: container\n  condition: container.id != host\n"
      "- list: shells\n  items: [sh, bash, zsh, dash, ash, csh]\n";
  for (int i = 0; i < kGenerated; ++i) {
    const std::string n = std::to_string(i);
    const std::string few = std::to_string(i % 97);
    const std::string shapes[] = {
        "spawned and container and proc.name = tool" + n +
            " and proc.pname in (shells) and not proc.cmdline contains ok" + few,
        "opened and evt.is_open_write = true and container and fd.name startswith /srv/app" + n +
            "/ and not proc.name in (a" + few + ", b" + few + ", c" + n + ")",
        "opened and evt.is_open_read = true and container and fd.name pmatch (/etc/app" + n +
            ", /var/lib/app" + n + ") and proc.exepath endswith /bin/x" + few,
        "outbound and container and fd.sport = " + std::to_string(i % 60'000) +
            " and proc.name != d" + few + " and k8s.ns.name = ns" + few};
    text += "- rule: Rule " + n + "\n  desc: d\n  priority: WARNING\n  tags: [T" +
            std::to_string(1000 + i % 200) +
            "]\n  output: o (process=%proc.name)\n  condition: " + shapes[i % 4] +
            "\n  exceptions:\n  - {name: e, fields: [proc.name, k8s.ns.name], comps: [=, in], "
            "values: [[p" +
            n + ", [n1, n2]]]}\n";
  }
  return text;
}

double heap_mib() { return static_cast<double>(mallinfo2().uordblks) / (1024 * 1024); }

int many_rules(const std::vector<const ScriptedEvent*>& events) {
  const auto source = std::make_shared<const kube::Source>("generated", generated_rules(),
                                                           kube::SourceFormat::kYaml);
  const double heap = heap_mib();
  double begin = cpu_nanoseconds();
  Diagnostics diagnostics;
  std::shared_ptr<const rules::RuleSet> compiled;
  {
    rules::Definitions definitions;
    rules::load_rule_file(source, definitions, diagnostics);
    print_figure("read 10,000 generated rules", "ms", (cpu_nanoseconds() - begin) / 1e6);
    begin = cpu_nanoseconds();
    compiled = rules::compile_rules(definitions, diagnostics);
    if (compiled == nullptr) return 1;
    print_figure("compile 10,000 generated rules", "ms", (cpu_nanoseconds() - begin) / 1e6);
  }
  print_figure("memory of 10,000 compiled rules", "MiB", heap_mib() - heap);
  rules::Evaluator evaluator(compiled);
  std::size_t fired = 0;
  print_figure("evaluate 10,000 rules on an event of the mix", "ns",
               nanoseconds_an_event(evaluator, events, 10, fired));
  return 0;
}

int run() {
  const Mix mix;
  const std::vector<const ScriptedEvent*> events = mix.sequence();
  const int published = published_rules(events);
  return published != 0 ? published : many_rules(events);
}

}  // namespace
}  // namespace yagura::bench

int main() { return yagura::bench::run(); }
