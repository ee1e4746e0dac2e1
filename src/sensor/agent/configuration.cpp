#include "sensor/agent/configuration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <limits>
#include <span>

#include "kube/reader.hpp"
#include "rules/load/item_reader.hpp"

namespace yagura::sensor {
namespace {

using rules::ItemReader;

// falco.yaml's keys that say how Falco itself works (its drivers, plug-ins and threads): taken
// without a word, since they have nothing to say here.
constexpr std::array<std::string_view, 20> kOfFalcoAlone = {"engine",
                                                            "plugins",
                                                            "load_plugins",
                                                            "append_output",
                                                            "buffered_outputs",
                                                            "libs_logger",
                                                            "log_level",
                                                            "log_stderr",
                                                            "log_syslog",
                                                            "output_timeout",
                                                            "base_syscalls",
                                                            "syscall_event_drops",
                                                            "syscall_event_timeouts",
                                                            "falco_libs",
                                                            "container_engines",
                                                            "suggested_output",
                                                            "grpc",
                                                            "grpc_output",
                                                            "metrics",
                                                            "static_fields"};

class Section {
 public:
  Section(ItemReader& reader) : reader_(reader) {}

  void text(std::string_view key, std::string& into) {
    if (reader_.has(key)) {
      if (auto value = reader_.optional_text(key)) into = *std::move(value);
    }
  }
  void flag(std::string_view key, bool& into) {
    if (const auto value = reader_.optional_bool(key)) into = *value;
  }
  template <typename Number>
  void number(std::string_view key, Number& into, std::uint64_t least, std::uint64_t most) {
    const auto text = reader_.optional_text(key);
    if (!text) return;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size() || value < least ||
        value > most) {
      reader_.error(*reader_.find(key), fmt::format("\"{}\" is {}, no whole number from {} to {}",
                                                    key, *text, least, most));
      return;
    }
    into = static_cast<Number>(value);
  }
  void paths(std::string_view key, std::vector<std::filesystem::path>& into,
             const std::filesystem::path& base) {
    for (const std::string& text : texts(key)) into.push_back(base / text);
  }
  void strings(std::string_view key, std::vector<std::string>& into) { into = texts(key); }
  // "90s", "15m", "24h", "7d", or seconds alone.
  void duration(std::string_view key, std::chrono::seconds& into) {
    const auto text = reader_.optional_text(key);
    if (!text) return;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    const std::string_view unit(end, text->data() + text->size());
    const std::int64_t factor = unit.empty() || unit == "s" ? 1
                                : unit == "m"               ? 60
                                : unit == "h"               ? 3600
                                : unit == "d"               ? 86'400
                                                            : 0;
    if (error != std::errc() || factor == 0 || value < 0 || value > 10'000'000) {
      reader_.error(*reader_.find(key), fmt::format("\"{}\" is {}, no duration", key, *text),
                    "write 90s, 15m, 24h or 7d");
      return;
    }
    into = std::chrono::seconds(value * factor);
  }

 private:
  // A list of texts, or one text alone.
  std::vector<std::string> texts(std::string_view key) {
    const kube::Node* const node = reader_.find(key);
    if (node == nullptr || node->is_null()) return {};
    std::vector<std::string> found;
    if (node->is_list()) {
      if (auto items = reader_.text_list(*node, key)) {
        for (auto& item : *items) found.push_back(std::move(item.text));
      }
    } else if (auto one = reader_.optional_text(key)) {
      found.push_back(*std::move(one));
    }
    return found;
  }

  ItemReader& reader_;
};

class Reader {
 public:
  Reader(const std::shared_ptr<const kube::Source>& source, Diagnostics& diagnostics)
      : source_(source), diagnostics_(diagnostics) {
    base_ = std::filesystem::path(source->name()).parent_path();
  }

  Configuration read(const kube::Node& root) {
    static constexpr std::array<std::string_view, 21> kKeys = {
        "rules_files",
        "rules_file",
        "rules",
        "priority",
        "rule_matching",
        "json_output",
        "json_include_output_property",
        "json_include_message_property",
        "json_include_output_fields_property",
        "json_include_tags_property",
        "time_format_iso_8601",
        "stdout_output",
        "syslog_output",
        "file_output",
        "program_output",
        "http_output",
        "outputs_queue",
        "webserver",
        "watch_config_files",
        "config_files",
        "yagura"};
    ItemReader top(source_, root, diagnostics_);
    std::vector<std::string_view> known(kKeys.begin(), kKeys.end());
    known.insert(known.end(), kOfFalcoAlone.begin(), kOfFalcoAlone.end());
    top.check_keys(known, "sensor's configuration");
    Section section(top);
    section.paths("rules_file", result_.rules_files, base_);
    section.paths("rules_files", result_.rules_files, base_);
    section.flag("json_output", result_.json);
    section.flag("json_include_output_property", result_.json_members.output);
    section.flag("json_include_message_property", result_.json_members.message);
    section.flag("json_include_output_fields_property", result_.json_members.output_fields);
    section.flag("json_include_tags_property", result_.json_members.tags);
    section.flag("time_format_iso_8601", result_.iso_time);
    section.flag("watch_config_files", result_.watch_files);
    priority(top);
    matching(top);
    selections(top);
    outputs(top);
    yagura(top);
    return std::move(result_);
  }

 private:
  void priority(ItemReader& top) {
    const auto text = top.optional_text("priority");
    if (!text) return;
    if (const auto found = rules::find_priority(*text)) {
      result_.minimum_priority = *found;
    } else {
      top.error(*top.find("priority"), fmt::format("no priority \"{}\"", *text),
                "emergency, alert, critical, error, warning, notice, informational or debug");
    }
  }

  void matching(ItemReader& top) {
    const auto text = top.optional_text("rule_matching");
    if (!text) return;
    if (*text != "all" && *text != "first") {
      top.error(*top.find("rule_matching"), fmt::format("\"rule_matching\" is \"{}\"", *text),
                "first or all");
    }
    result_.all_matching = *text == "all";
  }

  // rules: [{disable: {rule: "*"}}, {enable: {tag: network}}]
  void selections(ItemReader& top) {
    const kube::Node* const list = top.find("rules");
    if (list == nullptr) return;
    if (!list->is_list()) {
      top.error(*list, "\"rules\" is no list", "- disable: {rule: \"Name\"}");
      return;
    }
    for (const kube::Node& item : list->items()) selection(top, item);
  }

  void selection(ItemReader& top, const kube::Node& item) {
    static constexpr std::array<std::string_view, 2> kKeys = {"rule", "tag"};
    const bool enable = item.find("enable") != nullptr;
    const kube::Node* const what = item.find(enable ? "enable" : "disable");
    if (!item.is_map() || item.members().size() != 1 || what == nullptr || !what->is_map()) {
      top.error(item, "an item of \"rules\" enables or disables", "- disable: {rule: \"Name\"}");
      return;
    }
    ItemReader reader(source_, *what, diagnostics_);
    reader.check_keys(kKeys, "selection of rules");
    RuleSelection selection{.enable = enable, .place = reader.place()};
    Section(reader).text("rule", selection.rule);
    Section(reader).text("tag", selection.tag);
    if (selection.rule.empty() == selection.tag.empty()) {
      top.error(*what, "give a rule or a tag", "{rule: \"Name with *\"} or {tag: network}");
      return;
    }
    result_.selections.push_back(std::move(selection));
  }

  // Calls `read` for a section that is there and a map.
  void with(ItemReader& parent, std::string_view key, std::span<const std::string_view> known,
            const std::function<void(ItemReader&)>& read) {
    const kube::Node* const node = parent.find(key);
    if (node == nullptr || node->is_null()) return;
    if (!node->is_map()) {
      parent.error(*node, fmt::format("\"{}\" is no map", key), fmt::format("{}: {{…}}", key));
      return;
    }
    ItemReader reader(source_, *node, diagnostics_);
    reader.check_keys(known, fmt::format("\"{}\"", key));
    read(reader);
  }

  // An output counts only where it is enabled, as in falco.yaml.
  void output(ItemReader& top, std::string_view key, std::span<const std::string_view> known,
              const std::function<void(Section&)>& read) {
    with(top, key, known, [&](ItemReader& reader) {
      Section section(reader);
      bool enabled = false;
      section.flag("enabled", enabled);
      if (enabled) read(section);
    });
  }

  void outputs(ItemReader& top) {
    static constexpr std::array<std::string_view, 1> kOnly = {"enabled"};
    static constexpr std::array<std::string_view, 3> kFile = {"enabled", "keep_alive", "filename"};
    static constexpr std::array<std::string_view, 3> kProgram = {"enabled", "keep_alive",
                                                                 "program"};
    static constexpr std::array<std::string_view, 13> kHttp = {
        "enabled",   "url",         "insecure",   "ca_cert",    "ca_bundle", "ca_path",
        "mtls",      "client_cert", "client_key", "user_agent", "echo",      "compress_uploads",
        "keep_alive"};
    with(top, "stdout_output", kOnly,
         [&](ItemReader& reader) { Section(reader).flag("enabled", result_.stdout_enabled); });
    with(top, "syslog_output", kOnly,
         [&](ItemReader& reader) { Section(reader).flag("enabled", result_.syslog_enabled); });
    output(top, "file_output", kFile, [&](Section& section) {
      section.text("filename", result_.file.path);
      section.flag("keep_alive", result_.file.keep_alive);
    });
    output(top, "program_output", kProgram, [&](Section& section) {
      section.text("program", result_.program.command);
      section.flag("keep_alive", result_.program.keep_alive);
    });
    output(top, "http_output", kHttp, [&](Section& section) {
      section.text("url", result_.http.url);
      section.flag("insecure", result_.http.insecure);
      section.text("ca_cert", result_.http.ca_cert);
      section.text("client_cert", result_.http.client_cert);
      section.text("client_key", result_.http.client_key);
      section.text("user_agent", result_.http.user_agent);
    });
    static constexpr std::array<std::string_view, 1> kQueue = {"capacity"};
    with(top, "outputs_queue", kQueue, [&](ItemReader& reader) {
      Section(reader).number("capacity", result_.queue_capacity, 0, 10'000'000);
      if (result_.queue_capacity == 0) result_.queue_capacity = 10'000;  // Falco: unlimited
    });
    static constexpr std::array<std::string_view, 7> kWeb = {
        "enabled",        "threadiness",          "listen_port",
        "listen_address", "k8s_healthz_endpoint", "prometheus_metrics_enabled",
        "ssl_enabled"};
    with(top, "webserver", kWeb, [&](ItemReader& reader) {
      Section section(reader);
      section.flag("enabled", result_.web.enabled);
      section.text("listen_address", result_.web.address);
      section.number("listen_port", result_.web.port, 0, 65'535);
    });
  }

  void yagura(ItemReader& top) {
    static constexpr std::array<std::string_view, 17> kKeys = {
        "policy_pins",    "learn_calls", "responses",         "node_name",      "events_ring_mib",
        "vital_ring_mib", "policies",    "state_directory",   "analysis",       "learning",
        "watch_lists",    "aggregation", "runtime_endpoints", "runtime_states", "kubernetes",
        "capture_file",   "scope"};
    with(top, "yagura", kKeys, [&](ItemReader& reader) {
      Section section(reader);
      section.text("node_name", result_.node_name);
      section.number("events_ring_mib", result_.events_ring_mib, 1, 1024);
      section.number("vital_ring_mib", result_.vital_ring_mib, 1, 1024);
      ring_size(reader, "events_ring_mib", result_.events_ring_mib);
      ring_size(reader, "vital_ring_mib", result_.vital_ring_mib);
      section.paths("policies", result_.policies, base_);
      path(section, "policy_pins", result_.policy_pins);
      responses(reader);
      path(section, "state_directory", result_.state_directory);
      section.flag("analysis", result_.analysis_enabled);
      section.duration("learning", result_.learning);
      section.flag("learn_calls", result_.learn_calls);
      section.paths("watch_lists", result_.watch_lists, base_);
      section.duration("aggregation", result_.aggregation);
      section.strings("runtime_endpoints", result_.runtime_endpoints);
      section.strings("runtime_states", result_.runtime_states);
      section.flag("kubernetes", result_.kubernetes);
      path(section, "capture_file", result_.capture_file);
      section.strings("scope", result_.scope);
    });
  }

  // responses: [{rule: "Reverse shell*", actions: [kill, isolate]}]
  void responses(ItemReader& reader) {
    const kube::Node* const list = reader.find("responses");
    if (list == nullptr) return;
    if (!list->is_list()) {
      reader.error(*list, "\"responses\" is no list", "- {rule: \"Name\", actions: [kill]}");
      return;
    }
    for (const kube::Node& item : list->items()) response(reader, item);
  }

  void response(ItemReader& parent, const kube::Node& item) {
    static constexpr std::array<std::string_view, 3> kKeys = {"rule", "tag", "actions"};
    static constexpr std::array<std::string_view, 4> kActions = {"kill", "pause", "isolate",
                                                                 "label"};
    if (!item.is_map()) {
      parent.error(item, "an item of \"responses\" is no map",
                   "- {rule: \"Name\", actions: [kill]}");
      return;
    }
    ItemReader reader(source_, item, diagnostics_);
    reader.check_keys(kKeys, "response");
    Section section(reader);
    ResponseSelection response;
    section.text("rule", response.rule);
    section.text("tag", response.tag);
    section.strings("actions", response.actions);
    if (response.rule.empty() == response.tag.empty()) {
      parent.error(item, "a response is for a rule or for a tag", "rule: \"Name with *\"");
    }
    if (response.actions.empty()) {
      parent.error(item, "a response without actions", "actions: [kill, pause, isolate, label]");
    }
    for (const std::string& action : response.actions) {
      if (std::ranges::find(kActions, action) != kActions.end()) continue;
      parent.error(item, fmt::format("no action \"{}\"", action), "kill, pause, isolate or label");
    }
    result_.responses.push_back(std::move(response));
  }

  // The kernel takes powers of two.
  void ring_size(ItemReader& reader, std::string_view key, std::uint32_t mib) {
    if ((mib & (mib - 1)) != 0) {
      reader.error(*reader.find(key), fmt::format("\"{}\" is {}, no power of two", key, mib),
                   "4, 8, 16, …");
    }
  }

  void path(Section& section, std::string_view key, std::filesystem::path& into) {
    std::string text;
    section.text(key, text);
    if (!text.empty()) into = base_ / text;
  }

  std::shared_ptr<const kube::Source> source_;
  Diagnostics& diagnostics_;
  std::filesystem::path base_;
  Configuration result_;
};

}  // namespace

Configuration read_configuration(const std::shared_ptr<const kube::Source>& source,
                                 Diagnostics& diagnostics) {
  const auto documents = kube::read_documents(source, diagnostics);
  if (documents.empty()) return {};  // nothing but comments: the defaults
  const kube::Node& root = documents.front().root();
  if (!root.is_map()) {
    diagnostics.error(source->name(), 1, 1, "the configuration is no map",
                      "key: value, a line each");
    return {};
  }
  if (documents.size() > 1) {
    const auto place = documents[1].position_of(documents[1].root());
    diagnostics.error(source->name(), place.position.line, place.position.column,
                      "a second document", "one configuration, one document");
  }
  return Reader(source, diagnostics).read(root);
}

}  // namespace yagura::sensor
