// One connection to one server, by libcurl: JSON out, bytes back, nothing trusted.
//
// Goals: an answer is bounded in size and time; redirections are not followed, so that the key goes
// to the server that was named and to no other; whatever goes wrong is told in words.
#pragma once

#include <memory>
#include <string>

namespace quadrant {

struct HttpReply {
  long status = 0;  // 0: no answer came
  std::string body;
  double retry_after = 0;  // seconds, by the header of that name; 0 = none
  std::string failure;     // why no whole answer came; "" = one did
};

class HttpConnection {
 public:
  // `base`: "http://127.0.0.1:8000/v1". `key` goes into the Authorization header; "" = none.
  HttpConnection(std::string base, std::string key, double timeout_seconds);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  HttpReply get(const std::string& path);
  HttpReply post(const std::string& path, const std::string& json);

 private:
  HttpReply perform(const std::string& path, const std::string* json);
  struct State;
  std::unique_ptr<State> state_;
  std::string base_;
};

std::string curl_version_text();

}  // namespace quadrant
