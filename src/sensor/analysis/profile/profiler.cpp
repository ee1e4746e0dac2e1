// Most events repeat facts that are known. Each is first hashed to one number (workload, kind, and
// what it is about), and known numbers end there; see known_facts.hpp. What is left makes the text
// of the fact, which allocates, and looks it up in the profile.

#include "sensor/analysis/profile/profiler.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "rules/event_type.hpp"
#include "sensor/analysis/profile/capability_use.hpp"
#include "sensor/analysis/profile/shapes.hpp"

namespace yagura::sensor {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
// A tick that comes after a long sleep of the machine did not observe all of it.
constexpr std::int64_t kMaxTick = 120 * kSecond;
constexpr std::size_t kSavesPerTick = 4;
constexpr std::size_t kUsualSamples = 5;

std::uint32_t seconds(std::int64_t wall_ns) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(wall_ns / kSecond, 0, 0xffffffff));
}

std::uint64_t fact_of(const Workload& workload, FeatureKind kind, std::string_view text) {
  return combine_hash(hash_text(text),
                      (std::uint64_t{workload.number} << 8) | static_cast<std::uint64_t>(kind));
}

std::string_view executable_of(const Process* process) {
  return process == nullptr ? std::string_view() : std::string_view(process->image->exe_path);
}

// Written executables that have no lasting name are one.
std::string shape_of_executable(std::string_view path, const ygr_file& file) {
  if ((file.flags & YGR_FILE_MEMFD) != 0) return "memfd:*";
  return shape_of_path(path);
}

// Up to kUsualSamples of what is usual, the newest last.
std::string usual_text(const Profile& profile, FeatureKind kind) {
  const FeatureTable& table = profile.table(kind);
  std::string text = fmt::format("{} known", table.learned());
  std::size_t shown = 0;
  for (const Feature& feature : table.all()) {
    if (feature.state != FeatureState::kLearned) continue;
    if (shown == kUsualSamples) {
      text += ", …";
      break;
    }
    text += shown == 0 ? ": " : ", ";
    text += display_text(kind, feature.text);
    ++shown;
  }
  return text;
}

std::string usual_peers(const Profile& profile) {
  std::string text = fmt::format("{} known", profile.peers.groups().size());
  std::size_t shown = 0;
  for (const PeerGroup& group : profile.peers.groups()) {
    if (shown == kUsualSamples) {
      text += ", …";
      break;
    }
    text +=
        fmt::format("{}{} {} {} {}", shown == 0 ? ": " : ", ", to_string(group.direction),
                    protocol_name(group.protocol),
                    group.networks.empty() ? "-" : group.networks.front().to_string(), group.port);
    ++shown;
  }
  return text;
}

}  // namespace

Profiler::Profiler(ProfileOptions options, AlertSink& sink)
    : options_(std::move(options)), sink_(sink), store_(options_.directory, options_.limits) {}

std::vector<std::string> Profiler::load() {
  if (options_.directory.empty()) return {};
  LoadedProfiles loaded = store_.load_all();
  for (auto& profile : loaded.profiles) adopt(std::move(profile));
  counts_.refused_files += loaded.problems.size();
  return std::move(loaded.problems);
}

std::vector<std::string> Profiler::reload() {
  if (options_.directory.empty()) return {};
  LoadedProfiles loaded = store_.load_changed();
  for (auto& profile : loaded.profiles) adopt(std::move(profile));
  counts_.refused_files += loaded.problems.size();
  known_.clear();
  return std::move(loaded.problems);
}

void Profiler::adopt(std::unique_ptr<Profile> profile) {
  const auto found = entries_.find(profile->key());
  if (found != entries_.end()) {
    Profile& mine = *found->second->profile;
    bytes_ -= mine.bytes();
    mine.merge(*profile);
    bytes_ += mine.bytes();
    return;
  }
  if (entries_.size() >= options_.max_profiles) return;
  auto entry = std::make_unique<Entry>();
  rarity_.note_workload();
  for (std::size_t i = 0; i < kFeatureKinds; ++i) {
    const auto kind = static_cast<FeatureKind>(i);
    for (const Feature& feature : profile->table(kind).all()) {
      if (feature.state == FeatureState::kLearned) {
        rarity_.note(static_cast<unsigned>(kind), feature.text);
      }
    }
  }
  for (const Feature& feature : profile->table(FeatureKind::kCapability).all()) {
    if (const auto number = find_capability(feature.text)) {
      entry->used_capabilities |= std::uint64_t{1} << *number;
    }
  }
  bytes_ += profile->bytes();
  entry->profile = std::move(profile);
  const std::string key = entry->profile->key();
  entries_.emplace(key, std::move(entry));
}

std::vector<std::string> Profiler::save() {
  std::vector<std::string> problems;
  if (options_.directory.empty()) return problems;
  for (const auto& [key, entry] : entries_) {
    if (!entry->profile->is_changed) continue;
    if (auto saved = store_.save(*entry->profile); !saved) {
      ++counts_.save_errors;
      problems.push_back(saved.error().message);
    }
  }
  return problems;
}

Profiler::Entry* Profiler::entry_of(const Workload& workload, std::int64_t wall_ns) {
  if (workload.number < by_workload_.size() && by_workload_[workload.number] != nullptr) {
    return by_workload_[workload.number];
  }
  return make_entry(workload, wall_ns);
}

Profiler::Entry* Profiler::make_entry(const Workload& workload, std::int64_t wall_ns) {
  if (by_workload_.size() <= workload.number) by_workload_.resize(workload.number + 1);
  auto found = entries_.find(workload.key);
  if (found == entries_.end()) {
    if (entries_.size() >= options_.max_profiles) return nullptr;
    auto profile = std::make_unique<Profile>(workload.key, options_.limits);
    profile->started_s = seconds(wall_ns);
    adopt(std::move(profile));
    found = entries_.find(workload.key);
  }
  Profile& profile = *found->second->profile;
  if (const Labels labels = lasting_labels(workload.labels); !labels.empty()) {
    profile.labels = labels;
  }
  if (!workload.volumes.empty()) profile.volumes = workload.volumes;
  return by_workload_[workload.number] = found->second.get();
}

void Profiler::on_event(const SensorEvent& event, const EventFacts& facts) {
  if (facts.workload == nullptr || facts.event_class == EventClass::kNothing) return;
  Entry* entry = entry_of(*facts.workload, event.wall_ns);
  if (entry == nullptr) return;
  Context context{event, facts, *entry};
  entry->was_active = true;
  if (entry->profile->image_changes != facts.workload->image_changes) on_image(context);
  note_call(context);
  switch (facts.event_class) {
    case EventClass::kOpen:
      note_open(context);
      break;
    case EventClass::kChange:
      return note_change(context);
    case EventClass::kConnect:
    case EventClass::kAccept:
    case EventClass::kSend:
    case EventClass::kReceive:
      return note_peer(context);
    case EventClass::kExec:
      return note_exec(context);
    case EventClass::kLibrary:
      return note_library(context);
    case EventClass::kDns:
      return note_dns(context);
    case EventClass::kMount:
      note_mount(context);
      break;
    case EventClass::kBind:
    case EventClass::kPrivileged:
      break;
    default:
      return;
  }
  note_capabilities(context);
}

void Profiler::on_image(Context& context) {
  Profile& profile = *context.entry.profile;
  profile.image_changes = context.facts.workload->image_changes;
  const bool had_images = !profile.images.empty();
  if (!profile.add_image(context.facts.workload->image_digest) || !had_images) return;
  if (profile.state != ProfileState::kLearned) return;
  if (options_.on_image_change == ImageChange::kRelearn) {
    profile.state = ProfileState::kLearning;
    profile.learn_for_ns = options_.relearn_for_ns;
    profile.observed_ns = 0;
    profile.quiet_ns = 0;
  }
  const NoveltyGrade& grade = grade_of(Novelty::kImage);
  ++counts_.alerts;
  Notice(grade.notice)
      .field("yagura.workload", profile.key())
      .field("yagura.new", context.facts.workload->image_digest)
      .field("yagura.learning", profile.state == ProfileState::kLearning ? "true" : "false")
      .score(grade.score)
      .send(sink_, context.event);
}

void Profiler::note_call(Context& context) {
  const ygr_header& header = context.event.record->header();
  if ((header.kind != YGR_CALL && header.kind != YGR_EXEC) ||
      (header.flags & YGR_FROM_IO_URING) != 0) {
    return;
  }
  const Profile& profile = *context.entry.profile;
  if (header.type < profile.known_calls.size() && profile.known_calls.test(header.type)) return;
  const std::string_view name = rules::event_type_name(header.type);
  if (name.empty()) return;
  note(context, FeatureKind::kCall, name,
       is_sensitive_call(name) ? Novelty::kSensitiveCall : Novelty::kCall);
}

void Profiler::note_capabilities(Context& context) {
  const std::uint64_t used = capabilities_used(context.event, context.facts.event_class) &
                             ~context.entry.used_capabilities;
  if (used == 0) return;
  for (const std::string& name : capability_names(used)) {
    note(context, FeatureKind::kCapability, name, Novelty::kCapability);
  }
  context.entry.used_capabilities |= used;
}

void Profiler::note_open(Context& context) {
  const RecordView& record = *context.event.record;
  if (record.header().result < 0) return;
  const std::string_view path = record.text(YGR_S_FD_PATH);
  const auto file = record.get<ygr_file>(YGR_S_FD);
  if (!path.starts_with('/') || !file) return;
  const bool is_write =
      (file->open_flags & O_ACCMODE) != O_RDONLY || (file->open_flags & (O_CREAT | O_TRUNC)) != 0;
  note_directory(context, S_ISDIR(file->mode) ? path : folder_of(path), is_write);
}

void Profiler::note_change(Context& context) {
  const RecordView& record = *context.event.record;
  if (record.header().result < 0) return;
  constexpr std::pair<ygr_section_id, ygr_section_id> kPaths[] = {{YGR_S_PATH0, YGR_S_DIR0},
                                                                  {YGR_S_PATH1, YGR_S_DIR1}};
  for (const auto& [path, directory] : kPaths) {
    if (!record.has(path)) continue;
    const std::string whole = join_path(record.text(directory), record.text(path));
    if (!whole.empty()) note_directory(context, folder_of(whole), true);
  }
}

void Profiler::note_directory(Context& context, std::string_view directory, bool is_write) {
  const FeatureKind kind = is_write ? FeatureKind::kWriteDirectory : FeatureKind::kReadDirectory;
  const std::uint64_t fact = fact_of(*context.facts.workload, kind, directory);
  if (known_.has(fact)) return;
  note(context, kind, shape_of_path(directory),
       is_write ? Novelty::kWriteDirectory : Novelty::kReadDirectory);
  known_.add(fact);
}

void Profiler::note_exec(Context& context) {
  const SensorEvent& event = context.event;
  if (event.record->header().result < 0) return;
  Profile& profile = *context.entry.profile;
  const std::uint64_t held = event.process->credentials.cap_effective;
  if ((held & ~profile.capabilities_held) != 0) {
    profile.capabilities_held |= held;
    profile.is_changed = true;
  }
  std::string_view path = event.record->text(YGR_S_EXE_PATH);
  if (path.empty()) path = event.process->image->exe_path;
  if (path.empty()) return;
  const ygr_file file = event.record->get<ygr_file>(YGR_S_EXE).value_or(event.process->image->exe);
  const std::string_view parent = executable_of(event.process->parent.get());
  const std::uint64_t fact =
      combine_hash(fact_of(*context.facts.workload, FeatureKind::kExecutable, path),
                   hash_text(parent) ^ (is_written(file) ? 1 : 0));
  if (known_.has(fact)) return;
  const std::string executable = shape_of_executable(path, file);
  const bool is_new = !profile.knows(FeatureKind::kExecutable, executable);
  note(context, FeatureKind::kExecutable, executable,
       is_written(file) ? Novelty::kWrittenExecutable : Novelty::kExecutable);
  if (!parent.empty()) {
    const std::string launch = shape_of_path(parent) + '\0' + executable;
    // Of a new executable all is new: that is one alert, not two.
    if (is_new && profile.state == ProfileState::kLearned) {
      std::ignore =
          add(context.entry, FeatureKind::kLaunch, launch, FeatureState::kNew, event.wall_ns);
    } else {
      note(context, FeatureKind::kLaunch, launch, Novelty::kLaunch);
    }
  }
  known_.add(fact);
}

void Profiler::note_library(Context& context) {
  const RecordView& record = *context.event.record;
  const std::string_view path = record.text(YGR_S_FD_PATH);
  if (path.empty()) return;
  const std::uint64_t fact = fact_of(*context.facts.workload, FeatureKind::kLibrary, path);
  if (known_.has(fact)) return;
  const ygr_file file = record.get<ygr_file>(YGR_S_FD).value_or(ygr_file{});
  // A mapped executable is the exec's business.
  if (path != context.event.process->image->exe_path) {
    note(context, FeatureKind::kLibrary, shape_of_executable(path, file),
         is_written(file) ? Novelty::kWrittenLibrary : Novelty::kLibrary);
  }
  known_.add(fact);
}

void Profiler::note_mount(Context& context) {
  const RecordView& record = *context.event.record;
  if (record.header().result < 0) return;
  // mount(source, target, …): the second text; move_mount has its target there as well.
  const std::string target = join_path(record.text(YGR_S_DIR1), record.text(YGR_S_PATH1));
  if (!target.empty()) note(context, FeatureKind::kMount, shape_of_path(target), Novelty::kMount);
}

void Profiler::note_peer(Context& context) {
  if (!context.facts.peer || !context.facts.peer->is_established) return;
  const Peer& peer = *context.facts.peer;
  const std::uint16_t port = profile_port(peer.service_port());
  // Datagram sockets are connected without port to ask for a route, without a packet (RFC 6724).
  if (port == 0) return;
  const std::uint64_t fact = combine_hash(
      fact_of(*context.facts.workload, FeatureKind::kPeer,
              std::string_view(reinterpret_cast<const char*>(peer.address.bytes.data()), 16)),
      (std::uint64_t{port} << 16) | (std::uint64_t{peer.protocol} << 8) |
          static_cast<std::uint64_t>(peer.direction));
  if (known_.has(fact)) return;
  known_.add(fact);
  Profile& profile = *context.entry.profile;
  const Novelty novelty =
      peer.direction == Direction::kOutbound ? Novelty::kOutboundPeer : Novelty::kInboundPort;
  // Addresses of pods come and go; who they are stays.
  if (context.facts.peer_pod != nullptr) {
    const std::string text = pod_peer_text(peer, *context.facts.peer_pod);
    if (!text.empty()) return note(context, FeatureKind::kPeerPod, text, novelty);
  }
  if (profile.peers.contains(peer)) return;
  if (profile.state == ProfileState::kLearning) {
    if (profile.peers.add(peer)) {
      profile.quiet_ns = 0;
      profile.is_changed = true;
      ++counts_.learned;
    }
    return;
  }
  if (profile.peers.is_full()) {
    ++counts_.unjudged;
    return;
  }
  // The addresses of a name that is known change; the name is what was learned.
  const bool is_explained = std::ranges::any_of(context.facts.peer_names, [&](const auto& name) {
    return profile.knows(FeatureKind::kDomain, shape_of_domain(name));
  });
  if (is_explained && peer.direction == Direction::kOutbound) return;
  note(context, FeatureKind::kPeer, peer_text(peer), novelty);
}

// Answers alone: what was asked for in vain taught nobody an address.
void Profiler::note_dns(Context& context) {
  const DnsMessage* message = context.facts.dns;
  if (message == nullptr || !message->is_answer || message->response_code != 0) return;
  if (message->answers.empty()) return;
  for (const DnsQuestion& question : message->questions) {
    if (question.name.empty() || question.type == kDnsPtr) continue;
    const std::uint64_t fact =
        fact_of(*context.facts.workload, FeatureKind::kDomain, question.name);
    if (known_.has(fact)) continue;
    note(context, FeatureKind::kDomain, shape_of_domain(question.name), Novelty::kDomain);
    known_.add(fact);
  }
}

void Profiler::note(Context& context, FeatureKind kind, std::string_view text, Novelty novelty) {
  Profile& profile = *context.entry.profile;
  if (profile.knows(kind, text)) return;
  if (profile.table(kind).is_full()) {
    ++counts_.unjudged;
    return;
  }
  const bool is_learning = profile.state == ProfileState::kLearning;
  const bool is_added =
      add(context.entry, kind, text, is_learning ? FeatureState::kLearned : FeatureState::kNew,
          context.event.wall_ns);
  if (!is_added) {
    ++counts_.unjudged;
    return;
  }
  if (is_learning) {
    ++counts_.learned;
    profile.quiet_ns = 0;
    return;
  }
  tell(context, kind, text, novelty);
}

bool Profiler::add(Entry& entry, FeatureKind kind, std::string_view text, FeatureState state,
                   std::int64_t wall_ns) {
  Profile& profile = *entry.profile;
  if (bytes_ >= options_.max_bytes) {
    profile.mark_full(kind);
    return false;
  }
  bytes_ -= profile.bytes();
  const std::string_view added = profile.add(kind, text, state, seconds(wall_ns));
  bytes_ += profile.bytes();
  if (added.empty()) return false;
  if (state == FeatureState::kLearned) rarity_.note(static_cast<unsigned>(kind), added);
  return true;
}

void Profiler::tell(Context& context, FeatureKind kind, std::string_view text, Novelty novelty) {
  const NoveltyGrade& grade = grade_of(novelty);
  const Profile& profile = *context.entry.profile;
  const double rarity = rarity_.rarity(static_cast<unsigned>(kind), text);
  const bool is_peer = kind == FeatureKind::kPeer;
  ++counts_.alerts;
  Notice notice(grade.notice);
  notice.field("yagura.workload", profile.key())
      .field("yagura.feature", std::string(to_string(kind)))
      .field("yagura.new", display_text(kind, text))
      .field("yagura.usual", is_peer ? usual_peers(profile) : usual_text(profile, kind))
      .field("yagura.rarity", fmt::format("{:.2f}", rarity));
  if (is_peer && !context.facts.peer_names.empty()) {
    notice.field("yagura.peer_name", context.facts.peer_names.front());
  }
  notice.score(grade.score * (0.7 + 0.3 * rarity)).send(sink_, context.event);
}

void Profiler::age(Profile& profile, std::int64_t elapsed_ns) const {
  profile.observed_ns += elapsed_ns;
  profile.quiet_ns += elapsed_ns;
  if (profile.state != ProfileState::kLearning) return;
  const std::int64_t learn_for =
      profile.learn_for_ns != 0 ? profile.learn_for_ns : options_.learn_for_ns;
  const bool is_old = profile.observed_ns >= learn_for;
  const bool is_quiet =
      profile.observed_ns >= options_.min_learn_ns && profile.quiet_ns >= options_.quiet_for_ns;
  if (!is_old && !is_quiet) return;
  profile.state = ProfileState::kLearned;
  profile.is_changed = true;
}

void Profiler::on_tick(std::int64_t wall_ns) {
  const std::int64_t elapsed =
      last_tick_ns_ == 0 ? 0 : std::clamp<std::int64_t>(wall_ns - last_tick_ns_, 0, kMaxTick);
  // Ticks may come as often as somebody likes; a second's is enough.
  if (last_tick_ns_ != 0 && elapsed < kSecond && wall_ns >= last_tick_ns_) return;
  last_tick_ns_ = wall_ns;
  for (const auto& [key, entry] : entries_) {
    if (std::exchange(entry->was_active, false)) age(*entry->profile, elapsed);
  }
  if (options_.directory.empty()) return;
  if (save_queue_.empty() && wall_ns - last_save_ns_ >= options_.save_every_ns) {
    last_save_ns_ = wall_ns;
    for (const auto& [key, entry] : entries_) {
      const bool is_learning = entry->profile->state == ProfileState::kLearning;
      if (entry->profile->is_changed || is_learning) save_queue_.push_back(entry.get());
    }
  }
  for (std::size_t i = 0; i < kSavesPerTick && !save_queue_.empty(); ++i) {
    if (!store_.save(*save_queue_.back()->profile)) ++counts_.save_errors;
    save_queue_.pop_back();
  }
}

std::size_t Profiler::accept(std::string_view workload_key) {
  const auto found = entries_.find(workload_key);
  if (found == entries_.end()) return 0;
  return found->second->profile->accept_all();
}

bool Profiler::finish_learning(std::string_view workload_key) {
  const auto found = entries_.find(workload_key);
  if (found == entries_.end()) return false;
  found->second->profile->state = ProfileState::kLearned;
  found->second->profile->is_changed = true;
  return true;
}

void Profiler::note_calls(const Workload& workload, std::span<const std::uint16_t> types) {
  Entry* entry = entry_of(workload, last_tick_ns_);
  if (entry == nullptr) return;
  const bool is_learned = entry->profile->state == ProfileState::kLearned;
  for (const std::uint16_t type : types) {
    const std::string_view name = rules::event_type_name(type);
    // Its event, which may still be on its way, is judged.
    if (name.empty() || (is_learned && is_always_told(type))) continue;
    std::ignore = add(*entry, FeatureKind::kCall, name,
                      is_learned ? FeatureState::kNew : FeatureState::kLearned, last_tick_ns_);
  }
  entry->profile->has_all_calls = true;
}

const Profile* Profiler::find(std::string_view workload_key) const {
  const auto found = entries_.find(workload_key);
  return found == entries_.end() ? nullptr : found->second->profile.get();
}

std::vector<const Profile*> Profiler::all() const {
  std::vector<const Profile*> profiles;
  for (const auto& [key, entry] : entries_) profiles.push_back(entry->profile.get());
  std::ranges::sort(profiles, {}, [](const Profile* profile) { return profile->key(); });
  return profiles;
}

ProfilerCounts Profiler::counts() const {
  ProfilerCounts counts = counts_;
  counts.profiles = static_cast<std::uint32_t>(entries_.size());
  counts.bytes = bytes_;
  for (const auto& [key, entry] : entries_) {
    if (entry->profile->state == ProfileState::kLearning) ++counts.profiles_learning;
  }
  return counts;
}

}  // namespace yagura::sensor
