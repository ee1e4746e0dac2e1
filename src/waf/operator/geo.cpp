// @geoLookup: where an address is, by a MaxMind database (format 2.0, libmaxminddb). Sets GEO:… and
// matches where the database knows the address. Without a database the operator loads (rule sets
// that only might use it do so) and is not evaluated.

#include <fmt/format.h>
#include <maxminddb.h>

#include <array>
#include <initializer_list>

#include "waf/operator/internal/argument.hpp"
#include "waf/operator/internal/families.hpp"
#include "waf/operator/internal/ip_set.hpp"

namespace yagura::waf::internal {
namespace {

// A field of GEO and the path to it in a database's record; null ends the path.
struct Field {
  std::string_view name;
  std::array<const char*, 4> path;
};
constexpr std::array<Field, 9> kFields = {{
    {"COUNTRY_CODE", {"country", "iso_code", nullptr}},
    {"COUNTRY_NAME", {"country", "names", "en", nullptr}},
    {"COUNTRY_CONTINENT", {"continent", "code", nullptr}},
    {"REGION", {"subdivisions", "0", "iso_code", nullptr}},
    {"CITY", {"city", "names", "en", nullptr}},
    {"POSTAL_CODE", {"postal", "code", nullptr}},
    {"LATITUDE", {"location", "latitude", nullptr}},
    {"LONGITUDE", {"location", "longitude", nullptr}},
    {"DMA_CODE", {"location", "metro_code", nullptr}},
}};

std::string text_of(const MMDB_entry_data_s& data) {
  switch (data.type) {
    case MMDB_DATA_TYPE_UTF8_STRING:
      return {data.utf8_string, data.data_size};
    case MMDB_DATA_TYPE_DOUBLE:
      return fmt::format("{}", data.double_value);
    case MMDB_DATA_TYPE_UINT16:
      return fmt::format("{}", data.uint16);
    case MMDB_DATA_TYPE_UINT32:
      return fmt::format("{}", data.uint32);
    default:
      return {};
  }
}

class Database {
 public:
  static Result<std::shared_ptr<const Database>> open(const std::filesystem::path& path) {
    auto database = std::make_shared<Database>();
    const int status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &database->mmdb_);
    if (status != MMDB_SUCCESS) {
      return fail(ErrorCode::kInvalidInput, fmt::format("@geoLookup: SecGeoLookupDb {}: {}",
                                                        path.string(), MMDB_strerror(status)));
    }
    database->open_ = true;
    return database;
  }
  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() {
    if (open_) MMDB_close(&mmdb_);
  }

  // False: the database does not know the address. A damaged record is kNotEvaluated's case.
  OperatorResult look_up(std::string_view value, OperatorHost* host) const {
    const std::string address(value);
    int text_error = 0, error = MMDB_SUCCESS;
    MMDB_lookup_result_s found = MMDB_lookup_string(&mmdb_, address.c_str(), &text_error, &error);
    if (text_error != 0) return OperatorResult::kNoMatch;
    if (error == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR) return OperatorResult::kNoMatch;
    if (error != MMDB_SUCCESS) return OperatorResult::kNotEvaluated;
    if (!found.found_entry) return OperatorResult::kNoMatch;
    if (host != nullptr) set_fields(found.entry, *host);
    return OperatorResult::kMatch;
  }

 private:
  static void set_fields(MMDB_entry_s& entry, OperatorHost& host) {
    for (const Field& field : kFields) {
      MMDB_entry_data_s data{};
      if (MMDB_aget_value(&entry, &data, field.path.data()) != MMDB_SUCCESS) continue;
      if (!data.has_data) continue;
      if (const std::string text = text_of(data); !text.empty()) host.set_geo(field.name, text);
    }
  }

  MMDB_s mmdb_{};
  bool open_ = false;
};

class GeoLookup final : public Operator {
 public:
  explicit GeoLookup(std::shared_ptr<const Database> database) : database_(std::move(database)) {}

  OperatorResult evaluate(std::string_view value, OperatorContext& context) const override {
    if (database_ == nullptr) return OperatorResult::kNotEvaluated;
    // Only numeric addresses: nothing here may resolve a name.
    if (!IpAddress::parse(value)) return OperatorResult::kNoMatch;
    const OperatorResult result = database_->look_up(value, context.host);
    if (result == OperatorResult::kMatch) context.matched = value;
    return result;
  }
  ByteCondition condition() const override {
    return {.one_of = {ByteSet::of(".:")}, .min_length = 2};
  }

 private:
  std::shared_ptr<const Database> database_;
};

}  // namespace

Result<OperatorPointer> make_geo_lookup(std::string_view, std::string_view,
                                        const OperatorEnvironment& environment) {
  if (environment.geo_database.empty()) return std::make_unique<GeoLookup>(nullptr);
  YAGURA_TRY(std::shared_ptr<const Database> database, Database::open(environment.geo_database));
  return std::make_unique<GeoLookup>(std::move(database));
}

}  // namespace yagura::waf::internal
