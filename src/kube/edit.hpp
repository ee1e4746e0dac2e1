#pragma once

// Writes fixes into the text of a manifest, so that a reviewer sees the fix and nothing else:
// comments, layout, quoting and order of everything else stay as they are, byte for byte.
//
// Every edit is checked before it is handed out: the new text is read again, and each of its
// documents must be the tree that the operations make of the old one (patch.hpp). A fix that fails
// this is refused with its reason and never part of the text.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "kube/document.hpp"
#include "model/finding.hpp"

namespace yagura::kube {

// Replace `length` bytes at `offset` of the old text.
struct TextEdit {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::string replacement{};
  friend bool operator==(const TextEdit&, const TextEdit&) = default;
};

// One fix: applied whole or not at all. Several fixes may make the same parent (it is made once),
// set the same field to the same value, or append the same item (done once); where two disagree,
// the later one is refused.
struct FixRequest {
  const Document* document = nullptr;  // one of the source that is edited
  std::span<const model::PatchOperation> operations;
};

struct FixRefusal {
  std::size_t request = 0;  // its position in the list
  std::string reason{};     // "the list is shared through an alias with other places (line 12)"
};

struct EditResult {
  std::vector<TextEdit> edits;       // by offset, none overlaps another
  std::string text;                  // the new text; the old one where nothing was applied
  std::vector<std::size_t> applied;  // positions of requests that are in `text`, ascending
  std::vector<FixRefusal> refused;   // the others, ascending
};

struct EditLimits {
  std::size_t max_requests = 100'000;                 // of one source
  std::size_t max_operations = 1'000'000;             // of all requests together
  std::size_t max_text_size = std::size_t{64} << 20;  // of the new text, bytes
  // Where the documents together do not read back as they should, fixes are tried one after the
  // other, each with a reading of the whole text: at most so many times.
  std::size_t max_single_tries = 64;
};

// `documents` are all documents that reading `source` gave, in order (any that a request names must
// be among them; a document that was composed of several files is refused). Fails only beyond a
// limit. Time: linear in the text and the requests, plus one reading of the new text.
[[nodiscard]] Result<EditResult> edit_source(const Source& source,
                                             std::span<const Document> documents,
                                             std::span<const FixRequest> requests,
                                             const EditLimits& limits = {});

// `text` with the edits done. Precondition: sorted by offset, within the text, not overlapping.
[[nodiscard]] std::string apply_edits(std::string_view text, std::span<const TextEdit> edits);

// The change as `diff -u` writes it (three lines of context, `\ No newline at end of file`), with
// `--- a/name` and `+++ b/name`. Empty where the texts are equal. Time is bounded (about 1,024
// times the number of lines at worst, for texts that have little in common); the result is always a
// correct patch, the shortest one where less than about 1,000 lines in a row differ.
[[nodiscard]] std::string unified_diff(std::string_view before, std::string_view after,
                                       std::string_view name);

}  // namespace yagura::kube
