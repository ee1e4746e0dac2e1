#pragma once

// cel.expr.Value, cel.expr.Type and the well-known messages as plain data.

#include "message_view.hpp"
#include "suite.hpp"

namespace yagura::conformance {

class ValueReader {
 public:
  explicit ValueReader(google::protobuf::DynamicMessageFactory& factory) : factory_(factory) {}

  [[nodiscard]] TestValue value(const MessageView& value) const;  // cel.expr.Value

 private:
  [[nodiscard]] TestValue object(const MessageView& any) const;  // google.protobuf.Any
  [[nodiscard]] TestValue well_known(const MessageView& message) const;
  [[nodiscard]] static TestValue json(const MessageView& value);  // google.protobuf.Value
  [[nodiscard]] static TestValue json_list(const MessageView& list);
  [[nodiscard]] static TestValue json_struct(const MessageView& object);

  google::protobuf::DynamicMessageFactory& factory_;
};

// cel.expr.Type in the notation of policy's declarations.
[[nodiscard]] std::string type_text(const MessageView& type);

}  // namespace yagura::conformance
