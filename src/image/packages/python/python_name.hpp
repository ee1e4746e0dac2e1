#pragma once

#include <string>
#include <string_view>

namespace yagura::image {

// PEP 503: lower case, runs of "-", "_" and "." are one "-". "Flask_SQLAlchemy" is
// "flask-sqlalchemy".
[[nodiscard]] std::string normalized_python_name(std::string_view name);
// Whether it may be a name (PEP 508): ASCII letters, digits, ".", "_" and "-", none of these three
// at the ends.
[[nodiscard]] bool is_python_name(std::string_view name);
// Whether it may be a version (PEP 440): letters, digits, ".", "!", "+", "_", "-".
[[nodiscard]] bool is_python_version(std::string_view text);
// The name at the front of a requirement: "foo" of "foo[extra] (>=1) ; marker".
[[nodiscard]] std::string_view leading_python_name(std::string_view requirement);

// Name and version as file names have them: of "foo_bar-1.0.dist-info", "foo-1.0-py3.11.egg-info",
// "foo-1.0-py3-none-any.whl". The version is empty where there is none.
struct NamedVersion {
  std::string_view name;
  std::string_view version;
};
[[nodiscard]] NamedVersion split_file_name(std::string_view stem);

}  // namespace yagura::image
