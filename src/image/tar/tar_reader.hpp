#pragma once

// Reads a tar archive in one pass: v7, ustar, GNU (long names, base-256 numbers, sparse files) and
// pax. Where programs differ about a doubtful archive, it sees what container runtimes see (they
// use Go's archive/tar): links and devices have no content whatever their size says; global pax
// headers name no file. Unlike them it reads on behind damage, and says so.
//
// Never fails: what can't be read is a note, and the rest is still read. Errors are the source's.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "image/blob/chunk.hpp"
#include "image/model/file_entry.hpp"
#include "image/tar/header.hpp"
#include "image/tar/notes.hpp"
#include "image/tar/path.hpp"
#include "image/tar/pax.hpp"

namespace yagura::image {

struct TarLimits {
  std::uint64_t max_entries = 600'000;  // headers of every kind; memory holds an entry each
  PathLimits path;
  std::size_t max_extended = std::size_t{1} << 20;  // one pax header, one long name
  std::size_t max_sparse_parts = 100'000;           // of one file
  // Bytes of holes that are given as zeros, in all: they cost time and nothing in the archive.
  std::uint64_t max_holes = std::uint64_t{16} << 30;
};

class TarReader {
 public:
  // `source` must outlive this.
  explicit TarReader(ChunkSource& source, const TarLimits& limits = {});

  // The next entry that has a usable path, or nullptr at the end. Passes over what is left of the
  // content before. The entry lives until the next call.
  [[nodiscard]] Result<const FileEntry*> next();

  // The next bytes of the entry's content, without a copy; empty: its end. All pieces together are
  // FileEntry::size bytes long, unless content_complete() says otherwise.
  [[nodiscard]] Result<Chunk> content();
  // False once the content ended early: the archive is cut off, or holes were too many.
  [[nodiscard]] bool content_complete() const { return content_complete_; }

  // What was passed over or damaged, so far. Empties it.
  [[nodiscard]] std::vector<std::string> take_notes() { return notes_.take(); }

 private:
  enum class Step : std::uint8_t { kEntry, kAgain, kEnd };

  // The archive's bytes.
  [[nodiscard]] Result<bool> more();
  [[nodiscard]] Result<bool> take_block();
  [[nodiscard]] Result<void> skip(std::uint64_t bytes);
  [[nodiscard]] Result<void> skip_content();

  // Headers.
  [[nodiscard]] Result<Step> step();
  [[nodiscard]] Result<Step> end_marker();
  [[nodiscard]] Result<Step> resynchronise();
  [[nodiscard]] Result<Step> dispatch(const TarHeader& header);
  [[nodiscard]] Result<Step> take_extended(const TarHeader& header);
  [[nodiscard]] Result<bool> read_text(std::uint64_t size, std::string& out);
  [[nodiscard]] Result<Step> take_file(const TarHeader& header, FileKind kind);
  [[nodiscard]] Result<Step> pass_over(const TarHeader& header);
  [[nodiscard]] bool take_paths(const TarHeader& header, FileKind kind);
  [[nodiscard]] bool take_path(std::string_view raw, std::string& to, std::string_view what);
  void take_numbers(const TarHeader& header);
  void forget_extended();

  // Sparse files.
  [[nodiscard]] Result<void> take_sparse(const TarHeader& header);
  [[nodiscard]] Result<bool> take_sparse_extensions(OldSparse& sparse);
  [[nodiscard]] Result<bool> take_sparse_map(std::vector<SparsePart>& parts);
  [[nodiscard]] bool accept_sparse(std::vector<SparsePart> parts, std::uint64_t real_size);
  [[nodiscard]] Result<Chunk> sparse_content();
  [[nodiscard]] Result<Chunk> stored_content(std::uint64_t most);
  [[nodiscard]] Chunk hole(std::uint64_t most);

  ChunkSource& source_;
  TarLimits limits_;
  Notes notes_;

  Chunk chunk_;                          // what is left of the bytes that the source gave last
  std::array<char, kTarBlock> block_{};  // of take_block()
  std::uint64_t offset_ = 0;             // of what comes next, in the archive
  bool ended_ = false;

  std::uint64_t entries_ = 0;
  bool block_waits_ = false;  // take_block() gives the last one again

  // For the next file.
  PaxRecords pax_;
  PaxRecords global_;
  std::string long_name_;
  std::string long_link_;
  bool extended_waits_ = false;  // for the file that it speaks of

  // The current file.
  FileEntry entry_;
  std::string path_;
  std::string link_;
  std::uint64_t stored_left_ = 0;  // bytes of content in the archive
  std::uint64_t padding_ = 0;      // behind them, up to a block
  std::uint64_t left_ = 0;         // bytes of content still to be given
  std::vector<SparsePart> parts_;  // empty: not sparse
  std::size_t part_ = 0;
  bool sparse_ = false;
  bool content_complete_ = true;
  std::uint64_t holes_left_;
};

}  // namespace yagura::image
