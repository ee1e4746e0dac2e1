#include "supply/transparency/log_entry.hpp"

#include <charconv>

#include "supply/encoding/base64.hpp"
#include "supply/encoding/json.hpp"

namespace yagura::supply {
namespace {

constexpr std::size_t kHash = 32;

std::unexpected<Error> refused(std::string why) {
  return fail(ErrorCode::kInvalidInput, std::move(why));
}

bool in_use(const LogKey& key, std::int64_t time) {
  return time == 0 || (time >= key.from && (key.to == 0 || time <= key.to));
}

std::string node_hash(std::string_view left, std::string_view right) {
  std::string text("\x01");
  text += left;
  text += right;
  return sha256(text);
}

// A signed note: lines, an empty line, and "— name base64" for each signature. What is signed are
// the lines with their ends.
struct Checkpoint {
  std::string text;
  std::int64_t size = 0;
  std::string root;
  std::vector<std::string> signatures;  // without the four bytes that hint at the key
};

std::optional<Checkpoint> read_checkpoint(std::string_view note) {
  const auto empty = note.find("\n\n");
  if (empty == note.npos) return std::nullopt;
  Checkpoint out;
  out.text = note.substr(0, empty + 1);
  std::string_view lines = out.text;
  std::string_view parts[3];
  for (std::string_view& part : parts) {
    const auto end = lines.find('\n');
    if (end == lines.npos) return std::nullopt;
    part = lines.substr(0, end);
    lines.remove_prefix(end + 1);
  }
  const char* end = parts[1].data() + parts[1].size();
  if (std::from_chars(parts[1].data(), end, out.size).ptr != end) return std::nullopt;
  out.root = base64_decode(parts[2]).value_or("");
  std::string_view left = note.substr(empty + 2);
  while (!left.empty() && out.signatures.size() < 20) {
    const auto line_end = left.find('\n');
    const std::string_view line = left.substr(0, line_end);
    left = line_end == left.npos ? std::string_view() : left.substr(line_end + 1);
    const auto blank = line.rfind(' ');
    if (blank == line.npos) continue;
    const auto bytes = base64_decode(line.substr(blank + 1));
    if (bytes && bytes->size() > 4) out.signatures.push_back(bytes->substr(4));
  }
  return out;
}

// "publicKey.content" is base 64 of PEM in Rekor 1; Rekor 2 has DER in "rawBytes".
bool is_key(const std::string& encoded, const std::string& key_der) {
  const auto bytes = base64_decode(encoded);
  if (!bytes) return false;
  const auto key = PublicKey::parse(*bytes);
  return key && key->der() == key_der;
}

bool verifier_is(const JsonValue& verifier, const std::string& key_der) {
  return is_key(verifier["publicKey"]["rawBytes"].text(), key_der) ||
         is_key(verifier["x509Certificate"]["rawBytes"].text(), key_der);
}

Result<void> check_parts(bool hash, bool signature, bool key) {
  if (!hash) return refused("the log's entry is of another payload");
  if (!signature) return refused("the log's entry is of another signature");
  if (!key) return refused("the log's entry is of another key or certificate");
  return {};
}

Result<void> check_hashed_record(const JsonValue& spec, const RecordedSignature& signature) {
  if (const JsonValue second = spec["hashedRekordV002"]; second.exists()) {
    return check_parts(base64_decode(second["data"]["digest"].text()) == signature.payload_sha256,
                       base64_decode(second["signature"]["content"].text()) == signature.signature,
                       verifier_is(second["signature"]["verifier"], signature.key_der));
  }
  return check_parts(hex_decode(spec["data"]["hash"]["value"].text()) == signature.payload_sha256,
                     base64_decode(spec["signature"]["content"].text()) == signature.signature,
                     is_key(spec["signature"]["publicKey"]["content"].text(), signature.key_der));
}

Result<void> check_dsse(const JsonValue& spec, const RecordedSignature& signature) {
  const JsonValue second = spec["dsseV002"];
  const bool hash =
      second.exists()
          ? base64_decode(second["payloadHash"]["digest"].text()) == signature.payload_sha256
          : hex_decode(spec["payloadHash"]["value"].text()) == signature.payload_sha256;
  if (!hash) return check_parts(false, true, true);
  bool found = false;
  for (const JsonValue& one : (second.exists() ? second : spec)["signatures"].items()) {
    const std::string text = one[second.exists() ? "content" : "signature"].text();
    if (base64_decode(text) != signature.signature) continue;
    found = true;
    if (second.exists() ? verifier_is(one["verifier"], signature.key_der)
                        : is_key(one["verifier"].text(), signature.key_der))
      return {};
  }
  return check_parts(true, found, false);
}

// Signatures of intoto entries are base 64 twice.
Result<void> check_intoto(const JsonValue& spec, const RecordedSignature& signature) {
  const JsonValue content = spec["content"];
  if (hex_decode(content["payloadHash"]["value"].text()) != signature.payload_sha256)
    return check_parts(false, true, true);
  bool found = false;
  for (const JsonValue& one : content["envelope"]["signatures"].items()) {
    const auto once = base64_decode(one["sig"].text());
    if (once != signature.signature && base64_decode(once.value_or("")) != signature.signature)
      continue;
    found = true;
    if (is_key(one["publicKey"].text(), signature.key_der)) return {};
  }
  return check_parts(true, found, false);
}

}  // namespace

std::optional<std::string> root_from_proof(std::string_view leaf, const InclusionProof& proof) {
  if (proof.index < 0 || proof.tree_size <= proof.index) return std::nullopt;
  std::string text(1, '\0');
  text += leaf;
  std::string hash = sha256(text);
  // RFC 9162, 2.1.3.2, which words the same computation as a loop.
  auto index = static_cast<std::uint64_t>(proof.index);
  auto last = static_cast<std::uint64_t>(proof.tree_size) - 1;
  for (const std::string& sibling : proof.hashes) {
    if (last == 0 || sibling.size() != kHash) return std::nullopt;
    if ((index & 1) != 0 || index == last) {
      hash = node_hash(sibling, hash);
      while ((index & 1) == 0 && index != 0) {
        index >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    index >>= 1;
    last >>= 1;
  }
  if (last != 0) return std::nullopt;
  return hash;
}

Result<void> verify_promise(const LogEntry& entry, const std::vector<LogKey>& keys) {
  if (entry.promise.empty()) return refused("the log's entry carries no promise");
  // Canonical JSON (RFC 8785): keys in order, no blanks.
  const std::string text = R"({"body":")" + base64_encode(entry.body) + R"(","integratedTime":)" +
                           std::to_string(entry.integrated_time) + R"(,"logID":")" +
                           hex_encode(entry.log_id) + R"(","logIndex":)" +
                           std::to_string(entry.index) + "}";
  bool known = false;
  for (const LogKey& key : keys) {
    if (key.id != entry.log_id) continue;
    known = true;
    if (in_use(key, entry.integrated_time) && key.key.verify(text, entry.promise)) return {};
  }
  return refused(known ? "the log's promise is not signed by the log"
                       : "the log " + hex_encode(entry.log_id).substr(0, 16) +
                             "… is not among those that are trusted");
}

Result<void> verify_inclusion(const LogEntry& entry, const std::vector<LogKey>& keys) {
  if (!entry.proof) return refused("the log's entry carries no proof of inclusion");
  const auto root = root_from_proof(entry.body, *entry.proof);
  if (!root || *root != entry.proof->root_hash)
    return refused("the proof does not lead to the log's root: the entry or the proof was changed");
  const auto checkpoint = read_checkpoint(entry.proof->checkpoint);
  if (!checkpoint) return refused("the proof carries no checkpoint of the log");
  if (checkpoint->root != *root || checkpoint->size != entry.proof->tree_size)
    return refused("the checkpoint is of another root or size of the log");
  for (const LogKey& key : keys) {
    if (!in_use(key, entry.integrated_time)) continue;
    for (const std::string& signature : checkpoint->signatures) {
      if (key.key.verify(checkpoint->text, signature)) return {};
    }
  }
  return refused("the checkpoint is not signed by a log that is trusted");
}

Result<void> entry_speaks_of(const LogEntry& entry, const RecordedSignature& signature) {
  YAGURA_TRY(const JsonDocument document, JsonDocument::parse(entry.body));
  const std::string kind = document.root()["kind"].text();
  const JsonValue spec = document.root()["spec"];
  if (kind == "hashedrekord") return check_hashed_record(spec, signature);
  if (kind == "dsse") return check_dsse(spec, signature);
  if (kind == "intoto") return check_intoto(spec, signature);
  return fail(ErrorCode::kUnsupported, "the log's entry is of the kind \"" + kind.substr(0, 40) +
                                           "\"; hashedrekord, dsse and intoto are known");
}

}  // namespace yagura::supply
