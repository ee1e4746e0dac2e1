#pragma once

#include <string_view>

#include "image/model/facts.hpp"

namespace yagura::image {

// What a path of an installed distribution is.
enum class PythonMetadata : unsigned char {
  kNone,
  kHeaders,         // METADATA, PKG-INFO
  kRecord,          // RECORD: CSV, relative to the directory that .dist-info stands in
  kInstalledFiles,  // installed-files.txt: lines, relative to the .egg-info
};
[[nodiscard]] PythonMetadata python_metadata_kind(std::string_view path);

// The core metadata (packaging.python.org/specifications/core-metadata): headers as of mail, up to
// the first empty line. What has no Name or Version gets them of its path.
void read_python_headers(std::string_view path, std::string_view bytes, FileFacts& facts);
// The files that the distribution owns, as OwnedFiles; those outside of the root are left out.
void read_python_record(std::string_view path, std::string_view bytes, FileFacts& facts);
void read_python_installed_files(std::string_view path, std::string_view bytes, FileFacts& facts);

}  // namespace yagura::image
