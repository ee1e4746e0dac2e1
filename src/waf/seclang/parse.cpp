#include "waf/seclang/parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/file.hpp"
#include "waf/seclang/actions.hpp"
#include "waf/seclang/ascii.hpp"
#include "waf/seclang/directives.hpp"
#include "waf/seclang/internal/glob.hpp"
#include "waf/seclang/internal/logical_line.hpp"
#include "waf/seclang/internal/quoting.hpp"
#include "waf/seclang/internal/words.hpp"
#include "waf/seclang/nearest.hpp"
#include "waf/seclang/report.hpp"
#include "waf/seclang/targets.hpp"

namespace yagura::waf::seclang {
namespace {

namespace fs = std::filesystem;

class Parser {
 public:
  Parser(Document& document, Diagnostics& diagnostics, const ParseLimits& limits)
      : document_(document), diagnostics_(diagnostics), limits_(limits) {}

  void file(const fs::path& path, const Position& from) {
    if (document_.files.size() >= limits_.max_files) {
      return error(from, fmt::format("more than {} files are included", limits_.max_files));
    }
    auto text = core::read_file(path, {.max_size = limits_.max_file});
    if (!text) return error(from, text.error().message);
    document_.files.push_back(path.string());
    open_.push_back(path);
    this->text(*text, path.string(), path.parent_path());
    open_.pop_back();
  }

  void text(std::string_view text, std::string_view name, const fs::path& folder) {
    folder_ = folder;
    auto file = std::make_shared<const std::string>(name);
    LineReader lines(text, std::move(file));
    while (std::optional<LogicalLine> line = lines.next()) {
      if (stopped_) return;
      directive(*line);
      folder_ = folder;
    }
  }

 private:
  void directive(const LogicalLine& line) {
    const std::string_view content = trim(line.text);
    if (content.empty()) return;
    if (content.front() == '#') return comment(line);
    Words words(line, diagnostics_);
    const std::optional<Word> name = words.next();
    if (!name) return;
    if (content.front() == '<') return section(*name);
    const DirectiveInfo* info = find_directive(name->text);
    if (info == nullptr) {
      return error(name->position, fmt::format("unknown directive {}", shown(name->text)),
                   nearest_hint(name->text, directive_names()));
    }
    if (document_.directives.size() >= limits_.max_directives) {
      stopped_ = true;
      return error(name->position, fmt::format("more than {} directives", limits_.max_directives));
    }
    use(*info, line, words, name->position);
  }

  void use(const DirectiveInfo& info, const LogicalLine& line, Words& words,
           const Position& position) {
    switch (info.use) {
      case DirectiveUse::kRule:
        return rule(info, line, words, position);
      case DirectiveUse::kMarker:
        return marker(info, words, position);
      case DirectiveUse::kInclude:
        return include(info, words, position);
      case DirectiveUse::kRefused:
        return error(position, fmt::format("{} is not supported: {}", info.name, info.reason));
      case DirectiveUse::kWorks:
      case DirectiveUse::kMeaningless:
      case DirectiveUse::kUnsafeOn:
        return plain(info, words, position);
    }
  }

  // A comment that goes on (see LineReader) hides what stands in its later lines.
  void comment(const LogicalLine& line) {
    Position position = line.map.at(0);
    position.column = 1;
    for (std::string_view rest = line.raw; !rest.empty(); ++position.line) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      if (same_name(trim(rest.substr(0, end)).substr(0, 3), "Sec")) {
        report_warning(diagnostics_, position,
                       "this line belongs to the comment above it, which ends in a backslash",
                       "remove the backslash, or begin this line with '#'");
      }
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  void section(const Word& name) {
    // What Debian's own configuration of the Apache module is wrapped in holds for us.
    static constexpr std::array<std::string_view, 2> kTrue = {"<IfModule", "</IfModule>"};
    for (const std::string_view each : kTrue) {
      if (same_name(name.text, each)) {
        return report_warning(diagnostics_, name.position,
                              fmt::format("{} is ignored: what stands in it is read", each));
      }
    }
    error(name.position,
          fmt::format("{} is a section of Apache's configuration, not SecLang", shown(name.text)),
          "put these rules into a file of their own");
  }

  void rule(const DirectiveInfo& info, const LogicalLine& line, Words& words,
            const Position& position) {
    RuleDirective rule{.text = std::string(trim(line.raw)), .position = position};
    const std::size_t errors = diagnostics_.error_count();
    if (info.name == "SecAction") {
      rule.kind = RuleDirective::Kind::kAction;
      rule.op = {.name = "unconditionalMatch", .position = position};
    } else if (!rule_condition(rule, words, position)) {
      return;
    }
    const std::optional<Word> actions = words.next();
    if (actions) {
      rule.actions = parse_actions(actions->raw, line.map, actions->offset, diagnostics_);
    } else if (info.name == "SecAction" && diagnostics_.error_count() == errors) {
      error(position, "SecAction without actions", "write SecAction \"id:1,phase:1,nolog,pass\"");
    }
    no_more_words(words, info.name);
    // A rule with a mistake stays in the document, so that its other mistakes are found as well.
    document_.directives.emplace_back(std::move(rule));
  }

  bool rule_condition(RuleDirective& rule, Words& words, const Position& position) {
    const LogicalLine& line = words.line();
    const std::optional<Word> targets = words.next_targets();
    if (!targets) return missing(words, position, "SecRule without targets and operator");
    rule.targets = parse_targets(targets->raw, line.map, targets->offset, diagnostics_);
    const std::optional<Word> op = words.next();
    if (!op) return missing(words, position, "SecRule without an operator");
    rule.op = parse_operator(*op, line);
    return true;
  }

  bool missing(const Words& words, const Position& position, std::string message) {
    if (!words.failed()) {
      error(position, std::move(message),
            "write SecRule TARGETS \"@operator argument\" \"actions\"");
    }
    return false;
  }

  OperatorCall parse_operator(const Word& word, const LogicalLine& line) {
    std::string_view raw = word.raw;
    std::size_t offset = word.offset;
    const auto skip = [&](std::size_t count) {
      raw.remove_prefix(count);
      offset += count;
    };
    const auto skip_blanks = [&] {
      while (!raw.empty() && is_blank(raw.front())) skip(1);
    };
    skip_blanks();
    OperatorCall op{.position = line.map.at(offset)};
    if (raw.starts_with('!')) {
      op.negated = true;
      skip(1);
      skip_blanks();
    }
    if (raw.starts_with('@')) {
      op.position = line.map.at(offset);
      skip(1);
      const auto end = std::find_if_not(raw.begin(), raw.end(), is_word);
      op.name = raw.substr(0, static_cast<std::size_t>(end - raw.begin()));
      if (op.name.empty()) error(op.position, "an operator's name is missing behind '@'");
      skip(op.name.size());
      if (!raw.empty() && !is_blank(raw.front())) {
        error(line.map.at(offset),
              fmt::format("white space is missing between @{} and its argument", op.name));
      }
      skip_blanks();
    }
    op.argument = unescape(raw, word.quote == '\'' ? "'\"" : "\"");
    return op;
  }

  void marker(const DirectiveInfo& info, Words& words, const Position& position) {
    const std::optional<std::vector<Word>> arguments = take_arguments(info, words, position);
    if (!arguments) return;
    document_.directives.emplace_back(
        MarkerDirective{.name = (*arguments)[0].text, .position = position});
  }

  void plain(const DirectiveInfo& info, Words& words, const Position& position) {
    const std::optional<std::vector<Word>> arguments = take_arguments(info, words, position);
    if (!arguments) return;
    for (const Word& argument : *arguments) {
      if (!check_argument(info, argument)) return;
    }
    if (info.use == DirectiveUse::kMeaningless) {
      return report_warning(diagnostics_, position,
                            fmt::format("{} has no effect: {}", info.name, info.reason));
    }
    if (info.use == DirectiveUse::kUnsafeOn) {
      if (same_name((*arguments)[0].text, "Off")) return;
      return error((*arguments)[0].position,
                   fmt::format("{} cannot be on: {}", info.name, info.reason));
    }
    PlainDirective directive{.name = std::string(info.name), .position = position};
    for (const Word& argument : *arguments) {
      directive.arguments.push_back(argument.text);
      directive.argument_positions.push_back(argument.position);
    }
    document_.directives.emplace_back(std::move(directive));
  }

  std::optional<std::vector<Word>> take_arguments(const DirectiveInfo& info, Words& words,
                                                  const Position& position) {
    std::vector<Word> arguments;
    while (arguments.size() < info.max_arguments || info.max_arguments == 255) {
      std::optional<Word> word = words.next();
      if (!word) break;
      arguments.push_back(*std::move(word));
    }
    if (words.failed()) return std::nullopt;
    if (arguments.size() < info.min_arguments) {
      error(position, fmt::format("{} needs {} argument{}", info.name, info.min_arguments,
                                  info.min_arguments == 1 ? "" : "s"));
      return std::nullopt;
    }
    if (!no_more_words(words, info.name)) return std::nullopt;
    return arguments;
  }

  bool no_more_words(Words& words, std::string_view name) {
    const std::optional<Word> surplus = words.next();
    if (!surplus) return !words.failed();
    error(surplus->position, fmt::format("{} has one argument too many", name),
          "put an argument with white space in double quotes");
    return false;
  }

  bool check_argument(const DirectiveInfo& info, const Word& argument) {
    const std::string& text = argument.text;
    switch (info.argument) {
      case ArgumentKind::kNumber:
        if (!text.empty() && text.size() <= 19 && std::all_of(text.begin(), text.end(), is_digit)) {
          return true;
        }
        error(argument.position, fmt::format("{} takes a number, not {}", info.name, shown(text)));
        return false;
      case ArgumentKind::kOctal:
        if (same_name(text, "default") || is_octal(text)) return true;
        error(argument.position,
              fmt::format("{} takes permission bits such as 0640, not {}", info.name, shown(text)));
        return false;
      case ArgumentKind::kChoice:
        return check_choice(info, argument);
      case ArgumentKind::kText:
      case ArgumentKind::kPath:
        if (!text.empty()) return true;
        error(argument.position, fmt::format("{} with an empty argument", info.name));
        return false;
      case ArgumentKind::kNone:
      case ArgumentKind::kConditionAndActions:
        return true;
    }
    return true;
  }

  bool check_choice(const DirectiveInfo& info, const Word& argument) {
    std::vector<std::string_view> choices;
    for (std::string_view rest = info.choices; !rest.empty();) {
      const std::size_t end = std::min(rest.find('|'), rest.size());
      choices.push_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    for (const std::string_view choice : choices) {
      if (same_name(choice, argument.text)) return true;
    }
    error(argument.position,
          fmt::format("{} is {}, not {}", info.name, fmt::join(choices, " or "),
                      shown(argument.text)),
          nearest_hint(argument.text, choices));
    return false;
  }

  static bool is_octal(std::string_view text) {
    return !text.empty() && text.size() <= 5 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '7'; });
  }

  void include(const DirectiveInfo& info, Words& words, const Position& position) {
    const std::optional<std::vector<Word>> arguments = take_arguments(info, words, position);
    if (!arguments) return;
    const Word& argument = (*arguments)[0];
    if (depth_ >= limits_.max_include_depth) {
      return error(position, limits_.max_include_depth == 0
                                 ? std::string("files may not be included here")
                                 : fmt::format("files include one another more than {} deep",
                                               limits_.max_include_depth));
    }
    const fs::path pattern = folder_ / argument.text;  // an absolute path stays itself
    auto found = files_matching(pattern, limits_.max_files);
    if (!found) return error(argument.position, found.error().message);
    if (found->empty() && info.name == "Include") {
      return error(argument.position, fmt::format("no file matches {}", shown(pattern.string())),
                   "use IncludeOptional for what may be absent");
    }
    ++depth_;
    for (const fs::path& path : *found) include_one(path, argument.position);
    --depth_;
  }

  void include_one(const fs::path& path, const Position& from) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
      return error(from, fmt::format("{} is a folder", shown(path.string())),
                   "include folder/*.conf");
    }
    for (const fs::path& each : open_) {
      if (fs::equivalent(each, path, ignored)) {
        return error(from, fmt::format("{} includes itself", shown(path.string())));
      }
    }
    file(path, from);
  }

  // What the user wrote, short enough for a message.
  static std::string shown(std::string_view text) {
    constexpr std::size_t kLongest = 80;
    std::string result = "\"";
    for (const char byte : text.substr(0, kLongest)) {
      const bool printable = static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7f;
      result += printable ? byte : '?';
    }
    return result + (text.size() > kLongest ? "…\"" : "\"");
  }

  void error(const Position& position, std::string message, std::string hint = {}) {
    report_error(diagnostics_, position, std::move(message), std::move(hint));
  }

  Document& document_;
  Diagnostics& diagnostics_;
  const ParseLimits& limits_;
  fs::path folder_;             // of the file being read
  std::vector<fs::path> open_;  // the files that led here
  std::size_t depth_ = 0;
  bool stopped_ = false;
};

}  // namespace

void parse_file_into(Document& document, const fs::path& path, Diagnostics& diagnostics,
                     const ParseLimits& limits) {
  const Position from{.file = std::make_shared<const std::string>(path.string())};
  Parser(document, diagnostics, limits).file(path, from);
}

Document parse_file(const fs::path& path, Diagnostics& diagnostics, const ParseLimits& limits) {
  Document document;
  parse_file_into(document, path, diagnostics, limits);
  return document;
}

Document parse_text(std::string_view text, std::string_view name, const fs::path& folder,
                    Diagnostics& diagnostics, const ParseLimits& limits) {
  Document document;
  Parser(document, diagnostics, limits).text(text, name, folder);
  return document;
}

}  // namespace yagura::waf::seclang
