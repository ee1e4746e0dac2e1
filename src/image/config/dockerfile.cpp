#include <algorithm>
#include <array>
#include <optional>

#include "image/config/build_step.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kMaxText = std::size_t{4} << 20;

constexpr std::array<std::string_view, 18> kInstructions = {
    "FROM",    "RUN", "CMD",     "LABEL",      "MAINTAINER",  "EXPOSE",
    "ENV",     "ADD", "COPY",    "ENTRYPOINT", "VOLUME",      "USER",
    "WORKDIR", "ARG", "ONBUILD", "STOPSIGNAL", "HEALTHCHECK", "SHELL"};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && std::string_view(" \t\r").contains(text.front())) text.remove_prefix(1);
  while (!text.empty() && std::string_view(" \t\r").contains(text.back())) text.remove_suffix(1);
  return text;
}

// A JSON array of strings, as CMD and ENTRYPOINT have it; nothing where it is none.
std::optional<std::vector<std::string>> json_words(std::string_view text) {
  text = trim(text);
  if (!text.starts_with('[') || !text.ends_with(']')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::vector<std::string> words;
  std::size_t i = 0;
  const auto blanks = [&] {
    while (i < text.size() && std::string_view(" \t\n").contains(text[i])) ++i;
  };
  for (blanks(); i < text.size(); blanks()) {
    if (text[i] != '"') return std::nullopt;
    std::string word;
    for (++i; i < text.size() && text[i] != '"'; ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      word += text[i];
    }
    if (i >= text.size()) return std::nullopt;
    ++i;
    words.push_back(std::move(word));
    blanks();
    if (i < text.size() && text[i++] != ',') return std::nullopt;
  }
  return words;
}

class Reader {
 public:
  Reader(const std::string& file, std::string_view text, Diagnostics& diagnostics)
      : file_(file), text_(text), diagnostics_(diagnostics) {}

  std::vector<BuildStep> read() {
    directives();
    while (next_line()) {
      const std::string_view line = trim(line_);
      if (line.empty() || line.starts_with('#')) continue;
      instruction();
    }
    return std::move(steps_);
  }

 private:
  bool next_line() {
    if (at_ >= text_.size()) return false;
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    line_ = text_.substr(at_, end - at_);
    if (line_.ends_with('\r')) line_.remove_suffix(1);
    at_ = end + 1;
    ++number_;
    return true;
  }

  // "# escape=`" before anything else.
  void directives() {
    const std::size_t start = at_;
    while (next_line()) {
      std::string_view line = trim(line_);
      if (!line.starts_with('#')) break;
      line = trim(line.substr(1));
      const auto equals = line.find('=');
      if (equals == std::string_view::npos) break;
      if (upper(trim(line.substr(0, equals))) == "ESCAPE" && trim(line.substr(equals + 1)) == "`")
        escape_ = '`';
    }
    at_ = start;
    number_ = 0;
  }

  void instruction() {
    const std::uint32_t first = number_;
    std::string whole;
    for (;;) {
      std::string_view line = line_;
      while (!line.empty() && std::string_view(" \t").contains(line.back())) line.remove_suffix(1);
      const bool goes_on = line.ends_with(escape_);
      whole += goes_on ? line.substr(0, line.size() - 1) : line;
      if (!goes_on || !next_content_line()) break;
      whole += ' ';
    }
    add(first, trim(whole));
  }

  // Comments and empty lines within an instruction don't end it.
  bool next_content_line() {
    while (next_line()) {
      const std::string_view line = trim(line_);
      if (!line.empty() && !line.starts_with('#')) return true;
    }
    return false;
  }

  void add(std::uint32_t line, std::string_view text) {
    const std::size_t blank = std::min(text.find_first_of(" \t"), text.size());
    BuildStep step;
    step.line = line;
    step.instruction = upper(text.substr(0, blank));
    std::string_view arguments = trim(text.substr(blank));
    if (std::ranges::find(kInstructions, step.instruction) == kInstructions.end()) {
      diagnostics_.error(
          file_, line, 1,
          "\"" + step.instruction.substr(0, 40) + "\" is no instruction of a Dockerfile",
          "one of FROM, RUN, COPY, …; lines go on behind a backslash");
      return;
    }
    if (step.instruction == "FROM") stage_ = seen_from_ ? stage_ + 1 : 0;
    seen_from_ = seen_from_ || step.instruction == "FROM";
    step.stage = stage_;
    take_flags(step, arguments);
    step.arguments = arguments;
    here_documents(step);
    if (auto words = json_words(arguments)) {
      step.exec_form = true;
      step.words = std::move(*words);
    }
    if (arguments.empty() && step.here_documents.empty()) {
      diagnostics_.error(file_, line, 1, step.instruction + " has no arguments", {});
      return;
    }
    steps_.push_back(std::move(step));
  }

  static void take_flags(BuildStep& step, std::string_view& arguments) {
    // HEALTHCHECK's and others' flags stand before everything else.
    while (arguments.starts_with("--")) {
      const std::size_t end = std::min(arguments.find_first_of(" \t"), arguments.size());
      step.flags.emplace_back(arguments.substr(0, end));
      arguments = trim(arguments.substr(end));
    }
  }

  // "<<EOF", "<<-'EOF'": the lines up to that word.
  void here_documents(BuildStep& step) {
    if (step.instruction != "RUN" && step.instruction != "COPY" && step.instruction != "ADD")
      return;
    std::size_t at = 0;
    while ((at = step.arguments.find("<<", at)) != std::string::npos) {
      at += 2;
      bool strip_tabs = false;
      if (at < step.arguments.size() && step.arguments[at] == '-') {
        strip_tabs = true;
        ++at;
      }
      std::string word;
      while (at < step.arguments.size()) {
        const char c = step.arguments[at];
        const bool quote = c == '"' || c == '\'';
        if (!quote && !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '_'))
          break;
        if (!quote) word += c;
        ++at;
      }
      if (word.empty() || (word.front() >= '0' && word.front() <= '9')) continue;
      std::string document;
      while (next_line()) {
        std::string_view line = line_;
        if (strip_tabs) line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
        if (line == word) break;
        document += line;
        document += '\n';
      }
      step.here_documents.push_back(std::move(document));
    }
  }

  const std::string& file_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  std::vector<BuildStep> steps_;
  std::string_view line_;
  std::size_t at_ = 0;
  std::uint32_t number_ = 0;
  std::size_t stage_ = 0;
  bool seen_from_ = false;
  char escape_ = '\\';
};

// What stands behind "/bin/sh -c", "|2 A=1 B=2 /bin/sh -c", "cmd /S /C".
std::string_view without_shell(std::string_view text) {
  for (const std::string_view shell :
       {"/bin/sh -c ", "/bin/bash -c ", "/bin/ash -c ", "/bin/bash -o pipefail -c ",
        "/bin/bash -euo pipefail -c ", "/bin/bash -exo pipefail -c ", "cmd /S /C "}) {
    const auto at = text.find(shell);
    // Arguments of the build stand before it.
    if (at == 0 || (at != std::string_view::npos && text.starts_with('|')))
      return text.substr(at + shell.size());
  }
  return text;
}

}  // namespace

std::vector<BuildStep> read_dockerfile(const std::string& file, std::string_view text,
                                       Diagnostics& diagnostics) {
  if (text.size() > kMaxText) {
    diagnostics.error(file, 0, 0, "the Dockerfile is larger than 4 MiB", "is it one?");
    return {};
  }
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return Reader(file, text, diagnostics).read();
}

std::vector<BuildStep> read_history(const std::vector<HistoryEntry>& history) {
  std::vector<BuildStep> steps;
  for (std::size_t i = 0; i < history.size(); ++i) {
    std::string_view text = trim(history[i].created_by);
    if (text.empty()) continue;
    if (text.ends_with("# buildkit")) text = trim(text.substr(0, text.size() - 10));
    BuildStep step;
    step.position = i;
    const std::string_view inner = trim(without_shell(text));
    constexpr std::string_view kNop = "#(nop)";
    if (inner.starts_with(kNop)) text = trim(inner.substr(kNop.size()));
    const std::size_t blank = std::min(text.find_first_of(" \t"), text.size());
    step.instruction = upper(text.substr(0, blank));
    if (std::ranges::find(kInstructions, step.instruction) == kInstructions.end()) {
      step.instruction = "RUN";
      step.arguments = trim(without_shell(text));
    } else {
      step.arguments = trim(without_shell(trim(text.substr(blank))));
    }
    if (auto words = json_words(step.arguments)) {
      step.exec_form = true;
      step.words = std::move(*words);
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

std::vector<std::pair<std::string, std::string>> assignments(std::string_view arguments) {
  std::vector<std::pair<std::string, std::string>> out;
  const std::string_view text = trim(arguments);
  const std::size_t blank = text.find_first_of(" \t");
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || (blank != std::string_view::npos && blank < equals)) {
    // The old form: a name, then all of the rest.
    if (blank == std::string_view::npos) return {{std::string(text), ""}};
    return {{std::string(text.substr(0, blank)), std::string(trim(text.substr(blank)))}};
  }
  std::size_t i = 0;
  while (i < text.size()) {
    while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i;
    std::string name;
    std::string value;
    std::string* into = &name;
    char quote = 0;
    for (; i < text.size(); ++i) {
      const char c = text[i];
      if (quote == 0 && (c == ' ' || c == '\t')) break;
      if (quote == 0 && c == '=' && into == &name) {
        into = &value;
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
        *into += text[++i];
      } else {
        *into += c;
      }
    }
    if (!name.empty()) out.emplace_back(std::move(name), std::move(value));
  }
  return out;
}

std::vector<ShellCommand> shell_commands(std::string_view line) {
  std::vector<ShellCommand> out;
  ShellCommand command;
  std::string word;
  bool has_word = false;
  char quote = 0;
  const auto end_word = [&] {
    if (has_word) command.words.push_back(std::move(word));
    word.clear();
    has_word = false;
  };
  const auto end_command = [&](bool pipes) {
    end_word();
    command.pipes = pipes;
    if (!command.words.empty()) out.push_back(std::move(command));
    command = {};
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        if (c == '\\' && quote == '"' && i + 1 < line.size()) ++i;
        word += line[i];
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
      has_word = true;
    } else if (c == '\\' && i + 1 < line.size()) {
      word += line[++i];
      has_word = true;
    } else if (c == '|' || c == ';' || c == '&' || c == '\n') {
      const bool twice = i + 1 < line.size() && line[i + 1] == c && c != '\n';
      end_command(c == '|' && !twice);
      if (twice) ++i;
    } else if (c == ' ' || c == '\t' || c == '(' || c == ')') {
      end_word();
    } else {
      word += c;
      has_word = true;
    }
  }
  end_command(false);
  return out;
}

}  // namespace yagura::image
