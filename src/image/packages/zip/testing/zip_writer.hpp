#pragma once

// Archives for tests, with any lie in them.

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace yagura::image {

class ZipWriter {
 public:
  struct Options {
    bool deflate = true;
    bool zip64 = false;
    std::uint16_t flags = 0;
    std::int64_t claimed_size = -1;
    int method = -1;
  };

  ZipWriter& add(std::string_view name, std::string_view content) {
    return add(name, content, Options());
  }
  ZipWriter& add(std::string_view name, std::string_view content, const Options& options) {
    const std::string data = options.deflate ? deflated(content) : std::string(content);
    const auto method = static_cast<std::uint64_t>(options.method >= 0 ? options.method
                                                                       : (options.deflate ? 8 : 0));
    const auto size = options.claimed_size >= 0 ? static_cast<std::uint64_t>(options.claimed_size)
                                                : std::uint64_t{content.size()};
    const std::uint64_t header = out_.size();
    out_ += "PK\3\4" + number(20, 2) + number(options.flags, 2) + number(method, 2) +
            std::string(8, '\0') + number(data.size(), 4) + number(size, 4) +
            number(name.size(), 2) + number(0, 2) + std::string(name) + data;
    const std::string extra = options.zip64 ? number(1, 2) + number(24, 2) + number(size, 8) +
                                                  number(data.size(), 8) + number(header, 8)
                                            : std::string();
    const auto field = [&](std::uint64_t value) { return number(options.zip64 ? ~0U : value, 4); };
    directory_ += "PK\1\2" + number(20, 2) + number(20, 2) + number(options.flags, 2) +
                  number(method, 2) + std::string(8, '\0') + field(data.size()) + field(size) +
                  number(name.size(), 2) + number(extra.size(), 2) + number(0, 2) +
                  std::string(8, '\0') + field(header) + std::string(name) + extra;
    ++count_;
    return *this;
  }

  [[nodiscard]] std::string finish(std::string_view comment = {}) const {
    return out_ + directory_ + "PK\5\6" + std::string(4, '\0') + number(count_, 2) +
           number(count_, 2) + number(directory_.size(), 4) + number(out_.size(), 4) +
           number(comment.size(), 2) + std::string(comment);
  }
  [[nodiscard]] std::string finish64() const {
    const std::string end64 = "PK\6\6" + number(44, 8) + number(45, 2) + number(45, 2) +
                              std::string(8, '\0') + number(count_, 8) + number(count_, 8) +
                              number(directory_.size(), 8) + number(out_.size(), 8);
    const std::string locator =
        "PK\6\7" + number(0, 4) + number(out_.size() + directory_.size(), 8) + number(1, 4);
    return out_ + directory_ + end64 + locator + "PK\5\6" + std::string(4, '\0') +
           number(0xffff, 2) + number(0xffff, 2) + number(~0U, 4) + number(~0U, 4) + number(0, 2);
  }

 private:
  static std::string number(std::uint64_t value, unsigned size) {
    std::string out;
    for (unsigned i = 0; i < size; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
    return out;
  }
  static std::string deflated(std::string_view content) {
    z_stream stream{};
    (void)deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    (void)deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    (void)deflateEnd(&stream);
    return out;
  }

  std::string out_;
  std::string directory_;
  std::uint64_t count_ = 0;
};

}  // namespace yagura::image
