#include "kube/sources/kustomize/generators.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/utf8.hpp"

namespace yagura::kube::kustomize {

namespace {

std::string_view text_of(const Node& entry, std::string_view key) {
  const Node* node = entry.find(key);
  return node == nullptr ? std::string_view() : node->string_or();
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= count ? kAlphabet[group >> (18 - 6 * i) & 63U] : '=';
    }
  }
  return out;
}

// Lines of 70 characters, as Kustomize writes what is longer; its hashes depend on it.
std::string wrapped(std::string text) {
  constexpr std::size_t kLine = 70;
  if (text.size() < kLine) return text;
  std::string lines;
  for (std::size_t at = 0; at < text.size(); at += kLine) {
    lines += text.substr(at, kLine);
    lines += '\n';
  }
  return lines;
}

// One pair of the outer quotes.
std::string_view unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != text.back()) return text;
  if (text.front() != '"' && text.front() != '\'') return text;
  return text.substr(1, text.size() - 2);
}

struct Datum {
  std::string_view key;
  std::string_view value;
  Extent at;
};

class Generator {
 public:
  Generator(BuildState& state, const std::string& folder, const Node& kustomization,
            const Node& entry, std::string_view kind)
      : state_(state),
        arena_(state.arena()),
        folder_(folder),
        general_(kustomization.find("generatorOptions")),
        entry_(entry),
        own_(entry.find("options")),
        secret_(kind == "Secret"),
        kind_(kind) {}

  Object make() {
    read_data();
    Object object;
    Node root = empty_map(arena_, extent_of(entry_));
    root = with_member(arena_, root, "apiVersion", text("v1"));
    root = with_member(arena_, root, "kind", text(kind_));
    root = with_member(arena_, root, "metadata", metadata());
    root = with_data(root);
    if (secret_) {
      const Node* type = entry_.find("type");
      root = with_member(arena_, root, "type", type == nullptr ? text("Opaque") : *type);
    }
    if (const Node* immutable = option("immutable");
        immutable != nullptr && immutable->bool_or(false)) {
      root = with_member(arena_, root, "immutable", *immutable);
    }
    object.root = root;
    const Node* no_hash = option("disableNameSuffixHash");
    object.needs_hash = no_hash == nullptr || !no_hash->bool_or(false);
    return object;
  }

 private:
  Node text(std::string_view value) { return make_string(arena_, value, extent_of(entry_)); }

  const Node* option(std::string_view name) const {
    if (const Node* own = own_ == nullptr ? nullptr : own_->find(name)) return own;
    return general_ == nullptr ? nullptr : general_->find(name);
  }

  Node metadata() {
    Node result = empty_map(arena_, extent_of(entry_));
    for (const std::string_view field : {"name", "namespace"}) {
      if (const Node* value = entry_.find(field)) {
        result = with_member(arena_, result, field, *value);
      }
    }
    for (const std::string_view field : {"labels", "annotations"}) {
      for (const Node* options : {general_, own_}) {
        const Node* pairs = options == nullptr ? nullptr : options->find(field);
        if (pairs == nullptr || !pairs->is_map()) continue;
        const Node* old = result.find(field);
        result = with_member(arena_, result, field,
                             old == nullptr ? *pairs : united(arena_, *old, *pairs));
      }
    }
    return result;
  }

  void read_data() {
    for (const Node& literal : entry_.list("literals")) read_literal(literal);
    if (const Node* env = entry_.find("env")) read_env_file(*env);
    for (const Node& env : entry_.list("envs")) read_env_file(env);
    for (const Node& file : entry_.list("files")) read_data_file(file);
  }

  void add(const Datum& datum) {
    if (!datum.key.empty()) data_.push_back(datum);
  }

  void read_literal(const Node& literal) {
    const std::string_view pair = literal.string_or();
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      state_.error(literal, "a literal must be key=value");
      return;
    }
    add({pair.substr(0, equals), unquoted(pair.substr(equals + 1)), extent_of(literal)});
  }

  std::optional<BuildState::File> open(const Node& blame, std::string_view name) {
    const std::string path = join_path(folder_, name);
    if (state_.tree().kind(path) == EntryKind::kFile && !state_.tree().is_inside(path, folder_)) {
      state_.error(blame, std::string(name) + " is outside of the kustomization's folder");
      return std::nullopt;
    }
    return state_.read_file(path, &blame);
  }

  void read_env_file(const Node& name) {
    const auto file = open(name, name.string_or());
    if (!file) return;
    std::string_view rest = file->source->text();
    if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      std::string_view line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
      if (line.empty() || line.front() == '#') continue;
      const auto begin = static_cast<std::uint32_t>(line.data() - file->source->text().data());
      const std::size_t equals = line.find('=');
      if (equals == std::string_view::npos) {
        state_.warning(name,
                       "\"" + std::string(line) +
                           "\" takes its value from the environment, which is not known here");
      }
      const std::string_view key = line.substr(0, equals);
      const std::string_view value =
          equals == std::string_view::npos ? std::string_view() : line.substr(equals + 1);
      add({key,
           value,
           {.begin = file->base + begin,
            .end = file->base + begin + static_cast<std::uint32_t>(line.size())}});
    }
  }

  void read_data_file(const Node& name) {
    std::string_view path = name.string_or();
    std::string_view key = name_of(path);
    if (const std::size_t equals = path.find('='); equals != std::string_view::npos) {
      key = path.substr(0, equals);
      path = path.substr(equals + 1);
    }
    const auto file = open(name, path);
    if (!file) return;
    const std::string_view content = file->source->text();
    add({key,
         content,
         {.begin = file->base, .end = file->base + static_cast<std::uint32_t>(content.size())}});
  }

  // The values of a Secret are base64; of a ConfigMap those that are no text, under binaryData. A
  // key that comes again replaces the first.
  Node with_data(Node root) {
    std::vector<Member> text_members;
    std::vector<Member> binary_members;
    for (const Datum& datum : data_) {
      const bool binary = secret_ || core::find_invalid_utf8(datum.value) != std::string_view::npos;
      const Node value = binary ? make_string(arena_, wrapped(base64(datum.value)), datum.at)
                                : make_string(arena_, datum.value, datum.at);
      (binary && !secret_ ? binary_members : text_members)
          .push_back({.key = arena_.copy(datum.key),
                      .key_begin = datum.at.begin,
                      .key_end = datum.at.begin,
                      .value = value});
    }
    const auto place = [&](std::string_view field, std::vector<Member>& members) {
      if (members.empty()) return;
      const Extent at = extent_of(members.front().value);
      root = with_member(arena_, root, field,
                         NodeBuilder::map(arena_, members, CollectionStyle::kBlock, at));
    };
    place("data", text_members);
    place("binaryData", binary_members);
    return root;
  }

  BuildState& state_;
  core::Arena& arena_;
  const std::string& folder_;
  const Node* general_;
  const Node& entry_;
  const Node* own_;
  bool secret_;
  std::string_view kind_;
  std::vector<Datum> data_;
};

Object* find_generated(std::vector<Object>& objects, const Object& wanted) {
  const Identity id = wanted.identity();
  for (Object& object : objects) {
    if (object.kind() == wanted.kind() && object.was_named(id.name) &&
        object.was_in_namespace(id.namespace_)) {
      return &object;
    }
  }
  return nullptr;
}

// The given maps of both, the newer values winning.
Node with_fields(core::Arena& arena, const Node& old, const Node& fresh,
                 std::initializer_list<std::string_view> fields) {
  Node result = old;
  for (const std::string_view field : fields) {
    const Node* added = fresh.find(field);
    if (added == nullptr || !added->is_map()) continue;
    const Node* before = result.find(field);
    result = with_member(arena, result, field,
                         before == nullptr ? *added : united(arena, *before, *added));
  }
  return result;
}

void merge_into(core::Arena& arena, Object& old, const Object& fresh, bool replace) {
  Node base = old.root;
  if (replace) {
    base = without_member(arena, base, "data");
    base = without_member(arena, base, "binaryData");
  }
  base = with_fields(arena, base, fresh.root, {"data", "binaryData"});
  if (const Node* metadata = fresh.root.find("metadata")) {
    base = with_member(
        arena, base, "metadata",
        with_fields(arena, *base.find("metadata"), *metadata, {"labels", "annotations"}));
  }
  old.root = base;
  old.needs_hash = old.needs_hash && fresh.needs_hash;
}

void absorb(BuildState& state, const Node& entry, Object fresh, std::vector<Object>& objects) {
  const std::string_view behavior = text_of(entry, "behavior");
  Object* old = find_generated(objects, fresh);
  if (behavior == "merge" || behavior == "replace") {
    if (old == nullptr) {
      state.error(entry, "behavior \"" + std::string(behavior) + "\": there is no " +
                             std::string(fresh.kind()) + " \"" +
                             std::string(fresh.identity().name) + "\" to change");
      return;
    }
    merge_into(state.arena(), *old, fresh, behavior == "replace");
    return;
  }
  if (old != nullptr) {
    state.error(entry,
                "there is a " + std::string(fresh.kind()) + " \"" +
                    std::string(fresh.identity().name) + "\" already",
                "behavior: merge or replace changes it");
    return;
  }
  objects.push_back(std::move(fresh));
}

}  // namespace

void run_generators(BuildState& state, const std::string& folder, const BuildState::File& file,
                    const Node& kustomization, std::uint32_t layer, std::vector<Object>& objects) {
  struct Field {
    std::string_view name;
    std::string_view kind;
  };
  constexpr std::array<Field, 2> kFields = {Field{"configMapGenerator", "ConfigMap"},
                                            Field{"secretGenerator", "Secret"}};
  for (const Field& field : kFields) {
    for (const Node& entry : kustomization.list(field.name)) {
      if (!state.within_limits(objects.size()) || !state.spend(objects.size())) return;
      if (text_of(entry, "name").empty()) {
        state.error(entry, std::string(field.name) + ": name is missing");
        continue;
      }
      Object object = Generator(state, folder, kustomization, entry, field.kind).make();
      object.source = file.source;
      object.layers.push_back(layer);
      absorb(state, entry, std::move(object), objects);
    }
  }
}

}  // namespace yagura::kube::kustomize
