#include "image/source/docker_daemon.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "core/visible_text.hpp"
#include "image/registry/http_session.hpp"
#include "image/source/internal/json_members.hpp"
#include "image/source/spool_file.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kMaxName = 512;
constexpr std::size_t kMaxProblem = std::size_t{64} << 10;
// The daemon says nothing while it writes a large image to its own disk first.
constexpr std::chrono::seconds kPatience{1800};

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName && text.front() != '/' && text.front() != '.' &&
         text.find("..") == std::string_view::npos && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("._-/:@").find(c) != std::string_view::npos;
         });
}

Result<std::string> socket_of(const SourceOptions& options) {
  if (!options.docker_socket.empty()) return options.docker_socket.string();
  const char* host = std::getenv("DOCKER_HOST");
  const std::string_view text = host == nullptr ? "" : host;
  if (text.empty()) return std::string("/var/run/docker.sock");
  constexpr std::string_view kUnix = "unix://";
  if (text.starts_with(kUnix)) return std::string(text.substr(kUnix.size()));
  return fail(
      ErrorCode::kUnsupported,
      fmt::format("DOCKER_HOST is {}: only daemons on a Unix socket are asked; pipe the image "
                  "in instead: docker save IMAGE | yagura image -",
                  core::visible(text.substr(0, 160))));
}

std::string problem_of(std::string_view body) {
  std::string message;
  const auto read =
      internal::read_json_document(body, kMaxProblem, "answer", [&](internal::Json root) {
        return internal::read_members(root, {{"message", internal::into(message)}});
      });
  return read ? core::visible(std::string_view(message).substr(0, 300)) : std::string();
}

// Of a name alone the daemon would save every tag.
bool has_version(std::string_view image) {
  const std::size_t slash = image.rfind('/');
  return image.substr(slash == std::string_view::npos ? 0 : slash).find_first_of(":@") !=
         std::string_view::npos;
}

struct Saved {
  int status = 0;
  std::string problem;
  FileDescriptor file;
};

Result<Saved> save(const std::string& image, const std::string& socket,
                   const SourceOptions& options) {
  YAGURA_TRY(SpoolFile spool,
             SpoolFile::create(options.temporary_directory, options.max_archive_size));
  HttpSession session({.stall_timeout = kPatience});
  std::optional<Error> failure;
  auto answer = session.send({.url = fmt::format("http://localhost/images/{}/get", image),
                              .unix_socket = socket,
                              .max_body = kMaxProblem},
                             [&](const HttpAnswer&, std::string_view piece) {
                               auto written = spool.write(piece);
                               if (!written) failure = std::move(written).error();
                               return written.has_value();
                             });
  if (failure) return std::unexpected(*std::move(failure));
  if (!answer) {
    return fail(
        answer.error().code,
        fmt::format("{}: no Docker daemon answers there ({}); is it running, and may you use "
                    "its socket?",
                    socket, answer.error().message));
  }
  return Saved{answer->status, problem_of(answer->body), spool.take()};
}

}  // namespace

Result<std::unique_ptr<FileTree>> save_docker_image(std::string_view image,
                                                    const SourceOptions& options) {
  if (!is_name(image)) {
    return fail(ErrorCode::kInvalidInput,
                fmt::format("\"{}\" is no name of an image", core::visible(image.substr(0, 160))));
  }
  YAGURA_TRY(const std::string socket, socket_of(options));
  const std::string full =
      has_version(image) ? std::string(image) : fmt::format("{}:latest", image);
  YAGURA_TRY(Saved saved, save(full, socket, options));
  // An id has no tag.
  if (saved.status == 404 && full != image) {
    YAGURA_TRY(saved, save(std::string(image), socket, options));
  }
  if (saved.status != 200) {
    return fail(saved.status == 404 ? ErrorCode::kNotFound : ErrorCode::kIo,
                fmt::format("the Docker daemon gives no image \"{}\": {}", core::visible(image),
                            saved.problem.empty() ? fmt::format("status {}", saved.status)
                                                  : saved.problem));
  }
  return open_archive_tree(std::move(saved.file), fmt::format("docker-daemon:{}", image),
                           {.max_size = options.max_archive_size});
}

}  // namespace yagura::image
