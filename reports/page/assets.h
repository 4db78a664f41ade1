// The style sheet and the script of the page, compiled in from reports/assets.
#pragma once

namespace quadrant {

extern const char* const kReportStyle;
extern const char* const kReportScript;

}  // namespace quadrant
