// Values as text: type names, error messages, debug strings.

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "core/json_text.hpp"
#include "policy/program/value.hpp"

namespace yagura::policy {
namespace {

class DebugWriter {
 public:
  DebugWriter(std::string& out, std::size_t max_size) : out_(out), max_size_(max_size) {}

  void write(const Value& value) {
    if (out_.size() > max_size_) return;
    switch (value.kind()) {
      case ValueKind::kAbsent:
        out_ += "<absent>";
        break;
      case ValueKind::kError:
        out_ += "error(" + error_text(value) + ")";
        break;
      case ValueKind::kUnknown:
        out_ += "unknown";
        break;
      case ValueKind::kNull:
        out_ += "null";
        break;
      case ValueKind::kBool:
        out_ += value.as_bool() ? "true" : "false";
        break;
      case ValueKind::kInt:
        fmt::format_to(std::back_inserter(out_), "{}", value.as_int());
        break;
      case ValueKind::kUint:
        fmt::format_to(std::back_inserter(out_), "{}u", value.as_uint());
        break;
      case ValueKind::kDouble:
        write_double(value.as_double());
        break;
      case ValueKind::kString:
        core::append_json_string(out_, value.as_string().substr(0, max_size_));
        break;
      case ValueKind::kBytes:
        write_bytes(value.as_bytes().substr(0, max_size_));
        break;
      case ValueKind::kTimestamp:
        fmt::format_to(std::back_inserter(out_), "timestamp({}.{:09}s)",
                       value.as_timestamp().seconds, value.as_timestamp().nanos);
        break;
      case ValueKind::kDuration:
        fmt::format_to(std::back_inserter(out_), "duration({}ns)", value.as_duration());
        break;
      case ValueKind::kList:
        write_list(value);
        break;
      case ValueKind::kMap:
        write_map(value);
        break;
      case ValueKind::kType:
        out_ += value.as_type();
        break;
      case ValueKind::kOptional:
        write_optional(value);
        break;
      case ValueKind::kOpaque:
        value.as_opaque().append_text(out_);
        break;
    }
  }

 private:
  void write_double(double d) {
    if (std::isnan(d)) {
      out_ += "NaN";
    } else if (std::isinf(d)) {
      out_ += d > 0 ? "Infinity" : "-Infinity";
    } else {
      const std::size_t before = out_.size();
      fmt::format_to(std::back_inserter(out_), "{}", d);
      if (out_.find_first_of(".e", before) == std::string::npos) out_ += ".0";
    }
  }

  void write_bytes(std::string_view bytes) {
    out_ += "b\"";
    for (const char c : bytes) {
      if (c >= ' ' && c <= '~' && c != '"' && c != '\\') {
        out_ += c;
      } else {
        fmt::format_to(std::back_inserter(out_), "\\x{:02x}", static_cast<unsigned char>(c));
      }
    }
    out_ += '"';
  }

  void write_list(const Value& value) {
    out_ += '[';
    for (std::uint32_t i = 0; i < value.count(); ++i) {
      if (i > 0) out_ += ", ";
      if (cut()) break;
      write(value.item(i));
    }
    out_ += ']';
  }

  void write_map(const Value& value) {
    out_ += '{';
    for (std::uint32_t i = 0; i < value.count(); ++i) {
      if (i > 0) out_ += ", ";
      if (cut()) break;
      write(value.key_at(i));
      out_ += ": ";
      write(value.value_at(i));
    }
    out_ += '}';
  }

  void write_optional(const Value& value) {
    if (value.as_optional() == nullptr) {
      out_ += "optional.none()";
      return;
    }
    out_ += "optional.of(";
    write(*value.as_optional());
    out_ += ')';
  }

  bool cut() {
    if (out_.size() <= max_size_) return false;
    out_ += "…";
    return true;
  }

  std::string& out_;
  std::size_t max_size_;
};

}  // namespace

std::string_view type_name(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kNull:
      return "null_type";
    case ValueKind::kBool:
      return "bool";
    case ValueKind::kInt:
      return "int";
    case ValueKind::kUint:
      return "uint";
    case ValueKind::kDouble:
      return "double";
    case ValueKind::kString:
      return "string";
    case ValueKind::kBytes:
      return "bytes";
    case ValueKind::kTimestamp:
      return "google.protobuf.Timestamp";
    case ValueKind::kDuration:
      return "google.protobuf.Duration";
    case ValueKind::kList:
      return "list";
    case ValueKind::kMap:
      return "map";
    case ValueKind::kType:
      return "type";
    case ValueKind::kOptional:
      return "optional_type";
    case ValueKind::kOpaque:
      return value.as_opaque().type_name();
    case ValueKind::kError:
      return "error";
    case ValueKind::kUnknown:
      return "unknown";
    case ValueKind::kAbsent:
      break;
  }
  return "absent";
}

std::string error_text(const Value& value) {
  const ErrorValue& error = value.as_error();
  const auto with_detail = [&error](std::string_view what) {
    return error.detail.empty() ? std::string(what) : fmt::format("{}: {}", what, error.detail);
  };
  switch (error.kind) {
    case ErrorKind::kNoSuchOverload:
      return with_detail("no such overload");
    case ErrorKind::kNoSuchKey:
      return with_detail("no such key");
    case ErrorKind::kNoSuchField:
      return with_detail("no such field");
    case ErrorKind::kNoSuchVariable:
      return with_detail("no such attribute");
    case ErrorKind::kDivisionByZero:
      return "division by zero";
    case ErrorKind::kModulusByZero:
      return "modulus by zero";
    case ErrorKind::kOverflow:
      return with_detail("integer overflow");
    case ErrorKind::kOutOfRange:
      return with_detail("out of range");
    case ErrorKind::kCostExceeded:
      return "operation cancelled: actual cost limit exceeded";
    case ErrorKind::kLimitExceeded:
      return with_detail("limit exceeded");
    case ErrorKind::kInvalidArgument:
    case ErrorKind::kCustom:
      break;
  }
  return std::string(error.detail);
}

std::string to_debug_string(const Value& value, std::size_t max_size) {
  std::string out;
  DebugWriter(out, max_size).write(value);
  return out;
}

}  // namespace yagura::policy
