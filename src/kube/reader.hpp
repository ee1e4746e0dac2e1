#pragma once

// YAML 1.2 (with the YAML 1.1 scalars that Kubernetes' own loader takes: it converts through
// go-yaml v2, so yes/no/on/off are booleans and 0777 is octal) and JSON (RFC 8259) into documents.

#include <cstdint>
#include <memory>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/document.hpp"

namespace yagura::kube {

// Each is tested by an input that reaches it; reaching one is a diagnostic that names the place,
// and the other documents of the stream are still read.
struct ReadLimits {
  std::uint32_t max_document_size = std::uint32_t{64} << 20;  // bytes
  std::uint32_t max_depth = 200;                              // nested collections
  std::uint32_t max_nodes = 10'000'000;     // of one document, aliases counted as expanded
  std::uint32_t max_alias_nodes = 100'000;  // nodes that aliases and merge keys add to one document
};

// Reads every document of the source. Problems go to `diagnostics`, each with file, line, column
// and hint; a document that cannot be read is left out, the ones after it are read. Documents that
// are empty (only comments) are left out silently. `kind: List` (and *List with items) is expanded
// into its items. Linear in the size of the text.
[[nodiscard]] std::vector<Document> read_documents(const std::shared_ptr<const Source>& source,
                                                   Diagnostics& diagnostics,
                                                   const ReadLimits& limits = {});

// The JSON values of the source as they are, for texts that are no cluster objects or whose lists
// matter as such: no `kind: List` is expanded. Reading ends at the first value that is no JSON. The
// nodes live as long as the source.
[[nodiscard]] std::vector<const Node*> read_json(const Source& source, Diagnostics& diagnostics,
                                                 const ReadLimits& limits = {});

}  // namespace yagura::kube
