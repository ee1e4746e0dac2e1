#include <optional>

#include "waf/body/internal/multipart_headers.hpp"

namespace yagura::waf::internal {
namespace {

bool is_token_byte(char byte) {
  return byte > ' ' && byte < 0x7f &&
         std::string_view("()<>@,;:\\\"/[]?=").find(byte) == std::string_view::npos;
}

int hex_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  const char low = lower(byte);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

// charset'language'percent-encoded (RFC 5987, section 3.2), as bytes of UTF-8.
std::optional<std::string> decode_extended(std::string_view value) {
  const std::size_t charset_end = value.find('\'');
  if (charset_end == std::string_view::npos) return std::nullopt;
  const std::size_t language_end = value.find('\'', charset_end + 1);
  if (language_end == std::string_view::npos) return std::nullopt;
  const bool is_latin1 = same_but_for_case(value.substr(0, charset_end), "iso-8859-1");
  if (!is_latin1 && !same_but_for_case(value.substr(0, charset_end), "utf-8")) {
    return std::nullopt;
  }
  std::string out;
  for (std::size_t i = language_end + 1; i < value.size(); ++i) {
    char byte = value[i];
    if (byte == '%') {
      if (i + 2 >= value.size() || hex_digit(value[i + 1]) < 0 || hex_digit(value[i + 2]) < 0) {
        return std::nullopt;
      }
      byte = static_cast<char>(hex_digit(value[i + 1]) * 16 + hex_digit(value[i + 2]));
      i += 2;
    }
    const auto code = static_cast<unsigned char>(byte);
    if (is_latin1 && code >= 0x80) {
      out += static_cast<char>(0xc0 | code >> 6);
      out += static_cast<char>(0x80 | (code & 0x3f));
    } else {
      out += byte;
    }
  }
  return out;
}

class DispositionReader {
 public:
  DispositionReader(std::string_view text, MultipartFlags& flags) : text_(text), flags_(flags) {}

  bool read(Disposition& out) {
    constexpr std::string_view kFormData = "form-data";
    if (!text_.starts_with(kFormData)) return refuse("no form-data");
    at_ = kFormData.size();
    skip_blanks();
    while (at_ != text_.size()) {
      if (text_[at_] != ';') return refuse_separator();
      ++at_;
      skip_blanks();
      if (at_ == text_.size()) break;  // a last semicolon
      if (!read_parameter()) return false;
      skip_blanks();
    }
    if (!name_ || name_->empty()) return refuse("no name");
    if (file_name_ && extended_ && *file_name_ != *extended_) return refuse("two file names");
    out.name = std::move(*name_);
    if (file_name_) {
      out.file_name = std::move(*file_name_);
    } else if (extended_) {
      out.file_name = std::move(*extended_);
    }
    return true;
  }

  [[nodiscard]] const char* reason() const { return reason_; }

 private:
  bool refuse(const char* reason) {
    reason_ = reason;
    return false;
  }

  // A parameter goes on where it should end: quotes there are an attempt to be read in two ways.
  bool refuse_separator() {
    if (at_ > 0 && (text_[at_ - 1] == '\'' || text_[at_ - 1] == '"')) flags_.invalid_quoting = true;
    return refuse("no semicolon");
  }

  void skip_blanks() {
    while (at_ != text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  bool read_parameter() {
    const std::size_t begin = at_;
    while (at_ != text_.size() && text_[at_] != '=' && text_[at_] != ' ' && text_[at_] != '\t') {
      ++at_;
    }
    const std::string_view parameter = text_.substr(begin, at_ - begin);
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != '=') return refuse("no equal sign");
    // Readers that look for the text "filename=" must find what we find.
    const bool blank_before_equals = text_[at_ - 1] == ' ' || text_[at_ - 1] == '\t';
    ++at_;
    skip_blanks();
    std::string value;
    if (!read_value(value)) return false;
    if (parameter == "name") return store(name_, std::move(value));
    if (parameter == "filename") {
      return blank_before_equals ? refuse("filename") : store(file_name_, std::move(value));
    }
    if (parameter == "filename*") {
      auto decoded = decode_extended(value);
      return decoded ? store(extended_, std::move(*decoded)) : refuse("filename*");
    }
    return refuse("unknown parameter");
  }

  bool store(std::optional<std::string>& to, std::string value) {
    if (to) return refuse("a parameter twice");
    to = std::move(value);
    return true;
  }

  bool read_value(std::string& value) {
    if (at_ == text_.size()) return refuse("no value");
    // Some servers take single quotes for quotes, by no standard: read as such, and flagged.
    if (text_[at_] == '\'') flags_.invalid_quoting = true;
    if (text_[at_] == '"' || text_[at_] == '\'') return read_quoted(value);
    while (at_ != text_.size() && is_token_byte(text_[at_])) value += text_[at_++];
    return true;
  }

  // A backslash hides a quote or a backslash; before anything else it stands for itself, since
  // browsers send Windows paths.
  bool read_quoted(std::string& value) {
    const char quote = text_[at_++];
    for (; at_ != text_.size(); ++at_) {
      if (text_[at_] == quote) {
        ++at_;
        return true;
      }
      if (text_[at_] == '\\' && at_ + 1 != text_.size() &&
          (text_[at_ + 1] == quote || text_[at_ + 1] == '\\')) {
        ++at_;
      }
      value += text_[at_];
    }
    flags_.invalid_quoting = true;
    return refuse("a quote is not closed");
  }

  std::string_view text_;
  MultipartFlags& flags_;
  std::size_t at_ = 0;
  const char* reason_ = "";
  std::optional<std::string> name_, file_name_, extended_;
};

}  // namespace

bool read_disposition(std::string_view value, MultipartFlags& flags, Disposition& out,
                      std::string& error) {
  DispositionReader reader(value, flags);
  if (reader.read(out)) return true;
  error = "Multipart: Invalid Content-Disposition header (" + std::string(reader.reason()) + ").";
  return false;
}

}  // namespace yagura::waf::internal
