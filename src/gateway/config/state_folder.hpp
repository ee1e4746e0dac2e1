#pragma once

// The folder that a gateway keeps between and during runs: configuration, logs, block records,
// compiled patterns, temporary files. One gateway a folder: a lock says so.

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace yagura::gateway {

// root: /var/lib/yagura/gateway; else below XDG_STATE_HOME or ~/.local/state.
[[nodiscard]] std::filesystem::path default_state_folder();

class StateFolder {
 public:
  // Makes what is missing and takes the lock. kIo: cannot be made, `worker_user` (empty: nobody
  // else) cannot reach it, or another gateway runs on it.
  [[nodiscard]] static Result<StateFolder> open(const std::filesystem::path& path,
                                                const std::string& worker_user);
  StateFolder(StateFolder&& other) noexcept;
  StateFolder& operator=(StateFolder&&) = delete;
  ~StateFolder();

  // What `status` prints; `lines` follow the process's id.
  [[nodiscard]] Result<void> announce(const std::vector<std::string>& lines) const;

 private:
  StateFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::filesystem::path path_;
  int lock_ = -1;
};

struct RunningGateway {
  pid_t pid = 0;
  std::vector<std::string> lines;
};
// The gateway that holds the folder's lock; none: no gateway runs on it.
[[nodiscard]] std::optional<RunningGateway> running_gateway(const std::filesystem::path& path);

// The record of the block with this id, newest first: a line of blocks.jsonl or of the rotated
// blocks.jsonl.1. kInvalidInput: not an id. kNotFound.
[[nodiscard]] Result<std::string> find_block(const std::filesystem::path& state,
                                             std::string_view id);

}  // namespace yagura::gateway
