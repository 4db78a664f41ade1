// A sentence in every language of a report, side by side where it is used, so that none can be
// forgotten. Both are checked against the arguments when compiled; {0}, {1} change their order.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

namespace quadrant {

class Say {
 public:
  explicit Say(bool korean = false) : korean_(korean) {}
  bool korean() const { return korean_; }

  template <class... Args>
  std::string operator()(fmt::format_string<Args...> english, fmt::format_string<Args...> korean,
                         Args&&... args) const {
    return fmt::format(korean_ ? korean : english, std::forward<Args>(args)...);
  }

 private:
  bool korean_;
};

}  // namespace quadrant
