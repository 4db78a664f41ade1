// A small HTTP server on this machine that answers as a script tells it: whole, cut, slow, never.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace quadrant::test {

struct Scripted {
  enum class Way { kWhole, kCut, kDrip, kHang, kClose };
  int status = 200;
  std::string body, headers;  // headers: whole lines, each ended by CR LF
  Way way = Way::kWhole;
};

class Loopback {
 public:
  // `script` gets the number of the request, from 0, and its head and body; it may run in several
  // threads at once.
  using Script =
      std::function<Scripted(int number, const std::string& head, const std::string& body)>;
  explicit Loopback(Script script);
  ~Loopback();
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  std::string url() const;
  int requests() const { return requests_; }
  int most_at_once() const { return most_; }

 private:
  void accept_all();
  void serve(int connection);
  void send(int connection, const Scripted& answer);
  void doze(int milliseconds);  // less when the server ends

  Script script_;
  int listener_ = -1, port_ = 0;
  std::atomic<int> requests_{0}, now_{0}, most_{0};
  std::atomic<bool> ending_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::thread> workers_;
  std::thread acceptor_;
};

}  // namespace quadrant::test
