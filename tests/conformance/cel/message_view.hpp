#pragma once

// Short names for protobuf's reflection, as far as the suites need it.

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/message.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yagura::conformance {

class MessageView {
 public:
  explicit MessageView(const google::protobuf::Message& message) : message_(&message) {}

  [[nodiscard]] const google::protobuf::Message& message() const { return *message_; }
  [[nodiscard]] const std::string& type() const { return message_->GetDescriptor()->full_name(); }
  [[nodiscard]] bool has(const char* name) const {
    return reflection()->HasField(*message_, field(name));
  }
  // The name of the oneof's field that is set; empty: none.
  [[nodiscard]] std::string_view which(const char* oneof) const {
    const auto* descriptor = message_->GetDescriptor()->FindOneofByName(oneof);
    const auto* set = reflection()->GetOneofFieldDescriptor(*message_, descriptor);
    return set == nullptr ? std::string_view() : std::string_view(set->name());
  }

  [[nodiscard]] std::string text(const char* name) const {
    return reflection()->GetString(*message_, field(name));
  }
  [[nodiscard]] bool truth(const char* name) const {
    return reflection()->GetBool(*message_, field(name));
  }
  [[nodiscard]] std::int64_t int64(const char* name) const {
    return reflection()->GetInt64(*message_, field(name));
  }
  [[nodiscard]] std::int32_t int32(const char* name) const {
    return reflection()->GetInt32(*message_, field(name));
  }
  [[nodiscard]] std::uint64_t uint64(const char* name) const {
    return reflection()->GetUInt64(*message_, field(name));
  }
  [[nodiscard]] std::uint32_t uint32(const char* name) const {
    return reflection()->GetUInt32(*message_, field(name));
  }
  [[nodiscard]] double real(const char* name) const {
    return reflection()->GetDouble(*message_, field(name));
  }
  [[nodiscard]] float single(const char* name) const {
    return reflection()->GetFloat(*message_, field(name));
  }
  [[nodiscard]] int enumeration(const char* name) const {
    return reflection()->GetEnumValue(*message_, field(name));
  }
  [[nodiscard]] MessageView child(const char* name) const {
    return MessageView(reflection()->GetMessage(*message_, field(name)));
  }
  // Repeated messages, and the entries of maps (fields key and value).
  [[nodiscard]] std::vector<MessageView> children(const char* name) const {
    std::vector<MessageView> out;
    const int count = reflection()->FieldSize(*message_, field(name));
    for (int i = 0; i < count; ++i) {
      out.emplace_back(reflection()->GetRepeatedMessage(*message_, field(name), i));
    }
    return out;
  }

 private:
  [[nodiscard]] const google::protobuf::Reflection* reflection() const {
    return message_->GetReflection();
  }
  [[nodiscard]] const google::protobuf::FieldDescriptor* field(const char* name) const {
    return message_->GetDescriptor()->FindFieldByName(name);
  }

  const google::protobuf::Message* message_;
};

}  // namespace yagura::conformance
