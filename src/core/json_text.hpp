#pragma once

// Writing JSON text (RFC 8259) without a tree. Used by every writer and by CEL's conversions.

#include <string>
#include <string_view>

namespace yagura::core {

// Appends "text" quoted and escaped. Bytes that are not valid UTF-8 become U+FFFD, so that the
// output always is.
void append_json_string(std::string& out, std::string_view text);

// Shortest text that reads back as the same double; "null" for NaN and infinities, which JSON
// cannot say.
void append_json_double(std::string& out, double value);

// Streams an indented (indent > 0) or compact (indent 0) document:
// begin_object().key("a").value(1).end_object(). Commas and line ends are its business; balance is
// the caller's (checked in debug builds).
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out, int indent = 2) : out_(out), indent_(indent) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(bool truth);
  JsonWriter& value(int number) { return value(static_cast<long long>(number)); }
  JsonWriter& value(unsigned number) { return value(static_cast<unsigned long long>(number)); }
  JsonWriter& value(long number) { return value(static_cast<long long>(number)); }
  JsonWriter& value(unsigned long number) { return value(static_cast<unsigned long long>(number)); }
  JsonWriter& value(long long number);
  JsonWriter& value(unsigned long long number);
  JsonWriter& value(double number);
  JsonWriter& null();
  JsonWriter& raw(std::string_view json);  // already JSON; written as it is

  template <typename T>
  JsonWriter& member(std::string_view name, const T& v) {
    return key(name).value(v);
  }

 private:
  void before_value();
  void new_line();

  std::string& out_;
  int indent_;
  int depth_ = 0;
  bool first_ = true;  // nothing written yet in the innermost container
  bool after_key_ = false;
};

}  // namespace yagura::core
