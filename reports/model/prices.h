// What tokens and training hours cost, as the reader of a report pays for them.
#pragma once

#include <string>

#include "reports/model/report_model.h"

namespace quadrant {

// TOML: currency, input and output (per million tokens), training (per hour); all are demanded.
// `origin` names the file in errors.
Prices parse_prices(const std::string& text, const std::string& origin);

}  // namespace quadrant
