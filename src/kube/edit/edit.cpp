#include "kube/edit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "core/arena.hpp"
#include "core/diagnostics.hpp"
#include "kube/edit/patch_tree.hpp"
#include "kube/edit/source_text.hpp"
#include "kube/edit/text_writer.hpp"
#include "kube/node_json.hpp"
#include "kube/reader.hpp"

namespace yagura::kube {

namespace {

using edit::PatchTree;
using edit::RawEdit;
using edit::SourceText;
using edit::TextWriter;

constexpr std::string_view kNotAsMeant =
    "the edited text would not read back as the fix means it: the layout there is not understood";

// Does an anchor (`&name`) stand right before the node? Its name is at most so long.
bool has_anchor_before(std::string_view text, std::uint32_t begin) {
  constexpr std::size_t kMaxName = 256;
  const std::size_t last = text.substr(0, begin).find_last_not_of(" \t\r\n");
  if (last == std::string_view::npos) return false;
  const std::size_t floor = last > kMaxName ? last - kMaxName : 0;
  const std::string_view before = text.substr(floor, last + 1 - floor);
  const std::size_t token = before.find_last_of(" \t\r\n") + 1;  // npos + 1 is 0
  return before.substr(token).starts_with('&');
}

// The outermost node on the path that others may share, by an anchor or through an alias; null:
// none.
const Node* shared_on_path(const Document& document, std::string_view pointer) {
  const auto path = parse_pointer(pointer);
  if (!path) return nullptr;
  const Node* node = &document.root();
  for (const std::string& segment : *path) {
    std::size_t index = 0;
    const bool is_item = node->is_list() && is_list_index(segment, index);
    if (is_item && index < node->items().size()) {
      node = &node->items()[index];
    } else {
      node = node->find(segment);
    }
    if (node == nullptr) return nullptr;
    if (node->is_aliased() || has_anchor_before(document.source().text(), node->begin()))
      return node;
  }
  return nullptr;
}

// Why a fix that was written alone did not read back as meant.
std::string not_as_meant(const Document& document,
                         std::span<const model::PatchOperation> operations) {
  for (const model::PatchOperation& operation : operations) {
    const Node* shared = shared_on_path(document, operation.path);
    if (shared == nullptr) continue;
    return fmt::format(
        "the field is shared with other places through an anchor (it stands in line {}), and the "
        "edit "
        "would change them too",
        document.position_of(*shared).position.line);
  }
  return std::string(kNotAsMeant);
}

// Sorted, those at one place put together. Nothing where two change the same bytes in different
// ways.
std::optional<std::vector<TextEdit>> combined(std::vector<RawEdit> raw) {
  std::ranges::sort(raw, [](const RawEdit& a, const RawEdit& b) {
    if (a.offset != b.offset) return a.offset < b.offset;
    if ((a.length == 0) != (b.length == 0)) return a.length == 0;
    return a.order < b.order;
  });
  std::vector<TextEdit> edits;
  std::vector<const RawEdit*> here;  // all of the last edit's offset
  for (const RawEdit& next : raw) {
    if (edits.empty() || edits.back().offset != next.offset) {
      if (!edits.empty() && edits.back().offset + edits.back().length > next.offset)
        return std::nullopt;
      edits.push_back({.offset = next.offset, .length = next.length, .replacement = next.text});
      here.assign(1, &next);
      continue;
    }
    // The same edit twice: two fixes came to one place through an alias.
    const bool is_known = std::ranges::any_of(here, [&](const RawEdit* known) {
      return known->length == next.length && known->text == next.text;
    });
    if (is_known) continue;
    if (edits.back().length > 0) return std::nullopt;
    edits.back().length = next.length;
    edits.back().replacement += next.text;
    here.push_back(&next);
  }
  return edits;
}

// What came of one try to write a set of fixes.
struct Attempt {
  std::vector<TextEdit> edits;
  std::string text;
  std::map<std::size_t, std::string> bad_documents;  // by position, with the reason
  bool is_unreadable = false;                        // as a whole
  [[nodiscard]] bool is_good() const { return bad_documents.empty() && !is_unreadable; }
};

class Editor {
 public:
  Editor(const Source& source, std::span<const Document> documents,
         std::span<const FixRequest> requests, const EditLimits& limits)
      : source_(source),
        documents_(documents),
        requests_(requests),
        limits_(limits),
        text_(source.text()) {}

  Result<EditResult> run() {
    if (auto bounded = check_limits(); !bounded) return std::unexpected(bounded.error());
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      if (is_editable(i)) wanted.push_back(i);
    }
    settle(std::move(wanted));
    return finish();
  }

 private:
  Result<void> check_limits() const {
    std::size_t operations = 0;
    for (const FixRequest& request : requests_) operations += request.operations.size();
    if (requests_.size() <= limits_.max_requests && operations <= limits_.max_operations) return {};
    return fail(ErrorCode::kLimitExceeded,
                fmt::format("more than {} fixes or {} steps for one file", limits_.max_requests,
                            limits_.max_operations));
  }

  void refuse(std::size_t request, std::string reason) {
    refused_.emplace(request, std::move(reason));
  }

  [[nodiscard]] std::optional<std::size_t> position_of(const Document* document) const {
    if (document == nullptr) return std::nullopt;
    const std::size_t position = document->index();
    if (position >= documents_.size()) return std::nullopt;
    if (&documents_[position].root() != &document->root()) return std::nullopt;
    return position;
  }

  bool is_editable(std::size_t request) {
    const FixRequest& fix = requests_[request];
    if (fix.operations.empty()) {
      refuse(request, "there is no mechanical fix");
    } else if (fix.document != nullptr && fix.document->is_composed()) {
      refuse(request, "the object is put together from several files");
    } else if (!position_of(fix.document)) {
      refuse(request, "the object is not of this file");
    } else {
      return true;
    }
    return false;
  }

  // All at once; where that fails, without the documents that it fails for; then their fixes one by
  // one.
  void settle(std::vector<std::size_t> wanted) {
    if (wanted.empty()) return;
    Attempt all = attempt(wanted, true);
    std::erase_if(wanted, [&](std::size_t request) { return refused_.contains(request); });
    if (all.is_good()) return keep(std::move(all), std::move(wanted));
    std::vector<std::size_t> rest;
    std::vector<std::size_t> doubtful;
    for (const std::size_t request : wanted) {
      const bool is_bad = all.is_unreadable ||
                          all.bad_documents.contains(*position_of(requests_[request].document));
      (is_bad ? doubtful : rest).push_back(request);
    }
    Attempt without = attempt(rest, false);
    if (doubtful.empty() || !without.is_good()) {
      doubtful = std::move(wanted);
      rest.clear();
      without = attempt(rest, false);
    }
    keep(std::move(without), rest);
    one_by_one(std::move(rest), doubtful);
  }

  void one_by_one(std::vector<std::size_t> kept, const std::vector<std::size_t>& doubtful) {
    std::size_t tries = 0;
    for (const std::size_t request : doubtful) {
      if (tries++ == limits_.max_single_tries) {
        refuse(request, "too many fixes of this file had to be tried alone");
        --tries;
        continue;
      }
      std::vector<std::size_t> with = kept;
      with.insert(std::ranges::upper_bound(with, request), request);
      Attempt next = attempt(with, false);
      if (next.is_good()) {
        kept = with;
        keep(std::move(next), std::move(with));
      } else {
        refuse(request, reason_of(next, request));
      }
    }
  }

  std::string reason_of(const Attempt& attempt, std::size_t request) const {
    const FixRequest& fix = requests_[request];
    const auto found = attempt.bad_documents.find(*position_of(fix.document));
    const bool is_known = found != attempt.bad_documents.end() && found->second != kNotAsMeant;
    return is_known ? found->second : not_as_meant(*fix.document, fix.operations);
  }

  // Makes the edits for these fixes and reads the result back. In the first try fixes that
  // contradict earlier ones are refused.
  Attempt attempt(const std::vector<std::size_t>& requests, bool is_first) {
    Attempt result;
    core::Arena arena;
    std::map<std::size_t, std::unique_ptr<PatchTree>> trees;  // by position of the document
    for (const std::size_t request : requests) {
      const std::size_t position = *position_of(requests_[request].document);
      auto& tree = trees[position];
      if (!tree)
        tree = std::make_unique<PatchTree>(documents_[position].root(), arena, PatchLimits{});
      const auto added = tree->add(requests_[request].operations);
      if (added) continue;
      if (is_first) {
        refuse(request, added.error().message);
      } else {
        result.bad_documents.emplace(position, added.error().message);
      }
    }
    std::vector<RawEdit> raw;
    for (const auto& [position, tree] : trees) {
      TextWriter writer(text_, source_.format(), documents_[position], arena, raw);
      if (!writer.write(tree->root())) result.bad_documents.emplace(position, writer.problem());
    }
    auto edits = combined(std::move(raw));
    if (!edits) {
      result.is_unreadable = true;
      return result;
    }
    result.edits = *std::move(edits);
    result.text = apply_edits(source_.text(), result.edits);
    if (result.bad_documents.empty()) verify(trees, arena, result);
    return result;
  }

  void verify(const std::map<std::size_t, std::unique_ptr<PatchTree>>& trees, core::Arena& arena,
              Attempt& result) const {
    if (result.text.size() > limits_.max_text_size) {
      result.is_unreadable = true;
      return;
    }
    Diagnostics diagnostics;
    const auto again = read_documents(
        std::make_shared<Source>(source_.name(), result.text, source_.format()), diagnostics);
    if (again.size() != documents_.size()) {
      result.is_unreadable = true;
      return;
    }
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      const auto tree = trees.find(i);
      const bool is_as_meant = tree == trees.end()
                                   ? equal(documents_[i].root(), again[i].root())
                                   : equal(tree->second->apply(arena), again[i].root());
      if (!is_as_meant) result.bad_documents.emplace(i, kNotAsMeant);
    }
  }

  void keep(Attempt attempt, std::vector<std::size_t> requests) {
    kept_ = std::move(attempt);
    applied_ = std::move(requests);
  }

  EditResult finish() {
    EditResult result;
    result.edits = std::move(kept_.edits);
    result.text = applied_.empty() ? std::string(source_.text()) : std::move(kept_.text);
    if (applied_.empty()) result.edits.clear();
    result.applied = std::move(applied_);
    for (auto& [request, reason] : refused_) {
      result.refused.push_back({.request = request, .reason = std::move(reason)});
    }
    return result;
  }

  const Source& source_;
  std::span<const Document> documents_;
  std::span<const FixRequest> requests_;
  EditLimits limits_;
  SourceText text_;
  std::map<std::size_t, std::string> refused_;
  Attempt kept_;
  std::vector<std::size_t> applied_;
};

}  // namespace

Result<EditResult> edit_source(const Source& source, std::span<const Document> documents,
                               std::span<const FixRequest> requests, const EditLimits& limits) {
  return Editor(source, documents, requests, limits).run();
}

std::string apply_edits(std::string_view text, std::span<const TextEdit> edits) {
  std::string result;
  std::size_t at = 0;
  for (const TextEdit& edit : edits) {
    result.append(text.substr(at, edit.offset - at));
    result.append(edit.replacement);
    at = edit.offset + edit.length;
  }
  return result.append(text.substr(at));
}

}  // namespace yagura::kube
