#include "strategies/remote/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <utility>

#include "harness/core/error.h"

namespace quadrant {
namespace {

constexpr std::size_t kMostBytes = 16 << 20;  // of an answer; its log-probabilities are the most

struct Received {
  HttpReply reply;
  bool too_large = false;
};

std::size_t take_body(char* data, std::size_t, std::size_t size, void* user) {
  auto& received = *static_cast<Received*>(user);
  received.too_large = received.reply.body.size() + size > kMostBytes;
  if (received.too_large) return 0;  // libcurl ends the transfer
  received.reply.body.append(data, size);
  return size;
}

// The header's value: seconds, or a date.
double seconds_until(const std::string& value) {
  if (!value.empty() && value.find_first_not_of("0123456789.") == std::string::npos) {
    return std::strtod(value.c_str(), nullptr);
  }
  const std::time_t then = curl_getdate(value.c_str(), nullptr);
  return then < 0 ? 0 : std::max(0.0, std::difftime(then, std::time(nullptr)));
}

void start_libcurl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  QUADRANT_CHECK(started == CURLE_OK);
}

}  // namespace

struct HttpConnection::State {
  CURL* handle = nullptr;
  curl_slist* headers = nullptr;
};

HttpConnection::HttpConnection(std::string base, std::string key, double timeout_seconds)
    : state_(std::make_unique<State>()), base_(std::move(base)) {
  start_libcurl();
  CURL* handle = state_->handle = curl_easy_init();
  QUADRANT_CHECK(handle != nullptr);
  state_->headers = curl_slist_append(nullptr, "Content-Type: application/json");
  if (!key.empty()) {
    state_->headers = curl_slist_append(state_->headers, ("Authorization: Bearer " + key).c_str());
  }
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, state_->headers);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);  // needed with threads
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_seconds * 1000));
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "quadrant");
}

HttpConnection::~HttpConnection() {
  curl_easy_cleanup(state_->handle);
  curl_slist_free_all(state_->headers);
}

HttpReply HttpConnection::get(const std::string& path) { return perform(path, nullptr); }

HttpReply HttpConnection::post(const std::string& path, const std::string& json) {
  return perform(path, &json);
}

HttpReply HttpConnection::perform(const std::string& path, const std::string* json) {
  CURL* handle = state_->handle;
  Received received;
  char words[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(handle, CURLOPT_URL, (base_ + path).c_str());
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &received);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, words);
  if (json) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(json->size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, json->c_str());
  } else {
    curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L);
  }
  const CURLcode code = curl_easy_perform(handle);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, nullptr);
  HttpReply reply = std::move(received.reply);
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &reply.status);
  curl_header* header = nullptr;
  if (curl_easy_header(handle, "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK) {
    reply.retry_after = seconds_until(header->value);
  }
  if (received.too_large) {
    reply.failure = fmt::format("its answer is larger than {} MB", kMostBytes >> 20);
  } else if (code != CURLE_OK) {
    reply.failure = words[0] ? words : curl_easy_strerror(code);
  }
  return reply;
}

std::string curl_version_text() { return curl_version_info(CURLVERSION_NOW)->version; }

}  // namespace quadrant
