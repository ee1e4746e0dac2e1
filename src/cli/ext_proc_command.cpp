#include "cli/ext_proc_command.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace yagura::cli {

namespace {

namespace fs = std::filesystem;

// gRPC alone takes longer to load than a scan of a small repository: only who speaks it loads it.
Error become_ext_proc(std::vector<std::string> arguments) {
  std::error_code error;
  const fs::path own = fs::read_symlink("/proc/self/exe", error);
  const fs::path program = own.parent_path() / "yagura-ext-proc";
  arguments.insert(arguments.begin(), "yagura gateway ext-proc");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  ::execv(program.c_str(), pointers.data());
  return {.code = ErrorCode::kNotFound,
          .message = program.string() + " cannot be started: " + std::strerror(errno) +
                     "; it is installed beside yagura"};
}

}  // namespace

void add_ext_proc_command(CLI::App& gateway, ExitCode& exit_code) {
  CLI::App* command = gateway.add_subcommand(
      "ext-proc", "Answer Envoy's external processing filter (Istio, Gateway API)");
  command->prefix_command();
  command->set_help_flag();
  command->callback([command, &exit_code] {
    std::vector<std::string> rest = command->remaining();
    exit_code = report_error(become_ext_proc(std::move(rest)));
  });
}

}  // namespace yagura::cli
