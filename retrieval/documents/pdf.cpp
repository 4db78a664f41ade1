#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>

#include <fmt/format.h>

#include "harness/core/error.h"
#include "harness/core/utf8.h"
#include "retrieval/documents/readers.h"

extern char** environ;

namespace quadrant {
namespace {

constexpr std::chrono::seconds kTimeLimit{120};  // for one file
constexpr std::size_t kMostBytes = 512 << 20;    // of text from one file

// pdftotext as a child process whose output comes through a pipe; gone when this object is.
class TextOfPdf {
 public:
  explicit TextOfPdf(const std::filesystem::path& file) : file_(file) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) fail(std::strerror(errno));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    const std::string path = std::filesystem::absolute(file);  // never taken for an option
    const char* words[] = {"pdftotext", "-enc",       "UTF-8", "-eol",
                           "unix",      path.c_str(), "-",     nullptr};
    const int failure = ::posix_spawnp(&child_, words[0], &actions, nullptr,
                                       const_cast<char* const*>(words), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    output_ = ends[0];
    if (failure == 0) return;
    ::close(output_);
    throw Error("pdftotext cannot be started", file.string(),
                "install poppler-utils, or run ./setup.sh");
  }
  ~TextOfPdf() {
    ::close(output_);
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
  }
  TextOfPdf(const TextOfPdf&) = delete;
  TextOfPdf& operator=(const TextOfPdf&) = delete;

  std::string read() {
    const auto deadline = std::chrono::steady_clock::now() + kTimeLimit;
    std::string text;
    char buffer[1 << 16];
    while (true) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          deadline - std::chrono::steady_clock::now());
      pollfd ready{output_, POLLIN, 0};
      if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) == 0) {
        fail(fmt::format("pdftotext took more than {} seconds", kTimeLimit.count()));
      }
      const auto count = ::read(output_, buffer, sizeof buffer);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      text.append(buffer, static_cast<std::size_t>(count));
      if (text.size() > kMostBytes) fail("pdftotext writes without end");
    }
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = 0;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail("pdftotext cannot read this PDF");
    return text;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(problem, file_.string(), "open the file and save it anew, or leave it out");
  }

  std::filesystem::path file_;
  pid_t child_ = 0;
  int output_ = -1;
};

}  // namespace

Document read_pdf(const std::filesystem::path& file) {
  const std::string text = to_valid_utf8(TextOfPdf(file).read());
  Document document;
  int page = 0;
  for (std::string_view rest = text; !rest.empty();) {  // a form feed ends each page
    const std::size_t end = std::min(rest.find('\f'), rest.size());
    ++page;
    document.marks.push_back({document.text.size(), page, ""});
    document.text += checked_nfc(rest.substr(0, end), file);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (document.text.find_first_not_of(" \n") == std::string::npos) {
    throw Error("no text in this PDF: its pages are pictures", file.string(), "leave it out");
  }
  return document;
}

}  // namespace quadrant
