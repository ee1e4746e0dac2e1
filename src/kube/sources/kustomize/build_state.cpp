#include "kube/sources/kustomize/build_state.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "kube/workload.hpp"

namespace yagura::kube::kustomize {

namespace {

std::string_view text_at(const Node& root, std::initializer_list<std::string_view> path) {
  const Node* node = root.get(path);
  return node == nullptr ? std::string_view() : node->string_or();
}

SourceFormat format_of(std::string_view path) {
  return path.ends_with(".json") ? SourceFormat::kJson : SourceFormat::kYaml;
}

// Maps offsets in the content of a literal block scalar to offsets in the text that holds it: line
// k of the content is line k behind the header, shifted by its indentation.
class LiteralBlock {
 public:
  // `at` is the offset of the `|`.
  LiteralBlock(std::string_view outer, std::uint32_t at, std::string_view content) {
    std::size_t outer_line = outer.find('\n', at);
    std::size_t inner_line = 0;
    while (outer_line != std::string_view::npos && inner_line < content.size()) {
      const std::size_t begin = outer_line + 1;
      const std::size_t end = std::min(outer.find('\n', begin), outer.size());
      const std::size_t inner_end = std::min(content.find('\n', inner_line), content.size());
      const std::string_view line = content.substr(inner_line, inner_end - inner_line);
      const std::string_view written = outer.substr(begin, end - begin);
      const std::size_t shift = written.find(line.empty() ? std::string_view("\n") : line);
      lines_.push_back({.inner = static_cast<std::uint32_t>(inner_line),
                        .outer = static_cast<std::uint32_t>(
                            begin + (shift == std::string_view::npos ? 0 : shift))});
      inner_line = inner_end + 1;
      outer_line = end < outer.size() ? end : std::string_view::npos;
    }
  }

  [[nodiscard]] std::uint32_t outer(std::uint32_t inner, std::uint32_t otherwise) const {
    auto line = std::ranges::upper_bound(lines_, inner, {}, &Line::inner);
    if (line == lines_.begin()) return otherwise;
    --line;
    return line->outer + (inner - line->inner);
  }

 private:
  struct Line {
    std::uint32_t inner;
    std::uint32_t outer;
  };
  std::vector<Line> lines_;
};

}  // namespace

std::string_view Object::kind() const { return text_at(root, {"kind"}); }
std::string_view Object::api_version() const { return text_at(root, {"apiVersion"}); }
std::string_view Object::group() const { return api_group(api_version()); }
Identity Object::identity() const {
  return {.name = text_at(root, {"metadata", "name"}),
          .namespace_ = text_at(root, {"metadata", "namespace"})};
}

bool Object::was_named(std::string_view name) const {
  return identity().name == name ||
         std::ranges::any_of(former, [&](const Identity& id) { return id.name == name; });
}

bool Object::was_in_namespace(std::string_view namespace_) const {
  const auto effective = [](std::string_view name) { return name.empty() ? "default" : name; };
  const auto same = [&](const Identity& id) {
    return effective(id.namespace_) == effective(namespace_);
  };
  return same(identity()) || std::ranges::any_of(former, same);
}

void rename(core::Arena& arena, Object& object, std::string_view name) {
  constexpr std::array<std::string_view, 2> kPath = {"metadata", "name"};
  const Identity before = object.identity();
  const auto changed = change_at(arena, object.root, kPath, Missing::kLeave, {},
                                 [&](const Node* old) -> std::optional<Node> {
                                   return make_string(arena, name, extent_of(*old));
                                 });
  if (!changed) return;
  object.former.push_back(before);
  object.root = *changed;
}

void move_to_namespace(core::Arena& arena, Object& object, const Node& namespace_) {
  constexpr std::array<std::string_view, 2> kPath = {"metadata", "namespace"};
  const Identity before = object.identity();
  if (before.namespace_ == namespace_.string_or()) return;
  const auto changed = change_at(arena, object.root, kPath, Missing::kCreate, extent_of(namespace_),
                                 [&](const Node*) -> std::optional<Node> { return namespace_; });
  if (!changed) return;
  object.former.push_back(before);
  object.root = *changed;
}

BuildState::BuildState(const FileTree& tree, const KustomizeLimits& limits,
                       const ReadLimits& read_limits, Diagnostics& diagnostics)
    : tree_(tree),
      limits_(limits),
      read_limits_(read_limits),
      diagnostics_(diagnostics),
      map_(std::make_shared<SourceMap>()) {}

std::optional<BuildState::File> BuildState::read_file(const std::string& path, const Node* blame) {
  if (stopped_) return std::nullopt;
  if (first_file_.empty()) first_file_ = tree_.display(path);
  if (++files_ > limits_.max_files) {
    stop("the build reads more than " + std::to_string(limits_.max_files) + " files");
    return std::nullopt;
  }
  if (const auto known = opened_.find(path); known != opened_.end()) return known->second;
  auto text = tree_.read(path, limits_.max_file_size);
  if (!text) {
    if (blame != nullptr) {
      error(*blame, text.error().message);
    } else {
      diagnostics_.error(tree_.display(path), 0, 0, text.error().message);
    }
    return std::nullopt;
  }
  auto source =
      std::make_shared<const Source>(tree_.display(path), *std::move(text), format_of(path));
  const std::optional<std::uint32_t> base = map_->add(source);
  if (!base) {
    stop("the files of the build are larger than 4 GiB together");
    return std::nullopt;
  }
  bytes_ += source->text().size();
  source_memory_ += source->text().size();
  if (!within_memory()) return std::nullopt;
  return opened_.emplace(path, File{.source = std::move(source), .base = *base}).first->second;
}

const std::vector<BuildState::Parsed>& BuildState::parse(const File& file) {
  const auto [known, fresh] = parsed_.try_emplace(file.source.get());
  std::vector<Parsed>& result = known->second;
  if (!fresh) return result;
  for (const Document& document : read_documents(file.source, diagnostics_, read_limits_)) {
    const auto move = [base = file.base](std::uint32_t offset) { return base + offset; };
    Parsed parsed{.root = with_offsets(arena(), document.root(), move),
                  .ignores = document.ignores()};
    for (IgnoreComment& comment : parsed.ignores) comment.offset += file.base;
    result.push_back(std::move(parsed));
  }
  source_memory_ += file.source->arena().reserved();
  (void)within_memory();
  return result;
}

std::vector<BuildState::Parsed> BuildState::parse_inline(const Node& text) {
  if (stopped_) return {};
  const SourceMap::Location at = map_->locate(text.begin());
  const Position position = at.source->position(at.offset);
  const auto source = std::make_shared<const Source>(
      at.source->name() + " (the text at line " + std::to_string(position.line) + ")",
      std::string(text.string_or()), SourceFormat::kYaml);
  const std::string_view outer = at.source->text();
  const bool literal = at.offset < outer.size() && outer[at.offset] == '|';
  const LiteralBlock block(literal ? outer : std::string_view(), literal ? at.offset : 0,
                           source->text());
  const std::uint32_t base = text.begin() - at.offset;
  const auto move = [&](std::uint32_t offset) { return base + block.outer(offset, at.offset); };
  std::vector<Parsed> result;
  for (const Document& document : read_documents(source, diagnostics_, read_limits_)) {
    // Strings may point into the inner text, which nobody else keeps.
    if (!map_->add(source)) {
      stop("the files of the build are larger than 4 GiB together");
      break;
    }
    result.push_back({.root = with_offsets(arena(), document.root(), move), .ignores = {}});
  }
  source_memory_ += source->text().size() + source->arena().reserved();
  (void)within_memory();
  return result;
}

void BuildState::report(DiagnosticLevel level, const Node& node, std::string message,
                        std::string hint) {
  const SourceMap::Location at = map_->locate(node.begin());
  const Position position = at.source->position(at.offset);
  diagnostics_.add({.level = level,
                    .file = at.source->name(),
                    .line = position.line,
                    .column = position.column,
                    .message = std::move(message),
                    .hint = std::move(hint)});
}

void BuildState::error(const Node& node, std::string message, std::string hint) {
  report(DiagnosticLevel::kError, node, std::move(message), std::move(hint));
}

void BuildState::warning(const Node& node, std::string message, std::string hint) {
  report(DiagnosticLevel::kWarning, node, std::move(message), std::move(hint));
}

bool BuildState::within_limits(std::size_t object_count) {
  if (object_count > limits_.max_objects) {
    stop("the build makes more than " + std::to_string(limits_.max_objects) + " objects");
  }
  return within_memory();
}

bool BuildState::within_memory() {
  if (arena().reserved() + source_memory_ > limits_.max_memory) {
    stop("the build needs more than " + std::to_string(limits_.max_memory) + " bytes of memory");
  }
  return !stopped_;
}

bool BuildState::spend(std::uint64_t steps) {
  steps_ += steps;
  if (steps_ > limits_.max_steps) stop("the build takes too many steps");
  return !stopped_;
}

void BuildState::stop(std::string message) {
  if (stopped_) return;
  stopped_ = true;
  diagnostics_.error(first_file_, 0, 0, std::move(message) + "; it ends here",
                     "what is behind was not built");
}

}  // namespace yagura::kube::kustomize
