#include "kube/reader.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "kube/json/json_reader.hpp"
#include "kube/read_context.hpp"
#include "kube/yaml/yaml_reader.hpp"

namespace yagura::kube {

namespace {

using Ignores = std::vector<IgnoreComment>;

class Collector {
 public:
  Collector(std::shared_ptr<const Source> source, const ReadContext& context)
      : source_(std::move(source)), context_(context) {}

  void add(const Node& root, Ignores ignores) {
    if (const Node* items = list_items(root)) {
      add_items(root, *items, ignores);
    } else {
      push(root, std::move(ignores));
    }
  }

  std::vector<Document> take() { return std::move(documents_); }

 private:
  // The items of a `List` of any kind ("List", "PodList"); null where it is none.
  static const Node* list_items(const Node& root) {
    const Node* kind = root.find("kind");
    if (kind == nullptr || !kind->string_or().ends_with("List")) return nullptr;
    const Node* items = root.find("items");
    return items != nullptr && items->is_list() ? items : nullptr;
  }

  void push(const Node& root, Ignores ignores) {
    documents_.emplace_back(source_, &root, static_cast<std::uint32_t>(documents_.size()));
    documents_.back().set_ignores(std::move(ignores));
  }

  void add_items(const Node& root, const Node& items, const Ignores& ignores) {
    const Ignores for_all = those_for_all(root, ignores);
    for (const Node& item : items.items()) {
      Ignores own = for_all;
      if (!ignores.empty()) add_those_within(item, ignores, own);
      dealt_ += own.size();
      if (dealt_ > kMaxDealt) {
        own.clear();
        if (!refused_) {
          context_.error(item.begin(),
                         "too many yagura:ignore comments apply to too many items: from here on "
                         "they are left out");
        }
        refused_ = true;
      }
      push(item, std::move(own));
    }
  }

  // Of the whole document, or of the line of `items:`.
  Ignores those_for_all(const Node& root, const Ignores& ignores) const {
    if (ignores.empty()) return {};
    const std::uint32_t items_line = line_of(root.find_member("items")->key_begin);
    Ignores found;
    for (const IgnoreComment& ignore : ignores) {
      if (ignore.applies_to_line != 0 && ignore.applies_to_line != items_line) continue;
      found.push_back(ignore);
      found.back().applies_to_line = 0;
    }
    return found;
  }

  void add_those_within(const Node& item, const Ignores& ignores, Ignores& own) const {
    const std::uint32_t first = line_of(item.begin());
    const std::uint32_t last = line_of(item.end());
    // Ascending by line, since comments are collected in order.
    auto ignore = std::ranges::lower_bound(ignores, first, {}, &IgnoreComment::applies_to_line);
    for (; ignore != ignores.end() && ignore->applies_to_line <= last; ++ignore) {
      if (dealt_ + own.size() > kMaxDealt) return;
      own.push_back(*ignore);
      if (ignore->applies_to_line == first) own.back().applies_to_line = 0;
    }
  }

  [[nodiscard]] std::uint32_t line_of(std::uint32_t offset) const {
    return source_->position(offset).line;
  }

  // Comments are copied to each item that they apply to; hostile text could make that quadratic.
  static constexpr std::size_t kMaxDealt = 1'000'000;

  std::shared_ptr<const Source> source_;
  const ReadContext& context_;
  std::vector<Document> documents_;
  std::size_t dealt_ = 0;
  bool refused_ = false;
};

}  // namespace

std::vector<Document> read_documents(const std::shared_ptr<const Source>& source,
                                     Diagnostics& diagnostics, const ReadLimits& limits) {
  if (source->text().size() >= std::numeric_limits<std::uint32_t>::max()) {
    diagnostics.error(source->name(), 0, 0, "this source is larger than 4 GiB", "split it");
    return {};
  }
  const ReadContext context{.source = *source, .diagnostics = diagnostics, .limits = limits};
  Collector collector(source, context);
  if (source->format() == SourceFormat::kJson) {
    for (const Node* root : json::read(context)) collector.add(*root, {});
  } else {
    for (yaml::YamlDocument& document : yaml::read(context)) {
      collector.add(*document.root, std::move(document.ignores));
    }
  }
  return collector.take();
}

std::vector<const Node*> read_json(const Source& source, Diagnostics& diagnostics,
                                   const ReadLimits& limits) {
  if (source.text().size() >= std::numeric_limits<std::uint32_t>::max()) {
    diagnostics.error(source.name(), 0, 0, "this source is larger than 4 GiB", "split it");
    return {};
  }
  return json::read({.source = source, .diagnostics = diagnostics, .limits = limits});
}

}  // namespace yagura::kube
