#pragma once

// RFC 8259 texts token by token, in whatever pieces the bytes arrive. One pass, no recursion, no
// token is looked at twice; a token that lies in one piece is given as a view of it, a cut one is
// put together first. Bytes that are no UTF-8 pass: what is behind us may take them.
//
// Of a text that was cut (end_cut()) the last token is given as far as it came.
//
// Handler, all returning false to stop:
//   bool open(bool is_object, std::uint32_t offset);   bool close();
//   bool key(std::string_view raw, bool escaped);       // without the quotes, escapes as they are
//   bool scalar(JsonScalar kind, std::string_view raw, bool escaped, std::uint32_t offset);
//   bool key_without_value(std::uint32_t offset);       // of the last key, where the text was cut
// Offsets are those of a value's first byte (a string's quote) in the whole text.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "waf/body/internal/byte_scan.hpp"
#include "waf/body/internal/json_text.hpp"

namespace yagura::waf::internal {

enum class JsonScalar : std::uint8_t { kString, kNumber, kTrue, kFalse, kNull };

enum class JsonStop : std::uint8_t { kNone, kSyntax, kDepth, kHandler };

template <typename Handler>
class JsonTokenizer {
 public:
  JsonTokenizer(Handler& handler, std::uint32_t max_depth)
      : handler_(handler), max_depth_(max_depth) {}

  // False: stopped, see stop(); nothing more may be fed.
  bool feed(std::string_view piece) {
    piece_ = piece.data();
    const char* at = piece_;
    const char* const end = at + piece.size();
    if (token_ != Token::kNone && at != end) at = continue_token(at, end);
    while (at != end && stop_ == JsonStop::kNone) {
      if (is_blank(*at)) {
        ++at;
      } else {
        at = take(at, end);
      }
    }
    base_ += static_cast<std::uint32_t>(piece.size());
    return stop_ == JsonStop::kNone;
  }

  // After the last piece. A text of no bytes at all passes.
  bool end() {
    if (base_ == 0) return true;
    piece_ = nullptr;
    if (token_ == Token::kNumber || token_ == Token::kWord) finish_token(pending_);
    if (stop_ == JsonStop::kNone && expect_ != Expect::kNothing) fail("the text ends too early");
    return stop_ == JsonStop::kNone;
  }

  // Instead of end(), after the last piece of a text that goes on.
  bool end_cut() {
    piece_ = nullptr;
    const Token token = token_;
    if (token == Token::kString) {
      pending_.resize(pending_.size() - half_escape_size(pending_));
      finish_token(pending_);
    } else if (token != Token::kNone) {  // as a string, for half a number is none
      token_ = Token::kNone;
      value_is_complete();
      if (!handler_.scalar(JsonScalar::kString, pending_, false, token_offset_))
        stop_ = JsonStop::kHandler;
    }
    const bool misses_value =
        expect_ == Expect::kColon ||
        (expect_ == Expect::kValue && !objects_.empty() && objects_.back() != 0);
    if (stop_ == JsonStop::kNone && misses_value && !handler_.key_without_value(base_))
      stop_ = JsonStop::kHandler;
    return stop_ == JsonStop::kNone;
  }

  [[nodiscard]] JsonStop stop() const { return stop_; }
  [[nodiscard]] const char* message() const { return message_; }  // of kSyntax

 private:
  enum class Expect : std::uint8_t {
    kValue,
    kFirstElement,  // or ]
    kFirstKey,      // or }
    kKey,
    kColon,
    kCommaOrEnd,
    kNothing  // the text is complete
  };
  enum class Token : std::uint8_t { kNone, kString, kNumber, kWord };  // cut by a piece's end

  static bool is_blank(char byte) {
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
  }
  static bool is_number_byte(char byte) {
    return (byte >= '0' && byte <= '9') || byte == '.' || byte == '-' || byte == '+' ||
           byte == 'e' || byte == 'E';
  }
  static bool is_word_byte(char byte) { return byte >= 'a' && byte <= 'z'; }

  // The token at `at`, no blank; returns where it ends.
  const char* take(const char* at, const char* end) {
    switch (expect_) {
      case Expect::kFirstKey:
        if (*at == '}') return close(at);
        [[fallthrough]];
      case Expect::kKey:
        if (*at != '"') return fail("a key must be a string", at);
        return start(Token::kString, at, at + 1, end);
      case Expect::kColon:
        if (*at != ':') return fail("a colon is missing after a key", at);
        expect_ = Expect::kValue;
        return at + 1;
      case Expect::kFirstElement:
        if (*at == ']') return close(at);
        [[fallthrough]];
      case Expect::kValue:
        return take_value(at, end);
      case Expect::kCommaOrEnd:
        if (*at == ',') {
          expect_ = objects_.back() != 0 ? Expect::kKey : Expect::kValue;
          return at + 1;
        }
        if (*at == (objects_.back() != 0 ? '}' : ']')) return close(at);
        return fail("a comma or an end is missing after a value", at);
      case Expect::kNothing:
        break;
    }
    return fail("something follows the text", at);
  }

  const char* take_value(const char* at, const char* end) {
    switch (*at) {
      case '"':
        return start(Token::kString, at, at + 1, end);
      case '{':
      case '[':
        return open(at);
      default:
        if (is_number_byte(*at)) return start(Token::kNumber, at, at, end);
        if (is_word_byte(*at)) return start(Token::kWord, at, at, end);
        return fail("a value begins with a byte that begins none", at);
    }
  }

  const char* open(const char* at) {
    if (objects_.size() >= max_depth_) {
      stop_ = JsonStop::kDepth;
      return at;
    }
    const bool is_object = *at == '{';
    objects_.push_back(is_object ? 1 : 0);
    expect_ = is_object ? Expect::kFirstKey : Expect::kFirstElement;
    if (!handler_.open(is_object, offset_of(at))) stop_ = JsonStop::kHandler;
    return at + 1;
  }

  const char* close(const char* at) {
    objects_.pop_back();
    value_is_complete();
    if (!handler_.close()) stop_ = JsonStop::kHandler;
    return at + 1;
  }

  void value_is_complete() { expect_ = objects_.empty() ? Expect::kNothing : Expect::kCommaOrEnd; }

  const char* start(Token token, const char* begin, const char* content, const char* end) {
    token_ = token;
    token_offset_ = offset_of(begin);
    pending_.clear();
    escaped_ = after_backslash_ = false;
    return continue_token(content, end);
  }

  const char* continue_token(const char* at, const char* end) {
    switch (token_) {
      case Token::kString:
        return continue_string(at, end);
      case Token::kNumber:
        return continue_while(is_number_byte, at, end);
      case Token::kWord:
        return continue_while(is_word_byte, at, end);
      case Token::kNone:
        break;
    }
    return at;
  }

  const char* continue_string(const char* at, const char* end) {
    const char* const begin = at;
    while (at != end) {
      if (after_backslash_) {
        after_backslash_ = false;
        ++at;
        continue;
      }
      at = find_json_string_stop(at, end);
      if (at == end) break;
      if (*at == '"') {
        finish_token(whole_token(begin, at));
        return at + 1;
      }
      if (*at != '\\') return fail("a string holds a control character", at);
      escaped_ = after_backslash_ = true;
      ++at;
    }
    pending_.append(begin, end);
    return end;
  }

  template <typename Predicate>
  const char* continue_while(Predicate belongs, const char* at, const char* end) {
    const char* const begin = at;
    while (at != end && belongs(*at)) ++at;
    if (at == end) {
      pending_.append(begin, end);
    } else {
      finish_token(whole_token(begin, at));
    }
    return at;
  }

  std::string_view whole_token(const char* begin, const char* end) {
    if (pending_.empty()) return {begin, static_cast<std::size_t>(end - begin)};
    pending_.append(begin, end);
    return pending_;
  }

  void finish_token(std::string_view raw) {
    const Token token = token_;
    token_ = Token::kNone;
    if (token == Token::kString && (expect_ == Expect::kKey || expect_ == Expect::kFirstKey)) {
      expect_ = Expect::kColon;
      if (!handler_.key(raw, escaped_)) stop_ = JsonStop::kHandler;
      return;
    }
    JsonScalar kind = JsonScalar::kString;
    if (token == Token::kNumber) {
      if (!is_json_number(raw)) return void(fail("a number is malformed"));
      kind = JsonScalar::kNumber;
    } else if (token == Token::kWord) {
      if (raw == "true") {
        kind = JsonScalar::kTrue;
      } else if (raw == "false") {
        kind = JsonScalar::kFalse;
      } else if (raw == "null") {
        kind = JsonScalar::kNull;
      } else {
        return void(fail("a word is none of true, false and null"));
      }
    }
    value_is_complete();
    if (!handler_.scalar(kind, raw, escaped_, token_offset_)) stop_ = JsonStop::kHandler;
  }

  const char* fail(const char* message, const char* at = nullptr) {
    stop_ = JsonStop::kSyntax;
    message_ = message;
    return at;
  }

  [[nodiscard]] std::uint32_t offset_of(const char* at) const {
    return base_ + static_cast<std::uint32_t>(at - piece_);
  }

  Handler& handler_;
  const std::uint32_t max_depth_;
  std::vector<std::uint8_t> objects_;  // open containers: 1 an object, 0 an array
  std::string pending_;                // what came of a cut token
  const char* piece_ = nullptr;
  const char* message_ = "";
  std::uint32_t base_ = 0;  // offset of piece_ in the text
  std::uint32_t token_offset_ = 0;
  Expect expect_ = Expect::kValue;
  Token token_ = Token::kNone;
  JsonStop stop_ = JsonStop::kNone;
  bool escaped_ = false, after_backslash_ = false;
};

}  // namespace yagura::waf::internal
