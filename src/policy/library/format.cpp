#include "policy/library/internal/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <vector>

#include "core/utf8.hpp"
#include "policy/library/internal/conversions.hpp"
#include "policy/library/time.hpp"

namespace yagura::policy {
namespace {

constexpr int kMaxPrecision = 1000;
constexpr int kDefaultPrecision = 6;

// Writes one text; the first thing that cannot be written ends it with an error.
class Formatter {
 public:
  Formatter(EvalContext& context, const Value& values) : context_(context), values_(values) {}

  [[nodiscard]] Value run(std::string_view format) {
    while (!failed_ && !format.empty()) {
      const std::size_t percent = std::min(format.find('%'), format.size());
      out_.append(format.substr(0, percent));
      format.remove_prefix(percent);
      if (!format.empty()) clause(format);
      if (!context_.can_allocate(out_.size())) return EvalContext::memory_exceeded();
    }
    if (failed_) return error_;
    if (!context_.charge(traversal_cost(out_.size()))) return EvalContext::cost_exceeded();
    return context_.copy_string(out_);
  }

 private:
  void fail(std::string_view message) {
    if (!failed_) error_ = context_.error(ErrorKind::kInvalidArgument, message);
    failed_ = true;
  }

  void fail_kind(std::string_view expected, const Value& value) {
    fail(fmt::format("error during formatting: {}, was given {}", expected, type_name(value)));
  }

  // At a '%': reads "%%" or "%[.precision]verb" and writes the value.
  void clause(std::string_view& format) {
    format.remove_prefix(1);
    if (format.starts_with('%')) {
      out_ += '%';
      format.remove_prefix(1);
      return;
    }
    const int precision = read_precision(format);
    if (failed_) return;
    if (format.empty()) return fail("unexpected end of format string");
    const char verb = format[0];
    format.remove_prefix(1);
    if (std::string_view("sdfebxXo").find(verb) == std::string_view::npos) {
      return fail(fmt::format(
          "could not parse formatting clause: unrecognized formatting clause \"{}\"", verb));
    }
    if (next_ >= values_.count()) return fail(fmt::format("index {} out of range", next_));
    write(verb, precision, values_.item(next_++));
  }

  int read_precision(std::string_view& format) {
    if (!format.starts_with('.')) return kDefaultPrecision;
    format.remove_prefix(1);
    int precision = 0;
    std::size_t digits = 0;
    for (; digits < format.size() && format[digits] >= '0' && format[digits] <= '9'; ++digits) {
      precision = std::min(kMaxPrecision + 1, precision * 10 + (format[digits] - '0'));
    }
    if (digits == 0) fail("error while parsing precision: no digits");
    if (precision > kMaxPrecision) fail("error while parsing precision: too large");
    format.remove_prefix(digits);
    return precision;
  }

  void write(char verb, int precision, const Value& value) {
    switch (verb) {
      case 's':
        return text(out_, value);
      case 'd':
        return decimal(value);
      case 'f':
        return fixed(value, precision);
      case 'e':
        return scientific(value, precision);
      case 'b':
        return binary(value);
      case 'o':
        return octal(value);
      default:
        return hexadecimal(value, verb == 'X');
    }
  }

  void decimal(const Value& value) {
    if (value.is_int()) {
      fmt::format_to(std::back_inserter(out_), "{}", value.as_int());
    } else if (value.is_uint()) {
      fmt::format_to(std::back_inserter(out_), "{}", value.as_uint());
    } else if (value.is_double() && !std::isfinite(value.as_double())) {
      out_ += fixed_double_text(value.as_double());
    } else {
      fail_kind("decimal clause can only be used on integers", value);
    }
  }

  // The number behind %f and %e; ints and uints count too.
  bool real(const Value& value, double& number) {
    if (value.is_double()) {
      number = value.as_double();
    } else if (value.is_int()) {
      number = static_cast<double>(value.as_int());
    } else if (value.is_uint()) {
      number = static_cast<double>(value.as_uint());
    } else {
      return false;
    }
    if (std::isfinite(number)) return true;
    out_ += fixed_double_text(number);
    return true;
  }

  void fixed(const Value& value, int precision) {
    double number = 0;
    if (!real(value, number)) {
      return fail_kind("fixed-point clause can only be used on doubles", value);
    }
    if (std::isfinite(number)) {
      fmt::format_to(std::back_inserter(out_), "{:.{}f}", number, precision);
    }
  }

  void scientific(const Value& value, int precision) {
    double number = 0;
    if (!real(value, number)) {
      return fail_kind("scientific clause can only be used on doubles", value);
    }
    if (std::isfinite(number)) {
      fmt::format_to(std::back_inserter(out_), "{:.{}e}", number, precision);
    }
  }

  void binary(const Value& value) {
    if (value.is_int()) {
      fmt::format_to(std::back_inserter(out_), "{:b}", value.as_int());
    } else if (value.is_uint()) {
      fmt::format_to(std::back_inserter(out_), "{:b}", value.as_uint());
    } else if (value.is_bool()) {
      out_ += value.as_bool() ? '1' : '0';
    } else {
      fail_kind("only integers and bools can be formatted as binary", value);
    }
  }

  void octal(const Value& value) {
    if (value.is_int()) {
      fmt::format_to(std::back_inserter(out_), "{:o}", value.as_int());
    } else if (value.is_uint()) {
      fmt::format_to(std::back_inserter(out_), "{:o}", value.as_uint());
    } else {
      fail_kind("octal clause can only be used on integers", value);
    }
  }

  void hexadecimal(const Value& value, bool upper) {
    const std::size_t begin = out_.size();
    if (value.is_int()) {
      fmt::format_to(std::back_inserter(out_), "{:x}", value.as_int());
    } else if (value.is_uint()) {
      fmt::format_to(std::back_inserter(out_), "{:x}", value.as_uint());
    } else if (value.is_string() || value.is_bytes()) {
      for (const char c : value.is_string() ? value.as_string() : value.as_bytes()) {
        fmt::format_to(std::back_inserter(out_), "{:02x}", static_cast<unsigned char>(c));
      }
    } else {
      return fail_kind("only integers, byte buffers, and strings can be formatted as hex", value);
    }
    if (!upper) return;
    for (std::size_t i = begin; i < out_.size(); ++i) {
      if (out_[i] >= 'a' && out_[i] <= 'f') out_[i] = static_cast<char>(out_[i] & ~0x20);
    }
  }

  // %s, of lists and maps too: a map in the order of its keys' texts.
  void text(std::string& out, const Value& value) {
    if (failed_) return;
    if (!context_.can_allocate(out.size())) return fail("the text is too large");
    switch (value.kind()) {
      case ValueKind::kNull:
        out += "null";
        break;
      case ValueKind::kBool:
        out += value.as_bool() ? "true" : "false";
        break;
      case ValueKind::kInt:
        fmt::format_to(std::back_inserter(out), "{}", value.as_int());
        break;
      case ValueKind::kUint:
        fmt::format_to(std::back_inserter(out), "{}", value.as_uint());
        break;
      case ValueKind::kDouble:
        out += fixed_double_text(value.as_double());
        break;
      case ValueKind::kString:
        out += value.as_string();
        break;
      case ValueKind::kBytes:
        bytes_text(out, value.as_bytes());
        break;
      case ValueKind::kTimestamp:
        out += format_timestamp(value.as_timestamp());
        break;
      case ValueKind::kDuration:
        out += format_duration(value.as_duration());
        break;
      case ValueKind::kType:
        out += value.as_type();
        break;
      case ValueKind::kList:
        list_text(out, value);
        break;
      case ValueKind::kMap:
        map_text(out, value);
        break;
      default:
        fail_kind(
            "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, "
            "types, durations, and timestamps",
            value);
    }
  }

  static void bytes_text(std::string& out, std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t length = core::utf8_sequence_length(bytes, at);
      if (length == 0) {
        out += "\uFFFD";
        ++at;
      } else {
        out += bytes.substr(at, length);
        at += length;
      }
    }
  }

  void list_text(std::string& out, const Value& value) {
    out += '[';
    for (std::uint32_t i = 0; !failed_ && i < value.count(); ++i) {
      if (i > 0) out += ", ";
      text(out, value.item(i));
    }
    out += ']';
  }

  void map_text(std::string& out, const Value& value) {
    std::vector<std::pair<std::string, std::uint32_t>> keys;
    for (std::uint32_t i = 0; !failed_ && i < value.count(); ++i) {
      std::string key;
      text(key, value.key_at(i));
      keys.emplace_back(std::move(key), i);
    }
    std::ranges::sort(keys);
    out += '{';
    bool first = true;
    for (const auto& [key, at] : keys) {
      if (failed_) return;
      if (!first) out += ", ";
      first = false;
      out += key + ": ";
      text(out, value.value_at(at));
    }
    out += '}';
  }

  EvalContext& context_;
  const Value& values_;
  std::string out_;
  std::uint32_t next_ = 0;
  bool failed_ = false;
  Value error_;
};

}  // namespace

Value format_string(EvalContext& context, Arguments args) {
  if (!args[0].is_string() || !args[1].is_list()) return no_overload();
  return Formatter(context, args[1]).run(args[0].as_string());
}

}  // namespace yagura::policy
