#include "waf/body/internal/xml_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace yagura::waf::internal {

void XmlArguments::start_element(std::string_view name) {
  if (!open_.empty()) open_.back().has_child = true;
  open_.push_back({.outer_path = path_.size(), .text = {}});
  path_.append(".").append(name);
}

void XmlArguments::add_text(std::string_view text) {
  if (!open_.empty()) open_.back().text.append(text);
}

std::string XmlArguments::end_element(std::uint64_t bytes) {
  if (open_.empty()) return {};
  std::string error = add_argument(open_.back(), bytes);
  path_.resize(open_.back().outer_path);
  open_.pop_back();
  return error;
}

std::string XmlArguments::end_cut(std::uint64_t bytes) {
  std::string error;
  while (!open_.empty() && error.empty()) error = end_element(bytes);
  return error;
}

std::string XmlArguments::add_argument(const Element& element, std::uint64_t bytes) {
  if (element.has_child && element.text.find_first_not_of(" \t\r\n") == std::string::npos)
    return {};
  if (result_.arguments.size() >= limits_.max_arguments) {
    return fmt::format("more than {} texts: the rest was not read.", limits_.max_arguments);
  }
  // Names are paths and repeat: see BodyLimits::max_name_bytes.
  name_bytes_ += path_.size();
  const std::uint64_t most = std::max<std::uint64_t>(limits_.max_name_bytes, bytes * 16);
  if (name_bytes_ > most) return fmt::format("the texts' names take more than {} bytes.", most);
  result_.arguments.push_back(
      {.name = arena_.copy(path_), .value = arena_.copy(element.text), .offset = kNoOffset});
  return {};
}

}  // namespace yagura::waf::internal
