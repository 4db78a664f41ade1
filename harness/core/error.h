// The two kinds of failure: Error is something the user can mend, Bug is our own mistake.
//
// An item that cannot be answered is neither: it is a record with an error text.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace quadrant {

// Says what is wrong, where (file, line, key), and how to mend it. The command line turns it into
// exit code 1. what() joins the three on separate lines.
class Error : public std::runtime_error {
 public:
  Error(std::string problem, std::string where, std::string mend);
  const std::string& problem() const { return problem_; }
  const std::string& where() const { return where_; }
  const std::string& mend() const { return mend_; }

 private:
  std::string problem_, where_, mend_;
};

// A broken promise inside the program; exit code 70.
class Bug : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void report_bug(const char* condition, const char* file, int line);

// "did you mean" for a misspelt name: the candidate with the smallest edit distance, or an empty
// string when none is near (more than half of the name's characters differ).
std::string nearest_name(const std::string& name, const std::vector<std::string>& candidates);

}  // namespace quadrant

#define QUADRANT_CHECK(condition) \
  ((condition) ? (void)0 : ::quadrant::report_bug(#condition, __FILE__, __LINE__))
