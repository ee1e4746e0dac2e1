#include "sensor/analysis/profile/shapes.hpp"

#include <algorithm>
#include <vector>

namespace yagura::sensor {

namespace {

constexpr std::size_t kMinHexDigits = 8;
constexpr std::size_t kMinDigitRun = 6;
constexpr std::string_view kDeleted = " (deleted)";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_generated(std::string_view part) {
  if (part.empty()) return false;
  const bool has_digit = std::ranges::any_of(part, is_digit);
  if (!has_digit) return false;
  if (std::ranges::all_of(part, is_digit)) return true;
  const auto digits = std::ranges::count_if(part, is_hex_digit);
  const bool only_hex =
      std::ranges::all_of(part, [](char c) { return is_hex_digit(c) || c == '-'; });
  return only_hex && static_cast<std::size_t>(digits) >= kMinHexDigits;
}

void append_shape(std::string& out, std::string_view part) {
  if (is_generated(part)) {
    out += '*';
    return;
  }
  for (std::size_t at = 0; at < part.size();) {
    std::size_t end = at;
    while (end < part.size() && is_digit(part[end])) ++end;
    if (end - at >= kMinDigitRun) {
      out += '*';
    } else {
      if (end == at) ++end;
      out += part.substr(at, end - at);
    }
    at = end;
  }
}

std::string shape_of(std::string_view text, char separator) {
  std::string out;
  out.reserve(text.size());
  while (true) {
    const std::size_t end = text.find(separator);
    append_shape(out, text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += separator;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return path.substr(0, std::max<std::size_t>(slash, 1));
}

std::string shape_of_path(std::string_view path) {
  if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
  return shape_of(path, '/');
}

std::string shape_of_domain(std::string_view name) { return shape_of(name, '.'); }

std::string join_path(std::string_view directory, std::string_view path) {
  std::string whole;
  if (!path.starts_with('/')) {
    if (directory.empty()) return {};
    whole = directory;
    whole += '/';
  }
  whole += path;
  std::vector<std::size_t> starts;  // of the components kept so far in `out`
  std::string out;
  std::string_view rest = whole;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(rest.size(), end + 1));
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (!starts.empty()) {
        out.resize(starts.back());
        starts.pop_back();
      }
      continue;
    }
    starts.push_back(out.size());
    out += '/';
    out += part;
  }
  return out.empty() ? "/" : out;
}

}  // namespace yagura::sensor
