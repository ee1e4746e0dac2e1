// evt.arg, evt.rawarg, evt.args and evt.abspath: parameters as parameter_table.hpp says.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <array>
#include <cstring>

#include "sensor/view/flag_names.hpp"
#include "sensor/view/lexical_path.hpp"
#include "sensor/view/sensor_event_view.hpp"

namespace yagura::sensor {

namespace {

using enum ParameterKind;

// Data in evt.args: what can be printed, dots for the rest, at most so much.
constexpr std::size_t kMaxDataText = 80;

std::string printable(std::string_view data) {
  std::string out(data.substr(0, kMaxDataText));
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7e) c = '.';
  }
  return out;
}

std::int64_t signed_word(std::string_view bytes, std::size_t offset, std::size_t size) {
  std::int64_t word = 0;
  if (bytes.size() < offset + size) return 0;
  if (size == 4) {
    std::int32_t half = 0;
    std::memcpy(&half, bytes.data() + offset, 4);
    return half;
  }
  std::memcpy(&word, bytes.data() + offset, 8);
  return word;
}

}  // namespace

SensorEventView::Argument SensorEventView::number_argument(std::int64_t number) const {
  return {.raw = Value::integer(number),
          .text = arena_copy(std::to_string(number)),
          .resolved = {},
          .is_there = true};
}

SensorEventView::Argument SensorEventView::hex_argument(std::uint64_t number) const {
  return {.raw = Value::integer(static_cast<std::int64_t>(number)),
          .text = arena_copy(fmt::format("{:x}", number)),
          .resolved = {},
          .is_there = true};
}

SensorEventView::Argument SensorEventView::flags_argument(std::uint64_t number,
                                                          const FlagTable& table) const {
  Argument made = number_argument(static_cast<std::int64_t>(number));
  std::string& names = scratch();
  append_flags(names, table, number);
  made.resolved = arena_copy(names);
  return made;
}

SensorEventView::Argument SensorEventView::mode_argument(std::uint64_t mode) const {
  mode &= 07777U;
  Argument made = flags_argument(mode, kModeNames);
  made.text = arena_copy(fmt::format("0{:o}", mode));
  return made;
}

SensorEventView::Argument SensorEventView::user_argument(std::uint32_t uid) const {
  Argument made = number_argument(static_cast<std::int32_t>(uid));
  if (sources_.users == nullptr) return made;
  if (const UserEntry* const user = sources_.users->user(process(), uid, event_->wall_ns)) {
    made.resolved = arena_copy(user->name);
  }
  return made;
}

SensorEventView::Argument SensorEventView::group_argument(std::uint32_t gid) const {
  Argument made = number_argument(static_cast<std::int32_t>(gid));
  if (sources_.users == nullptr) return made;
  if (const auto* const group = sources_.users->group(process(), gid, event_->wall_ns)) {
    made.resolved = arena_copy(*group);
  }
  return made;
}

SensorEventView::Argument SensorEventView::text_argument(std::string_view given) const {
  return {.raw = Value::string(given), .text = given, .resolved = {}, .is_there = true};
}

SensorEventView::Argument SensorEventView::result_argument() const {
  Argument made = number_argument(header().result);
  if (header().result < 0) made.resolved = error_name_of_result(header().result);
  return made;
}

// "3(<f>/etc/passwd)" where it is the one that the record describes.
SensorEventView::Argument SensorEventView::descriptor_argument(std::int64_t number) const {
  Argument made = number_argument(number);
  if (number < 0) {
    made.resolved = error_name_of_result(number);
    return made;
  }
  const DescriptorFacts& facts = descriptor();
  if (!facts.is_known || facts.number != number) return made;
  made.resolved = arena_copy(fmt::format("<{}>{}", type_char(facts.type), facts.name));
  return made;
}

SensorEventView::Argument SensorEventView::call_argument(const Parameter& parameter) const {
  const RecordView& record = *event_->record;
  const auto args = record.get<ygr_args>(YGR_S_ARGS);
  if (!args) return {};
  const std::uint64_t value = args->value[parameter.index % 6];
  const auto low = static_cast<std::int32_t>(value);
  switch (parameter.kind) {
    case kDescriptor:
      return descriptor_argument(low);
    case kDirectory: {
      Argument made = number_argument(low);
      if (low == AT_FDCWD) {
        made.resolved = "AT_FDCWD";
      } else if (low >= 0) {
        const bool is_second = parameter.index >= 2;
        const std::string_view path = record.text(is_second ? YGR_S_DIR1 : YGR_S_DIR0);
        if (!path.empty()) made.resolved = arena_copy(fmt::format("<d>{}", path));
      }
      return made;
    }
    case kNumber:
      return number_argument(low);
    case kLong:
    case kSize:
      return number_argument(static_cast<std::int64_t>(value));
    case kHex:
      return hex_argument(value);
    case kFlags:
      return flags_argument(
          parameter.flags->is_enumeration ? static_cast<std::uint32_t>(value) : value,
          *parameter.flags);
    case kMode:
      return mode_argument(value);
    case kUser:
      return user_argument(static_cast<std::uint32_t>(value));
    case kGroup:
      return group_argument(static_cast<std::uint32_t>(value));
    case kSignal: {
      Argument made = number_argument(low);
      made.resolved = signal_name(low);
      return made;
    }
    default:
      return {};
  }
}

SensorEventView::Argument SensorEventView::task_argument(const Parameter& parameter) const {
  asked_volatile_ = true;  // times, sizes and threads are among it
  const Process& who = process();
  const Image& image = *who.image;
  const auto number = [this](auto value) {
    return number_argument(static_cast<std::int64_t>(value));
  };
  const auto capabilities = [&](std::uint64_t set) {
    Argument made = hex_argument(set);
    std::string& names = scratch();
    append_capabilities(names, set);
    made.resolved = arena_copy(names);
    return made;
  };
  switch (parameter.kind) {
    case kExe:
      return text_argument(exe_of(who));
    case kArgs: {
      // Each with a dot behind it, as Falco prints lists of arguments.
      std::string& out = scratch();
      std::string_view argv = image.argv;
      argv.remove_prefix(std::min(exe_of(who).size() + 1, argv.size()));
      for_each_string(argv, [&](std::string_view argument) {
        out += argument;
        out += '.';
      });
      return text_argument(arena_copy(out));
    }
    case kTid:
      return number(header().tid);
    case kPid:
      return number(who.pid);
    case kParentPid:
      return number(who.parent_pid);
    case kCwd:
      return text_argument(who.cwd);
    case kDescriptorLimit:
      return number(who.fd_limit);
    case kVmSize:
      return number(who.vm_size_kb);
    case kVmRss:
      return number(who.vm_rss_kb);
    case kVmSwap:
      return number(who.vm_swap_kb);
    case kComm:
      return text_argument(name_of(who));
    case kEnvironment: {
      std::string& out = scratch();
      for_each_string(image.env, [&](std::string_view variable) {
        out += variable;
        out += '.';
      });
      return text_argument(arena_copy(out));
    }
    case kTty:
      return number(who.tty);
    case kVirtualGroup:
      return number(who.vpgid);
    case kGroupId:
      return number(who.pgid);
    case kLoginUser:
      return user_argument(who.login_uid);
    case kExecFlags: {
      std::uint64_t flags = 0;
      if ((image.exe.flags & YGR_FILE_WRITABLE) != 0) flags |= kExeWritable;
      if (image.exe.layer == YGR_LAYER_UPPER) flags |= kExeUpperLayer;
      if (image.exe.layer == YGR_LAYER_LOWER) flags |= kExeLowerLayer;
      if ((image.exe.flags & YGR_FILE_MEMFD) != 0) flags |= kExeFromMemfd;
      return flags_argument(flags, kExecFlagNames);
    }
    case kInheritable:
      return capabilities(who.credentials.cap_inheritable);
    case kPermitted:
      return capabilities(who.credentials.cap_permitted);
    case kEffective:
      return capabilities(who.credentials.cap_effective);
    case kExeInode:
      return number(image.exe.ino);
    case kExeChange:
      return number(image.exe.ctime_ns);
    case kExeModification:
      return number(image.exe.mtime_ns);
    case kUserNow:
    case kEffectiveUser:
      return user_argument(who.credentials.euid);
    case kRealUser:
      return user_argument(who.credentials.uid);
    case kSavedUser:
      return user_argument(who.credentials.suid);
    case kGroupNow:
    case kEffectiveGroup:
      return group_argument(who.credentials.egid);
    case kRealGroup:
      return group_argument(who.credentials.gid);
    case kSavedGroup:
      return group_argument(who.credentials.sgid);
    case kExePath:
      return text_argument(image.exe_path);
    case kFilename:
      if (event_->record->has(YGR_S_FILENAME)) {
        return text_argument(event_->record->text(YGR_S_FILENAME));
      }
      return has_text(0) ? Argument{.raw = Value::string(text(0)),
                                    .text = absolute_text(0),
                                    .resolved = {},
                                    .is_there = true}
                         : Argument{};
    case kVirtualTid:
      return number(event_->vtid);
    case kVirtualPid:
      return number(who.vpid);
    case kCloneFlags: {
      const auto task = event_->record->get<ygr_task>(YGR_S_TASK);
      return task ? flags_argument(task->clone_flags, kCloneFlagNames) : Argument{};
    }
    case kNamespaceStart:
      return number(wall_of(who.pid_ns_start_ns));
    default:
      return {};
  }
}

SensorEventView::Argument SensorEventView::argument(const Parameter& parameter) const {
  const RecordView& record = *event_->record;
  const auto status = static_cast<int>(header().result);
  switch (parameter.kind) {
    case kUnknown:
      return {};
    case kResult:
      return result_argument();
    case kNewDescriptor:
      return descriptor_argument(header().result);
    case kPath:
      if (!has_text(parameter.index)) return {};
      return {.raw = Value::string(text(parameter.index)),
              .text = absolute_text(parameter.index),
              .resolved = {},
              .is_there = true};
    case kText:
      return has_text(parameter.index) ? text_argument(text(parameter.index)) : Argument{};
    case kOpenFlags:
    case kHowFlags: {
      const auto file = record.get<ygr_file>(YGR_S_FD);
      const bool was_created = file && (file->flags & YGR_FILE_CREATED) != 0;
      return flags_argument(falco_open_flags(open_flags(), was_created), kOpenFlagNames);
    }
    case kHowMode:
      return mode_argument(static_cast<std::uint64_t>(signed_word(record.text(YGR_S_BLOB), 8, 8)));
    case kHowResolve:
      return flags_argument(static_cast<std::uint64_t>(signed_word(record.text(YGR_S_BLOB), 16, 8)),
                            kResolveNames);
    case kTuple: {
      const DescriptorFacts& facts = descriptor();
      return facts.has_name ? text_argument(facts.name) : Argument{};
    }
    case kAddress: {
      const std::string_view address = record.text(YGR_S_ADDRESS);
      std::uint16_t family = 0;
      if (address.size() > 2) std::memcpy(&family, address.data(), 2);
      if (family == AF_UNIX) {
        std::string_view path = address.substr(2);
        if (path.starts_with('\0')) return text_argument(arena_copy(printable(path)));
        return text_argument(path.substr(0, path.find('\0')));
      }
      DescriptorFacts named;
      find_endpoints(named);
      if (named.type == DescriptorType::kUnknown) return {};
      if (named.local.ip.empty()) std::swap(named.local, named.remote);
      return text_argument(tuple_of(named));
    }
    case kData: {
      if (!record.has(YGR_S_DATA)) return {};
      const std::string_view data = record.text(YGR_S_DATA);
      return {.raw = Value::string(data),
              .text = arena_copy(printable(data)),
              .resolved = {},
              .is_there = true};
    }
    case kDevice:
      return descriptor().is_known ? hex_argument(descriptor().file.dev) : Argument{};
    case kInode:
      return descriptor().is_known
                 ? number_argument(static_cast<std::int64_t>(descriptor().file.ino))
                 : Argument{};
    case kBlobInt:
      if (record.text(YGR_S_BLOB).size() < (parameter.index + std::size_t{1}) * 4) return {};
      return descriptor_argument(
          signed_word(record.text(YGR_S_BLOB), parameter.index * std::size_t{4}, 4));
    case kExitStatus:
      return number_argument(status);
    case kExitCode:
      return number_argument(WIFEXITED(status) ? WEXITSTATUS(status) : 0);
    case kExitSignal: {
      const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
      Argument made = number_argument(signal);
      made.resolved = signal_name(signal);
      return made;
    }
    case kExitCore:
      return number_argument(WIFSIGNALED(status) && WCOREDUMP(status) ? 1 : 0);
    default:
      break;
  }
  return parameter.kind >= kExe ? task_argument(parameter) : call_argument(parameter);
}

rules::Value SensorEventView::argument_field(const FieldRef& ref) const {
  const auto& parameters = info().parameters;
  const Parameter* found = nullptr;
  if (ref.index != FieldRef::kNoIndex) {
    const auto index = static_cast<std::size_t>(ref.index);
    if (index < parameters.size()) found = &parameters[index];
  } else {
    for (const Parameter& parameter : parameters) {
      if (parameter.name == ref.key) found = &parameter;
    }
  }
  if (found == nullptr) return Value::absent();
  const Argument made = argument(*found);
  if (!made.is_there) return Value::absent();
  return Value::string(made.resolved.empty() ? made.text : made.resolved);
}

rules::Value SensorEventView::raw_argument_field(const FieldRef& ref) const {
  for (const Parameter& parameter : info().parameters) {
    if (parameter.name == ref.key) return argument(parameter).raw;
  }
  return Value::absent();
}

rules::Value SensorEventView::arguments_text() const {
  std::string out;
  for (const Parameter& parameter : info().parameters) {
    const Argument made = argument(parameter);
    if (!made.is_there) continue;
    if (!out.empty()) out += ' ';
    out += parameter.name;
    out += '=';
    out += made.text;
    if (!made.resolved.empty()) {
      out += '(';
      out += made.resolved;
      out += ')';
    }
  }
  return keep(out);
}

// evt.abspath of calls with a directory descriptor; .src and .dst of those with two.
rules::Value SensorEventView::absolute_path_field(const FieldRef& ref) const {
  const TypeInfo& type = info();
  std::size_t directories = 0;
  int first = -1;
  int second = -1;
  for (const Parameter& parameter : type.parameters) {
    if (parameter.kind == kDirectory) ++directories;
    if (parameter.kind != kPath) continue;
    (first < 0 ? first : second) = parameter.index;
  }
  if (directories == 0) return Value::absent();
  int wanted = first;
  if (ref.key == "dst") wanted = second >= 0 ? second : -1;
  if (wanted < 0 || !has_text(static_cast<unsigned>(wanted))) return Value::absent();
  return Value::string(absolute_text(static_cast<unsigned>(wanted)));
}

}  // namespace yagura::sensor
