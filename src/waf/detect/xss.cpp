// A value is read as a browser would read it behind five beginnings: in text, where an attribute
// may begin (or inside a value without quotes, which a blank ends), and inside the three quotes.
// Each reading is one pass of a small tokenizer in the manner of the HTML Living Standard, 13.2.5
// ("Tokenization"), which stops at the first element, attribute, declaration or comment that runs,
// loads or restyles. Not followed: raw text (a script's or title's content is read as markup, since
// the value may close the element first), and character references outside of URLs (they make no
// markup).

#include "waf/detect/xss.hpp"

#include "waf/detect/internal/html_names.hpp"

namespace yagura::waf {
namespace {

using html::AttributeKind;

constexpr ByteSet kNeeded = ByteSet::of("<=");
constexpr std::size_t kShortest = 4;

constexpr bool is_blank(char byte) {
  return static_cast<unsigned char>(byte) <= ' ';  // browsers differ on controls: all of them
}
constexpr bool is_letter(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}
constexpr char lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte;
}

// `prefix` is lower case.
bool starts_with_caseless(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    if (lower(text[i]) != prefix[i]) return false;
  }
  return true;
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  bool in_text() {
    while (true) {
      position_ = text_.find('<', position_);
      if (position_ == std::string_view::npos) return false;
      ++position_;
      if (markup()) return true;
    }
  }
  // Where an attribute's name may begin, of an element that we do not see.
  bool in_tag() { return attributes(Element::kUnseen) || in_text(); }
  bool in_value(char quote) {
    position_ = text_.find(quote);
    if (position_ == std::string_view::npos) return false;
    ++position_;
    return in_tag();
  }

 private:
  // How far behind "style = x" its colon may be.
  static constexpr std::size_t kStyleReach = 64;
  enum class Element : std::uint8_t { kSeen, kUnseen };

  [[nodiscard]] bool at_end() const { return position_ >= text_.size(); }
  [[nodiscard]] char here() const { return at_end() ? '\0' : text_[position_]; }
  [[nodiscard]] std::string_view rest() const { return text_.substr(position_); }

  // Behind "<".
  bool markup() {
    if (here() == '!') return declaration();
    if (here() == '?') return instruction();
    if (here() == '/') ++position_;
    if (at_end() || !(is_letter(here()) || here() == 0)) return false;
    const std::size_t begin = position_;
    while (!at_end() && here() != '>' && here() != '/' && here() != '<' &&
           (here() == 0 || !is_blank(here()))) {
      ++position_;
    }
    const bool closes = text_[begin - 1] == '/';
    const std::string_view name = text_.substr(begin, position_ - begin);
    if (!closes && html::is_dangerous_element(name)) return true;
    return attributes(Element::kSeen);
  }

  // "<!": a document type or entity that is not HTML's, a comment that some browser runs.
  bool declaration() {
    ++position_;
    if (rest().starts_with("--")) return comment("-->", 2);
    if (starts_with_caseless(rest(), "[cdata[")) {
      position_ += 7;
      return false;
    }
    if (starts_with_caseless(rest(), "entity")) return true;
    if (starts_with_caseless(rest(), "doctype")) {
      std::string_view root = rest().substr(7);
      while (!root.empty() && is_blank(root.front())) root.remove_prefix(1);
      return !starts_with_caseless(root, "html");
    }
    return comment(">", 0);
  }

  // "<?": XML's own declaration is harmless where it is whole.
  bool instruction() {
    ++position_;
    const std::string_view begin = rest();
    if (starts_with_caseless(begin, "import")) return true;
    if (starts_with_caseless(begin, "xml") && begin.size() > 3 && !is_xml_declaration(begin)) {
      return true;
    }
    return comment(">", 0);
  }
  static bool is_xml_declaration(std::string_view text) {
    const std::string_view body = text.substr(3, text.find('>') - 3);
    constexpr std::size_t kLongest = 128;
    if (text.find('>') == std::string_view::npos || body.size() > kLongest) return false;
    return !body.empty() && is_blank(body.front()) && body.ends_with('?') &&
           (body.find("version") != std::string_view::npos ||
            body.find("VERSION") != std::string_view::npos);
  }

  bool comment(std::string_view end, std::size_t introducer) {
    const std::size_t begin = position_ + introducer;
    const std::size_t found = text_.find(end, position_ + (introducer != 0 ? 1 : 0));
    const std::size_t stop = found == std::string_view::npos ? text_.size() : found;
    const std::string_view body = begin < stop ? text_.substr(begin, stop - begin) : "";
    position_ = found == std::string_view::npos ? text_.size() : found + end.size();
    if (body.find('`') != std::string_view::npos) return true;  // Internet Explorer's quote
    std::string_view content = body;
    while (!content.empty() && is_blank(content.front())) content.remove_prefix(1);
    return starts_with_caseless(content, "[if") || starts_with_caseless(content, "[endif");
  }

  // Up to ">" or the end.
  bool attributes(Element element) {
    while (!at_end()) {
      const char byte = here();
      if (byte == '>') {
        ++position_;
        return false;
      }
      if (byte == '<' && element == Element::kSeen) return false;  // a browser's new tag
      if (is_blank(byte) || byte == '/' || byte == '"' || byte == '\'' || byte == '`' ||
          byte == '=' || byte == '<') {
        if (byte == '<') {
          ++position_;
          return markup();
        }
        ++position_;
        continue;
      }
      if (attribute(element)) return true;
    }
    return false;
  }

  bool attribute(Element element) {
    const std::size_t begin = position_;
    while (!at_end() && here() != '=' && here() != '>' && here() != '/' && here() != '<' &&
           (here() == 0 || !is_blank(here()))) {
      ++position_;
    }
    const std::string_view name = text_.substr(begin, position_ - begin);
    while (!at_end() && is_blank(here())) ++position_;
    if (here() != '=') return false;
    ++position_;
    while (!at_end() && is_blank(here())) ++position_;
    return is_dangerous(name, value(), element);
  }

  std::string_view value() {
    const char quote = here();
    if (quote == '"' || quote == '\'' || quote == '`') {
      const std::size_t begin = ++position_;
      const std::size_t found = text_.find(quote, begin);
      closed_ = found != std::string_view::npos;
      const std::size_t end = closed_ ? found : text_.size();
      position_ = closed_ ? end + 1 : end;
      return text_.substr(begin, end - begin);
    }
    closed_ = true;
    const std::size_t begin = position_;
    while (!at_end() && here() != '>' && !is_blank(here())) ++position_;
    return text_.substr(begin, position_ - begin);
  }

  [[nodiscard]] bool is_dangerous(std::string_view name, std::string_view value,
                                  Element element) const {
    switch (html::attribute_kind(name)) {
      case AttributeKind::kHarmless:
        return false;
      case AttributeKind::kKnownEvent:
      case AttributeKind::kMarkup:
        return true;
      case AttributeKind::kEventLike:
      case AttributeKind::kNamespace:
        return element == Element::kSeen;
      case AttributeKind::kStyle:
        return !closed_ || value.find_first_of(":(\\&@") != std::string_view::npos ||
               text_.substr(position_, kStyleReach).find_first_of(":(") != std::string_view::npos;
      case AttributeKind::kBinding:
        return element == Element::kSeen || value.find_first_of(":(") != std::string_view::npos;
      case AttributeKind::kAnimated:
        return html::attribute_kind(value) != AttributeKind::kHarmless;
      case AttributeKind::kUrl:
        return runs(value);
    }
    return false;
  }

  static bool runs(std::string_view url) {
    const html::Scheme scheme = html::scheme_of(url);
    if (scheme != html::Scheme::kData) return scheme == html::Scheme::kScript;
    // Pictures that cannot hold a script are pasted into rich text all the time.
    const std::size_t type = url.find(':') + 1;
    const std::string_view media = type == 0 ? url : url.substr(type);
    return !(starts_with_caseless(media, "image/png") || starts_with_caseless(media, "image/jp") ||
             starts_with_caseless(media, "image/gif") ||
             starts_with_caseless(media, "image/webp") ||
             starts_with_caseless(media, "image/avif"));
  }

  std::string_view text_;
  std::size_t position_ = 0;
  bool closed_ = true;  // the last value's quote
};

// Some "name=" in the text is an attribute's that counts. Looks back from each "=", at most to the
// one before: linear.
bool names_attribute(std::string_view text) {
  std::size_t floor = 0;
  for (std::size_t sign = text.find('='); sign != std::string_view::npos;
       sign = text.find('=', sign + 1)) {
    std::size_t end = sign;
    while (end > floor && is_blank(text[end - 1])) --end;
    std::size_t begin = end;
    while (begin > floor && (text[begin - 1] == 0 || !is_blank(text[begin - 1])) &&
           std::string_view("\"'`>/<").find(text[begin - 1]) == std::string_view::npos) {
      --begin;
    }
    const std::string_view name = text.substr(begin, end - begin);
    if (html::attribute_kind(name) != AttributeKind::kHarmless) return true;
    floor = sign + 1;
  }
  return false;
}

}  // namespace

bool detect_xss(std::string_view text) {
  if (text.size() < kShortest) return false;
  const bool tags = text.find('<') != std::string_view::npos;
  const bool named = names_attribute(text);
  if (!tags && !named) return false;
  if (tags && Tokenizer(text).in_text()) return true;
  if (named && Tokenizer(text).in_tag()) return true;
  for (const char quote : {'"', '\'', '`'}) {
    if (Tokenizer(text).in_value(quote)) return true;
  }
  return false;
}

const ByteCondition& xss_condition() {
  static const ByteCondition kCondition{.one_of = {kNeeded}, .min_length = kShortest};
  return kCondition;
}

}  // namespace yagura::waf
