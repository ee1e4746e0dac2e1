#include "waf/detect/internal/html_names.hpp"

#include <algorithm>
#include <array>

namespace yagura::waf::html {
namespace {

constexpr std::size_t kLongestName = 32;

// Lower case, without NUL; cut at kLongestName.
class Name {
 public:
  explicit Name(std::string_view text) {
    for (const char byte : text) {
      if (byte == 0) continue;
      if (size_ == kLongestName) break;
      buffer_[size_++] = byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte;
    }
  }
  [[nodiscard]] std::string_view view() const { return {buffer_.data(), size_}; }

 private:
  std::array<char, kLongestName> buffer_;
  std::size_t size_ = 0;
};

template <std::size_t N>
constexpr bool contains(const std::array<std::string_view, N>& sorted, std::string_view name) {
  return std::ranges::binary_search(sorted, name);
}

constexpr auto kElements = std::to_array<std::string_view>(
    {"applet", "base",   "bgsound", "comment", "embed",    "frame",    "frameset", "handler",
     "iframe", "import", "isindex", "layer",   "link",     "listener", "meta",     "noscript",
     "object", "portal", "script",  "style",   "vmlframe", "xml",      "xss"});

constexpr auto kUrlAttributes = std::to_array<std::string_view>(
    {"action", "background", "by",     "cite",       "classid", "code",    "codebase",
     "data",   "dynsrc",     "folder", "formaction", "from",    "handler", "href",
     "icon",   "longdesc",   "lowsrc", "manifest",   "ping",    "poster",  "profile",
     "source", "src",        "srcset", "to",         "usemap",  "value",   "values"});

// Without "on".
constexpr auto kEvents = std::to_array<std::string_view>({"abort",
                                                          "activate",
                                                          "afterprint",
                                                          "afterupdate",
                                                          "animationcancel",
                                                          "animationend",
                                                          "animationiteration",
                                                          "animationstart",
                                                          "auxclick",
                                                          "beforeactivate",
                                                          "beforecopy",
                                                          "beforecut",
                                                          "beforedeactivate",
                                                          "beforeeditfocus",
                                                          "beforeinput",
                                                          "beforematch",
                                                          "beforepaste",
                                                          "beforeprint",
                                                          "beforescriptexecute",
                                                          "beforetoggle",
                                                          "beforeunload",
                                                          "beforeupdate",
                                                          "begin",
                                                          "blur",
                                                          "bounce",
                                                          "cancel",
                                                          "canplay",
                                                          "canplaythrough",
                                                          "cellchange",
                                                          "change",
                                                          "click",
                                                          "close",
                                                          "command",
                                                          "contentvisibilityautostatechange",
                                                          "contextlost",
                                                          "contextmenu",
                                                          "contextrestored",
                                                          "controlselect",
                                                          "copy",
                                                          "cuechange",
                                                          "cut",
                                                          "dataavailable",
                                                          "datasetchanged",
                                                          "datasetcomplete",
                                                          "dblclick",
                                                          "deactivate",
                                                          "drag",
                                                          "dragdrop",
                                                          "dragend",
                                                          "dragenter",
                                                          "dragexit",
                                                          "dragleave",
                                                          "dragover",
                                                          "dragstart",
                                                          "drop",
                                                          "durationchange",
                                                          "emptied",
                                                          "end",
                                                          "ended",
                                                          "error",
                                                          "errorupdate",
                                                          "filterchange",
                                                          "finish",
                                                          "focus",
                                                          "focusin",
                                                          "focusout",
                                                          "formdata",
                                                          "fullscreenchange",
                                                          "fullscreenerror",
                                                          "gotpointercapture",
                                                          "hashchange",
                                                          "help",
                                                          "input",
                                                          "invalid",
                                                          "keydown",
                                                          "keypress",
                                                          "keyup",
                                                          "languagechange",
                                                          "layoutcomplete",
                                                          "load",
                                                          "loadeddata",
                                                          "loadedmetadata",
                                                          "loadend",
                                                          "loadstart",
                                                          "losecapture",
                                                          "lostpointercapture",
                                                          "mediacomplete",
                                                          "mediaerror",
                                                          "message",
                                                          "messageerror",
                                                          "mousedown",
                                                          "mouseenter",
                                                          "mouseleave",
                                                          "mousemove",
                                                          "mouseout",
                                                          "mouseover",
                                                          "mouseup",
                                                          "mousewheel",
                                                          "move",
                                                          "moveend",
                                                          "movestart",
                                                          "mozfullscreenchange",
                                                          "offline",
                                                          "online",
                                                          "outofsync",
                                                          "pagehide",
                                                          "pagereveal",
                                                          "pageshow",
                                                          "pageswap",
                                                          "paste",
                                                          "pause",
                                                          "play",
                                                          "playing",
                                                          "pointercancel",
                                                          "pointerdown",
                                                          "pointerenter",
                                                          "pointerleave",
                                                          "pointermove",
                                                          "pointerout",
                                                          "pointerover",
                                                          "pointerrawupdate",
                                                          "pointerup",
                                                          "popstate",
                                                          "progress",
                                                          "propertychange",
                                                          "ratechange",
                                                          "readystatechange",
                                                          "rejectionhandled",
                                                          "repeat",
                                                          "reset",
                                                          "resize",
                                                          "resizeend",
                                                          "resizestart",
                                                          "resume",
                                                          "reverse",
                                                          "rowdelete",
                                                          "rowenter",
                                                          "rowexit",
                                                          "rowinserted",
                                                          "rowsdelete",
                                                          "rowsinserted",
                                                          "scroll",
                                                          "scrollend",
                                                          "scrollsnapchange",
                                                          "scrollsnapchanging",
                                                          "search",
                                                          "securitypolicyviolation",
                                                          "seek",
                                                          "seeked",
                                                          "seeking",
                                                          "select",
                                                          "selectionchange",
                                                          "selectstart",
                                                          "show",
                                                          "slotchange",
                                                          "stalled",
                                                          "start",
                                                          "stop",
                                                          "storage",
                                                          "submit",
                                                          "suspend",
                                                          "syncrestored",
                                                          "timeerror",
                                                          "timeupdate",
                                                          "toggle",
                                                          "touchcancel",
                                                          "touchend",
                                                          "touchmove",
                                                          "touchstart",
                                                          "trackchange",
                                                          "transitioncancel",
                                                          "transitionend",
                                                          "transitionrun",
                                                          "transitionstart",
                                                          "unhandledrejection",
                                                          "unload",
                                                          "urlflip",
                                                          "volumechange",
                                                          "waiting",
                                                          "webkitanimationend",
                                                          "webkitanimationiteration",
                                                          "webkitanimationstart",
                                                          "webkitmouseforcedown",
                                                          "webkittransitionend",
                                                          "webkitwillrevealbottom",
                                                          "wheel",
                                                          "zoom"});

static_assert(std::ranges::is_sorted(kUrlAttributes) && std::ranges::is_sorted(kEvents));

constexpr bool is_lower(char byte) { return byte >= 'a' && byte <= 'z'; }

AttributeKind event_kind(std::string_view event) {
  constexpr std::size_t kShortest = 3;
  if (event.size() < kShortest || !std::ranges::all_of(event, is_lower)) {
    return AttributeKind::kHarmless;
  }
  // "online" is an English word, and a name of parameters.
  const bool known = event != "line" && contains(kEvents, event);
  return known ? AttributeKind::kKnownEvent : AttributeKind::kEventLike;
}

// Undoes character references as it goes.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  // -1 at the end.
  int next() {
    if (position_ >= text_.size()) return -1;
    const char byte = text_[position_++];
    if (byte != '&') return static_cast<unsigned char>(byte);
    return reference();
  }

 private:
  int reference() {
    const std::string_view rest = text_.substr(position_);
    if (rest.starts_with('#')) return number(rest);
    struct Named {
      std::string_view name;
      char byte;
    };
    constexpr Named kNamed[] = {{"colon;", ':'}, {"Tab;", '\t'}, {"NewLine;", '\n'}};
    for (const Named& named : kNamed) {
      if (!rest.starts_with(named.name)) continue;
      position_ += named.name.size();
      return static_cast<unsigned char>(named.byte);
    }
    return '&';
  }
  int number(std::string_view rest) {
    std::size_t i = 1;
    const bool hex = i < rest.size() && (rest[i] == 'x' || rest[i] == 'X');
    if (hex) ++i;
    const std::size_t first = i;
    std::uint32_t code = 0;
    for (; i < rest.size(); ++i) {
      const int digit = digit_of(rest[i], hex);
      if (digit < 0) break;
      constexpr std::uint32_t kTooLarge = 0x110000;
      if (code < kTooLarge) code = code * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit);
    }
    if (i == first) return '&';
    if (i < rest.size() && rest[i] == ';') ++i;
    position_ += i;
    return code < 0x80 ? static_cast<int>(code) : 0xff;
  }
  static int digit_of(char byte, bool hex) {
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (!hex) return -1;
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
    return -1;
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

}  // namespace

bool is_dangerous_element(std::string_view name) {
  const Name lower(name);
  std::string_view local = lower.view();
  if (local.starts_with("svg") || local.starts_with("xsl")) return true;
  // "x:script", not "Class::Object".
  if (const auto colon = local.rfind(':'); colon != std::string_view::npos) {
    if (local.find(':') != colon) return false;
    local.remove_prefix(colon + 1);
  }
  return contains(kElements, local);
}

AttributeKind attribute_kind(std::string_view name) {
  const Name lower(name);
  const std::string_view view = lower.view();
  if (view.starts_with("on")) return event_kind(view.substr(2));
  if (view == "style") return AttributeKind::kStyle;
  if (view == "srcdoc") return AttributeKind::kMarkup;
  if (view.starts_with("xmlns") || view.starts_with("xlink")) return AttributeKind::kNamespace;
  if (view == "filter" || view == "datasrc" || view == "dataformatas") {
    return AttributeKind::kBinding;
  }
  if (view == "attributename") return AttributeKind::kAnimated;
  return contains(kUrlAttributes, view) ? AttributeKind::kUrl : AttributeKind::kHarmless;
}

Scheme scheme_of(std::string_view value) {
  // The longest scheme that counts has eleven letters; what comes before it may be any number of
  // blanks.
  constexpr std::size_t kLongest = 16;
  std::array<char, kLongest> letters;
  std::size_t size = 0;
  Reader reader(value);
  for (int byte = reader.next(); byte >= 0; byte = reader.next()) {
    if (byte <= ' ' || byte == 0x7f || byte == 0xff) continue;
    if (byte == ':') {
      const std::string_view scheme(letters.data(), size);
      if (scheme == "javascript" || scheme == "vbscript" || scheme == "livescript" ||
          scheme == "view-source" || scheme == "mocha" || scheme == "jar") {
        return Scheme::kScript;
      }
      return scheme == "data" ? Scheme::kData : Scheme::kOther;
    }
    if (size == kLongest) return Scheme::kOther;
    letters[size++] = static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
  }
  return Scheme::kOther;
}

}  // namespace yagura::waf::html
