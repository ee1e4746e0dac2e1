#pragma once

// What the tests of the YAML reader share.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/diagnostics.hpp"
#include "kube/node_json.hpp"
#include "kube/reader.hpp"

namespace yagura::kube::yaml {

struct Reading {
  std::shared_ptr<const Source> source;
  std::vector<Document> documents;
  Diagnostics diagnostics;

  // The documents as JSON, one a line, and then the diagnostics.
  [[nodiscard]] std::string text() const {
    std::string out;
    const auto line = [&out](const std::string& text) {
      if (!out.empty()) out += '\n';
      out += text;
    };
    for (const Document& document : documents) line(to_json(document.root()));
    for (const Diagnostic& diagnostic : diagnostics.list()) line(to_string(diagnostic));
    return out;
  }
};

inline Reading read_text(std::string text, const ReadLimits& limits = {}) {
  Reading reading;
  reading.source = std::make_shared<const Source>("a.yaml", std::move(text), SourceFormat::kYaml);
  reading.documents = read_documents(reading.source, reading.diagnostics, limits);
  return reading;
}

}  // namespace yagura::kube::yaml
