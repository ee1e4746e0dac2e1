#pragma once

// Which elements and attributes of HTML, SVG and old browsers run or load what a page's author did
// not write. References: HTML Living Standard (elements, event handlers), SVG 2, MDN's lists of
// events, MSDN's for what Internet Explorer knew.

#include <cstdint>
#include <string_view>

namespace yagura::waf::html {

enum class AttributeKind : std::uint8_t {
  kHarmless,
  kKnownEvent,  // onclick, onload, …
  kEventLike,   // on and three letters or more
  kStyle,       // CSS, which once ran scripts and still loads
  kUrl,         // href, src, …
  kMarkup,      // srcdoc: a page in an attribute
  kNamespace,   // xmlns, xmlns:…, xlink:…
  kBinding,     // filter, datasrc, dataformatas
  kAnimated,    // attributeName: names another attribute
};

// Names as in the text, any case, with NUL bytes in them skipped (browsers of old did).
[[nodiscard]] bool is_dangerous_element(std::string_view name);
[[nodiscard]] AttributeKind attribute_kind(std::string_view name);

// The scheme of a URL as a browser sees it: character references undone, controls and blanks
// before and tabs and line ends inside skipped.
enum class Scheme : std::uint8_t { kOther, kScript, kData };
[[nodiscard]] Scheme scheme_of(std::string_view value);

}  // namespace yagura::waf::html
