// Where audit records go. Each is written with one write() to a file opened for appending, so that
// the records of several workers do not mix.

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <utility>

#include "waf/log/internal/sanitise.hpp"
#include "waf/log/internal/text.hpp"
#include "waf/log/log.hpp"
#include "waf/transform/transform.hpp"

namespace yagura::waf {

namespace {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

Result<Descriptor> open_for_append(const std::string& path, std::uint32_t mode) {
  Descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, static_cast<mode_t>(mode)));
  if (file.get() < 0)
    return fail(ErrorCode::kIo,
                fmt::format("cannot write the audit log {}: {}", path, std::strerror(errno)));
  return file;
}

Result<void> write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      return fail(ErrorCode::kIo, fmt::format("writing the audit log: {}", std::strerror(errno)));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

// Local time, as ModSecurity names its files.
std::tm local_time(const Transaction& transaction) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(transaction.started());
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return parts;
}

// An id may come from a client's header (yagura_transaction_id): nothing of it may lead out of the
// folder.
std::string file_name(std::string_view unique_id) {
  std::string name;
  for (const char c : unique_id.substr(0, 128)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    name.push_back(plain || c == '.' ? c : '_');
  }
  return name;
}

// "FOLDER/20261124/20261124-1031/20261124-103134-ID". Returns its path.
Result<std::string> write_own_file(const Transaction& transaction, const AuditOptions& options,
                                   std::string_view record) {
  namespace fs = std::filesystem;
  const std::tm time = local_time(transaction);
  fs::path folder = options.storage_folder;
  for (const std::string& part :
       {fmt::format("{:%Y%m%d}", time), fmt::format("{:%Y%m%d-%H%M}", time)}) {
    folder /= part;
    const bool made = ::mkdir(folder.c_str(), static_cast<mode_t>(options.folder_mode)) == 0;
    if (made) ::chmod(folder.c_str(), static_cast<mode_t>(options.folder_mode));  // past the umask
    if (!made && errno != EEXIST) {
      return fail(ErrorCode::kIo, fmt::format("cannot make the audit log's folder {}: {}",
                                              folder.string(), std::strerror(errno)));
    }
  }
  std::string file =
      folder / (fmt::format("{:%Y%m%d-%H%M%S-}", time) + file_name(transaction.unique_id()));
  YAGURA_TRY(const Descriptor target, open_for_append(file, options.file_mode));
  YAGURA_TRY_VOID(write_all(target.get(), record));
  return file;
}

std::string_view response_size(const Transaction& transaction) {
  const std::string_view length = transaction.single(Variable::kResponseContentLength);
  const bool number = !length.empty() && length.size() < 20 &&
                      length.find_first_not_of("0123456789") == std::string_view::npos;
  return number ? length : "-";
}

std::string user_agent(const Transaction& transaction) {
  std::string agent = "-";
  const log::Sanitiser sanitiser(transaction);
  transaction.for_each(Variable::kRequestHeaders, [&](const ValueView& header) {
    if (header.name.size() == 10 && log::lower(header.name) == "user-agent")
      agent = sanitiser.request_header(header.name, header.value);
  });
  return agent;
}

// host client - [time] "request line" status size - "agent" id - file 0 size md5:…
std::string index_line(const Transaction& transaction, const std::string& file,
                       std::string_view record) {
  const log::Sanitiser sanitiser(transaction);
  std::string digest, hex;
  const std::string_view md5 =
      apply(Transform::kHexEncode, apply(Transform::kMd5, record, digest), hex);
  const std::string_view host = transaction.host();
  return fmt::format(
      "{} {} - [{:%d/%b/%Y:%H:%M:%S %z}] \"{} {} {}\" {} {} - \"{}\" {} - {} 0 {} md5:{}\n",
      host.empty() ? "-" : log::escaped(host), transaction.client_address(),
      local_time(transaction), log::escaped(transaction.method()),
      log::escaped(sanitiser.uri(transaction.uri())), log::escaped(transaction.protocol()),
      transaction.verdict().interrupts() ? transaction.verdict().status
                                         : transaction.response_status(),
      response_size(transaction), log::escaped(user_agent(transaction)),
      log::escaped(transaction.unique_id()), file, record.size(), md5);
}

}  // namespace

struct AuditLog::State {
  AuditOptions options;
  Descriptor main, second;
};

AuditLog::AuditLog(std::unique_ptr<State> state) : state_(std::move(state)) {}
AuditLog::AuditLog(AuditLog&&) noexcept = default;
AuditLog& AuditLog::operator=(AuditLog&&) noexcept = default;
AuditLog::~AuditLog() = default;

Result<AuditLog> AuditLog::open(const AuditOptions& options) {
  auto state = std::make_unique<State>();
  state->options = options;
  if (!options.path.empty()) {
    YAGURA_TRY(state->main, open_for_append(options.path, options.file_mode));
  }
  if (!options.path2.empty()) {
    YAGURA_TRY(state->second, open_for_append(options.path2, options.file_mode));
  }
  if (options.type == AuditOptions::Type::kConcurrent && options.storage_folder.empty()) {
    return fail(ErrorCode::kInvalidInput,
                "SecAuditLogType Concurrent needs a folder: set SecAuditLogStorageDir");
  }
  return AuditLog(std::move(state));
}

Result<void> AuditLog::write(Transaction& transaction) {
  if (!transaction.audit_wanted()) return {};
  const AuditOptions& options = state_->options;
  std::string record =
      options.json ? audit_json(transaction) + "\n" : audit_native(transaction) + "\n";
  if (options.type == AuditOptions::Type::kSerial) {
    if (state_->main.get() >= 0) YAGURA_TRY_VOID(write_all(state_->main.get(), record));
    if (state_->second.get() >= 0) YAGURA_TRY_VOID(write_all(state_->second.get(), record));
    return {};
  }
  YAGURA_TRY(const std::string file, write_own_file(transaction, options, record));
  if (state_->main.get() < 0) return {};
  return write_all(state_->main.get(), index_line(transaction, file, record));
}

}  // namespace yagura::waf
