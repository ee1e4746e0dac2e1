#pragma once

// What `yagura sensor` is told: a YAML file. Keys that falco.yaml has are named and mean as there
// (falco.org/docs/reference/daemon/config-options), so that an operator's file can be taken over;
// what Falco does not have stands under `yagura`.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"
#include "rules/load/definitions.hpp"
#include "rules/output/json_members.hpp"

namespace yagura::sensor {

// One entry of falco.yaml's `rules:`: rules are enabled or disabled by name (with *) or tag, in
// order, after loading.
struct RuleSelection {
  bool enable = false;
  std::string rule;  // a name, perhaps with *; empty: by tag
  std::string tag;
  rules::FilePlace place;
};

// What is done when rules fire (incident/response).
struct ResponseSelection {
  std::string rule;  // as above
  std::string tag;
  std::vector<std::string> actions;  // "kill", "pause", "isolate", "label"
};

struct FileOutput {
  std::string path;  // empty: none
  bool keep_alive = true;
};

struct ProgramOutput {
  std::string command;  // for /bin/sh -c; alerts go to its standard input. Empty: none
  bool keep_alive = true;
};

struct HttpOutput {
  std::string url;          // empty: none
  bool insecure = false;    // takes any certificate
  std::string ca_cert;      // a file
  std::string client_cert;  // for mutual TLS
  std::string client_key;
  std::string user_agent = "yagura/sensor";
};

struct WebServer {
  bool enabled = true;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8765;
};

struct Configuration {
  std::vector<std::filesystem::path> rules_files;  // files, or folders of *.yaml
  std::vector<RuleSelection> selections;
  rules::Priority minimum_priority = rules::Priority::kDebug;
  bool all_matching = false;  // rule_matching: all
  bool json = false;
  rules::JsonMembers json_members;
  bool iso_time = false;
  bool stdout_enabled = true;
  bool syslog_enabled = false;
  FileOutput file;
  ProgramOutput program;
  HttpOutput http;
  std::size_t queue_capacity = 10'000;  // alerts that wait for outputs; more are dropped, counted
  WebServer web;
  bool watch_files = true;  // loads rules again when their files change

  // yagura:
  std::string node_name;  // empty: $NODE_NAME, else the machine's
  std::uint32_t events_ring_mib = 8;
  std::uint32_t vital_ring_mib = 4;
  std::vector<std::filesystem::path> policies;  // RuntimePolicy files or folders
  std::filesystem::path policy_pins = "/sys/fs/bpf/yagura";
  std::vector<ResponseSelection> responses;
  std::filesystem::path state_directory = "/var/lib/yagura/sensor";
  bool analysis_enabled = true;
  std::chrono::seconds learning{24 * 3600};
  // Marks every system call of containers, for whole seccomp profiles; has a price for every call.
  bool learn_calls = false;
  std::vector<std::filesystem::path> watch_lists;
  std::chrono::seconds aggregation{60};        // 0: every alert for itself
  std::vector<std::string> runtime_endpoints;  // CRI sockets; empty: the usual places
  std::vector<std::string> runtime_states;     // containerd's state folders; the same
  bool kubernetes = true;                      // watch pods where a service account is there
  std::filesystem::path capture_file;          // empty: nothing is recorded
  // What the sensor sees: cgroup folders relative to the unified hierarchy. Empty: the whole node.
  std::vector<std::string> scope;
};

// Reads the file. Errors and warnings (unknown keys) are in `diagnostics` with their places; what
// is returned is of use only where there are no errors. Relative paths are those of the folder that
// the file lies in.
[[nodiscard]] Configuration read_configuration(const std::shared_ptr<const kube::Source>& source,
                                               Diagnostics& diagnostics);

}  // namespace yagura::sensor
