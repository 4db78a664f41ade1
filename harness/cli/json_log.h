// Progress as JSON lines on stderr, for machines: one object an event, with the time (UTC).
#pragma once

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "harness/run/progress.h"

namespace quadrant {

std::unique_ptr<Progress> make_json_log();

// --log-format text | json, and what it means: the live line, or the above.
void add_log_option(CLI::App& verb, std::string& format);
std::unique_ptr<Progress> make_progress(const std::string& format);

}  // namespace quadrant
