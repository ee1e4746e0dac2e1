#include "cli/db_command.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cli/image_options.hpp"
#include "core/file.hpp"
#include "core/json_text.hpp"
#include "core/visible_text.hpp"
#include "report/text.hpp"
#include "vuln/index/index.hpp"
#include "vuln/update/info.hpp"
#include "vuln/update/transfer.hpp"
#include "vuln/update/update.hpp"

namespace yagura::cli {
namespace {

struct DbOptions {
  std::string database;
  std::vector<std::string> feeds;
  std::string url;
  std::string from;
  std::string to;
  std::string form = "tar";
  std::vector<std::string> keys;
  std::string private_key;
  std::string ca_file;
  bool allow_older = false;
  bool offline = false;
  bool json = false;
  bool plain_http = false;
};

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Result<vuln::TrustOptions> trust_of(const DbOptions& options) {
  vuln::TrustOptions out;
  out.allow_older = options.allow_older;
  for (const std::string& file : options.keys) {
    YAGURA_TRY(const std::string text, core::read_file(file, {.max_size = 1 << 20}));
    auto key = vuln::parse_public_key(text);
    if (!key) return std::unexpected(std::move(key).error().with_context(file));
    out.keys.push_back(*std::move(key));
  }
  return out;
}

void say(const vuln::InstallResult& result, const std::string& directory) {
  std::printf("%s: %s, %zu shards%s\n", directory.c_str(),
              result.changed ? ("advisories of " + result.manifest.created).c_str() : "nothing new",
              result.manifest.shards.size(),
              result.changed ? (" (" + std::to_string(result.fetched) + " fetched, " +
                                std::to_string(result.kept) + " kept)")
                                   .c_str()
                             : "");
  if (!result.signed_by.empty()) std::printf("signed by %s\n", result.signed_by.c_str());
}

Result<ExitCode> build(const DbOptions& options) {
  YAGURA_TRY(const std::string directory, database_directory(options.database));
  Diagnostics diagnostics;
  const std::vector<std::filesystem::path> feeds(options.feeds.begin(), options.feeds.end());
  const auto manifest = vuln::build_index(
      feeds, directory, {.created = report::format_time(std::chrono::system_clock::now())},
      diagnostics);
  print_diagnostics(diagnostics);
  if (!manifest) return std::unexpected(manifest.error());
  std::uint64_t records = 0;
  std::uint64_t size = 0;
  for (const vuln::ShardInfo& shard : manifest->shards) {
    records += shard.records;
    size += shard.size;
  }
  std::printf("%s: %zu shards, %s records, %s KiB\n", directory.c_str(), manifest->shards.size(),
              report::format_number(records).c_str(), report::format_number(size >> 10).c_str());
  return ExitCode::kClean;
}

std::string age_text(const std::optional<std::chrono::days>& age) {
  if (!age) return "of no known time";
  return age->count() == 0
             ? "of today"
             : report::plural(static_cast<std::uint64_t>(age->count()), "day") + " old";
}

void print_info_json(const vuln::IndexInfo& info) {
  std::string out;
  core::JsonWriter json(out, 1);
  json.begin_object().member("created", info.manifest.created);
  if (info.age) json.member("age_days", info.age->count());
  json.member("size", info.size).member("records", info.records);
  json.key("sources").begin_array();
  for (const vuln::SourceAge& source : info.sources) {
    json.begin_object().member("name", source.source.name).member("format", source.source.format);
    json.member("data_time", source.source.data_time).member("records", source.source.records);
    if (source.age) json.member("age_days", source.age->count());
    json.end_object();
  }
  json.end_array().key("shards").begin_array();
  for (const vuln::ShardInfo& shard : info.manifest.shards) {
    json.begin_object().member("name", shard.name).member("records", shard.records);
    json.member("size", shard.size).member("sha256", shard.sha256).end_object();
  }
  json.end_array().key("warnings").begin_array();
  for (const std::string& text : info.warnings) json.value(text);
  json.end_array().end_object();
  std::printf("%s\n", out.c_str());
}

Result<ExitCode> show_info(const DbOptions& options) {
  YAGURA_TRY(const std::string directory, database_directory(options.database));
  YAGURA_TRY(const vuln::IndexInfo info, vuln::index_info(directory, {.now = now()}));
  if (options.json) {
    print_info_json(info);
    return ExitCode::kClean;
  }
  std::printf("%s\nbuilt %s, %s; %s records, %s KiB\n\n", directory.c_str(),
              core::visible(info.manifest.created).c_str(), age_text(info.age).c_str(),
              report::format_number(info.records).c_str(),
              report::format_number(info.size >> 10).c_str());
  for (const vuln::SourceAge& source : info.sources) {
    std::printf("  %-16s %8s records, newest %s   %s\n",
                core::visible(source.source.format).c_str(),
                report::format_number(source.source.records).c_str(), age_text(source.age).c_str(),
                core::visible(source.source.name).c_str());
  }
  std::printf("\n");
  for (const vuln::ShardInfo& shard : info.manifest.shards) {
    std::printf("  %-24s %8s records %8s KiB\n", core::visible(shard.name).c_str(),
                report::format_number(shard.records).c_str(),
                report::format_number(shard.size >> 10).c_str());
  }
  for (const std::string& id : info.signed_by)
    std::printf("\nsigned by %s (`yagura db verify --key` checks it)\n", core::visible(id).c_str());
  for (const std::string& text : info.warnings) std::printf("\nwarning: %s\n", text.c_str());
  return ExitCode::kClean;
}

Result<ExitCode> update(const DbOptions& options) {
  YAGURA_TRY(const std::string directory, database_directory(options.database));
  vuln::UpdateOptions update;
  update.url = options.url;
  update.offline = options.offline;
  YAGURA_TRY(update.trust, trust_of(options));
  if (!options.ca_file.empty()) {
    YAGURA_TRY(update.ca_pem, core::read_file(options.ca_file, {.max_size = 1 << 20}));
  }
  YAGURA_TRY(const vuln::InstallResult result, vuln::update_index(directory, update));
  say(result, directory);
  return ExitCode::kClean;
}

Result<ExitCode> import(const DbOptions& options) {
  YAGURA_TRY(const std::string directory, database_directory(options.database));
  YAGURA_TRY(const vuln::TrustOptions trust, trust_of(options));
  image::SourceOptions source;
  source.allow_network = !options.offline;
  source.registry.allow_network = !options.offline;
  source.registry.ca_file = options.ca_file;
  source.registry.plain_http = options.plain_http;
  YAGURA_TRY(const vuln::InstallResult result,
             vuln::import_index(options.from, directory, trust, source));
  say(result, directory);
  return ExitCode::kClean;
}

Result<ExitCode> export_to(const DbOptions& options) {
  YAGURA_TRY(const std::string directory, database_directory(options.database));
  const auto form = options.form == "tar"         ? vuln::ExportForm::kTar
                    : options.form == "directory" ? vuln::ExportForm::kDirectory
                                                  : vuln::ExportForm::kOciLayout;
  YAGURA_TRY_VOID(vuln::export_index(directory, options.to, form));
  return ExitCode::kClean;
}

Result<ExitCode> sign(const DbOptions& options) {
  YAGURA_TRY(const std::string directory, database_directory(options.database));
  YAGURA_TRY(const std::string key, core::read_file(options.private_key, {.max_size = 1 << 20}));
  YAGURA_TRY_VOID(vuln::sign_index(directory, key));
  return ExitCode::kClean;
}

Result<ExitCode> verify(const DbOptions& options) {
  YAGURA_TRY(const std::string directory, database_directory(options.database));
  YAGURA_TRY(const vuln::TrustOptions trust, trust_of(options));
  YAGURA_TRY(const vuln::InstallResult result, vuln::verify_index(directory, trust));
  std::printf("%s: every byte is right%s\n", directory.c_str(),
              result.signed_by.empty() ? "; no key was given, so nobody's signature was looked at"
                                       : (", signed by " + result.signed_by).c_str());
  return ExitCode::kClean;
}

using Action = Result<ExitCode> (*)(const DbOptions&);

CLI::App& add(CLI::App& db, const std::shared_ptr<DbOptions>& options, ExitCode& exit_code,
              const char* name, const char* text, Action action) {
  CLI::App* command = db.add_subcommand(name, text);
  command->add_option("--db", options->database,
                      "Directory of the database (default: $YAGURA_DB, or under ~/.local/share)");
  command->callback([options, &exit_code, action] {
    const auto outcome = action(*options);
    exit_code = outcome ? *outcome : report_error(outcome.error());
  });
  return *command;
}

void add_key_option(CLI::App& command, DbOptions& options) {
  command.add_option("--key", options.keys,
                     "Public key (PEM, Ed25519): a signature by one of them is asked for");
}

}  // namespace

void add_db_command(CLI::App& app, ExitCode& exit_code) {
  auto options = std::make_shared<DbOptions>();
  CLI::App* db =
      app.add_subcommand("db", "The database of advisories that images are matched with");
  db->require_subcommand(1);
  CLI::App& build_command =
      add(*db, options, exit_code, "build",
          "Build it from feeds: OSV (all.zip, directories, files), Debian's tracker, Alpine secdb, "
          "KEV, EPSS",
          build);
  build_command.add_option("FEED", options->feeds, "Files, archives, directories")->required();
  CLI::App& info_command =
      add(*db, options, exit_code, "info", "What is in it, and how old it is", show_info);
  info_command.add_flag("--json", options->json, "As JSON");
  CLI::App& update_command =
      add(*db, options, exit_code, "update", "Fetch what is new from a server", update);
  update_command.add_option("--url", options->url, "Where manifest.json lies")->required();
  update_command.add_option("--ca-file", options->ca_file,
                            "Further certification authorities (PEM)");
  update_command.add_flag("--offline", options->offline, "Refuse: no packet leaves");
  update_command.add_flag("--allow-older", options->allow_older, "Also take an older one");
  add_key_option(update_command, *options);
  CLI::App& import_command =
      add(*db, options, exit_code, "import",
          "Take one in from a directory, a tar file or an OCI artifact", import);
  import_command.add_option("FROM", options->from, "Directory, file, oci:DIR or registry/name:tag")
      ->required();
  import_command.add_option("--ca-file", options->ca_file,
                            "Further certification authorities (PEM)");
  import_command.add_flag("--plain-http", options->plain_http, "HTTP without TLS");
  import_command.add_flag("--offline", options->offline, "No packet leaves this machine");
  import_command.add_flag("--allow-older", options->allow_older, "Also take an older one");
  add_key_option(import_command, *options);
  CLI::App& export_command =
      add(*db, options, exit_code, "export", "Write it for another machine", export_to);
  export_command.add_option("TO", options->to, "File or directory")->required();
  export_command.add_option("--form", options->form, "tar, directory, oci")
      ->check(CLI::IsMember({"tar", "directory", "oci"}))
      ->capture_default_str();
  CLI::App& sign_command = add(*db, options, exit_code, "sign", "Sign it", sign);
  sign_command.add_option("--private-key", options->private_key, "Ed25519, PEM (PKCS #8)")
      ->required();
  CLI::App& verify_command =
      add(*db, options, exit_code, "verify", "Check every byte, and the signature", verify);
  add_key_option(verify_command, *options);
}

}  // namespace yagura::cli
