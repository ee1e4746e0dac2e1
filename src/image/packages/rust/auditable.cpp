#include "image/packages/rust/auditable.hpp"

#include <zlib.h>

#include <optional>
#include <string>
#include <vector>

#include "image/packages/collect/package_collector.hpp"
#include "image/packages/tree/tree.hpp"

namespace yagura::image {
namespace {

// Nothing where it is damaged, or larger than allowed.
std::optional<std::string> inflated(std::string_view section) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return std::nullopt;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(section.data()));
  stream.avail_in = static_cast<uInt>(section.size());
  std::string out;
  int status = Z_OK;
  while (status == Z_OK && out.size() <= kMaxAuditBytes) {
    const std::size_t before = out.size();
    out.resize(before + (std::size_t{64} << 10));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(out.size() - before);
    status = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END || out.size() > kMaxAuditBytes) return std::nullopt;
  return out;
}

std::vector<std::string> dependencies_of(const kube::Node& crate,
                                         std::span<const kube::Node> crates) {
  std::vector<std::string> out;
  for (const kube::Node& item : items_of(crate.find("dependencies"))) {
    if (!item.is_int() || item.as_int() < 0) continue;
    const auto index = static_cast<std::size_t>(item.as_int());
    if (index < crates.size()) out.emplace_back(text_member(crates[index], "name"));
  }
  return out;
}

}  // namespace

void read_audit_section(std::string_view section, FileFacts& facts) {
  PackageCollector packages(facts, PackageType::kCargo, PackageEvidence::kBinary);
  const auto text = section.size() <= kMaxAuditBytes ? inflated(section) : std::nullopt;
  if (!text) return packages.problem("cargo-auditable: the section is damaged or too large");
  const auto tree = read_json_tree(*text);
  if (!tree) return packages.problem("cargo-auditable: " + tree.error().message);
  const auto crates = items_of(tree->root().find("packages"));
  for (const kube::Node& crate : crates) {
    const auto added = packages.add(text_member(crate, "name"), text_member(crate, "version"),
                                    text_member(crate, "kind") == "build");
    if (added.is_new) added.package->depends = dependencies_of(crate, crates);
  }
}

}  // namespace yagura::image
