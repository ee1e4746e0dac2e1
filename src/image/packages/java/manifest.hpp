#pragma once

#include <map>
#include <string>
#include <string_view>

namespace yagura::image {

// The main section of a MANIFEST.MF (JAR File Specification): lines of "Name: value", continued by
// lines that begin with a blank. Names are compared without regard to case.
class JarManifest {
 public:
  explicit JarManifest(std::string_view text);
  // Trimmed; empty where it is missing. `name` in lower case.
  [[nodiscard]] std::string_view get(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace yagura::image
