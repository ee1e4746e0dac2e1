#include <libxml/xmlreader.h>

#include <memory>
#include <string>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/dotnet/dotnet_files.hpp"

namespace yagura::image {
namespace {

constexpr std::size_t kLargest = std::size_t{4} << 20;
constexpr int kMostDepth = 16;

std::string attribute(xmlTextReader* reader, const char* name) {
  const std::unique_ptr<xmlChar, decltype(xmlFree)> value(
      xmlTextReaderGetAttribute(reader, reinterpret_cast<const xmlChar*>(name)), xmlFree);
  return value == nullptr ? std::string() : reinterpret_cast<const char*>(value.get());
}

void ignore_message(void* /*context*/, const xmlError* /*error*/) {}

}  // namespace

void read_packages_config(std::string_view bytes, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kNuget, PackageEvidence::kLocked);
  if (bytes.size() > kLargest) return packages.problem("packages.config: too large");
  const std::unique_ptr<xmlTextReader, decltype(&xmlFreeTextReader)> reader(
      xmlReaderForMemory(bytes.data(), static_cast<int>(bytes.size()), nullptr, nullptr,
                         XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING),
      xmlFreeTextReader);
  if (reader == nullptr) return packages.problem("packages.config: no reader");
  xmlTextReaderSetStructuredErrorHandler(
      reader.get(), reinterpret_cast<xmlStructuredErrorFunc>(&ignore_message), nullptr);
  int status = 0;
  while ((status = xmlTextReaderRead(reader.get())) == 1) {
    if (xmlTextReaderDepth(reader.get()) > kMostDepth) {
      return packages.problem("packages.config: nested too deep");
    }
    const xmlChar* name = xmlTextReaderConstLocalName(reader.get());
    if (xmlTextReaderNodeType(reader.get()) != XML_READER_TYPE_ELEMENT || name == nullptr ||
        std::string_view(reinterpret_cast<const char*>(name)) != "package") {
      continue;
    }
    const std::string id = attribute(reader.get(), "id");
    const std::string version = attribute(reader.get(), "version");
    if (id.empty() || version.empty()) continue;
    packages.add(id, version, attribute(reader.get(), "developmentDependency") == "true");
  }
  if (status != 0) packages.problem("packages.config: no well-formed XML");
}

}  // namespace yagura::image
