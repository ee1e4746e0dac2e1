// An open-addressing table made at compile time from lists of words, one list a meaning.

#include "waf/detect/internal/sqli_words.hpp"

#include <array>
#include <cstddef>

namespace yagura::waf::sqli {
namespace {

struct List {
  Word meaning;
  std::string_view words;  // lower case, one blank between
};

using enum Kind;

constexpr List kLists[] = {
    {{kLogic, kLogic}, "and or xor"},
    {{kExpression, kExpression, Tag::kSelect}, "select"},
    {{kExpression, kExpression, Tag::kExecute}, "exec execute"},
    {{kExpression, kExpression, Tag::kCase}, "case"},
    {{kExpression, kExpression, Tag::kWaitfor}, "waitfor"},
    {{kExpression, kFunction}, "insert replace values"},
    {{kExpression, kExpression, Tag::kUpdate}, "update"},
    {{kExpression, kExpression, Tag::kCall}, "call"},
    {{kExpression, kExpression}, "delete merge"},
    {{kStatement, kStatement},
     "declare shutdown grant revoke deny reconfigure openrowset pragma vacuum reindex"},
    {{kStatement, kStatement, Tag::kDefine},
     "drop create alter truncate rename backup restore bulk attach detach"},
    {{kStatement, kStatement, Tag::kPrint}, "print"},
    {{kStatement, kStatement, Tag::kConditional}, "while"},
    {{kStatement, kFunction, Tag::kConditional}, "if"},
    {{kUnion, kUnion}, "union except intersect minus"},
    {{kWord, kWord, Tag::kAll}, "all distinct distinctrow"},
    {{kWord, kWord, Tag::kBy}, "by"},
    {{kWord, kWord, Tag::kSort}, "group order"},
    {{kClause, kClause}, "having limit"},
    {{kOperator, kOperator, Tag::kNot}, "not"},
    {{kOperator, kOperator, Tag::kIs}, "is"},
    {{kOperator, kOperator, Tag::kCompare}, "like rlike regexp ilike between isnull notnull"},
    {{kOperator, kOperator, Tag::kIn}, "in"},
    {{kOperator, kOperator}, "div collate"},
    {{kOperator, kFunction}, "mod"},
    {{kOperator, kOperator, Tag::kUnary}, "binary prior"},
    {{kKeyword, kKeyword, Tag::kInto}, "into"},
    {{kWord, kWord, Tag::kOutfile}, "outfile dumpfile"},
    {{kWord, kWord, Tag::kDelay}, "delay"},
    {{kKeyword, kKeyword, Tag::kFrom}, "from"},
    {{kKeyword, kKeyword, Tag::kWhere}, "where join natural cross inner outer"},
    {{kKeyword, kFunction, Tag::kWhere}, "left right"},
    {{kKeyword, kKeyword, Tag::kWhen}, "when"},
    {{kKeyword, kKeyword, Tag::kThen}, "then"},
    {{kKeyword, kKeyword, Tag::kRoutine}, "function procedure"},
    {{kKeyword, kKeyword, Tag::kSet}, "set"},
    {{kKeyword, kKeyword}, "else using returning as on before after"},
    {{kWord, kFunction, Tag::kObject}, "database user schema"},
    {{kWord, kWord, Tag::kObject},
     "table view index trigger login role sequence temporary temp unique tablespace"},
    {{kVariable, kVariable},
     "null true false unknown current_user session_user system_user current_date current_time "
     "current_timestamp localtime localtimestamp sysdate rownum user_name"},
    {{kType, kFunction},
     "char nchar varchar nvarchar date time timestamp datetime year float double numeric decimal "
     "real text ntext"},
    {{kType, kType},
     "int integer bigint smallint tinyint mediumint signed unsigned boolean bool blob clob json "
     "jsonb uuid bytea varbinary varchar2 nvarchar2 money xml regclass float8 float4 "
     "int2 int4 int8 serial bigserial inet cidr macaddr interval timestamptz timetz datetime2 "
     "uniqueidentifier sql_variant oid"},
    // Functions that make a query wait, reach out, reveal, or build text from codes.
    {{kWord, kFunction, Tag::kTelling},
     "sleep benchmark pg_sleep pg_sleep_for pg_sleep_until get_lock release_lock is_free_lock "
     "is_used_lock load_file extractvalue updatexml xmltype xmltable name_const polygon "
     "multipoint multipolygon linestring multilinestring geometrycollection st_geomfromtext "
     "geomfromtext gtid_subset gtid_subtract st_latfromgeohash st_longfromgeohash "
     "st_pointfromgeohash master_pos_wait wait_for_executed_gtid_set sys_eval sys_exec "
     "xp_cmdshell xp_dirtree xp_fileexist xp_regread xp_subdirs xp_getfiledetails sp_executesql "
     "sp_oacreate sp_oamethod sp_password sp_configure sp_addextendedproc openquery "
     "opendatasource fn_xe_file_target_read_file fn_get_audit_file fn_trace_gettable "
     "group_concat concat_ws string_agg listagg xmlagg wm_concat pg_read_file pg_ls_dir "
     "pg_read_binary_file lo_import lo_export lo_get query_to_xml database_to_xml table_to_xml "
     "dblink dblink_exec dblink_connect current_setting set_config pg_terminate_backend "
     "pg_cancel_backend inet_server_addr current_database current_schema current_schemas "
     "db_name host_name suser_name suser_sname is_srvrolemember is_member has_dbaccess "
     "object_id object_name col_name serverproperty load_extension sqlite_version randomblob "
     "zeroblob unhex make_set elt char_length character_length nullif ifnull isnull nvl nvl2 "
     "coalesce iif chr ascii ord substring substr substrb bitand to_char to_number to_date "
     "rawtohex hextoraw utl_inaddr.get_host_address utl_inaddr.get_host_name utl_http.request "
     "httpuritype dbms_pipe.receive_message dbms_lock.sleep dbms_session.sleep "
     "ctxsys.drithsx.sn dbms_xmlgen.getxml dbms_ldap.init dbms_utility.sqlid_to_sqlhash "
     "ordsys.ord_dicom.getmappingxpath ctxsys.ctx_report.token_type xmlforest xmlelement "
     "sys_context "
     "json_keys json_extract json_depth json_length json_query json_value json_modify "
     "json_array json_object json_arrayagg json_objectagg json_contains json_set json_type "
     "json_valid openjson jsonb_pretty jsonb_path_query jsonb_array_elements jsonb_each "
     "row_count found_rows last_insert_id connection_id convert_from convert_to quote_ident "
     "quote_literal crc32 inet_aton inet_ntoa inet6_aton find_in_set export_set field_name "
     "load_data sqlite_compileoption_get sysdate utc_timestamp patindex charindex stuff "
     "quotename newid checksum binary_checksum instr locate strcmp"},
    {{kWord, kFunction},
     "abs acos adddate addtime aes_decrypt aes_encrypt asin atan atan2 avg bin bin_to_uuid "
     "bit_and bit_count bit_length bit_or bit_xor cast ceil ceiling charset coercibility "
     "collation compress concat conv convert convert_tz cos cot count cume_dist curdate curtime "
     "date_add date_format date_sub datediff dateadd datename datepart date_part date_trunc "
     "dayname dayofmonth dayofweek dayofyear decode degrees dense_rank difference encode encrypt "
     "exp from_base64 from_days from_unixtime generate_series getdate getutcdate greatest grouping "
     "hex json_unquote last_day lcase least len length ln log10 log2 lower lpad ltrim makedate "
     "maketime max md5 median microsecond mid min monthname months_between nextval now ntile "
     "numeric_scale octet_length oct overlay password percent_rank period_add period_diff pi "
     "position pow power quarter quote radians rand random random_bytes rank regexp_instr "
     "regexp_like regexp_replace regexp_substr regexp_matches regexp_split_to_array repeat "
     "replicate "
     "reverse round row_number rpad rtrim schema_name sec_to_time second sha sha1 sha2 sign sin "
     "soundex space split_part sqrt std stddev stddev_pop stddev_samp str str_to_date strpos "
     "subdate subtime sum sysdatetime tan time_format time_to_sec timediff timestampadd "
     "timestampdiff to_base64 to_days to_hex to_json to_jsonb to_timestamp translate trim "
     "truncate trunc try_cast try_convert ucase uncompress unicode uuid uuid_short uuid_to_bin "
     "unix_timestamp upper utc_date utc_time var_pop var_samp variance version week weekday "
     "weekofyear yearweek xmlparse xmlserialize any_value array_agg array_to_string bool_and "
     "bool_or every lag lead first_value last_value nth_value setval lastval md4 des_encrypt "
     "des_decrypt old_password sformat typeof total changes hour minute month day log "
     "exists any some"},
    {{kWord, kFunction, Tag::kProse}, "format"},
};

constexpr std::size_t kSlots = 4096;  // a power of two, four times the words or more
constexpr std::size_t kLongest = 40;

struct Slot {
  std::string_view text;
  Word meaning;
};

constexpr std::uint32_t hash_of(std::string_view lower) {
  std::uint32_t hash = 2166136261U;
  for (const char byte : lower) hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619U;
  return hash ^ (hash >> 15);
}

consteval std::array<Slot, kSlots> make_table() {
  std::array<Slot, kSlots> table{};
  for (const List& list : kLists) {
    std::string_view rest = list.words;
    while (!rest.empty()) {
      const std::size_t blank = rest.find(' ');
      const std::string_view word = rest.substr(0, blank);
      rest = blank == std::string_view::npos ? std::string_view{} : rest.substr(blank + 1);
      std::size_t slot = hash_of(word) % kSlots;
      while (!table[slot].text.empty() && table[slot].text != word) slot = (slot + 1) % kSlots;
      if (table[slot].text.empty()) table[slot] = {word, list.meaning};  // the first list wins
    }
  }
  return table;
}

constexpr std::array<Slot, kSlots> kTable = make_table();

constexpr unsigned letter_of(char lower) {
  return lower >= 'a' && lower <= 'z' ? static_cast<unsigned>(lower - 'a' + 1) : 0;
}

// The lengths (as bits) that words with these first two letters have: most of what is no word of
// SQL is told from this.
constexpr std::array<std::uint64_t, std::size_t{27} * 32> kLengths = [] {
  std::array<std::uint64_t, std::size_t{27} * 32> lengths{};
  for (const Slot& slot : kTable) {
    if (slot.text.size() < 2) continue;
    lengths[letter_of(slot.text[0]) * 32 + letter_of(slot.text[1])] |= std::uint64_t{1}
                                                                       << slot.text.size();
  }
  return lengths;
}();

constexpr char lower_of(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte;
}

}  // namespace

Word find_word(std::string_view text) {
  if (text.size() < 2 || text.size() > kLongest) return {};
  const std::uint64_t lengths =
      kLengths[letter_of(lower_of(text[0])) * 32 + letter_of(lower_of(text[1]))];
  if (((lengths >> text.size()) & 1) == 0) return {};
  std::array<char, kLongest> buffer;
  for (std::size_t i = 0; i < text.size(); ++i) buffer[i] = lower_of(text[i]);
  const std::string_view lower(buffer.data(), text.size());
  for (std::size_t slot = hash_of(lower) % kSlots; !kTable[slot].text.empty();
       slot = (slot + 1) % kSlots) {
    if (kTable[slot].text == lower) return kTable[slot].meaning;
  }
  return {};
}

}  // namespace yagura::waf::sqli
