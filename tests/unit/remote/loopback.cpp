#include "tests/unit/remote/loopback.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>

#include "harness/core/error.h"

namespace quadrant::test {
namespace {

void send_bytes(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the other side has had enough
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::size_t content_length(const std::string& head) {
  const std::size_t at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + 16, nullptr, 10);
}

}  // namespace

Loopback::Loopback(Script script) : script_(std::move(script)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  QUADRANT_CHECK(::bind(listener_, any, size) == 0 && ::listen(listener_, 64) == 0);
  QUADRANT_CHECK(::getsockname(listener_, any, &size) == 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

Loopback::~Loopback() {
  ending_ = true;
  wake_.notify_all();
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& worker : workers_) worker.join();
  ::close(listener_);
}

std::string Loopback::url() const { return fmt::format("http://127.0.0.1:{}/v1", port_); }

void Loopback::accept_all() {
  while (!ending_) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    workers_.emplace_back([this, connection] {
      serve(connection);
      ::close(connection);
    });
  }
}

void Loopback::serve(int connection) {  // one request a connection
  std::string text;
  std::size_t end = std::string::npos;
  char piece[4096];
  while ((end = text.find("\r\n\r\n")) == std::string::npos ||
         text.size() < end + 4 + content_length(text)) {
    const ssize_t got = ::recv(connection, piece, sizeof piece, 0);
    if (got <= 0) return;
    text.append(piece, static_cast<std::size_t>(got));
  }
  const int number = requests_++;
  const int now = ++now_;
  for (int most = most_; now > most && !most_.compare_exchange_weak(most, now);) {
  }
  const Scripted answer = script_(number, text.substr(0, end), text.substr(end + 4));
  --now_;
  send(connection, answer);
}

void Loopback::send(int connection, const Scripted& answer) {
  using Way = Scripted::Way;
  constexpr int kForever = 3000;  // ms; longer than any client of a test waits
  if (answer.way == Way::kClose) return;
  if (answer.way == Way::kHang) return doze(kForever);
  const std::string head = fmt::format(
      "HTTP/1.1 {} X\r\nContent-Type: application/json\r\nConnection: close\r\n{}"
      "Content-Length: {}\r\n\r\n",
      answer.status, answer.headers, answer.body.size());
  send_bytes(connection, head);
  if (answer.way == Way::kWhole) send_bytes(connection, answer.body);
  if (answer.way == Way::kCut)
    send_bytes(connection, answer.body.substr(0, answer.body.size() / 2));
  if (answer.way == Way::kDrip) {
    for (std::size_t i = 0; i < answer.body.size() && !ending_ && i < 30; ++i) {
      send_bytes(connection, answer.body.substr(i, 1));
      doze(100);
    }
  }
}

void Loopback::doze(int milliseconds) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, std::chrono::milliseconds(milliseconds), [this] { return ending_.load(); });
}

}  // namespace quadrant::test
