#include "imagescan/base/base_catalogue.hpp"

#include <simdjson.h>

#include <algorithm>

#include "core/json_text.hpp"
#include "image/config/build_step.hpp"

namespace yagura::imagescan {
namespace {

constexpr std::size_t kMaxText = std::size_t{64} << 20;

std::string_view repository_of(std::string_view name) {
  name = name.substr(0, name.find('@'));
  const auto colon = name.rfind(':');
  const auto slash = name.rfind('/');
  return colon != name.npos && (slash == name.npos || colon > slash) ? name.substr(0, colon) : name;
}

bool begins_with(const std::vector<std::string>& all, const std::vector<std::string>& front) {
  return !front.empty() && front.size() <= all.size() &&
         std::equal(front.begin(), front.end(), all.begin());
}

std::string text_of(const simdjson::dom::element& object, const char* key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

// How many layers stood when a CMD or ENTRYPOINT was set that later layers followed; of several the
// last but the image's own.
std::size_t layers_by_history(const image::ImageConfig& config) {
  std::size_t layers = 0;
  std::size_t base = 0;
  std::size_t pending = 0;
  const auto steps = image::read_history(config.history);
  std::size_t at = 0;
  for (std::size_t i = 0; i < config.history.size(); ++i) {
    while (at < steps.size() && steps[at].position < i) ++at;
    const bool known = at < steps.size() && steps[at].position == i;
    if (!config.history[i].empty_layer) {
      if (pending > 0) base = pending;
      pending = 0;
      ++layers;
      continue;
    }
    if (known && (steps[at].instruction == "CMD" || steps[at].instruction == "ENTRYPOINT"))
      pending = layers;
  }
  return layers == config.diff_ids.size() ? base : 0;
}

}  // namespace

Result<BaseCatalogue> BaseCatalogue::parse(std::string_view json) {
  if (json.size() > kMaxText)
    return fail(ErrorCode::kLimitExceeded, "the catalogue of base images is larger than 64 MiB");
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  simdjson::dom::array bases;
  if (json.empty() || parser.parse(json.data(), json.size(), true).get(root) != simdjson::SUCCESS ||
      root["bases"].get(bases) != simdjson::SUCCESS) {
    return fail(ErrorCode::kInvalidInput,
                "it is no catalogue of base images: {\"bases\": [{\"name\", \"diff_ids\"}]}; "
                "`yagura image base` writes one");
  }
  BaseCatalogue out;
  for (const simdjson::dom::element base : bases) {
    BaseEntry entry{.name = text_of(base, "name"), .created = text_of(base, "created")};
    simdjson::dom::array layers;
    if (base["diff_ids"].get(layers) == simdjson::SUCCESS) {
      for (const simdjson::dom::element layer : layers) {
        std::string_view text;
        if (layer.get(text) == simdjson::SUCCESS) entry.diff_ids.emplace_back(text);
      }
    }
    if (entry.name.empty() || entry.diff_ids.empty())
      return fail(ErrorCode::kInvalidInput, "a base image without name or diff_ids");
    out.add(std::move(entry));
  }
  return out;
}

std::string BaseCatalogue::to_json() const {
  std::string out;
  core::JsonWriter json(out, 1);
  json.begin_object().key("bases").begin_array();
  for (const BaseEntry& entry : entries_) {
    json.begin_object().member("name", entry.name).member("created", entry.created);
    json.key("diff_ids").begin_array();
    for (const std::string& id : entry.diff_ids) json.value(id);
    json.end_array().end_object();
  }
  json.end_array().end_object();
  out += '\n';
  return out;
}

void BaseCatalogue::add(BaseEntry entry) {
  const auto at = std::ranges::find(entries_, entry.name, &BaseEntry::name);
  if (at != entries_.end()) {
    *at = std::move(entry);
  } else {
    entries_.push_back(std::move(entry));
  }
}

BaseMatch find_base(const image::ImageConfig& config, const image::Annotations& annotations,
                    const BaseCatalogue& catalogue) {
  BaseMatch out;
  const BaseEntry* found = nullptr;
  for (const BaseEntry& entry : catalogue.entries()) {
    if (!begins_with(config.diff_ids, entry.diff_ids)) continue;
    // The image itself may be in the catalogue, and tags may name the same layers: the newest tag.
    if (found == nullptr || entry.diff_ids.size() > found->diff_ids.size()) found = &entry;
  }
  if (found != nullptr) {
    out = {.name = found->name, .layers = found->diff_ids.size(), .evidence = "layers"};
    const BaseEntry* newer = found;
    for (const BaseEntry& entry : catalogue.entries()) {
      if (repository_of(entry.name) == repository_of(found->name) &&
          entry.created > newer->created && entry.diff_ids != found->diff_ids)
        newer = &entry;
    }
    if (newer != found) out.newer = newer->name;
    return out;
  }
  out.name = image::annotation(annotations, "org.opencontainers.image.base.name");
  if (out.name.empty())
    out.name = image::annotation(config.config.labels, "org.opencontainers.image.base.name");
  out.layers = layers_by_history(config);
  if (!out.name.empty()) {
    out.evidence = "annotation";
  } else if (out.layers > 0) {
    out.evidence = "history";
  }
  return out;
}

}  // namespace yagura::imagescan
