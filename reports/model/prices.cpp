#include "reports/model/prices.h"

#include "harness/config/toml.h"

namespace quadrant {

Prices parse_prices(const std::string& text, const std::string& origin) {
  const TomlValue root = parse_toml(text, origin);
  TomlReader reader(root, "");
  const auto price = [&](const char* key) {
    if (!reader.has(key)) {
      reader.fail(key, "is missing",
                  "give a number: per million tokens for input and output, per hour for training");
    }
    return reader.number(key, 0, {0, true, 1e12, true});
  };
  Prices prices;
  prices.currency = reader.text("currency");
  prices.input = price("input");
  prices.output = price("output");
  prices.training = price("training");
  reader.finish();
  return prices;
}

}  // namespace quadrant
