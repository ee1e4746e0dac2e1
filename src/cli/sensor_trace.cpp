#include "cli/sensor_trace.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cli/stop_signal.hpp"
#include "sensor/agent/scope.hpp"
#include "sensor/capture/capture_writer.hpp"
#include "sensor/identity/resolver.hpp"
#include "sensor/probe/probe.hpp"
#include "sensor/process/pipeline.hpp"
#include "sensor/replay/recording.hpp"
#include "sensor/replay/replay.hpp"
#include "sensor/trace/trace_writer.hpp"

namespace yagura::cli {
namespace {

// What is shown where nobody asks for types: what changes something, or reaches out.
constexpr std::array<std::string_view, 54> kUsual = {"accept",
                                                     "accept4",
                                                     "bind",
                                                     "bpf",
                                                     "capset",
                                                     "chmod",
                                                     "chown",
                                                     "chroot",
                                                     "connect",
                                                     "creat",
                                                     "delete_module",
                                                     "dup2",
                                                     "dup3",
                                                     "execve",
                                                     "execveat",
                                                     "fchmod",
                                                     "fchmodat",
                                                     "fchown",
                                                     "fchownat",
                                                     "finit_module",
                                                     "init_module",
                                                     "kill",
                                                     "lchown",
                                                     "link",
                                                     "linkat",
                                                     "listen",
                                                     "memfd_create",
                                                     "mkdir",
                                                     "mkdirat",
                                                     "mknod",
                                                     "mknodat",
                                                     "mount",
                                                     "open",
                                                     "open_by_handle_at",
                                                     "openat",
                                                     "openat2",
                                                     "process_vm_writev",
                                                     "ptrace",
                                                     "rename",
                                                     "renameat",
                                                     "renameat2",
                                                     "rmdir",
                                                     "setgid",
                                                     "setns",
                                                     "setresgid",
                                                     "setresuid",
                                                     "setuid",
                                                     "symlink",
                                                     "symlinkat",
                                                     "umount2",
                                                     "unlink",
                                                     "unlinkat",
                                                     "unshare",
                                                     "userfaultfd"};

struct Options {
  std::vector<std::string> condition;
  std::string pod;
  std::string container;
  std::uint32_t pid = 0;
  std::vector<std::string> types;
  std::string format = "text";
  std::string output;
  std::string read;
  std::string write;
  std::vector<std::string> scope;
  std::uint64_t count = 0;
  std::uint64_t seconds = 0;
  std::uint64_t max_megabytes = 0;
  std::size_t max_files = 0;
};

sensor::TraceOptions trace_options(const Options& options) {
  sensor::TraceOptions its;
  for (const std::string& word : options.condition) {
    its.filter.condition += (its.filter.condition.empty() ? "" : " ") + word;
  }
  its.filter.pod = options.pod;
  its.filter.container = options.container;
  its.filter.pid = options.pid;
  its.filter.types = options.types;
  its.format = options.format == "json" ? sensor::TraceFormat::kJson : sensor::TraceFormat::kText;
  its.output = options.output;
  its.has_colours = use_color(STDOUT_FILENO);
  return its;
}

std::vector<rules::EventType> probe_types(const sensor::EventFilter& filter) {
  if (!filter.event_types().empty()) return filter.event_types();
  std::vector<rules::EventType> types;
  for (const std::string_view name : kUsual) {
    if (const auto type = rules::find_event_type(name)) types.push_back(*type);
  }
  return types;
}

class Run {
 public:
  explicit Run(const Options& options) : options_(options) {}

  Result<ExitCode> from_recording() {
    YAGURA_TRY(const std::unique_ptr<sensor::RecordSource> source,
               sensor::open_recording(options_.read));
    Result<void> made{};
    sensor::ReplaySinks sinks;
    sinks.attach = [&](sensor::Pipeline& pipeline, const sensor::ViewSources& sources) {
      made = make_writer(sources);
      if (made) pipeline.add_consumer(*trace_);
    };
    sinks.should_stop = [&] { return !made || is_over(); };
    YAGURA_TRY(const sensor::ReplayStatistics statistics,
               sensor::run_replay(*source, nullptr, {}, sinks));
    if (!made) return std::unexpected(std::move(made).error());
    for (const std::string& remark : statistics.remarks) {
      std::fprintf(stderr, "yagura: %s\n", remark.c_str());
    }
    return finish();
  }

  Result<ExitCode> live() {
    // The filter is checked, and says what the probe shall tell, before anything is attached.
    YAGURA_TRY(const sensor::EventFilter filter,
               sensor::EventFilter::make(trace_options(options_).filter, diagnostics_));
    sensor::ProbeOptions probe_options;
    probe_options.event_types = probe_types(filter);
    probe_options.tells_dns = options_.types.empty() && options_.condition.empty();
    YAGURA_TRY(probe_options.scope_cgroups, sensor::cgroup_ids(options_.scope));
    YAGURA_TRY(const std::unique_ptr<sensor::Probe> probe, sensor::Probe::open(probe_options));
    YAGURA_TRY(const std::unique_ptr<sensor::Resolver> resolver, sensor::Resolver::open({}));
    sensor::Pipeline pipeline(*resolver, {.boot_offset_ns = sensor::this_machine().boot_offset_ns});
    sensor::UserNames users;
    const sensor::MachineFacts machine = sensor::this_machine();
    YAGURA_TRY_VOID(make_writer(
        {.processes = &pipeline.processes(), .users = &users, .hostname = machine.hostname}));
    YAGURA_TRY_VOID(start_capture(pipeline));
    if (capture_ == nullptr) pipeline.add_consumer(*trace_);
    const auto begin = std::chrono::steady_clock::now();
    while (!is_over() && !is_late(begin)) {
      YAGURA_TRY_VOID(turn(*probe, pipeline));
    }
    tell_losses(*probe);
    return finish();
  }

  [[nodiscard]] const Diagnostics& diagnostics() const { return diagnostics_; }

 private:
  Result<void> make_writer(const sensor::ViewSources& sources) {
    YAGURA_TRY(trace_, sensor::TraceWriter::make(
                           trace_options(options_), sources,
                           [this](std::string_view line) { write(line); }, diagnostics_));
    filter_view_ = std::make_unique<sensor::SensorEventView>(sources);
    return {};
  }

  // With -w what passes the filter goes into the file, and nothing to the terminal.
  Result<void> start_capture(sensor::Pipeline& pipeline) {
    if (options_.write.empty()) return {};
    Diagnostics unused;
    YAGURA_TRY(sensor::EventFilter filter,
               sensor::EventFilter::make(trace_options(options_).filter, unused));
    filter_ = std::make_unique<sensor::EventFilter>(std::move(filter));
    sensor::CaptureWriterOptions its;
    its.output.path = options_.write;
    its.output.max_files = options_.max_files;
    its.max_file_bytes = options_.max_megabytes << 20;
    its.wanted = [this](const sensor::SensorEvent& event) {
      // Forks, execs and ends are what later readers know processes from.
      if (event.record->kind() != YGR_CALL) return true;
      filter_view_->set(event);
      const bool is_wanted = filter_->matches(event, *filter_view_);
      if (is_wanted) ++shown_;
      return is_wanted;
    };
    YAGURA_TRY(capture_, sensor::CaptureWriter::open(std::move(its)));
    pipeline.add_consumer(*capture_);
    return {};
  }

  Result<void> turn(sensor::Probe& probe, sensor::Pipeline& pipeline) {
    constexpr std::chrono::milliseconds kPatience{10};
    const auto own = static_cast<std::uint32_t>(::getpid());
    const auto polled = probe.poll(kPatience, [&](const sensor::RecordView& record, unsigned ring) {
      // What this program does to show events would make more of them.
      if (record.header().pid == own && record.kind() == YGR_CALL) return;
      if (!is_over()) pipeline.feed(record, ring);
    });
    if (!polled) return std::unexpected(polled.error());
    const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    pipeline.tick(now.count());
    if (std::fflush(stdout) != 0) return fail(ErrorCode::kIo, "standard output takes no more");
    return {};
  }

  void write(std::string_view line) {
    ++shown_;
    (void)std::fwrite(line.data(), 1, line.size(), stdout);
    (void)std::fputc('\n', stdout);
  }

  [[nodiscard]] bool is_over() const {
    return stop_was_asked() || std::ferror(stdout) != 0 ||
           (options_.count > 0 && shown_ >= options_.count);
  }

  [[nodiscard]] bool is_late(std::chrono::steady_clock::time_point begin) const {
    return options_.seconds > 0 &&
           std::chrono::steady_clock::now() - begin >= std::chrono::seconds(options_.seconds);
  }

  void tell_losses(const sensor::Probe& probe) const {
    const sensor::ProbeCounts counts = probe.counts();
    const std::uint64_t lost = counts.ring_full[0] + counts.ring_full[1];
    if (lost > 0) std::fprintf(stderr, "yagura: %lu events were lost\n", lost);
  }

  Result<ExitCode> finish() {
    if (capture_ != nullptr) {
      capture_->flush();
      const sensor::CaptureWriterCounts counts = capture_->counts();
      std::fprintf(stderr, "yagura: %lu events in %lu bytes, %lu dropped\n",
                   counts.events - counts.skipped - counts.output.dropped_events,
                   counts.output.bytes, counts.output.dropped_events);
    }
    if (std::fflush(stdout) != 0) return fail(ErrorCode::kIo, "standard output takes no more");
    return ExitCode::kClean;
  }

  const Options& options_;
  Diagnostics diagnostics_;
  std::unique_ptr<sensor::TraceWriter> trace_;
  std::unique_ptr<sensor::EventFilter> filter_;
  std::unique_ptr<sensor::SensorEventView> filter_view_;
  std::unique_ptr<sensor::CaptureWriter> capture_;
  std::uint64_t shown_ = 0;
};

Result<ExitCode> run(const Options& options) {
  if (!options.read.empty() && !options.write.empty()) {
    return fail(ErrorCode::kInvalidInput, "--read and --write do not go together");
  }
  catch_stop_signals();
  Run work(options);
  auto code = options.read.empty() ? work.live() : work.from_recording();
  print_diagnostics(work.diagnostics());
  return code;
}

}  // namespace

void add_sensor_trace(CLI::App& sensor, ExitCode& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* const command =
      sensor.add_subcommand("trace", "Events as they happen, or those of a recording");
  command->footer(
      "Examples:\n"
      "  yagura sensor trace --pod shop/web-1\n"
      "  yagura sensor trace 'evt.type = connect and fd.sport != 443'\n"
      "  yagura sensor trace --type openat -p '%evt.time %proc.cmdline %fd.name'\n"
      "  yagura sensor trace -w node.capture --seconds 60\n"
      "  yagura sensor trace -r node.capture --pid 4711 -o json");
  command->add_option("CONDITION", options->condition,
                      "Show what it holds for: as in Falco's rules");
  command->add_option("--pod", options->pod, "name, namespace/name, namespace/; * at the end");
  command->add_option("--container", options->container,
                      "Its name or the beginning of its id; \"host\": processes of none");
  command->add_option("--pid", options->pid, "The process and whatever descends from it");
  command->add_option("--type", options->types, "Types of events: openat, connect …");
  command->add_option("-o,--output", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_option("-p,--print", options->output,
                      "What a line says, with %fields as in rules' outputs");
  command->add_option("-r,--read", options->read, "A recording, ours or .scap, instead of now");
  command->add_option("-w,--write", options->write,
                      "Write a capture instead of lines; forks and execs are always in it");
  command->add_option("--max-megabytes", options->max_megabytes,
                      "A new file FILE.000001 … at this size (with -w)");
  command->add_option("--max-files", options->max_files, "Keep only so many of them (with -w)");
  command->add_option("--scope", options->scope, "Cgroup folders, instead of the whole node");
  command->add_option("--count", options->count, "End after so many events");
  command->add_option("--seconds", options->seconds, "End after so many seconds");
  command->callback([options, &exit_code] {
    const Result<ExitCode> code = run(*options);
    exit_code = code ? *code : report_error(code.error());
  });
}

}  // namespace yagura::cli
