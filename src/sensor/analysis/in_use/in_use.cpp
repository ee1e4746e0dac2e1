#include "sensor/analysis/in_use/in_use.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <tuple>

#include "core/diagnostics.hpp"
#include "core/file.hpp"
#include "core/json_text.hpp"
#include "kube/reader.hpp"
#include "sensor/analysis/profile/novelty.hpp"
#include "sensor/analysis/profile/profile_json.hpp"

namespace yagura::sensor {

namespace {

using kube::Node;

constexpr std::uint64_t kMaxFile = std::uint64_t{64} << 20;

void write_paths(core::JsonWriter& json, std::string_view name, const FeatureTable& table) {
  std::vector<std::string_view> paths;
  for (const Feature& feature : table.all()) paths.push_back(feature.text);
  std::ranges::sort(paths);
  json.key(name).begin_array();
  for (const std::string_view path : paths) json.value(escape_feature(path));
  json.end_array();
}

std::uint32_t seconds_of(const Node& image, std::string_view name) {
  const Node* node = image.find(name);
  const bool is_time =
      node != nullptr && node->is_int() && node->as_int() >= 0 && node->as_int() <= 0xffffffffLL;
  return is_time ? static_cast<std::uint32_t>(node->as_int()) : 0;
}

bool is_image(const Node& node) {
  const Node* digest = node.find("digest");
  const Node* executed = node.find("executed");
  const Node* loaded = node.find("loaded");
  return digest != nullptr && !digest->string_or().empty() && executed != nullptr &&
         executed->is_list() && loaded != nullptr && loaded->is_list();
}

}  // namespace

void InUse::on_event(const SensorEvent& event, const EventFacts& facts) {
  const bool is_exec = facts.event_class == EventClass::kExec;
  if (!is_exec && facts.event_class != EventClass::kLibrary) return;
  const Container* container = event.container();
  const RecordView& record = *event.record;
  if (container == nullptr || container->image_digest.empty() || record.header().result < 0) return;
  const std::string_view path =
      is_exec ? (record.has(YGR_S_EXE_PATH) ? record.text(YGR_S_EXE_PATH)
                                            : std::string_view(event.process->image->exe_path))
              : record.text(YGR_S_FD_PATH);
  if (!path.starts_with('/')) return;
  const std::uint64_t fact = combine_hash(
      combine_hash(hash_text(path), hash_text(container->image_digest)), is_exec ? 1 : 2);
  if (known_.has(fact)) return;
  known_.add(fact);
  const auto file = record.get<ygr_file>(is_exec ? YGR_S_EXE : YGR_S_FD).value_or(ygr_file{});
  if (is_written(file)) return;
  const auto now_s = static_cast<std::uint32_t>(event.wall_ns / 1'000'000'000);
  Image* image = image_for(container->image_digest, container->image_repository, now_s);
  if (image == nullptr) return;
  add(*image, is_exec ? image->executed : image->loaded, path, now_s);
}

InUse::Image* InUse::image_for(std::string_view digest, std::string_view repository,
                               std::uint32_t now_s) {
  auto found = images_.find(digest);
  if (found == images_.end()) {
    if (images_.size() >= limits_.max_images) forget_oldest();
    found = images_.try_emplace(std::string(digest)).first;
    found->second.first_seen_s = now_s;
    found->second.executed = FeatureTable(limits_.max_files);
    found->second.loaded = FeatureTable(limits_.max_files);
  }
  Image& image = found->second;
  if (image.repository.empty()) image.repository = repository;
  image.last_seen_s = std::max(image.last_seen_s, now_s);
  return &image;
}

void InUse::add(Image& image, FeatureTable& table, std::string_view path, std::uint32_t now_s) {
  if (bytes_ >= limits_.max_bytes) {
    table.mark_full();
    return;
  }
  bytes_ -= image.arena.reserved();
  is_changed_ = table.add(path, FeatureState::kLearned, now_s, image.arena) || is_changed_;
  bytes_ += image.arena.reserved();
}

void InUse::forget_oldest() {
  const auto oldest = std::ranges::min_element(
      images_, {}, [](const auto& entry) { return entry.second.last_seen_s; });
  if (oldest == images_.end()) return;
  bytes_ -= oldest->second.arena.reserved();
  images_.erase(oldest);
  known_.clear();
}

bool InUse::is_executed(std::string_view digest, std::string_view path) const {
  const auto found = images_.find(digest);
  return found != images_.end() && found->second.executed.find(path) != nullptr;
}

bool InUse::is_loaded(std::string_view digest, std::string_view path) const {
  const auto found = images_.find(digest);
  return found != images_.end() && found->second.loaded.find(path) != nullptr;
}

std::string InUse::to_json() const {
  std::vector<std::string_view> digests;
  for (const auto& [digest, image] : images_) digests.push_back(digest);
  std::ranges::sort(digests);
  std::string out;
  core::JsonWriter json(out);
  json.begin_object().member("version", 1).key("images").begin_array();
  for (const std::string_view digest : digests) {
    const Image& image = images_.find(digest)->second;
    json.begin_object().member("digest", digest).member("repository", image.repository);
    json.member("first_seen", image.first_seen_s).member("last_seen", image.last_seen_s);
    json.member("is_full", image.executed.is_full() || image.loaded.is_full());
    write_paths(json, "executed", image.executed);
    write_paths(json, "loaded", image.loaded);
    json.end_object();
  }
  json.end_array().end_object();
  out += '\n';
  return out;
}

Result<void> InUse::load(const std::filesystem::path& path) {
  YAGURA_TRY(std::string text, core::read_file(path, {.max_size = kMaxFile}));
  Diagnostics diagnostics;
  const auto source =
      std::make_shared<kube::Source>(path.string(), std::move(text), kube::SourceFormat::kJson);
  const auto documents = kube::read_documents(source, diagnostics, {.max_depth = 8});
  if (diagnostics.has_errors()) {
    return fail(ErrorCode::kInvalidInput, to_string(diagnostics.list().front()));
  }
  const Node* version = documents.size() == 1 ? documents.front().root().find("version") : nullptr;
  if (version == nullptr || !version->is_int() || version->as_int() != 1) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{}: not a record of files in use, version 1", path.string()));
  }
  const auto images = documents.front().root().list("images");
  if (!std::ranges::all_of(images, is_image)) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{}: an image without digest, executed or loaded", path.string()));
  }
  for (const Node& node : images) {
    const Node* repository = node.find("repository");
    Image* image = image_for(node.find("digest")->as_string(),
                             repository == nullptr ? "" : repository->string_or(),
                             seconds_of(node, "last_seen"));
    const std::uint32_t first = seconds_of(node, "first_seen");
    if (first != 0) image->first_seen_s = std::min(image->first_seen_s, first);
    for (const Node& file : node.list("executed")) {
      add(*image, image->executed, unescape_feature(file.string_or()), first);
    }
    for (const Node& file : node.list("loaded")) {
      add(*image, image->loaded, unescape_feature(file.string_or()), first);
    }
  }
  is_changed_ = false;
  return {};
}

Result<void> InUse::save(const std::filesystem::path& path) {
  YAGURA_TRY_VOID(core::write_file(path, to_json()));
  is_changed_ = false;
  return {};
}

}  // namespace yagura::sensor
