#include "kube/yaml/block_scalar.hpp"

#include <algorithm>
#include <cstring>

#include "kube/yaml/chars.hpp"

namespace yagura::kube::yaml {

namespace {

enum class Chomp { kStrip, kClip, kKeep };

class Reader {
 public:
  Reader(const char* at, const char* end, int parent, std::string& buffer)
      : at_(at), end_(end), parent_(parent), out_(buffer) {}

  BlockScalar read() {
    out_.clear();
    folded_ = *at_ == '>';
    if (read_header() && find_indent()) read_lines();
    result_.behind = at_;
    return result_;
  }

 private:
  bool fail(const char* at, const char* problem, const char* hint) {
    result_.problem_at = at;
    result_.problem = problem;
    result_.hint = hint;
    return false;
  }

  // An indentation and a chomping indicator in any order, a comment, the line end.
  bool read_header() {
    bool chomp_set = false;
    for (++at_;; ++at_) {
      if ((*at_ == '+' || *at_ == '-') && !chomp_set) {
        chomp_ = *at_ == '+' ? Chomp::kKeep : Chomp::kStrip;
        chomp_set = true;
      } else if (*at_ >= '1' && *at_ <= '9' && indent_ < 0) {
        indent_ = std::max(parent_, 0) + (*at_ - '0');
      } else {
        break;
      }
    }
    result_.end = at_;
    while (is(*at_, kBlank)) ++at_;
    const char* comment = at_;
    if (*at_ == '#') {
      while (!is(*at_, kBreak | kEnd)) ++at_;
    }
    result_.comment = {comment, static_cast<std::size_t>(at_ - comment)};
    if (at_ < end_ && !is(*at_, kBreak)) {
      return fail(at_, "text stands on the line of | or >", "begin it on the next line, indented");
    }
    skip_line_end();
    return true;
  }

  void skip_line_end() {
    if (at_ >= end_) return;
    if (*at_ == '\r' && at_[1] == '\n') ++at_;
    ++at_;
  }

  // The first line that is not empty sets the indentation, unless the header does.
  bool find_indent() {
    if (indent_ >= 0) return true;
    int widest_empty = 0;
    const char* widest_at = at_;
    for (const char* line = at_;;) {
      const char* at = line;
      while (*at == ' ' && at < end_) ++at;
      const int spaces = static_cast<int>(at - line);
      if (at >= end_ || !is(*at, kBreak)) {
        indent_ = std::max(spaces, parent_ + 1);
        if (at >= end_ || spaces <= parent_) {  // no text at all
          indent_ = std::max(indent_, widest_empty);
          return true;
        }
        if (widest_empty <= spaces) return true;
        return fail(widest_at, "an empty line is indented more than the text that follows it",
                    "remove its trailing spaces, or say the indentation in the header: |2");
      }
      if (spaces > widest_empty) {
        widest_empty = spaces;
        widest_at = line;
      }
      line = at + ((*at == '\r' && at[1] == '\n') ? 2 : 1);
    }
  }

  // Passes the indentation of empty lines and counts them. True: at_ is at text; false: what
  // follows is not of this scalar, and at_ at its line's begin.
  bool at_text_line(std::size_t& empty_lines) {
    while (at_ < end_) {
      const char* line = at_;
      while (*at_ == ' ' && at_ - line < indent_) ++at_;
      if (at_ >= end_) return false;
      if (!is(*at_, kBreak)) {
        if (at_ - line >= indent_) return true;
        at_ = line;
        return false;
      }
      skip_line_end();
      ++empty_lines;
    }
    return false;
  }

  void read_lines() {
    std::size_t empty_lines = 0;  // since the last line of text
    bool text_before = false;  // a line of text was read, and its line end is still to be written
    bool line_end_before = false;  // it had one (the last of the file may not)
    bool blank_before = true;      // it began with a blank, so that nothing folds around it
    bool one_line = true;
    while (at_text_line(empty_lines)) {
      const bool blank = is(*at_, kBlank);
      if (text_before) {
        one_line = false;
        put_written();
        if (folded_ && !blank_before && !blank) {
          if (empty_lines == 0) out_ += ' ';
        } else {
          out_ += '\n';
        }
      }
      if (empty_lines > 0) {
        one_line = false;
        out_.append(empty_lines, '\n');
      }
      empty_lines = 0;
      line_end_before = take_line(one_line);
      text_before = true;
      blank_before = blank;
    }
    chomp(text_before && line_end_before, empty_lines);
  }

  // One line of text, its end not written. Returns whether it has one.
  bool take_line(bool first) {
    const char* begin = at_;
    while (!is(*at_, kBreak | kEnd)) ++at_;
    result_.end = at_;
    const std::string_view line(begin, static_cast<std::size_t>(at_ - begin));
    if (first) {
      result_.written = line;
      result_.as_written = true;
    } else {
      put_written();
      out_ += line;
    }
    const bool has_end = at_ < end_;
    skip_line_end();
    return has_end;
  }

  // The value needs the buffer: it is not one line of the source.
  void put_written() {
    if (!result_.as_written) return;
    out_ += result_.written;
    result_.as_written = false;
  }

  void chomp(bool line_end, std::size_t empty_lines) {
    if (chomp_ == Chomp::kStrip || (!line_end && empty_lines == 0)) return;
    const std::size_t kept = chomp_ == Chomp::kKeep ? empty_lines : 0;
    if (line_end && kept == 0 && result_.as_written && *result_.end == '\n') {
      result_.written = {result_.written.data(), result_.written.size() + 1};
      return;
    }
    put_written();
    out_.append(kept + (line_end ? 1 : 0), '\n');
  }

  const char* at_;
  const char* end_;
  int parent_;
  std::string& out_;
  bool folded_ = false;
  Chomp chomp_ = Chomp::kClip;
  int indent_ = -1;
  BlockScalar result_;
};

}  // namespace

BlockScalar read_block_scalar_text(const char* at, const char* end, int parent,
                                   std::string& buffer) {
  return Reader(at, end, parent, buffer).read();
}

}  // namespace yagura::kube::yaml
