#include <algorithm>

#include "core/diagnostics.hpp"
#include "core/json_text.hpp"
#include "kube/reader.hpp"
#include "sensor/capture/facts.hpp"
#include "sensor/incident/incident.hpp"
#include "sensor/incident/mitre.hpp"

namespace yagura::sensor {

namespace {

using core::JsonWriter;
using kube::Node;
using kube::NodeKind;

void text(JsonWriter& json, std::string_view key, std::string_view value) {
  if (!value.empty()) json.member(key, value);
}

void truth(JsonWriter& json, std::string_view key, bool value) {
  if (value) json.member(key, value);
}

void number(JsonWriter& json, std::string_view key, std::int64_t value) {
  json.member(key, static_cast<long long>(value));
}

void unsigned_number(JsonWriter& json, std::string_view key, std::uint64_t value) {
  json.member(key, static_cast<unsigned long long>(value));
}

void write_tags(JsonWriter& json, const Incident& incident) {
  json.key("tags").begin_array();
  for (const std::string& tag : incident.tags) json.value(tag);
  json.end_array();
  json.key("techniques").begin_array();
  for (const std::string& tag : incident.tags) {
    const auto technique = find_technique(tag);
    if (!technique) continue;
    json.begin_object().member("id", technique->id).member("name", technique->name).end_object();
  }
  json.end_array();
}

void write_process(JsonWriter& json, const IncidentProcess& process) {
  json.begin_object();
  unsigned_number(json, "pid", process.pid);
  unsigned_number(json, "parent", process.parent_pid);
  unsigned_number(json, "start_ns", process.start_ns);
  if (process.started_ns != 0) number(json, "started_ns", process.started_ns);
  text(json, "name", process.name);
  text(json, "exe", process.exe_path);
  text(json, "command_line", process.command_line);
  text(json, "cwd", process.cwd);
  unsigned_number(json, "uid", process.uid);
  text(json, "user", process.user);
  truth(json, "subject", process.is_subject);
  truth(json, "ancestor", process.is_ancestor);
  truth(json, "in_container", process.is_in_container);
  truth(json, "exited", process.has_exited);
  json.end_object();
}

void write_note(JsonWriter& json, const Note& note) {
  json.begin_object().member("kind", to_string(note.kind));
  number(json, "time_ns", note.first_ns);
  if (note.count > 1) {
    number(json, "last_ns", note.last_ns);
    unsigned_number(json, "count", note.count);
  }
  unsigned_number(json, "pid", note.pid);
  unsigned_number(json, "parent", note.parent_pid);
  unsigned_number(json, "start_ns", note.start_ns);
  text(json, "call", note.call);
  number(json, "result", note.result);
  text(json, "subject", note.subject);
  text(json, "detail", note.detail);
  json.end_object();
}

void write_earlier(JsonWriter& json, const EarlierAlert& alert) {
  json.begin_object().member("id", alert.id);
  number(json, "time_ns", alert.wall_ns);
  json.member("rule", alert.rule).member("priority", alert.priority).end_object();
}

std::string text_of(const Node& map, std::string_view key) {
  const Node* const node = map.find(key);
  return node == nullptr ? std::string() : std::string(node->string_or());
}

bool truth_of(const Node& map, std::string_view key) {
  const Node* const node = map.find(key);
  return node != nullptr && node->bool_or(false);
}

std::int64_t number_of(const Node& map, std::string_view key) {
  const Node* const node = map.find(key);
  return node != nullptr && node->is_int() ? node->as_int() : 0;
}

std::uint64_t unsigned_of(const Node& map, std::string_view key) {
  const Node* const node = map.find(key);
  if (node == nullptr) return 0;
  if (node->kind() == NodeKind::kUint) return node->as_uint();
  return node->is_int() ? static_cast<std::uint64_t>(std::max<std::int64_t>(node->as_int(), 0)) : 0;
}

std::uint32_t id_of(const Node& map, std::string_view key) {
  return static_cast<std::uint32_t>(unsigned_of(map, key));
}

IncidentProcess read_process(const Node& node) {
  IncidentProcess process;
  process.pid = id_of(node, "pid");
  process.parent_pid = id_of(node, "parent");
  process.start_ns = unsigned_of(node, "start_ns");
  process.started_ns = number_of(node, "started_ns");
  process.name = text_of(node, "name");
  process.exe_path = text_of(node, "exe");
  process.command_line = text_of(node, "command_line");
  process.cwd = text_of(node, "cwd");
  process.uid = id_of(node, "uid");
  process.user = text_of(node, "user");
  process.is_subject = truth_of(node, "subject");
  process.is_ancestor = truth_of(node, "ancestor");
  process.is_in_container = truth_of(node, "in_container");
  process.has_exited = truth_of(node, "exited");
  return process;
}

Note read_note(const Node& node) {
  Note note;
  note.kind = find_note_kind(text_of(node, "kind"));
  note.first_ns = number_of(node, "time_ns");
  note.last_ns = std::max(number_of(node, "last_ns"), note.first_ns);
  note.count = std::max(id_of(node, "count"), 1U);
  note.pid = id_of(node, "pid");
  note.parent_pid = id_of(node, "parent");
  note.start_ns = unsigned_of(node, "start_ns");
  note.call = text_of(node, "call");
  note.result = number_of(node, "result");
  note.subject = text_of(node, "subject");
  note.detail = text_of(node, "detail");
  return note;
}

std::shared_ptr<const Container> read_container(const Node& node) {
  auto container = std::make_shared<Container>();
  container->id = text_of(node, "id");
  container->name = text_of(node, "name");
  container->image = text_of(node, "image");
  container->image_digest = text_of(node, "image_digest");
  container->is_privileged = truth_of(node, "privileged");
  if (const Node* const its = node.find("pod"); its != nullptr && its->is_map()) {
    auto pod = std::make_shared<Pod>();
    pod->name = text_of(*its, "name");
    pod->name_space = text_of(*its, "namespace");
    pod->workload_kind = text_of(*its, "workload_kind");
    pod->workload_name = text_of(*its, "workload_name");
    pod->service_account = text_of(*its, "service_account");
    pod->node = text_of(*its, "node");
    pod->ip = text_of(*its, "ip");
    container->pod = std::move(pod);
  }
  return container;
}

}  // namespace

std::string to_json(const Incident& incident) {
  std::string out;
  JsonWriter json(out, 1);
  json.begin_object();
  json.member("id", incident.id);
  number(json, "time_ns", incident.wall_ns);
  text(json, "host", incident.host);
  json.member("rule", incident.rule).member("priority", incident.priority);
  json.member("origin", incident.origin);
  text(json, "output", incident.output);
  write_tags(json, incident);
  json.key("fields").begin_object();
  for (const auto& [name, value] : incident.fields) json.member(name, value);
  json.end_object();
  text(json, "call", incident.call);
  number(json, "result", incident.result);
  if (incident.container != nullptr) {
    std::string container;
    append_container_json(container, *incident.container);
    json.key("container").raw(container);
  }
  json.key("processes").begin_array();
  for (const IncidentProcess& process : incident.processes) write_process(json, process);
  json.end_array();
  truth(json, "processes_cut", incident.is_process_list_cut);
  json.key("notes").begin_array();
  for (const Note& note : incident.notes) write_note(json, note);
  json.end_array();
  truth(json, "notes_cut", incident.are_notes_cut);
  json.key("earlier_alerts").begin_array();
  for (const EarlierAlert& alert : incident.earlier) write_earlier(json, alert);
  json.end_array();
  json.end_object();
  out += '\n';
  return out;
}

Result<Incident> read_incident(std::string_view json) {
  if (json.size() > kMaxIncidentSize) {
    return fail(ErrorCode::kLimitExceeded, "the document is larger than incidents are");
  }
  Diagnostics diagnostics;
  const auto source = std::make_shared<const kube::Source>("incident", std::string(json),
                                                           kube::SourceFormat::kJson);
  const auto documents = kube::read_documents(source, diagnostics,
                                              {.max_document_size = kMaxIncidentSize,
                                               .max_depth = 20,
                                               .max_nodes = 1'000'000,
                                               .max_alias_nodes = 0});
  if (diagnostics.has_errors() || documents.size() != 1 || !documents[0].root().is_map() ||
      documents[0].root().find("rule") == nullptr) {
    return fail(ErrorCode::kInvalidInput, "not the document of an incident");
  }
  const Node& root = documents[0].root();
  Incident incident;
  incident.id = text_of(root, "id");
  incident.wall_ns = number_of(root, "time_ns");
  incident.host = text_of(root, "host");
  incident.rule = text_of(root, "rule");
  incident.priority = text_of(root, "priority");
  incident.origin = text_of(root, "origin");
  incident.output = text_of(root, "output");
  for (const Node& tag : root.list("tags")) incident.tags.emplace_back(tag.string_or());
  if (const Node* const fields = root.find("fields"); fields != nullptr && fields->is_map()) {
    for (const kube::Member& field : fields->members()) {
      incident.fields.emplace_back(std::string(field.key), std::string(field.value.string_or()));
    }
  }
  incident.call = text_of(root, "call");
  incident.result = number_of(root, "result");
  if (const Node* const container = root.find("container");
      container != nullptr && container->is_map()) {
    incident.container = read_container(*container);
  }
  for (const Node& node : root.list("processes")) incident.processes.push_back(read_process(node));
  for (const Node& node : root.list("notes")) incident.notes.push_back(read_note(node));
  for (const Node& node : root.list("earlier_alerts")) {
    incident.earlier.push_back({.id = text_of(node, "id"),
                                .wall_ns = number_of(node, "time_ns"),
                                .rule = text_of(node, "rule"),
                                .priority = text_of(node, "priority")});
  }
  incident.is_process_list_cut = truth_of(root, "processes_cut");
  incident.are_notes_cut = truth_of(root, "notes_cut");
  return incident;
}

}  // namespace yagura::sensor
