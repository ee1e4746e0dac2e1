#include "sensor/process/call_effects.hpp"

// Probes send YGR_S_CWD or YGR_S_TASK with some of these calls; what is done here is for records
// that lack them (older captures, sections that were lost).

#include <cstring>
#include <string>
#include <string_view>

#include "rules/event_type.hpp"
#include "sensor/process/record_to_process.hpp"

namespace yagura::sensor {

namespace {

constexpr std::uint64_t kPrctlSetName = 15;  // linux/prctl.h: PR_SET_NAME
constexpr std::size_t kMaxPath = YGR_MAX_PATH;

// `path` behind `directory`, with ".", ".." and doubled slashes taken out by their letters alone.
std::string join(std::string_view directory, std::string_view path) {
  std::string joined;
  const auto add = [&joined](std::string_view text) {
    while (!text.empty()) {
      const std::size_t slash = std::min(text.find('/'), text.size());
      const std::string_view name = text.substr(0, slash);
      text.remove_prefix(std::min(slash + 1, text.size()));
      if (name.empty() || name == ".") continue;
      if (name == "..") {
        joined.resize(joined.empty() ? 0 : joined.rfind('/'));
        continue;
      }
      joined += '/';
      joined += name;
    }
  };
  if (!path.starts_with('/')) add(directory);
  add(path);
  if (joined.size() > kMaxPath) joined.resize(kMaxPath);
  return joined.empty() ? "/" : joined;
}

EffectResult change_directory(Process& process, const RecordView& record) {
  if (record.has(YGR_S_CWD)) return {};  // apply_task has it
  std::string now;
  if (record.has(YGR_S_FD_PATH)) {
    now = record.text(YGR_S_FD_PATH);
  } else if (record.has(YGR_S_PATH0)) {
    const std::string_view base =
        record.has(YGR_S_DIR0) ? record.text(YGR_S_DIR0) : std::string_view(process.cwd);
    now = join(base, record.text(YGR_S_PATH0));
  } else {
    return {};
  }
  if (now == process.cwd) return {};
  process.cwd = std::move(now);
  return {.is_changed = true};
}

EffectResult rename(Process& process, const RecordView& record) {
  const auto args = record.get<ygr_args>(YGR_S_ARGS);
  if (!args || args->value[0] != kPrctlSetName) return {};
  if (record.header().tid != record.header().pid) return {};
  std::string_view name =
      record.has(YGR_S_COMM) ? record.text(YGR_S_COMM) : record.text(YGR_S_PATH0);
  name = name.substr(0, name.find('\0')).substr(0, 15);
  if (name.empty() || process.comm == name) return {};
  process.comm = name;
  return {};  // rules see Process::name
}

EffectResult new_session(Process& process) {
  if (process.sid == process.pid) return {};
  process.sid = process.pgid = process.pid;
  process.vsid = process.vpgid = process.vpid != 0 ? process.vpid : process.pid;
  process.tty = 0;
  return {.is_changed = true, .is_seen_by_children = true};
}

EffectResult join_group(Process& process, const RecordView& record) {
  const auto args = record.get<ygr_args>(YGR_S_ARGS);
  if (!args || record.has(YGR_S_TASK)) return {};
  const auto target = static_cast<std::uint32_t>(args->value[0]);
  auto group = static_cast<std::uint32_t>(args->value[1]);
  const std::uint32_t own = process.vpid != 0 ? process.vpid : process.pid;
  if (target != 0 && target != own) return {};  // a child's: that one's next exec tells
  if (group == 0) group = own;
  if (process.vpgid == group) return {};
  process.vpgid = group;
  if (group == own) process.pgid = process.pid;
  return {.is_changed = true, .is_seen_by_children = true};
}

bool is_same(const StandardStream& a, const StandardStream& b) {
  return a.is_open == b.is_open && a.is_socket == b.is_socket &&
         std::memcmp(&a.file, &b.file, sizeof(a.file)) == 0 &&
         std::memcmp(&a.socket, &b.socket, sizeof(a.socket)) == 0;
}

EffectResult duplicate(Process& process, const RecordView& record, std::uint64_t& next_number) {
  const std::int64_t to = record.header().result;
  if (to < 0 || to > 2) return {};
  const StandardStream now = stream_of(record);
  if (!now.is_open) return {};
  const auto& streams = process.image->streams;
  if (static_cast<std::size_t>(to) < streams.size() &&
      is_same(streams[static_cast<std::size_t>(to)], now)) {
    return {};
  }
  process.image = with_stream(*process.image, static_cast<unsigned>(to), now, ++next_number);
  return {.is_changed = true};
}

}  // namespace

CallEffects::CallEffects() : by_type_(rules::event_types().size(), CallEffect::kNone) {
  const auto add = [this](std::string_view name, CallEffect effect) {
    if (const auto type = rules::find_event_type(name)) by_type_[*type] = effect;
  };
  add("chdir", CallEffect::kDirectory);
  add("fchdir", CallEffect::kDirectory);
  add("prctl", CallEffect::kComm);
  add("setsid", CallEffect::kSession);
  add("setpgid", CallEffect::kProcessGroup);
  add("dup", CallEffect::kDuplicate);
  add("dup2", CallEffect::kDuplicate);
  add("dup3", CallEffect::kDuplicate);
}

EffectResult apply_call(CallEffect effect, Process& process, const RecordView& record,
                        std::uint64_t& next_number) {
  switch (effect) {
    case CallEffect::kDirectory:
      return change_directory(process, record);
    case CallEffect::kComm:
      return rename(process, record);
    case CallEffect::kSession:
      return new_session(process);
    case CallEffect::kProcessGroup:
      return join_group(process, record);
    case CallEffect::kDuplicate:
      return duplicate(process, record, next_number);
    case CallEffect::kNone:
      break;
  }
  return {};
}

}  // namespace yagura::sensor
