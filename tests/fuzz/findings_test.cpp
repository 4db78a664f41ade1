#include <doctest/doctest.h>

#include <filesystem>
#include <vector>

#include "harness/core/error.h"
#include "harness/core/files.h"
#include "targets.h"

namespace quadrant {

TEST_CASE("what the fuzzers have found stays mended") {
  const std::filesystem::path folder =
      std::filesystem::path(QUADRANT_SOURCE_DIR) / "tests/fuzz/findings";
  for (const fuzz::Target& target : fuzz::targets()) {
    if (!std::filesystem::exists(folder / target.name)) continue;
    for (const auto& file : std::filesystem::directory_iterator(folder / target.name)) {
      CAPTURE(file.path().string());
      try {
        target.run(read_text(file.path()));
      } catch (const Error& error) {
        CHECK_FALSE(error.mend().empty());
      }
    }
  }
}

TEST_CASE("each target tells a user's mistake from bytes it can use") {
  for (const fuzz::Target& target : fuzz::targets()) {
    CAPTURE(target.name);
    if (std::string_view(target.name) == "bundle_rows") {
      CHECK_NOTHROW(target.run(""));  // no row is changed
    } else if (std::string_view(target.name) == "jinja") {
      CHECK_NOTHROW(target.run("{{ messages[0].content }}"));
      CHECK_THROWS_AS(target.run("{{ x"), Error);
    } else {
      CHECK_THROWS_AS(target.run("no such file"), Error);
    }
  }
}

}  // namespace quadrant
