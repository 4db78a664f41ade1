// SHA-256 (FIPS 180-4, by OpenSSL) as 64 lower-case hex digits: the identity of everything stored.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace quadrant {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::string_view bytes);
  void update(const void* data, std::size_t size);
  std::string hex();  // finishes; the object must not be used after it

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_hex(std::string_view bytes);
std::string sha256_file(const std::filesystem::path& path);  // Error when unreadable

}  // namespace quadrant
