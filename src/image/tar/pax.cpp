#include "image/tar/pax.hpp"

#include <charconv>
#include <utility>

namespace yagura::image {

namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  // Sizes and offsets are added up; half of the range never overflows.
  if (value >> 62 != 0) return std::nullopt;
  return value;
}

// "1700000000.123456789", perhaps negative.
std::optional<std::int64_t> seconds(std::string_view text) {
  const std::size_t dot = text.find('.');
  std::int64_t value = 0;
  const std::string_view whole = text.substr(0, dot);
  const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), value);
  if (error != std::errc() || end != whole.data() + whole.size()) return std::nullopt;
  return value;
}

class Reader {
 public:
  Reader(std::size_t max_parts, PaxRecords& records) : max_parts_(max_parts), out_(records) {}

  bool read(std::string_view text) {
    while (!text.empty()) {
      std::size_t length = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
      const auto digits = static_cast<std::size_t>(end - text.data());
      if (error != std::errc() || length > text.size() || length < digits + 3 ||
          text[digits] != ' ' || text[length - 1] != '\n') {
        // Padding with NULs inside the told size is usual enough.
        return text.find_first_not_of('\0') == std::string_view::npos;
      }
      const std::string_view record = text.substr(digits + 1, length - digits - 2);
      const std::size_t equals = record.find('=');
      if (equals == std::string_view::npos || equals == 0) return false;
      if (!take(record.substr(0, equals), record.substr(equals + 1))) return false;
      text.remove_prefix(length);
    }
    return true;
  }

 private:
  bool take(std::string_view key, std::string_view value) {
    if (key == "path") return set_text(out_.path, value);
    if (key == "linkpath") return set_text(out_.link, value);
    if (key == "size") return set_number(out_.size, value);
    if (key == "uid") return set_number(out_.uid, value);
    if (key == "gid") return set_number(out_.gid, value);
    if (key == "mtime") return set_seconds(value);
    if (key == "SCHILY.xattr.security.capability" ||
        key == "LIBARCHIVE.xattr.security.capability") {
      out_.has_capabilities = !value.empty();
      return true;
    }
    if (key.starts_with("GNU.sparse.")) return take_sparse(key.substr(11), value);
    return true;
  }

  bool take_sparse(std::string_view key, std::string_view value) {
    out_.is_sparse = true;
    if (key == "name") return set_text(out_.path, value);
    if (key == "major") return set_number(out_.sparse_major, value);
    if (key == "minor") return set_number(out_.sparse_minor, value);
    if (key == "realsize" || key == "size") return set_number(out_.sparse_real_size, value);
    if (key == "offset") return set_number(out_.sparse_offset, value);
    if (key == "numbytes") {
      const auto size = number(value);
      if (!size || !out_.sparse_offset) return false;
      return add_part(*std::exchange(out_.sparse_offset, std::nullopt), *size);
    }
    if (key == "map") return read_map(value);
    return true;
  }

  bool read_map(std::string_view value) {
    out_.sparse_map.clear();
    if (value.empty()) return true;
    std::optional<std::uint64_t> offset;
    while (true) {
      const std::size_t comma = value.find(',');
      const auto part = number(value.substr(0, comma));
      if (!part) return false;
      if (!offset) {
        offset = part;
      } else if (!add_part(*std::exchange(offset, std::nullopt), *part)) {
        return false;
      }
      if (comma == std::string_view::npos) return !offset;
      value.remove_prefix(comma + 1);
    }
  }

  bool add_part(std::uint64_t offset, std::uint64_t size) {
    if (out_.sparse_map.size() >= max_parts_) return false;
    out_.sparse_map.push_back({offset, size});
    return true;
  }

  static bool set_text(std::optional<std::string>& to, std::string_view value) {
    if (value.empty()) {
      to.reset();
    } else {
      to = value;
    }
    return true;
  }
  template <class Number>
  static bool set_number(Number& to, std::string_view value) {
    if (value.empty()) {
      to = {};
      return true;
    }
    const auto parsed = number(value);
    if (parsed) to = *parsed;
    return parsed.has_value();
  }
  bool set_seconds(std::string_view value) {
    if (value.empty()) {
      out_.modified.reset();
      return true;
    }
    out_.modified = seconds(value);
    return out_.modified.has_value();
  }

  std::size_t max_parts_;
  PaxRecords& out_;
};

}  // namespace

bool parse_pax(std::string_view text, std::size_t max_parts, PaxRecords& records) {
  return Reader(max_parts, records).read(text);
}

}  // namespace yagura::image
