#include "sensor/identity/image_reference.hpp"

#include <algorithm>

namespace yagura::sensor {
namespace {

bool is_hex64(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

ImageReference split_image_reference(std::string_view reference) {
  ImageReference parts;
  if (is_hex64(reference)) {
    parts.digest = "sha256:" + std::string(reference);
    return parts;
  }
  if (reference.starts_with("sha256:") && is_hex64(reference.substr(7))) {
    parts.digest = reference;
    return parts;
  }
  if (const std::size_t at = reference.find('@'); at != std::string_view::npos) {
    parts.digest = reference.substr(at + 1);
    reference = reference.substr(0, at);
  }
  // A colon before the last slash is a port's.
  const std::size_t slash = reference.rfind('/');
  const std::size_t colon = reference.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    parts.tag = reference.substr(colon + 1);
    reference = reference.substr(0, colon);
  }
  parts.repository = reference;
  return parts;
}

}  // namespace yagura::sensor
