#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/diagnostics.hpp"
#include "core/result.hpp"
#include "imagescan/scan/scan.hpp"

namespace CLI {
class App;
}

namespace yagura::cli {

// What `yagura image` is told, as it is told.
struct ImageOptions {
  std::string reference;
  std::string format = "table";
  std::string output_file = "-";
  std::string by = "package";
  std::vector<std::string> sections;
  std::string fail_on = "low";
  std::string minimum_severity = "info";
  bool only_fixed = false;
  bool show_ignored = false;
  bool no_details = false;

  std::vector<std::string> ignore_files;
  std::vector<std::string> vex_files;
  std::string baseline;
  std::string save_baseline;

  std::string database;
  std::string platform;
  bool offline = false;
  std::string user;
  std::string password;
  std::string password_file;
  std::string auth_file;
  std::string ca_file;
  std::string client_certificate;
  std::string client_key;
  bool insecure_skip_verify = false;
  bool plain_http = false;
  std::vector<std::string> mirrors;

  std::string yara;
  std::string hash_list;

  std::vector<std::string> policies;
  std::vector<std::string> keys;
  std::string identity;
  std::string identity_pattern;
  std::string issuer;
  std::string issuer_pattern;
  std::string trust_root;
  std::vector<std::string> authorities;
  bool require_log = false;

  std::string bases;
  std::string save_base;
  std::string cache_directory;
  bool no_cache = false;
  bool skip_development = false;
  bool kernel_headers = false;
  std::string color = "auto";
  std::string progress = "auto";
};

void add_image_options(CLI::App& command, ImageOptions& options);

// What scan_image() needs, and what has to stay while it runs.
struct ImageSetup {
  imagescan::ScanRequest request;
  vuln::Index index;
  vuln::IgnoreRules ignore;
  std::vector<std::string> notes;  // of the database: its age
};

// Reads everything that the options name. Errors are of usage; problems in documents go to
// `diagnostics`.
[[nodiscard]] Result<std::unique_ptr<ImageSetup>> set_up_image_scan(const ImageOptions& options,
                                                                    Diagnostics& diagnostics);

// Where the database of advisories is: the option, $YAGURA_DB, $XDG_DATA_HOME/yagura/db, or
// ~/.local/share/yagura/db.
[[nodiscard]] Result<std::string> database_directory(const std::string& option);

}  // namespace yagura::cli
