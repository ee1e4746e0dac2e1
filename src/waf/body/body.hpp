#pragma once

// Bodies, cookies and query strings into named values. Bytes are hostile: every reader is linear in
// its input, bounded by BodyLimits, and says what it gave up. Views in the results point into the
// bytes given or into the arena.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "core/result.hpp"

namespace yagura::waf {

inline constexpr std::uint32_t kNoOffset = 0xffff'ffff;

// A decoded name and value.
struct Argument {
  std::string_view name;  // JSON: "json.items.array_0.id" as ModSecurity names leaves
  std::string_view value;
  std::uint32_t offset = kNoOffset;  // of the value's raw bytes in the body, query or header
};

struct UploadedFile {
  std::string_view field;      // name= of the part: FILES:<field>
  std::string_view file_name;  // filename=
  std::uint64_t size = 0;      // bytes of content
  std::string_view temporary;  // path of the stored content; empty: not stored
  std::string_view content;    // where it was kept in memory (FILES_TMP_CONTENT); else empty
};

struct PartHeader {
  std::string_view part;  // name= of the part: MULTIPART_PART_HEADERS:<part>
  std::string_view line;  // "Content-Type: text/plain"
};

// The MULTIPART_* variables: what is odd about a multipart body. Meanings as in the ModSecurity
// manual.
struct MultipartFlags {
  bool boundary_quoted = false, boundary_whitespace = false, data_before = false,
       data_after = false;
  bool header_folding = false, lf_line = false, missing_semicolon = false, invalid_quoting = false;
  bool invalid_part = false, invalid_header_folding = false, file_limit_exceeded = false;
  bool crlf_lf_lines = false;
  // Lines that look like a boundary and are none of this body: 1 where its own first or last one is
  // missing, which they may be meant for; 2 where both are there, as in any file with a "--".
  std::uint8_t unmatched_boundary = 0;
  bool failed = false;  // the body could not be read whole: strict_error(), as in ModSecurity
  [[nodiscard]] bool strict_error() const;  // MULTIPART_STRICT_ERROR
};

struct ParsedBody {
  std::vector<Argument> arguments;
  // Names that stand in the body without a value of their own: JSON arrays that are members.
  std::vector<std::string_view> names;
  std::vector<UploadedFile> files;
  std::vector<PartHeader> part_headers;
  std::vector<std::string_view> part_names;  // of a multipart body's fields and files, as they come
  MultipartFlags multipart;
  std::vector<std::string_view> xml_text;  // XML:/*    : all text in the document element, as one
  std::vector<std::string_view> xml_attributes;  // XML://@*  : values of its attributes
  std::string_view error;                        // REQBODY_ERROR_MSG; empty: parsed to the end
  std::uint32_t limits_reached = 0;  // how many bounds cut something (each also stands in `error`)
  bool urlencoded_error = false;     // URLENCODED_ERROR: a %xy that is none
};

// SecParseXmlIntoArgs: the texts of XML elements as arguments, beside the XML collection or
// instead.
enum class XmlArgumentsMode : std::uint8_t { kOff, kOn, kOnly };

struct BodyLimits {
  std::uint32_t max_arguments = 1000;  // SecArgumentsLimit
  std::uint32_t max_json_depth = 512;  // SecRequestBodyJsonDepthLimit
  // Of the names of all arguments of JSON or XML together, each of which is a whole path; more is
  // allowed to bodies whose size explains it (16 times).
  std::uint32_t max_name_bytes = 1 << 20;
  std::uint32_t max_xml_depth = 512;
  std::uint32_t max_xml_nodes = 100'000;  // elements and attributes
  std::uint32_t max_parts = 10'000;       // multipart parts, files included
  std::uint32_t max_files = 100;          // SecUploadFileLimit
  std::uint64_t max_in_memory =
      128 << 10;  // SecRequestBodyInMemoryLimit: raw bytes past it go to a file
  std::uint64_t max_body = 13'107'200;        // SecRequestBodyLimit
  std::uint64_t max_body_no_files = 131'072;  // SecRequestBodyNoFilesLimit
  std::string temporary_folder = "/tmp";      // SecTmpDir
  bool keep_files = false;                    // SecUploadKeepFiles
  std::string upload_folder;                  // SecUploadDir
  bool keep_file_content = false;             // some rule reads FILES_TMP_CONTENT
  bool need_xml_document = false;             // some rule asks an XPath other than /* and //@*
  char argument_separator = '&';              // SecArgumentSeparator
  XmlArgumentsMode xml_arguments = XmlArgumentsMode::kOff;
};

// Where the bytes given end: at the body's own end, or at a limit past which it goes on.
enum class BodyEnd : std::uint8_t { kReached, kCut };

enum class BodyKind : std::uint8_t { kUrlEncoded, kMultipart, kJson, kXml, kRaw };

// A reader of one body, fed as it arrives.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // False: the reader needs no more (it failed or a limit was reached); the reason comes with
  // finish().
  virtual bool feed(std::string_view chunk) = 0;
  // Once, after the last chunk. `out` keeps views of the arena. Of a body that was cut, what is not
  // complete (a part, a string, a tag) is given as far as it came, and its end is no error.
  virtual void finish(ParsedBody& out, BodyEnd end = BodyEnd::kReached) = 0;
  // xmlDoc*, after finish() and where limits.need_xml_document: for evaluate_xpath(). The reader
  // owns it. Null where nothing could be read.
  [[nodiscard]] virtual void* xml_document() { return nullptr; }
};

// `content_type` is the header's value (the multipart boundary stands in it). Both references
// outlive the reader.
[[nodiscard]] std::unique_ptr<BodyReader> make_body_reader(BodyKind kind,
                                                           std::string_view content_type,
                                                           const BodyLimits& limits,
                                                           core::Arena& arena);

// "a=1&b=%20": of a query string or a whole body in memory. Appends to out.arguments, up to
// limits.max_arguments with those that are there. Decodes %xy and '+'; a '%' that begins no %xy
// stays and sets urlencoded_error. Where nothing is encoded, the results are views of `text`.
void read_urlencoded(std::string_view text, const BodyLimits& limits, core::Arena& arena,
                     ParsedBody& out);

// A Cookie header: names and values, as ModSecurity 3 splits them (no decoding), as views of
// `header`. Linear. False: there were more than `max_cookies`, the rest was left out.
[[nodiscard]] bool read_cookies(std::string_view header, std::uint32_t max_cookies,
                                std::vector<Argument>& out);

struct XmlNamespace {
  std::string_view prefix, uri;
};
// XPath 1.0 over BodyReader::xml_document(): the text content of each node found, or the one text,
// number or boolean that the expression makes. kInvalidInput: a wrong expression or an unknown
// prefix; kLimitExceeded: more steps, nodes or bytes than allowed. One thread at a time per
// document.
[[nodiscard]] Result<std::vector<std::string_view>> evaluate_xpath(
    void* document, std::string_view expression, std::span<const XmlNamespace> namespaces,
    core::Arena& arena, const BodyLimits& limits);

// RFC 6901 pointer of the JSON value that begins at `offset` of `body` ("/items/0/id"); empty for
// the whole document and where no value begins there. Linear in `offset`.
[[nodiscard]] std::string json_pointer_at(std::string_view body, std::uint32_t offset);

// Response bodies: gzip, deflate, br, several one upon the other ("gzip, br"), as they arrive.
class Decompressor {
 public:
  struct Limits {
    std::uint64_t max_output = 1 << 20;  // bytes
    std::uint32_t max_ratio = 1000;      // output to input, counted past the first 64 KiB of output
    std::uint32_t max_layers = 3;
  };
  // `encoding` is the Content-Encoding header: gzip, deflate, br, identity, in the order in which
  // they were applied. Others are kUnsupported; more than max_layers kLimitExceeded.
  [[nodiscard]] static Result<Decompressor> make(std::string_view encoding, const Limits& limits);
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;
  ~Decompressor();
  // Appends what `chunk` decodes to. kLimitExceeded: a bound; kInvalidInput: no valid stream. `out`
  // then holds what came before, and every later call fails.
  [[nodiscard]] Result<void> feed(std::string_view chunk, std::string& out);
  // Every layer's stream has come to its end.
  [[nodiscard]] bool finished() const;

 private:
  struct State;
  explicit Decompressor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The raw bytes of a body (REQUEST_BODY), in memory up to a limit and in an unlinked temporary file
// past it.
class BodyStore {
 public:
  BodyStore(std::uint64_t max_in_memory, std::string temporary_folder);
  BodyStore(BodyStore&&) noexcept;
  BodyStore& operator=(BodyStore&&) noexcept;
  ~BodyStore();
  // kIo: no temporary file could be made or written; the store holds what it held.
  [[nodiscard]] Result<void> append(std::string_view chunk);
  [[nodiscard]] std::uint64_t size() const;
  // The whole body as one view: the memory, or the file mapped read-only. Valid until append().
  [[nodiscard]] Result<std::string_view> view();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yagura::waf
