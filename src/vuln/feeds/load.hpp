#pragma once

// Feeds as files: directories, archives (zip, tar, with any compression), single documents.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "core/diagnostics.hpp"
#include "core/result.hpp"
#include "vuln/feeds/parsed.hpp"

namespace yagura::vuln {

struct FeedLimits {
  std::uint64_t max_document_bytes = std::uint64_t{1} << 30;  // inflated
  std::uint64_t max_total_bytes = std::uint64_t{64} << 30;    // inflated, of one feed
  std::uint64_t max_documents = 10'000'000;
  unsigned threads = 2;  // parsers beside the thread that reads
};

struct FeedInfo {
  std::string name;                          // the path as given
  FeedFormat format = FeedFormat::kUnknown;  // of the first document that had one
  std::string data_time;  // the newest time that the data names; else the file's own, RFC 3339
  std::uint64_t documents = 0;
  std::uint64_t records = 0;
  std::uint64_t scores = 0;
  std::uint64_t bytes = 0;  // inflated
};

// What takes records. Called by the loading thread alone, in the order of the feed.
struct FeedSink {
  std::function<void(Record&&)> record;
  std::function<void(Score&&)> score;
};

// Reads all documents of `path`. Documents and records that can't be used are told in
// `diagnostics`, the others are given. An error is a path that can't be read, an archive that is
// damaged (what came before was given), a limit, or a feed without any document.
// Links are not followed inside directories; hidden entries and "index.json"-like files of no known
// format are told and passed by.
[[nodiscard]] Result<FeedInfo> load_feed(const std::filesystem::path& path,
                                         const FeedLimits& limits, const FeedSink& sink,
                                         Diagnostics& diagnostics);

}  // namespace yagura::vuln
