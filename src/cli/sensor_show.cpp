#include "cli/sensor_show.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "core/visible_text.hpp"
#include "rules/output/timestamp.hpp"
#include "sensor/incident/incident_store.hpp"

namespace yagura::cli {
namespace {

struct Options {
  std::string event;
  std::string store = "/var/lib/yagura/sensor/incidents";
  std::string format = "text";
  bool list = false;
};

Result<ExitCode> write_out(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    return fail(ErrorCode::kIo, "standard output takes no more");
  }
  return ExitCode::kClean;
}

Result<ExitCode> list(const sensor::IncidentStore& store) {
  std::string text;
  for (const std::string& id : store.ids()) {
    const auto document = store.read(id);
    const auto incident = document ? sensor::read_incident(*document) : fail(ErrorCode::kIo, "");
    if (!incident) {
      text += id + "  (cannot be read)\n";
      continue;
    }
    std::string time;
    rules::append_time(time, incident->wall_ns, rules::TimeFormat::kDateTimeSeconds);
    std::string where = "host";
    if (incident->container != nullptr) {
      where = incident->container->pod != nullptr
                  ? incident->container->pod->name_space + "/" + incident->container->pod->name
                  : std::string(incident->container->short_id());
    }
    text += fmt::format("{}  {}  {:<9}  {}  {}\n", id, time, core::visible(incident->priority),
                        core::visible(where), core::visible(incident->rule));
  }
  return write_out(text);
}

Result<ExitCode> run(const Options& options) {
  if (::access(options.store.c_str(), F_OK) != 0) {
    return fail(ErrorCode::kNotFound,
                options.store + " is not there: name the agent's folder with --store");
  }
  YAGURA_TRY(const sensor::IncidentStore store, sensor::IncidentStore::open(options.store));
  if (options.list) return list(store);
  if (options.event.empty()) {
    return fail(ErrorCode::kInvalidInput, "name an event (an alert's yagura.event_id), or --list");
  }
  YAGURA_TRY(const std::string document, store.read(options.event));
  if (options.format == "json") return write_out(document);
  YAGURA_TRY(const sensor::Incident incident, sensor::read_incident(document));
  return write_out(sensor::to_text(
      incident, use_color(STDOUT_FILENO) ? sensor::Colours::kAnsi : sensor::Colours::kNone));
}

}  // namespace

void add_sensor_show(CLI::App& sensor, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = sensor.add_subcommand("show", "What was around an alert");
  command->footer(
      "Examples:\n"
      "  yagura sensor show last\n"
      "  yagura sensor show 01hf7yat00000w\n"
      "  yagura sensor show --list");
  command->add_option("EVENT", options->event,
                      "The alert's yagura.event_id, or the beginning of it; or \"last\"");
  command->add_option("--store", options->store, "Folder of incidents")->capture_default_str();
  command->add_flag("--list", options->list, "All incidents that there are, a line each");
  command->add_option("-o,--output", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->callback([options, &exit_code] {
    const Result<ExitCode> code = run(*options);
    exit_code = code ? *code : report_error(code.error());
  });
}

}  // namespace yagura::cli
