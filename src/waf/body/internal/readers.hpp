#pragma once

// What the readers of this folder share: their makers, and how they say what went wrong.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/arena.hpp"
#include "waf/body/body.hpp"

namespace yagura::waf::internal {

// Collects a result of its own while bytes arrive; finish() appends it to the caller's.
class CollectingReader : public BodyReader {
 public:
  CollectingReader(const BodyLimits& limits, core::Arena& arena) : limits_(limits), arena_(arena) {}
  CollectingReader(const CollectingReader&) = delete;
  CollectingReader& operator=(const CollectingReader&) = delete;

  void finish(ParsedBody& out, BodyEnd end) final;

 protected:
  // The last bytes have come: complete what is pending. Called after an error, too.
  virtual void end(BodyEnd end) = 0;

  // Both keep the first message and make failed() true.
  void set_error(std::string_view message);
  void set_limit_reached(std::string_view message);
  [[nodiscard]] bool failed() const { return !result_.error.empty(); }
  // Counts bytes that belong to no file; false past limits.max_body_no_files.
  [[nodiscard]] bool take_bytes(std::size_t count);

  const BodyLimits& limits_;
  core::Arena& arena_;
  ParsedBody result_;

 private:
  std::uint64_t bytes_ = 0;
};

[[nodiscard]] std::unique_ptr<BodyReader> make_urlencoded_reader(const BodyLimits& limits,
                                                                 core::Arena& arena);
[[nodiscard]] std::unique_ptr<BodyReader> make_json_reader(const BodyLimits& limits,
                                                           core::Arena& arena);
[[nodiscard]] std::unique_ptr<BodyReader> make_multipart_reader(std::string_view content_type,
                                                                const BodyLimits& limits,
                                                                core::Arena& arena);
[[nodiscard]] std::unique_ptr<BodyReader> make_xml_reader(const BodyLimits& limits,
                                                          core::Arena& arena);

}  // namespace yagura::waf::internal
