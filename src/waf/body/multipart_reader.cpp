// multipart/form-data (RFC 7578, RFC 2046) line by line, as the bytes come. A line is judged when
// it is complete or when its first kMaxLine bytes are there, whichever comes first, so that pieces
// make no difference; what follows in a longer line is data without being looked at. The line end
// before a boundary belongs to the boundary: each one is held back until the next line is known.
//
// An error in a part makes that part unreadable, not the body: the rest is read all the same, for
// rules in detection mode to see. An error in a boundary ends the reading.

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "waf/body/internal/multipart_headers.hpp"
#include "waf/body/internal/readers.hpp"
#include "waf/body/internal/upload_file.hpp"

namespace yagura::waf {
namespace {

using internal::is_space;

constexpr std::size_t kMaxLine = 4096;
constexpr std::size_t kMaxPartHeaders = 64;

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Linear whatever the boundary is made of, unlike string_view::find.
bool contains(std::string_view line, std::string_view delimiter) {
  return memmem(line.data(), line.size(), delimiter.data(), delimiter.size()) != nullptr;
}

class MultipartReader final : public internal::CollectingReader {
 public:
  MultipartReader(std::string_view content_type, const BodyLimits& limits, core::Arena& arena)
      : CollectingReader(limits, arena) {
    std::string error;
    const std::string boundary = internal::read_boundary(content_type, result_.multipart, error);
    delimiter_ = "--" + boundary;
    if (!error.empty()) stop(error);
  }

  bool feed(std::string_view chunk) override {
    while (!chunk.empty() && !stopped_) {
      seen_bytes_ = true;
      if (state_ == State::kComplete) {
        flags().data_after = true;
        stopped_ = true;
      } else if (in_long_line_) {
        chunk.remove_prefix(take_rest_of_line(chunk));
      } else {
        chunk.remove_prefix(take_beginning_of_line(chunk));
      }
    }
    return !stopped_;
  }

 private:
  enum class State : std::uint8_t {
    kPreamble,
    kHeaders,
    kData,
    kUnreadable,  // a part with an error, up to the next boundary
    kComplete
  };

  MultipartFlags& flags() { return result_.multipart; }

  void report(std::string_view message) {
    flags().failed = true;
    set_error(fmt::format("Multipart parsing error: {}", message));
  }
  void stop(std::string_view message) {
    report(message);
    stopped_ = true;
  }
  void stop_at_limit(std::string_view message) {
    flags().failed = true;
    set_limit_reached(fmt::format("Multipart parsing error: {}", message));
    stopped_ = true;
  }
  // Nothing more of this part is read.
  void give_up_part(std::string_view message) {
    report(message);
    flags().invalid_part = true;
    publish_headers();
    file_.discard();
    state_ = State::kUnreadable;
  }

  void end(BodyEnd end) override {
    read_end(end);
    const bool has_boundaries =
        parts_ > 0 && !stopped_ && (state_ == State::kComplete || end == BodyEnd::kCut);
    if (flags().unmatched_boundary != 0 && has_boundaries) flags().unmatched_boundary = 2;
  }

  void read_end(BodyEnd end) {
    if (stopped_ || !seen_bytes_) return;
    if (end == BodyEnd::kCut) {
      end_cut();
      return;
    }
    if (state_ == State::kComplete) return;
    if (!line_.empty()) {
      const bool is_final = line_.size() == delimiter_.size() + 2 &&
                            line_.starts_with(delimiter_) && line_.ends_with("--");
      if (is_final) {
        take_boundary(true);
        return;
      }
      take_line(line_);
    }
    if (stopped_) return;
    stop(seen_boundary_ ? "Multipart: Final boundary missing."
                        : "Multipart: No boundaries found in payload.");
  }

  // The body goes on: what stands of the last line is taken for what it is up to here. A beginning
  // of our boundary may be data just as well.
  void end_cut() {
    if (state_ == State::kComplete) {
      flags().data_after = true;
    } else if (line_.starts_with(delimiter_)) {
      end_cut_boundary();
    } else if (state_ == State::kPreamble) {
      end_cut_preamble();
    } else if (state_ == State::kHeaders) {
      end_cut_headers();
    } else if (state_ == State::kData) {
      end_cut_data();
    }
  }

  void end_cut_boundary() {
    const std::string_view rest = std::string_view(line_).substr(delimiter_.size());
    const bool is_ours =
        std::string_view("--\r").starts_with(rest) || std::string_view("\r").starts_with(rest);
    is_ours ? end_part() : take_boundary_line(line_);
  }

  // Nothing in front of the first boundary is looked at: a cut there would leave the body unread.
  void end_cut_preamble() {
    if (!flags().data_before && std::string_view(delimiter_).starts_with(line_)) return;
    flags().data_before = true;
    stop("Multipart: No boundaries found in payload.");
  }

  // A part is there as soon as its name is known.
  void end_cut_headers() {
    const std::string* header = find_header("Content-Disposition");
    std::string error;  // not ours to report: the header may go on in a line behind the cut
    const bool is_named = header != nullptr && take_disposition(*header, error);
    if (!line_.empty()) headers_.emplace_back(line_);
    publish_headers();
    if (!is_named) return;
    begin_data();
    data_offset_ = static_cast<std::uint32_t>(offset_);
    if (!stopped_) add_part();
  }

  void end_cut_data() {
    if (state_ != State::kData) return;
    if (!has_data_line_) data_offset_ = static_cast<std::uint32_t>(offset_);
    if (!line_.empty()) take_data(line_);
    if (!stopped_) add_part();
  }

  // --- lines ---

  std::size_t take_beginning_of_line(std::string_view chunk) {
    const std::size_t room = std::min(chunk.size(), kMaxLine - line_.size());
    const std::size_t newline = chunk.substr(0, room).find('\n');
    const bool ends = newline != std::string_view::npos;
    const std::size_t taken = ends ? newline + 1 : room;
    if (!ends && line_.size() + taken < kMaxLine) {
      line_.append(chunk.substr(0, taken));
      return taken;
    }
    in_long_line_ = !ends;
    if (line_.empty()) {
      take_line(chunk.substr(0, taken));
    } else {
      line_.append(chunk.substr(0, taken));
      take_line(line_);
      line_.clear();
    }
    return taken;
  }

  std::size_t take_rest_of_line(std::string_view chunk) {
    const std::size_t newline = chunk.find('\n');
    const std::size_t taken = newline == std::string_view::npos ? chunk.size() : newline + 1;
    in_long_line_ = newline == std::string_view::npos;
    if (state_ == State::kData) {
      take_data(chunk.substr(0, taken));
    } else if (!take_bytes(taken)) {
      fail_bytes();
    }
    offset_ += taken;
    return taken;
  }

  // A whole line with its end, or the first kMaxLine bytes of one.
  void take_line(std::string_view line) {
    if (line.size() > 3 && line.starts_with("--")) {
      if (line.starts_with(delimiter_)) {
        take_boundary_line(line);
      } else {
        judge_unknown_boundary(line);
        take_content_line(line);
      }
    } else {
      if (contains(line, delimiter_)) flags().unmatched_boundary = 1;
      take_content_line(line);
    }
    offset_ += line.size();
  }

  void take_boundary_line(std::string_view line) {
    std::string_view rest = line.substr(delimiter_.size());
    const bool is_final = rest.starts_with("--");
    if (is_final) rest.remove_prefix(2);
    if (rest == "\n") {
      saw_lf();
    } else if (rest == "\r\n") {
      saw_crlf();
    } else {
      stop("Multipart: Invalid boundary: bytes follow it.");
      return;
    }
    take_boundary(is_final);
  }

  // A line that looks like a boundary and is not ours.
  void judge_unknown_boundary(std::string_view line) {
    const std::string_view boundary = std::string_view(delimiter_).substr(2);
    std::string_view rest = line.substr(2);
    if (flags().boundary_quoted && rest.starts_with('"') && rest.substr(1).starts_with(boundary)) {
      stop("Multipart: Invalid boundary (quotes).");
      return;
    }
    const std::size_t before = rest.size();
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    if (rest.size() != before && rest.starts_with(boundary)) {
      stop("Multipart: Invalid boundary (whitespace).");
      return;
    }
    flags().unmatched_boundary = 1;
  }

  void take_content_line(std::string_view line) {
    if (stopped_) return;
    if (state_ == State::kData) {
      take_data(line);
      return;
    }
    if (!take_bytes(line.size())) {
      fail_bytes();
    } else if (state_ == State::kPreamble) {
      flags().data_before = true;
    } else if (state_ == State::kHeaders) {
      take_header_line(line);
    }
  }

  void fail_bytes() {
    flags().failed = true;
    stopped_ = true;
  }

  void saw_lf() {
    flags().lf_line = true;
    flags().crlf_lf_lines = seen_crlf_;
  }
  void saw_crlf() {
    seen_crlf_ = true;
    flags().crlf_lf_lines = flags().lf_line;
  }

  // --- headers of a part ---

  void take_header_line(std::string_view line) {
    if (in_long_line_) {
      give_up_part(fmt::format("Multipart: Part header line over {} bytes long.", kMaxLine));
      return;
    }
    if (line.find('\0') != std::string_view::npos) {
      give_up_part("Multipart: Nul byte in part headers.");
      return;
    }
    line.ends_with("\r\n") ? saw_crlf() : saw_lf();
    const std::string_view text = without_line_end(line);
    if (text.empty()) {
      end_headers();
    } else if (is_space(text.front())) {
      fold_header(text);
    } else {
      add_header(text);
    }
  }

  // A line that continues the header before it.
  void fold_header(std::string_view text) {
    flags().header_folding = true;
    std::size_t blanks = 0;
    for (; blanks < text.size() && is_space(text[blanks]); ++blanks) {
      // Blanks and tabs by the standard; some servers take others too.
      if (text[blanks] != ' ' && text[blanks] != '\t') flags().invalid_header_folding = true;
    }
    if (headers_.empty()) {
      give_up_part("Multipart: Invalid part header (folding error).");
    } else if (headers_.back().size() + text.size() > kMaxLine) {
      give_up_part("Multipart: Part header too long.");
    } else {
      headers_.back().append(" ").append(text.substr(blanks));
    }
  }

  void add_header(std::string_view text) {
    headers_.emplace_back(text);
    const std::size_t colon = text.find(':');
    const std::string_view name = text.substr(0, colon);
    if (colon == std::string_view::npos) {
      give_up_part("Multipart: Invalid part header (colon missing).");
    } else if (name.empty()) {
      give_up_part("Multipart: Invalid part header (header name missing).");
    } else if (!std::all_of(name.begin(), name.end(),
                            [](char byte) { return byte > ' ' && byte < 0x7f; })) {
      give_up_part("Multipart: Invalid part header (contains invalid character).");
    } else if (headers_.size() > kMaxPartHeaders) {
      ++result_.limits_reached;
      give_up_part(fmt::format("Multipart: More than {} headers of a part.", kMaxPartHeaders));
    } else if (find_header(name) != &headers_.back()) {
      give_up_part("Multipart: Duplicate part header.");
    }
  }

  // The first header of that name.
  std::string* find_header(std::string_view name) {
    for (std::string& header : headers_) {
      if (internal::same_but_for_case(std::string_view(header).substr(0, header.find(':')), name)) {
        return &header;
      }
    }
    return nullptr;
  }

  void end_headers() {
    const std::string* header = find_header("Content-Disposition");
    if (header == nullptr) {
      give_up_part("Multipart: Part missing Content-Disposition header.");
      return;
    }
    std::string error;
    if (!take_disposition(*header, error)) {
      give_up_part(error);
      return;
    }
    publish_headers();
    state_ = State::kData;
    begin_data();
  }

  bool take_disposition(std::string_view header, std::string& error) {
    std::string_view value = header.substr(header.find(':') + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t'))
      value.remove_prefix(1);
    return internal::read_disposition(value, flags(), disposition_, error);
  }

  // Also of parts that are given up: rules judge them.
  void publish_headers() {
    const std::string_view part = arena_.copy(disposition_.name);
    for (const std::string& header : headers_) {
      result_.part_headers.push_back({.part = part, .line = arena_.copy(header)});
    }
    headers_.clear();
    part_name_ = part;
  }

  // --- data of a part ---

  [[nodiscard]] bool is_file() const { return !disposition_.file_name.empty(); }

  void begin_data() {
    value_.clear();
    held_end_ = {};
    size_ = 0;
    has_data_line_ = false;
    data_offset_ = kNoOffset;
    keeps_content_ = stores_file_ = false;
    if (!is_file()) return;
    const bool extracts =
        limits_.keep_file_content || (limits_.keep_files && !limits_.upload_folder.empty());
    if (!extracts) return;
    if (extracted_files_ == limits_.max_files) {
      if (!flags().file_limit_exceeded) {
        ++result_.limits_reached;
        report(fmt::format("Multipart: Upload file limit exceeded: {}.", limits_.max_files));
      }
      flags().file_limit_exceeded = true;
      return;
    }
    ++extracted_files_;
    keeps_content_ = limits_.keep_file_content;
    if (!limits_.keep_files || limits_.upload_folder.empty()) return;
    if (const auto created = file_.create(limits_.upload_folder); !created) {
      report(created.error().message);
    } else {
      stores_file_ = true;
    }
  }

  // A line or a piece of one. Its end is held back; a '\r' may be half of it.
  void take_data(std::string_view piece) {
    if (!has_data_line_) data_offset_ = static_cast<std::uint32_t>(offset_);
    has_data_line_ = true;
    if (!is_file() && !take_bytes(piece.size())) {
      fail_bytes();
      return;
    }
    if (held_end_ == "\r" && piece.starts_with('\n')) {
      held_end_ = "\r\n";
      piece.remove_prefix(1);
    }
    if (piece.empty()) return;
    add_content(held_end_);
    const std::string_view text = without_line_end(piece);
    add_content(text);
    const std::string_view end = piece.substr(text.size());
    held_end_ = end == "\r\n" ? "\r\n" : end == "\n" ? "\n" : end == "\r" ? "\r" : "";
  }

  void add_content(std::string_view bytes) {
    size_ += bytes.size();
    if (!is_file()) {
      value_.append(bytes);
      return;
    }
    if (keeps_content_) keep_content(bytes);
    if (!stores_file_) return;
    if (const auto written = file_.append(bytes); !written) {
      report(written.error().message);
      stores_file_ = false;
      file_.discard();
    }
  }

  void keep_content(std::string_view bytes) {
    content_bytes_ += bytes.size();
    if (content_bytes_ <= limits_.max_body) {
      value_.append(bytes);
      return;
    }
    ++result_.limits_reached;
    report(fmt::format("Multipart: More than {} bytes of files kept for rules.", limits_.max_body));
    keeps_content_ = false;
  }

  // --- boundaries ---

  void take_boundary(bool is_final) {
    seen_boundary_ = true;
    end_part();
    if (stopped_) return;
    if (is_final) {
      state_ = State::kComplete;
      return;
    }
    if (++parts_ > limits_.max_parts) {
      stop_at_limit(
          fmt::format("Multipart: More than {} parts: the rest was not read.", limits_.max_parts));
      return;
    }
    state_ = State::kHeaders;
    disposition_ = {};
    headers_.clear();
  }

  void end_part() {
    if (state_ == State::kHeaders) {
      give_up_part("Multipart: Invalid part (a boundary among its headers).");
    } else if (state_ == State::kData && !has_data_line_) {
      // Readers disagree on whether such a part has ended at all.
      give_up_part("Multipart: Invalid part (no line of data).");
    } else if (state_ == State::kData) {
      add_part();
    }
  }

  void add_part() {
    result_.part_names.push_back(part_name_);
    is_file() ? add_file() : add_argument();
  }

  void add_argument() {
    if (result_.arguments.size() >= limits_.max_arguments) {
      stop_at_limit(fmt::format("Multipart: More than {} arguments: the rest was not read.",
                                limits_.max_arguments));
      return;
    }
    result_.arguments.push_back(
        {.name = part_name_, .value = arena_.copy(value_), .offset = data_offset_});
  }

  void add_file() {
    UploadedFile file{.field = part_name_,
                      .file_name = arena_.copy(disposition_.file_name),
                      .size = size_,
                      .content = arena_.copy(value_)};
    if (stores_file_) {
      if (const auto path = file_.keep(); path) {
        file.temporary = arena_.copy(*path);
      } else {
        report(path.error().message);
        file_.discard();
      }
    }
    result_.files.push_back(file);
  }

  std::string delimiter_;  // "--" and the boundary
  State state_ = State::kPreamble;
  bool stopped_ = false, seen_bytes_ = false, seen_boundary_ = false, seen_crlf_ = false;
  bool in_long_line_ = false;  // the rest of a line whose beginning was judged
  std::uint64_t offset_ = 0;   // of the line, or piece, that is judged
  std::string line_;           // the beginning of a line that is not complete
  std::uint32_t parts_ = 0, extracted_files_ = 0;
  std::uint64_t content_bytes_ = 0;

  // The part that is read.
  std::vector<std::string> headers_;
  internal::Disposition disposition_;
  std::string_view part_name_;
  std::string value_;  // of a field; of a file where its content is kept
  internal::UploadFile file_;
  std::string_view held_end_;
  std::uint64_t size_ = 0;
  std::uint32_t data_offset_ = kNoOffset;
  bool has_data_line_ = false, keeps_content_ = false, stores_file_ = false;
};

}  // namespace

std::unique_ptr<BodyReader> internal::make_multipart_reader(std::string_view content_type,
                                                            const BodyLimits& limits,
                                                            core::Arena& arena) {
  return std::make_unique<MultipartReader>(content_type, limits, arena);
}

}  // namespace yagura::waf
