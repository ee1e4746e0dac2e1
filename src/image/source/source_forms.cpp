#include "image/source/source_forms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace yagura::image {
namespace {

namespace fs = std::filesystem;
using Kind = SourceForm::Kind;

constexpr std::size_t kMaxText = 4096;

struct Prefix {
  std::string_view text;
  Kind kind;
};
constexpr std::array kPrefixes{
    Prefix{"oci:", Kind::kOciLayout},
    Prefix{"oci-archive:", Kind::kOciArchive},
    Prefix{"docker-archive:", Kind::kDockerArchive},
    Prefix{"docker-daemon:", Kind::kDockerDaemon},
    Prefix{"docker:", Kind::kDockerDaemon},
    Prefix{"containerd:", Kind::kContainerd},
    Prefix{"rootfs:", Kind::kRootFileSystem},
    Prefix{"registry:", Kind::kRegistry},
};

bool exists(std::string_view path) {
  std::error_code error;
  return !path.empty() && fs::exists(fs::path(path), error);
}

// Path and selector; the whole text is the path where no part of it exists.
void split_path(std::string_view text, SourceForm& form) {
  form.path = text;
  if (exists(text)) return;
  for (std::size_t at = text.find_last_of(":@"); at != std::string_view::npos && at > 0;
       at = text.find_last_of(":@", at - 1)) {
    if (!exists(text.substr(0, at))) continue;
    form.path = text.substr(0, at);
    form.selector = text.substr(text[at] == ':' ? at + 1 : at);
    return;
  }
}

bool takes_path(Kind kind) {
  return kind == Kind::kOciLayout || kind == Kind::kOciArchive || kind == Kind::kDockerArchive;
}

SourceForm of_prefix(Kind kind, std::string_view rest) {
  SourceForm form{.kind = kind};
  if (kind == Kind::kRootFileSystem) {
    form.path = rest;
  } else if (takes_path(kind)) {
    split_path(rest, form);
  } else {
    // "docker://nginx", as other tools have it.
    form.selector = rest.starts_with("//") ? rest.substr(2) : rest;
  }
  return form;
}

}  // namespace

Result<SourceForm> parse_source_form(std::string_view text) {
  if (text.empty()) return fail(ErrorCode::kInvalidInput, "no image is named");
  if (text.size() > kMaxText || text.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::kInvalidInput, "the name of the image is too long, or no text");
  }
  if (text == "-") return SourceForm{.kind = Kind::kStandardInput};
  for (const Prefix& prefix : kPrefixes) {
    if (!text.starts_with(prefix.text)) continue;
    const std::string_view rest = text.substr(prefix.text.size());
    if (rest.empty()) {
      return fail(ErrorCode::kInvalidInput, fmt::format("nothing is named behind \"{}\"", text));
    }
    // skopeo's "docker://" is a registry.
    if (text.starts_with("docker://")) return of_prefix(Kind::kRegistry, rest);
    return of_prefix(prefix.kind, rest);
  }
  SourceForm form{.kind = Kind::kPath};
  split_path(text, form);
  const bool is_path = text.starts_with('/') || text.starts_with("./") || text.starts_with("../") ||
                       text == "." || text == "..";
  if (is_path || exists(text) || (!form.selector.empty() && fs::is_regular_file(form.path))) {
    return form;
  }
  return SourceForm{.kind = Kind::kRegistry, .selector = std::string(text)};
}

}  // namespace yagura::image
