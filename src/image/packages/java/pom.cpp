#include "image/packages/java/pom.hpp"

#include <libxml/xmlreader.h>

#include <memory>
#include <utility>

#include "image/packages/collect/path.hpp"

namespace yagura::image {
namespace {

constexpr int kMostDepth = 40;
constexpr std::size_t kLongestValue = 1024;

std::string_view text_of(const xmlChar* text) {
  return text == nullptr ? std::string_view()
                         : std::string_view(reinterpret_cast<const char*>(text));
}

void ignore_message(void* /*context*/, const xmlError* /*error*/) {}

// Collects by the path of element names below the root: "/parent/version".
class PomBuilder {
 public:
  explicit PomBuilder(Pom& pom) : pom_(pom) {}

  void open(std::string_view name) {
    path_.push_back('/');
    path_.append(name.substr(0, 100));
    text_.clear();
    if (name == "dependency") dependency_ = {};
  }
  void text(std::string_view text) {
    if (text_.size() < kLongestValue) text_.append(text.substr(0, kLongestValue));
  }
  void close() {
    const std::string value(trimmed(text_));
    text_.clear();
    take(path_, value);
    path_.erase(path_.rfind('/'));
  }

 private:
  void take(std::string_view path, const std::string& value) {
    constexpr std::string_view kDependency = "/project/dependencies/dependency";
    constexpr std::string_view kManaged = "/project/dependencyManagement/dependencies/dependency";
    constexpr std::string_view kProperties = "/project/properties/";
    if (path.starts_with(kManaged))
      return take_dependency(path.substr(kManaged.size()), value, pom_.managed);
    if (path.starts_with(kDependency)) {
      return take_dependency(path.substr(kDependency.size()), value, pom_.dependencies);
    }
    if (path.starts_with(kProperties)) {
      if (pom_.properties.size() < kMaxPomDependencies) {
        pom_.properties[std::string(path.substr(kProperties.size()))] = value;
      }
      return;
    }
    if (path == "/project/groupId") pom_.group = value;
    if (path == "/project/artifactId") pom_.artifact = value;
    if (path == "/project/version") pom_.version = value;
    if (path == "/project/parent/groupId") pom_.parent_group = value;
    if (path == "/project/parent/version") pom_.parent_version = value;
    if (path == "/project/licenses/license/name" && pom_.licenses.size() < 16) {
      pom_.licenses.push_back(value);
    }
  }

  void take_dependency(std::string_view rest, const std::string& value,
                       std::vector<PomDependency>& list) {
    if (rest == "/groupId") dependency_.group = value;
    if (rest == "/artifactId") dependency_.artifact = value;
    if (rest == "/version") dependency_.version = value;
    if (rest == "/scope") dependency_.scope = value;
    if (rest.empty() && list.size() < kMaxPomDependencies) list.push_back(std::move(dependency_));
  }

  Pom& pom_;
  std::string path_;
  std::string text_;
  PomDependency dependency_;
};

}  // namespace

Result<Pom> read_pom(std::string_view bytes) {
  if (bytes.size() > kMaxPomBytes) return fail(ErrorCode::kLimitExceeded, "pom: too large");
  const std::unique_ptr<xmlTextReader, decltype(&xmlFreeTextReader)> reader(
      xmlReaderForMemory(bytes.data(), static_cast<int>(bytes.size()), nullptr, nullptr,
                         XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING),
      xmlFreeTextReader);
  if (reader == nullptr) return fail(ErrorCode::kInternal, "pom: no reader");
  xmlTextReaderSetStructuredErrorHandler(
      reader.get(), reinterpret_cast<xmlStructuredErrorFunc>(&ignore_message), nullptr);
  Pom pom;
  PomBuilder builder(pom);
  int status = 0;
  while ((status = xmlTextReaderRead(reader.get())) == 1) {
    if (xmlTextReaderDepth(reader.get()) > kMostDepth) {
      return fail(ErrorCode::kLimitExceeded, "pom: nested too deep");
    }
    switch (xmlTextReaderNodeType(reader.get())) {
      case XML_READER_TYPE_ELEMENT:
        builder.open(text_of(xmlTextReaderConstLocalName(reader.get())));
        if (xmlTextReaderIsEmptyElement(reader.get()) == 1) builder.close();
        break;
      case XML_READER_TYPE_TEXT:
      case XML_READER_TYPE_CDATA:
        builder.text(text_of(xmlTextReaderConstValue(reader.get())));
        break;
      case XML_READER_TYPE_END_ELEMENT:
        builder.close();
        break;
      default:
        break;
    }
  }
  if (status != 0) return fail(ErrorCode::kInvalidInput, "pom: no well-formed XML");
  return pom;
}

}  // namespace yagura::image
