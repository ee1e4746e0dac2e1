#pragma once

// Reads one raw HTTP/1.x request out of bytes, as it stands. Test requests are malformed on
// purpose, so nothing is refused here: what can be made out is given, and every departure from
// RFC 9112 is named. Whether a server would answer such a request at all is http_server.hpp's
// question. Linear in the size of the text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace yagura::wafcheck {

enum class HttpFault : std::uint8_t {
  kNoRequestLine,      // nothing, or an empty line first
  kBlankBeforeMethod,  // blanks before the method
  kBadMethod,          // no token
  kBadTarget,          // no form of RFC 9112, 3.2; a fragment; controls
  kRequestLineWords,   // not three words with one blank between
  kBadProtocol,        // no HTTP/d.d, or below 1.0 and spelled out
  kFieldWithoutColon,
  kBadFieldName,      // no token, also a blank before the colon
  kBadFieldValue,     // a bare CR, NUL or another control
  kFoldedField,       // obs-fold
  kBadContentLength,  // no digits, or too large
  kConflictingContentLengths,
  kLengthAndChunked,     // Content-Length beside Transfer-Encoding
  kBadTransferEncoding,  // a coding that is not chunked, or chunked is not last
  kBadChunk,
  kIncompleteBody,  // the text ends before the body does
  kIncompleteHead,  // the text ends before the empty line
  kNoHost,          // HTTP/1.1 without a Host field
  kSeveralHosts,
  kBadHost,  // no host name or address, with or without a port
};
// "a control byte in a field's value": a clause for messages.
[[nodiscard]] std::string_view describe(HttpFault fault);

struct HttpProblem {
  HttpFault fault;
  std::size_t offset = 0;  // into the text read
};

// Name and value without the blanks around; a folded value holds its line ends.
struct HttpField {
  std::string_view name, value;
};

// Views point into the text that was read, which must outlive this.
struct HttpRequest {
  std::string_view method, target;
  std::string_view protocol;  // "HTTP/1.1"; empty: the simple form of HTTP/0.9, "GET /"
  std::vector<HttpField> fields;
  std::vector<HttpProblem> problems;  // in the order of their places
  std::size_t head_size = 0;          // bytes up to and with the empty line
  std::size_t size = 0;               // bytes of the whole request; what follows is the next one's
  bool chunked = false;

  [[nodiscard]] bool is_simple() const { return protocol.empty(); }
  [[nodiscard]] std::string_view body() const { return chunked ? decoded_ : raw_body_; }
  [[nodiscard]] bool has(HttpFault fault) const;
  // The first field of that name in any case; null: none.
  [[nodiscard]] const HttpField* find(std::string_view name) const;

  std::string decoded_;        // chunks joined
  std::string_view raw_body_;  // as sent, where it is not chunked
};

struct HttpLimits {
  std::size_t max_size = std::size_t{64} << 20;  // of the text
  std::size_t max_line = std::size_t{8} << 20;   // request line, or one field
  std::size_t max_fields = 10'000;
};

// What a request without Content-Length and Transfer-Encoding holds behind its head.
enum class BodyWithoutLength : std::uint8_t {
  kNone,  // nothing (RFC 9112, 6.3)
  kRest,  // all that is left: for files written by hand
};

// Fails where a limit is exceeded, and for nothing else. Lines end with CRLF or LF.
[[nodiscard]] Result<HttpRequest> read_http_request(
    std::string_view text, BodyWithoutLength without_length = BodyWithoutLength::kNone,
    const HttpLimits& limits = {});

[[nodiscard]] bool equal_ignoring_case(std::string_view left, std::string_view right);

}  // namespace yagura::wafcheck
