#include "suite_reader.hpp"

#include <google/protobuf/compiler/importer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <memory>

#include "core/file.hpp"
#include "message_values.hpp"

namespace yagura::conformance {

namespace {

namespace pb = google::protobuf;
namespace fs = std::filesystem;

class ErrorText : public pb::compiler::MultiFileErrorCollector, public pb::io::ErrorCollector {
 public:
  void AddError(const std::string& file, int line, int column,
                const std::string& message) override {
    text += file + ":" + std::to_string(line + 1) + ":" + std::to_string(column + 1) + ": " +
            message + "\n";
  }
  void AddError(int line, pb::io::ColumnNumber column, const std::string& message) override {
    AddError("", line, column, message);
  }
  std::string text;
};

constexpr const char* kSchemas[] = {
    "cel/expr/conformance/test/simple.proto",
    "cel/expr/conformance/proto2/test_all_types.proto",
    "cel/expr/conformance/proto2/test_all_types_extensions.proto",
    "cel/expr/conformance/proto3/test_all_types.proto",
    "google/protobuf/any.proto",
    "google/protobuf/duration.proto",
    "google/protobuf/empty.proto",
    "google/protobuf/field_mask.proto",
    "google/protobuf/struct.proto",
    "google/protobuf/timestamp.proto",
    "google/protobuf/wrappers.proto",
};

std::string field_type(const pb::FieldDescriptor& field);

std::string single_type(const pb::FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return "bool";
    case pb::FieldDescriptor::CPPTYPE_INT32:
    case pb::FieldDescriptor::CPPTYPE_INT64:
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return field.type() == pb::FieldDescriptor::TYPE_ENUM &&
                     field.enum_type()->full_name() == "google.protobuf.NullValue"
                 ? "null_type"
                 : "int";
    case pb::FieldDescriptor::CPPTYPE_UINT32:
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      return "uint";
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      return "double";
    case pb::FieldDescriptor::CPPTYPE_STRING:
      return field.type() == pb::FieldDescriptor::TYPE_BYTES ? "bytes" : "string";
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return field.message_type()->full_name();
  }
  return "dyn";
}

std::string field_type(const pb::FieldDescriptor& field) {
  if (field.is_map()) {
    return "map(" + single_type(*field.message_type()->map_key()) + ", " +
           single_type(*field.message_type()->map_value()) + ")";
  }
  return field.is_repeated() ? "list(" + single_type(field) + ")" : single_type(field);
}

class SuiteReader {
 public:
  SuiteReader(const fs::path& folder, const fs::path& include)
      : folder_(folder), importer_(&tree_, &errors_), values_(factory_) {
    tree_.MapPath("", (folder / "proto").string());
    tree_.MapPath("", include.string());
  }

  Result<Suites> read() {
    for (const char* schema : kSchemas) {
      const pb::FileDescriptor* file = importer_.Import(schema);
      if (file == nullptr) return fail(ErrorCode::kInvalidInput, errors_.text);
      if (file->name().find("test_all_types") != std::string::npos) add_declarations(*file);
    }
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      if (entry.path().extension() == ".textproto") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    for (const fs::path& file : files) YAGURA_TRY_VOID(read_file(file));
    return std::move(suites_);
  }

 private:
  Result<void> read_file(const fs::path& path) {
    YAGURA_TRY(const std::string text, core::read_file(path));
    const auto* descriptor =
        importer_.pool()->FindMessageTypeByName("cel.expr.conformance.test.SimpleTestFile");
    const std::unique_ptr<pb::Message> message(factory_.GetPrototype(descriptor)->New());
    pb::TextFormat::Parser parser;
    parser.RecordErrorsTo(&errors_);
    if (!parser.ParseFromString(text, message.get())) {
      return fail(ErrorCode::kInvalidInput, path.string() + errors_.text);
    }
    for (const MessageView& section : MessageView(*message).children("section")) {
      for (const MessageView& test : section.children("test")) {
        add_case(path.stem().string(), section.text("name"), test);
      }
    }
    return {};
  }

  void add_case(const std::string& suite, const std::string& section, const MessageView& test) {
    TestCase out;
    out.suite = suite;
    out.section = section;
    out.name = test.text("name");
    out.expression = test.text("expr");
    out.container = test.text("container");
    out.disable_macros = test.truth("disable_macros");
    out.disable_check = test.truth("disable_check");
    out.check_only = test.truth("check_only");
    for (const MessageView& declaration : test.children("type_env"))
      add_declaration(out, declaration);
    for (const MessageView& binding : test.children("bindings")) {
      out.bindings.emplace_back(binding.text("key"),
                                values_.value(binding.child("value").child("value")));
    }
    add_matcher(out, test);
    suites_.cases.push_back(std::move(out));
  }

  static void add_declaration(TestCase& out, const MessageView& declaration) {
    const std::string name = declaration.text("name");
    if (declaration.which("decl_kind") == "ident") {
      out.variables.push_back(
          {.name = name, .type = type_text(declaration.child("ident").child("type"))});
      return;
    }
    for (const MessageView& overload : declaration.child("function").children("overloads")) {
      add_overload(out, name, overload);
    }
  }

  static void add_overload(TestCase& out, const std::string& name, const MessageView& overload) {
    std::vector<MessageView> parameters = overload.children("params");
    std::string signature;
    if (overload.truth("is_instance_function")) {
      signature = type_text(parameters.front()) + ".";
      parameters.erase(parameters.begin());
    }
    signature += name + "(";
    for (const MessageView& parameter : parameters) {
      if (!signature.ends_with('(')) signature += ", ";
      signature += type_text(parameter);
    }
    signature += ") -> " + type_text(overload.child("result_type"));
    out.functions.push_back(
        {.name = name, .id = overload.text("overload_id"), .signature = std::move(signature)});
  }

  void add_matcher(TestCase& out, const MessageView& test) {
    const std::string_view kind = test.which("result_matcher");
    if (kind == "value") {
      out.value = values_.value(test.child("value"));
    } else if (kind == "typed_result") {
      const MessageView typed = test.child("typed_result");
      if (typed.has("result")) out.value = values_.value(typed.child("result"));
      if (typed.has("deduced_type")) out.deduced_type = type_text(typed.child("deduced_type"));
    } else if (kind == "eval_error" || kind == "any_eval_errors") {
      out.expectation = Expectation::kError;
    } else if (kind == "unknown" || kind == "any_unknowns") {
      out.expectation = Expectation::kUnknown;
    } else {
      out.value = {.type = ValueType::kBool, .truth = true};
    }
  }

  void add_declarations(const pb::FileDescriptor& file) {
    for (int i = 0; i < file.message_type_count(); ++i) add_message(*file.message_type(i));
    for (int i = 0; i < file.enum_type_count(); ++i) add_enum(*file.enum_type(i));
  }

  void add_message(const pb::Descriptor& message) {
    MessageType out = {.name = message.full_name()};
    for (int i = 0; i < message.field_count(); ++i) {
      const pb::FieldDescriptor& field = *message.field(i);
      out.fields.push_back({.name = field.name(), .type = field_type(field)});
    }
    suites_.messages.push_back(std::move(out));
    for (int i = 0; i < message.nested_type_count(); ++i) {
      if (!message.nested_type(i)->options().map_entry()) add_message(*message.nested_type(i));
    }
    for (int i = 0; i < message.enum_type_count(); ++i) add_enum(*message.enum_type(i));
  }

  void add_enum(const pb::EnumDescriptor& type) {
    EnumType out = {.name = type.full_name()};
    for (int i = 0; i < type.value_count(); ++i) {
      // Protobuf scopes a value beside its type, CEL within it.
      out.values.emplace_back(type.full_name() + "." + type.value(i)->name(),
                              type.value(i)->number());
    }
    suites_.enums.push_back(std::move(out));
  }

  fs::path folder_;
  ErrorText errors_;
  pb::compiler::DiskSourceTree tree_;
  pb::compiler::Importer importer_;
  pb::DynamicMessageFactory factory_;
  ValueReader values_;
  Suites suites_;
};

}  // namespace

Result<Suites> read_suites(const fs::path& folder, const fs::path& protobuf_include) {
  return SuiteReader(folder, protobuf_include).read();
}

}  // namespace yagura::conformance
