// Where audit records go. Each is written with one write() to a file opened for appending, so that
// the records of several workers do not mix.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <utility>

#include "waf/log/internal/text.hpp"
#include "waf/log/log.hpp"

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

std::string day_and_minute(const Transaction& transaction) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(transaction.started());
  std::tm parts{};
  localtime_r(&seconds, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%Y%m%d/%Y%m%d-%H%M", &parts)};
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
  const std::string day = day_and_minute(transaction);
  const std::filesystem::path folder = std::filesystem::path(options.storage_folder) / day;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return fail(ErrorCode::kIo,
                fmt::format("cannot make {}: {}", folder.string(), error.message()));
  ::chmod(folder.c_str(), static_cast<mode_t>(options.folder_mode));
  const std::string file = (folder / file_name(transaction.unique_id())).string();
  YAGURA_TRY(const Descriptor target, open_for_append(file, options.file_mode));
  YAGURA_TRY_VOID(write_all(target.get(), record));
  if (state_->main.get() < 0) return {};
  const std::string line = fmt::format(
      "{} {} - - [{}] \"{} {} {}\" {} 0 - \"-\" {} - {} 0 {}\n", log::escaped(transaction.host()),
      transaction.client_address(), log::rfc3339(transaction.started()),
      log::escaped(transaction.method()), log::escaped(log::path_of(transaction.uri())),
      log::escaped(transaction.protocol()),
      transaction.verdict().interrupts() ? transaction.verdict().status
                                         : transaction.response_status(),
      log::escaped(transaction.unique_id()), file, record.size());
  return write_all(state_->main.get(), line);
}

}  // namespace yagura::waf
