#pragma once

// Where alerts go: a sink each for standard output, a file, a program, HTTP, syslog. Used by the
// output thread alone.

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "sensor/agent/configuration.hpp"

namespace yagura::sensor {

class LineSink {
 public:
  LineSink() = default;
  LineSink(const LineSink&) = delete;
  LineSink& operator=(const LineSink&) = delete;
  virtual ~LineSink() = default;

  // "stdout", "file": a label of metrics and messages.
  [[nodiscard]] virtual std::string_view name() const = 0;
  // One alert, without a line end. May wait, but not for ever: each sink has its bound. An error
  // loses this alert at this sink alone; the next one is tried anew.
  [[nodiscard]] virtual Result<void> write(std::string_view line) = 0;
  // The log was rotated.
  virtual void reopen() {}
};

[[nodiscard]] std::unique_ptr<LineSink> make_stdout_sink();
// Opened at the first alert, in append mode, 0600.
[[nodiscard]] std::unique_ptr<LineSink> make_file_sink(FileOutput options);
// Runs `/bin/sh -c COMMAND`, which reads alerts from its standard input; without keep_alive once
// for each alert. A program that takes nothing for 5 seconds is killed.
[[nodiscard]] std::unique_ptr<LineSink> make_program_sink(ProgramOutput options);
// POST of JSON, as falcosidekick takes it; 5 seconds for an answer.
[[nodiscard]] std::unique_ptr<LineSink> make_http_sink(HttpOutput options);
[[nodiscard]] std::unique_ptr<LineSink> make_syslog_sink();

}  // namespace yagura::sensor
