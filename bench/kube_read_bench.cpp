// How fast YAML and JSON become trees with positions, on one core, beside the C libraries that
// could have done it.

#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include "core/diagnostics.hpp"
#include "figure.hpp"
#include "kube/node_json.hpp"
#include "kube/reader.hpp"
#include "manifests.hpp"

#ifdef YAGURA_HAVE_FYAML
#include <libfyaml.h>
#endif
#ifdef YAGURA_HAVE_LIBYAML
#include <yaml.h>
#endif
#include <simdjson.h>

namespace yagura::bench {
namespace {

constexpr int kRounds = 7;

// MB/s of the best of several rounds.
double speed(std::size_t bytes, const std::function<void()>& run) {
  double best = 0;
  for (int i = 0; i < kRounds; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    run();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    best = std::max(best, static_cast<double>(bytes) / 1e6 / taken.count());
  }
  return best;
}

struct Read {
  std::shared_ptr<const kube::Source> source;
  std::vector<kube::Document> documents;
};

Read read(const std::string& text, kube::SourceFormat format) {
  Diagnostics diagnostics;
  const auto source = std::make_shared<const kube::Source>("bench", text, format);
  Read result{.source = source, .documents = kube::read_documents(source, diagnostics)};
  if (!diagnostics.list().empty()) {
    std::fprintf(stderr, "%s\n", to_string(diagnostics.list().front()).c_str());
    std::exit(1);
  }
  return result;
}

double our_speed(const std::string& text, kube::SourceFormat format) {
  double best = 0;
  for (int i = 0; i < kRounds; ++i) {
    Diagnostics diagnostics;
    const auto source = std::make_shared<const kube::Source>("bench", text, format);
    best = std::max(best, [&] {
      const auto begin = std::chrono::steady_clock::now();
      const auto documents = kube::read_documents(source, diagnostics);
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
      return static_cast<double>(text.size()) / 1e6 / taken.count();
    }());
  }
  return best;
}

#ifdef YAGURA_HAVE_FYAML
double fyaml_speed(const std::string& text) {
  return speed(text.size(), [&] {
    fy_parse_cfg config{};
    config.flags = FYPCF_QUIET;
    fy_parser* parser = fy_parser_create(&config);
    fy_parser_set_string(parser, text.data(), text.size());
    while (fy_document* document = fy_parse_load_document(parser))
      fy_parse_document_destroy(parser, document);
    fy_parser_destroy(parser);
  });
}
#endif

#ifdef YAGURA_HAVE_LIBYAML
double libyaml_speed(const std::string& text) {
  return speed(text.size(), [&] {
    yaml_parser_t parser;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
    for (bool more = true; more;) {
      yaml_document_t document;
      if (yaml_parser_load(&parser, &document) == 0) break;
      more = yaml_document_get_root_node(&document) != nullptr;
      yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
  });
}
#endif

double simdjson_speed(const std::string& text) {
  const simdjson::padded_string padded(text);
  return speed(text.size(), [&] {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    if (parser.parse(padded).get(root) != simdjson::SUCCESS) std::exit(1);
  });
}

std::string as_json_list(const std::vector<kube::Document>& documents) {
  std::string json = R"({"apiVersion":"v1","kind":"List","items":[)";
  for (const kube::Document& document : documents) {
    if (json.back() != '[') json += ',';
    kube::append_json(json, document.root());
  }
  return json + "]}";
}

void run() {
  const std::string yaml = mixed_manifests(10'000);
  const Read trees = read(yaml, kube::SourceFormat::kYaml);
  const std::string json = as_json_list(trees.documents);
  std::fprintf(stderr, "%zu objects: %.1f MB of YAML, %.1f MB of JSON\n", trees.documents.size(),
               static_cast<double>(yaml.size()) / 1e6, static_cast<double>(json.size()) / 1e6);
  const double ours = our_speed(yaml, kube::SourceFormat::kYaml);
#ifdef YAGURA_HAVE_FYAML
  print_figure("kube_read.yaml_vs_libfyaml", "MB/s", ours,
               {"libfyaml documents", fyaml_speed(yaml)});
#endif
#ifdef YAGURA_HAVE_LIBYAML
  print_figure("kube_read.yaml", "MB/s", ours, {"libyaml documents", libyaml_speed(yaml)});
#else
  print_figure("kube_read.yaml", "MB/s", ours);
#endif
  print_figure("kube_read.json", "MB/s", our_speed(json, kube::SourceFormat::kJson),
               {"simdjson tape, no positions", simdjson_speed(json)});
  print_figure("kube_read.memory_tree", "MB",
               static_cast<double>(trees.source->arena().reserved()) / 1e6);
  print_figure("kube_read.memory_text", "MB", static_cast<double>(yaml.size()) / 1e6);
}

}  // namespace
}  // namespace yagura::bench

int main() {
  yagura::bench::run();
  return 0;
}
