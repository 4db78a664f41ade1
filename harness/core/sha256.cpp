#include "harness/core/sha256.h"

#include <openssl/evp.h>

#include "harness/core/error.h"
#include "harness/core/files.h"

namespace quadrant {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  QUADRANT_CHECK(state_->context && EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr));
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) { update(bytes.data(), bytes.size()); }

void Sha256::update(const void* data, std::size_t size) {
  QUADRANT_CHECK(EVP_DigestUpdate(state_->context, data, size));
}

std::string Sha256::hex() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  QUADRANT_CHECK(EVP_DigestFinal_ex(state_->context, digest, &size));
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += kDigits[digest[i] >> 4];
    text += kDigits[digest[i] & 15];
  }
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 sha;
  sha.update(bytes);
  return sha.hex();
}

std::string sha256_file(const std::filesystem::path& path) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  const MappedFile file(path);
  Sha256 sha;
  for (std::string_view rest = file.bytes(); !rest.empty();) {
    const std::string_view piece = rest.substr(0, kPiece);
    sha.update(piece);
    forget_pages(piece);  // or a model's file would count as memory of this process
    rest.remove_prefix(piece.size());
  }
  return sha.hex();
}

}  // namespace quadrant
