#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/diagnostics.hpp"
#include "image/source/image_config.hpp"

namespace yagura::image {

// One instruction that built an image, whether it was read in a Dockerfile or in an image's
// history.
struct BuildStep {
  std::string instruction;  // upper case: "RUN", "COPY"
  std::string arguments;  // continuation lines joined, comments left out; of RUN without the shell
  std::vector<std::string> flags;           // "--from=build", "--chown=1000"
  std::vector<std::string> here_documents;  // their texts
  std::uint32_t line = 0;    // Dockerfile: 1-based line of the instruction; history: 0
  std::size_t position = 0;  // history: of the entry, from the base up
  std::size_t stage = 0;     // Dockerfile: of which FROM, from 0; before the first FROM 0 as well
  bool exec_form = false;    // a JSON array
  std::vector<std::string> words;  // exec_form: the array's
};

// Every instruction of a Dockerfile (Docker's reference, BuildKit's syntax 1): continuation lines
// with the escape directive, comments, here-documents, JSON forms, ONBUILD. Unknown instructions
// are diagnostics with their line; the rest is read. Linear. Texts above 4 MiB are refused by a
// diagnostic.
[[nodiscard]] std::vector<BuildStep> read_dockerfile(const std::string& file, std::string_view text,
                                                     Diagnostics& diagnostics);

// The same from `created_by` texts as the classic builder ("/bin/sh -c #(nop) ADD file:… in /"),
// BuildKit ("RUN /bin/sh -c … # buildkit"), buildah and kaniko write them. What tells of no
// instruction is a RUN.
[[nodiscard]] std::vector<BuildStep> read_history(const std::vector<HistoryEntry>& history);

// NAME and value of ENV, ARG and LABEL, quotes removed: "A=1 B='x y'" and the old form "A 1".
[[nodiscard]] std::vector<std::pair<std::string, std::string>> assignments(
    std::string_view arguments);

// The commands of a shell line, split at ; && || | and line ends, outside of quotes; each with its
// words, quotes removed. `pipes` tells whether a command's output goes into the next.
struct ShellCommand {
  std::vector<std::string> words;
  bool pipes = false;
};
[[nodiscard]] std::vector<ShellCommand> shell_commands(std::string_view line);

}  // namespace yagura::image
