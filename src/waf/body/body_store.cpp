#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "waf/body/body.hpp"

namespace yagura::waf {

struct BodyStore::State {
  std::uint64_t max_in_memory = 0;
  std::string folder;
  std::string memory;  // the whole body while file < 0
  int file = -1;
  std::uint64_t size = 0;
  void* mapped = nullptr;
  std::size_t mapped_size = 0;

  State(std::uint64_t max, std::string temporary_folder)
      : max_in_memory(max), folder(std::move(temporary_folder)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    unmap();
    if (file >= 0) close(file);
  }

  void unmap() {
    if (mapped != nullptr) munmap(mapped, mapped_size);
    mapped = nullptr;
  }

  [[nodiscard]] std::unexpected<Error> failed(std::string_view what) const {
    return fail(ErrorCode::kIo, fmt::format("{} in {}: {}", what, folder, std::strerror(errno)));
  }

  // A file without a name: it is gone when we are.
  [[nodiscard]] Result<void> open_file() {
    file = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0) return {};
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) {
      return failed("cannot make a temporary file");
    }
    std::string name = folder + "/yagura-body-XXXXXX";  // the file system knows no O_TMPFILE
    file = mkostemp(name.data(), O_CLOEXEC);
    if (file < 0) return failed("cannot make a temporary file");
    unlink(name.c_str());
    return {};
  }

  [[nodiscard]] Result<void> write_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(file, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return failed("cannot write a temporary file");
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }
};

BodyStore::BodyStore(std::uint64_t max_in_memory, std::string temporary_folder)
    : state_(std::make_unique<State>(max_in_memory, std::move(temporary_folder))) {}
BodyStore::BodyStore(BodyStore&&) noexcept = default;
BodyStore& BodyStore::operator=(BodyStore&&) noexcept = default;
BodyStore::~BodyStore() = default;

Result<void> BodyStore::append(std::string_view chunk) {
  State& state = *state_;
  state.unmap();
  if (state.file < 0 && state.size + chunk.size() <= state.max_in_memory) {
    state.memory.append(chunk);
    state.size += chunk.size();
    return {};
  }
  if (state.file < 0) {
    YAGURA_TRY_VOID(state.open_file());
    YAGURA_TRY_VOID(state.write_all(state.memory));
    state.memory = {};
  }
  YAGURA_TRY_VOID(state.write_all(chunk));
  state.size += chunk.size();
  return {};
}

std::uint64_t BodyStore::size() const { return state_->size; }

Result<std::string_view> BodyStore::view() {
  State& state = *state_;
  if (state.file < 0) return state.memory;
  if (state.mapped == nullptr) {
    const auto size = static_cast<std::size_t>(state.size);
    void* const at = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, state.file, 0);
    if (at == MAP_FAILED) return state.failed("cannot map a temporary file");
    state.mapped = at;
    state.mapped_size = size;
  }
  return std::string_view(static_cast<const char*>(state.mapped), state.mapped_size);
}

}  // namespace yagura::waf
