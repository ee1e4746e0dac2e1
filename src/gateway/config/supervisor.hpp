#pragma once

// Starts nginx with the module, keeps it running, and stops it cleanly.

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "gateway/config/nginx_config.hpp"

namespace yagura::gateway {

// nginx of the PATH, or Debian's place. kNotFound says how to install it.
[[nodiscard]] Result<std::filesystem::path> find_nginx();

// ngx_http_yagura_module.so: beside the program (lib/), in ../lib/yagura, or where Debian keeps
// nginx's modules.
[[nodiscard]] Result<std::filesystem::path> find_module();

// The user as whom workers serve: Debian's www-data where we are root; empty where we are not.
[[nodiscard]] std::string worker_user();

// Runs until SIGTERM or SIGINT has ended it: opens the sockets, writes the configuration, starts
// nginx, says on one line where it listens, starts it again when it dies (after a pause that
// doubles to half a minute), passes SIGHUP on (rules and certificates are read anew; where they are
// broken, the old ones stay and error.log says why) and SIGUSR1 (log files are opened anew). What
// nginx says before it serves goes to standard error. Blocks these signals in the calling thread:
// call it from a program's main thread only.
[[nodiscard]] Result<void> run_gateway(GatewayOptions options, const GatewayPlaces& places,
                                       const std::filesystem::path& nginx,
                                       const std::function<void(std::string_view)>& say);

}  // namespace yagura::gateway
