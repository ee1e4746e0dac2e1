#include "image/packages/language/language_analyzers.hpp"

#include <memory>

#include "image/packages/conda/conda_analyzer.hpp"
#include "image/packages/dotnet/dotnet_analyzer.hpp"
#include "image/packages/golang/golang_analyzer.hpp"
#include "image/packages/java/java_analyzer.hpp"
#include "image/packages/npm/npm_analyzer.hpp"
#include "image/packages/packed/packed_analyzer.hpp"
#include "image/packages/php/php_analyzer.hpp"
#include "image/packages/python/python_analyzer.hpp"
#include "image/packages/ruby/ruby_analyzer.hpp"
#include "image/packages/rust/rust_analyzer.hpp"

namespace yagura::image {
namespace {

template <class... Kinds>
void add_all(Analyzers& analyzers) {
  (analyzers.push_back(std::make_unique<const Kinds>()), ...);
}

}  // namespace

void add_language_analyzers(Analyzers& analyzers) {
  add_all<NpmAnalyzer, PythonAnalyzer, GolangAnalyzer, JavaAnalyzer, RubyAnalyzer, PhpAnalyzer,
          RustAnalyzer, DotnetAnalyzer, CondaAnalyzer, PackedAnalyzer>(analyzers);
}

}  // namespace yagura::image
