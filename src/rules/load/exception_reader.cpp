#include "rules/load/exception_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "rules/language/operators.hpp"

namespace yagura::rules {

namespace {

constexpr std::size_t kMaxExceptions = 1'000;  // of a rule

constexpr std::array<std::string_view, 4> kKeys = {"name", "fields", "comps", "values"};

// A text, or a list of texts.
std::optional<ExceptionEntry> read_entry(ItemReader& item, const kube::Node& node,
                                         std::string_view what) {
  ExceptionEntry entry;
  if (node.is_list()) {
    auto items = item.text_list(node, what);
    if (!items) return std::nullopt;
    entry.is_list = true;
    entry.items = std::move(*items);
    return entry;
  }
  if (node.is_map()) {
    item.error(node, fmt::format("\"{}\" is neither text nor list", what));
    return std::nullopt;
  }
  entry.items.push_back({.text = item.text_of(node), .place = item.place(node)});
  if (!entry.items.front().text.empty()) return entry;
  item.error(node, fmt::format("an empty text in \"{}\"", what));
  return std::nullopt;
}

void read_row(ItemReader& item, const kube::Node& node, ExceptionDefinition& exception) {
  ExceptionDefinition::Row row;
  row.place = item.place(node);
  row.is_list = node.is_list();
  if (node.is_list()) {
    for (const kube::Node& part : node.items()) {
      auto entry = read_entry(item, part, "values");
      if (!entry) return;
      row.entries.push_back(std::move(*entry));
    }
  } else {
    auto entry = read_entry(item, node, "values");
    if (!entry) return;
    row.entries.push_back(std::move(*entry));
  }
  exception.rows.push_back(std::move(row));
}

void read_rows(ItemReader& item, ExceptionDefinition& exception) {
  const kube::Node* values = item.find("values");
  if (values == nullptr || values->is_null()) return;
  if (!values->is_list()) {
    item.error(*values, "the values of an exception are no list");
    return;
  }
  for (const kube::Node& node : values->items()) read_row(item, node, exception);
}

std::optional<ExceptionDefinition> read_exception(const ItemReader& rule, const kube::Node& node) {
  ItemReader item(rule.source(), node, rule.diagnostics());
  if (!node.is_map()) {
    item.error(node, "an exception is no map", "write name, fields, comps and values");
    return std::nullopt;
  }
  item.check_keys(kKeys, "exception");
  ExceptionDefinition exception;
  exception.place = item.place();
  if (auto name = item.required_text("name")) exception.name = std::move(*name);
  if (item.has("fields")) exception.fields = read_entry(item, *item.find("fields"), "fields");
  if (item.has("comps")) exception.comps = read_entry(item, *item.find("comps"), "comps");
  read_rows(item, exception);
  if (!item.ok()) return std::nullopt;
  return exception;
}

bool check_comps(const ExceptionDefinition& exception, ItemReader& item) {
  const ExceptionEntry& comps = *exception.comps;
  for (const TextItem& comp : comps.items) {
    const auto op = find_modified_operator(comp.text);
    if (!op) {
      item.error(comp.place, fmt::format("\"{}\" is no operator", comp.text));
      return false;
    }
    if (!comps.is_list && !takes_list(*op)) {
      item.error(
          comp.place,
          fmt::format("\"{}\" cannot compare a single field with all values", comp.text),
          "with one field, comps is one of in, pmatch, intersects, or has oneof, anyof or allof "
          "(\"startswith anyof\"); or write fields, comps and each of the values as lists");
      return false;
    }
  }
  return true;
}

bool check_rows(const ExceptionEntry& fields, const std::vector<ExceptionDefinition::Row>& rows,
                ItemReader& item) {
  bool good = true;
  for (const ExceptionDefinition::Row& row : rows) {
    if (!fields.is_list && row.is_list) {
      item.error(row.place, "a list among the values of a single field",
                 "write texts, or make fields a list");
      good = false;
    } else if (fields.is_list && (!row.is_list || row.entries.size() != fields.items.size())) {
      item.error(row.place,
                 fmt::format("{} values for {} fields", row.entries.size(), fields.items.size()),
                 "each row has one value a field, in their order");
      good = false;
    }
  }
  return good;
}

}  // namespace

std::vector<ExceptionDefinition> read_exceptions(ItemReader& item) {
  std::vector<ExceptionDefinition> exceptions;
  const kube::Node* list = item.find("exceptions");
  if (list == nullptr || list->is_null()) return exceptions;
  if (!list->is_list()) {
    item.error(*list, "\"exceptions\" is no list");
    return exceptions;
  }
  if (list->items().size() > kMaxExceptions) {
    item.error(*list, fmt::format("more than {} exceptions", kMaxExceptions),
               "an exception may have any number of values");
    return exceptions;
  }
  for (const kube::Node& node : list->items()) {
    auto exception = read_exception(item, node);
    if (!exception) {
      item.fail();
      continue;
    }
    if (std::ranges::find(exceptions, exception->name, &ExceptionDefinition::name) !=
        exceptions.end()) {
      item.error(node, fmt::format("a second exception \"{}\" in one item", exception->name));
      continue;
    }
    exceptions.push_back(std::move(*exception));
  }
  return exceptions;
}

bool complete_exception(ExceptionDefinition& exception, ItemReader& item) {
  if (!exception.fields) {
    item.error(exception.place, fmt::format("exception \"{}\" has no fields", exception.name));
    return false;
  }
  const ExceptionEntry& fields = *exception.fields;
  if (!exception.comps) {
    exception.comps.emplace().is_list = fields.is_list;
    for (const TextItem& field : fields.items) {
      exception.comps->items.push_back({fields.is_list ? "=" : "in", field.place});
    }
  }
  if (exception.comps->is_list != fields.is_list ||
      exception.comps->items.size() != fields.items.size()) {
    item.error(exception.place,
               fmt::format("fields and comps of exception \"{}\" differ in length", exception.name),
               "each field has its operator");
    return false;
  }
  return check_comps(exception, item) && check_rows(fields, exception.rows, item);
}

void append_exceptions(std::vector<ExceptionDefinition> added, RuleDefinition& rule,
                       ItemReader& item) {
  for (ExceptionDefinition& exception : added) {
    const auto known =
        std::ranges::find(rule.exceptions, exception.name, &ExceptionDefinition::name);
    if (known == rule.exceptions.end()) {
      if (rule.exceptions.size() >= kMaxExceptions) {
        item.error(exception.place, fmt::format("more than {} exceptions", kMaxExceptions));
        return;
      }
      if (exception.fields && exception.rows.empty()) {
        item.error(exception.place, fmt::format("exception \"{}\" has no values", exception.name));
      } else if (complete_exception(exception, item)) {
        rule.exceptions.push_back(std::move(exception));
      }
      continue;
    }
    if (exception.fields || exception.comps) {
      item.error(exception.place,
                 fmt::format("exception \"{}\" is there already: only its values can be appended",
                             exception.name),
                 "leave out fields and comps");
      continue;
    }
    if (!check_rows(*known->fields, exception.rows, item)) continue;
    known->rows.insert(known->rows.end(), std::make_move_iterator(exception.rows.begin()),
                       std::make_move_iterator(exception.rows.end()));
  }
}

}  // namespace yagura::rules
