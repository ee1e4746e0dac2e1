// The head is read line by line, each line checked by itself; then the fields that frame the body
// decide where it ends (RFC 9112, 6.3).

#include "wafcheck/http_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace yagura::wafcheck {

namespace {

constexpr std::size_t kMaxContentLengthDigits = 18;

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_alnum(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z'); }
constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

// tchar of RFC 9110, 5.6.2.
constexpr bool is_token_char(char c) {
  return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<int> hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (lower(c) >= 'a' && lower(c) <= 'f') return lower(c) - 'a' + 10;
  return std::nullopt;
}

bool is_port(std::string_view text) {
  return text.size() <= 5 && std::all_of(text.begin(), text.end(), is_digit);
}

// A name of DNS, an IPv4 address or a bracketed IPv6 address. Stricter than RFC 3986, whose
// reg-name also takes percent escapes and sub-delims, which no host on the Internet has.
bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    if (!host.ends_with(']') || host.size() < 4) return false;
    host = host.substr(1, host.size() - 2);
    return std::all_of(host.begin(), host.end(),
                       [](char c) { return hex_value(c) || c == ':' || c == '.'; });
  }
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return is_alnum(c) || c == '-' || c == '.' || c == '_';
  });
}

bool is_host_with_optional_port(std::string_view text) {
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (!has_port) return is_host(text);
  return is_host(text.substr(0, colon)) && is_port(text.substr(colon + 1));
}

bool is_authority_form(std::string_view target) {
  const std::size_t colon = target.rfind(':');
  return colon != std::string_view::npos && colon + 1 < target.size() &&
         is_host(target.substr(0, colon)) && is_port(target.substr(colon + 1));
}

bool is_absolute_form(std::string_view target) {
  const std::size_t end = target.find("://");
  if (end == std::string_view::npos || end == 0) return false;
  return std::all_of(target.begin(), target.begin() + static_cast<std::ptrdiff_t>(end),
                     [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '.'; });
}

// RFC 9112, 3.2. Bytes above 0x7F are let through: every server takes them.
bool is_target(std::string_view target, std::string_view method) {
  const bool has_bad_byte = std::any_of(
      target.begin(), target.end(), [](char c) { return is_control(c) || c == ' ' || c == '#'; });
  if (target.empty() || has_bad_byte) return false;
  if (method == "CONNECT") return is_authority_form(target);
  if (target == "*") return method == "OPTIONS";
  return target.front() == '/' || is_absolute_form(target);
}

// HTTP/0.9 has no way to say its version, so one that names it is none of its requests.
bool is_protocol(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
         is_digit(text[7]) && text[5] != '0';
}

class Reader {
 public:
  Reader(std::string_view text, BodyWithoutLength without_length, const HttpLimits& limits)
      : text_(text), without_length_(without_length), limits_(limits) {}

  Result<HttpRequest> read() {
    if (text_.size() > limits_.max_size) {
      return fail(ErrorCode::kLimitExceeded,
                  fmt::format("the request is larger than {} bytes", limits_.max_size));
    }
    YAGURA_TRY_VOID(read_request_line());
    if (!request_.is_simple()) YAGURA_TRY_VOID(read_fields());
    request_.head_size = at_;
    if (!request_.is_simple()) {
      check_host();
      read_body();
    }
    request_.size = at_;
    return std::move(request_);
  }

 private:
  void problem(HttpFault fault, std::size_t offset) {
    request_.problems.push_back({.fault = fault, .offset = offset});
  }

  // The line at `at_`, without its end; moves behind it. At the text's end: nothing.
  std::optional<std::string_view> next_line() {
    if (at_ >= text_.size()) return std::nullopt;
    const std::size_t end = text_.find('\n', at_);
    std::string_view line = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
    line_ended_ = end != std::string_view::npos;
    at_ = line_ended_ ? end + 1 : text_.size();
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  std::unexpected<Error> line_too_long() const {
    return fail(
        ErrorCode::kLimitExceeded,
        fmt::format("a line of the request's head is longer than {} bytes", limits_.max_line));
  }

  Result<void> read_request_line() {
    const auto line = next_line();
    if (!line || line->empty()) {
      problem(HttpFault::kNoRequestLine, 0);
      if (!line) return {};
    }
    if (line->size() > limits_.max_line) return line_too_long();
    split_request_line(*line);
    return {};
  }

  // method SP target [SP protocol]. What is between the first and the last blank is the target, so
  // that a target with blanks is seen as it was meant.
  void split_request_line(std::string_view line) {
    std::string_view rest = line;
    std::size_t blanks = 0;
    while (blanks < rest.size() && is_blank(rest[blanks])) ++blanks;
    if (blanks > 0) problem(HttpFault::kBlankBeforeMethod, 0);
    rest.remove_prefix(blanks);
    const std::size_t first = std::min(rest.find(' '), rest.size());
    request_.method = rest.substr(0, first);
    if (!request_.method.empty() && !is_token(request_.method)) {
      problem(HttpFault::kBadMethod, blanks);
    }
    rest.remove_prefix(std::min(first + 1, rest.size()));
    const std::size_t last = rest.rfind(' ');
    if (last == std::string_view::npos) {  // "GET /": the simple request of HTTP/0.9
      request_.target = rest;
    } else {
      request_.target = rest.substr(0, last);
      request_.protocol = rest.substr(last + 1);
    }
    const auto target_at = static_cast<std::size_t>(request_.target.data() - text_.data());
    if (request_.target.find_first_of(" \t") != std::string_view::npos) {
      problem(HttpFault::kRequestLineWords, target_at);
    } else if (!line.empty() && !is_target(request_.target, request_.method)) {
      problem(HttpFault::kBadTarget, target_at);
    }
    if (!request_.protocol.empty() && !is_protocol(request_.protocol)) {
      problem(HttpFault::kBadProtocol,
              static_cast<std::size_t>(request_.protocol.data() - text_.data()));
    }
  }

  Result<void> read_fields() {
    while (true) {
      const std::size_t begin = at_;
      const auto line = next_line();
      if (!line) {
        problem(HttpFault::kIncompleteHead, at_);
        return {};
      }
      if (line->empty()) {
        if (!line_ended_) problem(HttpFault::kIncompleteHead, at_);
        return {};
      }
      if (line->size() > limits_.max_line) return line_too_long();
      if (request_.fields.size() >= limits_.max_fields) {
        return fail(ErrorCode::kLimitExceeded,
                    fmt::format("the request has more than {} header fields", limits_.max_fields));
      }
      YAGURA_TRY_VOID(add_field(*line, begin));
    }
  }

  Result<void> add_field(std::string_view line, std::size_t begin) {
    if (is_blank(line.front()) && !request_.fields.empty()) return fold(line, begin);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      problem(HttpFault::kFieldWithoutColon, begin);
      // Its value is empty but has a place, where the next line may go on.
      request_.fields.push_back({.name = line, .value = line.substr(line.size())});
      return {};
    }
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    if (!is_token(name)) problem(HttpFault::kBadFieldName, begin);
    check_value(value, begin);
    request_.fields.push_back({.name = trim(name), .value = value});
    return {};
  }

  Result<void> fold(std::string_view line, std::size_t begin) {
    problem(HttpFault::kFoldedField, begin);
    HttpField& field = request_.fields.back();
    const char* from = field.value.data();
    const auto size = static_cast<std::size_t>(line.data() + line.size() - from);
    if (size > limits_.max_line) return line_too_long();
    field.value = std::string_view(from, size);
    check_value(line, begin);
    return {};
  }

  void check_value(std::string_view value, std::size_t begin) {
    const bool bad =
        std::any_of(value.begin(), value.end(), [](char c) { return is_control(c) && c != '\t'; });
    if (bad) problem(HttpFault::kBadFieldValue, begin);
  }

  void check_host() {
    std::size_t count = 0;
    std::string_view host;
    for (const HttpField& field : request_.fields) {
      if (!equal_ignoring_case(field.name, "Host")) continue;
      if (count++ == 0) host = field.value;
    }
    const bool required = request_.protocol != "HTTP/1.0";
    if (count > 1) problem(HttpFault::kSeveralHosts, request_.head_size);
    if (count == 0) {
      if (required) problem(HttpFault::kNoHost, request_.head_size);
      return;
    }
    if (host.empty() && !required) return;
    if (!is_host_with_optional_port(host)) {
      problem(HttpFault::kBadHost, static_cast<std::size_t>(host.data() - text_.data()));
    }
  }

  struct Framing {
    std::optional<std::size_t> length;
    bool has_length = false;
    bool has_encoding = false;
  };

  Framing find_framing() {
    Framing framing;
    for (const HttpField& field : request_.fields) {
      const auto offset = static_cast<std::size_t>(field.name.data() - text_.data());
      if (equal_ignoring_case(field.name, "Content-Length")) {
        read_length(field.value, offset, framing);
      } else if (equal_ignoring_case(field.name, "Transfer-Encoding")) {
        framing.has_encoding = true;
        request_.chunked = equal_ignoring_case(field.value, "chunked");
        if (!request_.chunked) problem(HttpFault::kBadTransferEncoding, offset);
      }
    }
    return framing;
  }

  void read_length(std::string_view value, std::size_t offset, Framing& framing) {
    const bool first = !framing.has_length;
    framing.has_length = true;
    if (value.empty() || value.size() > kMaxContentLengthDigits ||
        !std::all_of(value.begin(), value.end(), is_digit)) {
      return problem(HttpFault::kBadContentLength, offset);
    }
    std::size_t length = 0;
    for (const char c : value) length = length * 10 + static_cast<std::size_t>(c - '0');
    if (!first && framing.length != length) {
      return problem(HttpFault::kConflictingContentLengths, offset);
    }
    framing.length = length;
  }

  void read_body() {
    const Framing framing = find_framing();
    if (framing.has_encoding && framing.has_length) {
      problem(HttpFault::kLengthAndChunked, request_.head_size);
    }
    if (request_.chunked) return read_chunks();
    if (framing.has_encoding) return;  // where it ends cannot be known
    if (framing.length) return take_body(*framing.length);
    if (!framing.has_length && without_length_ == BodyWithoutLength::kRest) {
      take_body(text_.size() - at_);
    }
  }

  void take_body(std::size_t length) {
    const std::size_t left = text_.size() - at_;
    if (length > left) problem(HttpFault::kIncompleteBody, text_.size());
    request_.raw_body_ = text_.substr(at_, std::min(length, left));
    at_ += request_.raw_body_.size();
  }

  // RFC 9112, 7.1; extensions and trailers are passed over.
  void read_chunks() {
    while (true) {
      const std::size_t begin = at_;
      const auto line = next_line();
      if (!line) return problem(HttpFault::kIncompleteBody, at_);
      const auto size = chunk_size(*line);
      if (!size) {
        at_ = begin;
        return problem(HttpFault::kBadChunk, begin);
      }
      if (*size == 0) return skip_trailers();
      const std::size_t left = text_.size() - at_;
      request_.decoded_.append(text_.substr(at_, std::min(*size, left)));
      if (*size > left) {
        at_ = text_.size();
        return problem(HttpFault::kIncompleteBody, at_);
      }
      at_ += *size;
      if (at_ == text_.size()) return problem(HttpFault::kIncompleteBody, at_);
      const std::size_t end = at_;
      if (const auto rest = next_line(); rest && !rest->empty()) {
        at_ = end;
        return problem(HttpFault::kBadChunk, end);
      }
    }
  }

  static std::optional<std::size_t> chunk_size(std::string_view line) {
    const std::string_view digits = trim(line.substr(0, line.find(';')));
    if (digits.empty() || digits.size() > 15) return std::nullopt;
    std::size_t size = 0;
    for (const char c : digits) {
      const auto value = hex_value(c);
      if (!value) return std::nullopt;
      size = size * 16 + static_cast<std::size_t>(*value);
    }
    return size;
  }

  void skip_trailers() {
    while (const auto line = next_line()) {
      if (line->empty()) return;
    }
    problem(HttpFault::kIncompleteBody, at_);
  }

  std::string_view text_;
  BodyWithoutLength without_length_;
  const HttpLimits& limits_;
  HttpRequest request_;
  std::size_t at_ = 0;
  bool line_ended_ = false;
};

}  // namespace

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view describe(HttpFault fault) {
  switch (fault) {
    case HttpFault::kNoRequestLine:
      return "there is no request line";
    case HttpFault::kBlankBeforeMethod:
      return "blanks stand before the method";
    case HttpFault::kBadMethod:
      return "the method is no token";
    case HttpFault::kBadTarget:
      return "the target is neither a path, an absolute URI, host:port of CONNECT nor * of "
             "OPTIONS, or holds a fragment or a control byte";
    case HttpFault::kRequestLineWords:
      return "the request line has more than three words";
    case HttpFault::kBadProtocol:
      return "the protocol is not HTTP/1.0 or later";
    case HttpFault::kFieldWithoutColon:
      return "a header line has no colon";
    case HttpFault::kBadFieldName:
      return "a header's name is no token";
    case HttpFault::kBadFieldValue:
      return "a header's value holds a control byte";
    case HttpFault::kFoldedField:
      return "a header's value goes on in the next line";
    case HttpFault::kBadContentLength:
      return "Content-Length is no number";
    case HttpFault::kConflictingContentLengths:
      return "there are two different Content-Length headers";
    case HttpFault::kLengthAndChunked:
      return "there are both Content-Length and Transfer-Encoding";
    case HttpFault::kBadTransferEncoding:
      return "Transfer-Encoding is not just chunked";
    case HttpFault::kBadChunk:
      return "a chunk of the body is malformed";
    case HttpFault::kIncompleteBody:
      return "the body ends too early";
    case HttpFault::kIncompleteHead:
      return "the headers do not end with an empty line";
    case HttpFault::kNoHost:
      return "the Host header is missing";
    case HttpFault::kSeveralHosts:
      return "there are several Host headers";
    case HttpFault::kBadHost:
      return "the Host header holds no host name or address";
  }
  return "";
}

bool HttpRequest::has(HttpFault fault) const {
  return std::any_of(problems.begin(), problems.end(),
                     [&](const HttpProblem& problem) { return problem.fault == fault; });
}

const HttpField* HttpRequest::find(std::string_view name) const {
  const auto at = std::find_if(fields.begin(), fields.end(), [&](const HttpField& field) {
    return equal_ignoring_case(field.name, name);
  });
  return at == fields.end() ? nullptr : &*at;
}

Result<HttpRequest> read_http_request(std::string_view text, BodyWithoutLength without_length,
                                      const HttpLimits& limits) {
  return Reader(text, without_length, limits).read();
}

}  // namespace yagura::wafcheck
