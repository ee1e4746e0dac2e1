#include "sensor/detect/verdict_cache.hpp"

#include <algorithm>
#include <bit>

#include "rules/event_type.hpp"
#include "sensor/view/parameter_table.hpp"

namespace yagura::sensor {

namespace {

std::uint8_t argument_bit(std::uint8_t index) { return static_cast<std::uint8_t>(1U << index); }

// Arguments of the call that any field of its type shows.
std::uint8_t visible_arguments(std::string_view type, const TypeInfo& info) {
  std::uint8_t visible = 0;
  for (const Parameter& parameter : info.parameters) {
    switch (parameter.kind) {
      case ParameterKind::kDescriptor:
      case ParameterKind::kDirectory:
      case ParameterKind::kNumber:
      case ParameterKind::kLong:
      case ParameterKind::kHex:
      case ParameterKind::kFlags:
      case ParameterKind::kMode:
      case ParameterKind::kOpenFlags:
      case ParameterKind::kUser:
      case ParameterKind::kGroup:
      case ParameterKind::kSignal:
      case ParameterKind::kSize:
        visible |= argument_bit(parameter.index);
        break;
      default:
        break;
    }
  }
  if (info.descriptor == DescriptorUse::kTakes) visible |= argument_bit(info.descriptor_argument);
  if (type == "creat") visible |= argument_bit(1);
  return visible;
}

// What of a file the fields show.
void add_file(KeyedHash& hash, const RecordView& record) {
  const auto file = record.get<ygr_file>(YGR_S_FD);
  if (!file) return;
  hash.add(std::uint64_t{YGR_S_FD} << 32U | static_cast<std::uint32_t>(file->fd));
  hash.add(std::uint64_t{file->mode} << 32U | file->open_flags);
  hash.add(file->dev);
  hash.add(file->ino);
  hash.add(std::uint64_t{file->layer} << 8U | file->flags);
}

constexpr ygr_section_id kTexts[] = {YGR_S_PATH0, YGR_S_PATH1,   YGR_S_PATH2,  YGR_S_DIR0,
                                     YGR_S_DIR1,  YGR_S_FD_PATH, YGR_S_SOCKET, YGR_S_ADDRESS,
                                     YGR_S_DATA,  YGR_S_BLOB};

}  // namespace

VerdictCache::VerdictCache(std::size_t entries) {
  const std::size_t sets = std::bit_ceil(std::max<std::size_t>(entries / kWays, 1));
  mask_ = sets - 1;
  entries_.resize(sets * kWays);
  mixer_ = key_.words()[0] | 1U;
  const auto infos = type_infos();
  visible_arguments_.reserve(infos.size());
  for (std::size_t i = 0; i < infos.size(); ++i) {
    visible_arguments_.push_back(
        visible_arguments(rules::event_type_name(static_cast<rules::EventType>(i)), infos[i]));
  }
}

std::optional<Hash128> VerdictCache::key_of(const SensorEvent& event, std::uint64_t epoch) const {
  const RecordView& record = *event.record;
  const ygr_header& header = record.header();
  if (header.kind != YGR_CALL) return std::nullopt;
  KeyedHash hash(key_);
  hash.add(event.process->generation);
  hash.add(epoch);
  hash.add(std::uint64_t{header.type} << 32U | std::uint64_t{header.flags} << 16U | header.kind);
  hash.add(static_cast<std::uint64_t>(header.result));
  if (const auto args = record.get<ygr_args>(YGR_S_ARGS);
      args && header.type < visible_arguments_.size()) {
    const std::uint8_t visible = visible_arguments_[header.type];
    for (std::uint8_t i = 0; i < 6; ++i) {
      if ((visible & argument_bit(i)) != 0) hash.add(args->value[i]);
    }
  }
  add_file(hash, record);
  for (const ygr_section_id id : kTexts) {
    if (record.has(id)) hash.add(static_cast<std::uint32_t>(id), record.text(id));
  }
  const Hash128 key = hash.finish();
  if (!hash.is_valid() || key == Hash128{}) return std::nullopt;  // zero: an empty entry
  return key;
}

// Sums of products are no even spread of their own; the top bits of another product are.
std::size_t VerdictCache::set_of(const Hash128& key) const {
  const std::uint64_t mixed = (key.low ^ (key.high >> 32U)) * mixer_;
  return static_cast<std::size_t>(mixed >> 32U) & mask_;
}

bool VerdictCache::contains(const Hash128& key) const {
  const Hash128* const set = entries_.data() + set_of(key) * kWays;
  return std::find(set, set + kWays, key) != set + kWays;
}

void VerdictCache::insert(const Hash128& key) {
  Hash128* const set = entries_.data() + set_of(key) * kWays;
  Hash128* const empty = std::find(set, set + kWays, Hash128{});
  (empty != set + kWays ? *empty : set[next_way_++ % kWays]) = key;
}

void VerdictCache::clear() { std::ranges::fill(entries_, Hash128{}); }

}  // namespace yagura::sensor
