#pragma once

// One function for each transformation, with the contract of apply(): `input` itself where nothing
// changes (or a copy of it), else a view of `out`. The table in transform.cpp names them.

#include <string>
#include <string_view>

#include "waf/transform/unicode_map.hpp"

namespace yagura::waf::internal {

std::string_view base64_decode(std::string_view input, std::string& out);
std::string_view base64_decode_ext(std::string_view input, std::string& out);
std::string_view base64_encode(std::string_view input, std::string& out);
std::string_view cmd_line(std::string_view input, std::string& out);
std::string_view compress_whitespace(std::string_view input, std::string& out);
std::string_view css_decode(std::string_view input, std::string& out);
std::string_view escape_seq_decode(std::string_view input, std::string& out);
std::string_view hex_decode(std::string_view input, std::string& out);
std::string_view hex_encode(std::string_view input, std::string& out);
std::string_view html_entity_decode(std::string_view input, std::string& out);
std::string_view js_decode(std::string_view input, std::string& out);
std::string_view length(std::string_view input, std::string& out);
std::string_view lowercase(std::string_view input, std::string& out);
std::string_view md5(std::string_view input, std::string& out);
std::string_view normalize_path(std::string_view input, std::string& out);
std::string_view normalize_path_win(std::string_view input, std::string& out);
std::string_view parity_even_7bit(std::string_view input, std::string& out);
std::string_view parity_odd_7bit(std::string_view input, std::string& out);
std::string_view parity_zero_7bit(std::string_view input, std::string& out);
std::string_view remove_comments(std::string_view input, std::string& out);
std::string_view remove_comments_char(std::string_view input, std::string& out);
std::string_view remove_nulls(std::string_view input, std::string& out);
std::string_view remove_whitespace(std::string_view input, std::string& out);
std::string_view replace_comments(std::string_view input, std::string& out);
std::string_view replace_nulls(std::string_view input, std::string& out);
std::string_view sha1(std::string_view input, std::string& out);
std::string_view sql_hex_decode(std::string_view input, std::string& out);
std::string_view trim(std::string_view input, std::string& out);
std::string_view trim_left(std::string_view input, std::string& out);
std::string_view trim_right(std::string_view input, std::string& out);
std::string_view uppercase(std::string_view input, std::string& out);
std::string_view url_decode(std::string_view input, std::string& out);
std::string_view url_decode_uni(std::string_view input, std::string& out);
std::string_view url_decode_uni_mapped(std::string_view input, std::string& out,
                                       const UnicodeMap& map);
std::string_view url_encode(std::string_view input, std::string& out);
std::string_view utf8_to_unicode(std::string_view input, std::string& out);

}  // namespace yagura::waf::internal
