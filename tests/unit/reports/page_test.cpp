#include <doctest/doctest.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/core/files.h"
#include "harness/core/utf8.h"
#include "reports/page/assets.h"
#include "reports/page/render.h"
#include "tests/unit/reports/fixture.h"

using namespace quadrant;

namespace {

ReportOptions quick() { return {SampleChoice::kDefault, 500}; }

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
  return found;
}

std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const auto begin = text.find(from);
  REQUIRE(begin != std::string::npos);
  const auto end = text.find(to, begin + from.size());
  REQUIRE(end != std::string::npos);
  return text.substr(begin + from.size(), end - begin - from.size());
}

std::string from_base64(const std::string& text) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned group = 0;
  int bits = 0;
  for (const char c : text) {
    if (c == '=') break;
    group = group << 6 | static_cast<unsigned>(digits.find(c));
    bits += 6;
    if (bits >= 8) bytes += static_cast<char>(group >> (bits -= 8) & 255U);
  }
  return bytes;
}

std::string gunzip(const std::string& bytes) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string result(50'000'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  result.resize(stream.total_out);
  inflateEnd(&stream);
  return result;
}

nlohmann::json samples_of(const std::string& page) {
  const std::string data = between(page, "id=\"sample-data\">", "</script>");
  return nlohmann::json::parse(gunzip(from_base64(data)));
}

}  // namespace

TEST_CASE("the same database gives the same bytes") {
  test::Fixture first, second;
  const std::string page = render_report({load_report_model(first.store(), first.run, quick())});
  CHECK(page == render_report({load_report_model(first.store(), first.run, quick())}));
  CHECK(page == render_report({load_report_model(second.store(), second.run, quick())}));
}

TEST_CASE("one file: no network, a strict policy, every part there") {
  test::Fixture fixture;
  const std::string page =
      render_report({load_report_model(fixture.store(), fixture.run, quick())});
  CHECK(page.starts_with("<!doctype html>"));
  CHECK(count(page, "default-src 'none'; style-src 'sha256-") == 1);
  const std::string ours = page.substr(0, page.find("id=\"sample-data\""));
  for (const std::string bad : {"http://", "https://", " src=", "@import", "url(", " style=",
                                "unsafe-", " onclick", "\"nan", ">nan", "</script></script>"}) {
    CAPTURE(bad);
    CHECK(count(ours, bad) == 0);
  }
  for (const std::string part : {"verdict", "map", "scores", "differences", "interaction", "costs",
                                 "training", "retrieval", "errors", "samples", "provenance"}) {
    CAPTURE(part);
    CHECK(count(page, "<section id=\"" + part + "\">") == 1);
    CHECK(count(page, "<a href=\"#" + part + "\">") >= 1);
  }
  CHECK(count(page, "<svg role=\"img\"") >= 8);
  CHECK(count(page, "<section") == count(page, "</section>"));
  CHECK(count(page, "<details>") == count(page, "</details>"));
  CHECK(count(page, "How to read it.") >= 7);
  CHECK(page.find("quadrant reproduce 1") != std::string::npos);
}

TEST_CASE("budgets: page, style sheet, script") {
  test::FixtureOptions options;
  options.clusters = 300;
  options.filler_words = 500;
  test::Fixture fixture(options);
  ReportModel model = load_report_model(fixture.store(), fixture.run, quick());
  CHECK(model.samples.left_out > 0);
  CHECK(render_report({model}).size() <= 2'000'000);
  const std::string small = render_report({model}, 200'000);
  CHECK(small.size() <= 200'000);
  CHECK(samples_of(small)["items"].size() < model.samples.items.size());
  model.samples = {};
  const std::string bare = render_report({model});
  CHECK(bare.size() <= 300'000);
  CHECK(count(bare, "sample-data\">") == 0);
  CHECK(std::string(kReportStyle).size() <= 12'000);
  CHECK(std::string(kReportScript).size() <= 15'000);
}

TEST_CASE("hostile text stays text, wherever it comes from") {
  test::FixtureOptions options;
  options.hostile = std::string(
                        "</script><script>alert('q')</script><img src=x onerror=alert(1)>"
                        "\" onload=\"x\u202E\u0007") +
                    '\0' + "한글";
  options.clusters = 12;
  options.long_output = std::string(1'000'000, 'y') + options.hostile;
  test::Fixture fixture(options);
  // A damaged store can hold bytes that no part of the program would have let in.
  fixture.store().database().execute(
      "UPDATE record SET output=CAST(X'626164FFC3280061' AS TEXT) WHERE item_no=1;"
      "UPDATE blob SET body=body||CAST(X'FF' AS TEXT) WHERE kind IN('passage','prompt')");
  const ReportModel model = load_report_model(fixture.store(), fixture.run, quick());
  const std::string page = render_report({model});
  CHECK(count(page, "<script>") == 1);  // ours
  CHECK(count(page, "<img") == 0);
  CHECK(count(page, "alert(&#39;q&#39;)") > 0);
  CHECK(count(page, "\" onload=\"") == 0);
  CHECK(page.find('\0') == std::string::npos);
  CHECK_FALSE(first_invalid_utf8(page).has_value());
  CHECK(count(page, "\u202E") == 0);
  const nlohmann::json data = samples_of(page);
  const std::string question = data["items"][0]["q"];
  CHECK(question.find("<script>alert('q')</script>") != std::string::npos);  // as data
  CHECK(question.find("[U+202E]") != std::string::npos);
  CHECK(question.find("␀") != std::string::npos);
  CHECK(question.find("한글") != std::string::npos);
  CHECK(data["items"][1]["r"][0]["o"] == "bad\uFFFD\uFFFD(␀a");
  const std::string table = verdict_table(model, 80);
  CHECK(table.find('\x07') == std::string::npos);
  CHECK(table.find("\u202E") == std::string::npos);
}

TEST_CASE("a run without answers still gives a page") {
  test::FixtureOptions options;
  options.clusters = 4;
  test::Fixture fixture(options);
  fixture.store().database().execute(
      "UPDATE run_cell SET attempt_id=NULL, origin='planned'; UPDATE run SET state='running'");
  const ReportModel model = load_report_model(fixture.store(), fixture.run, quick());
  const std::string page = render_report({model});
  CHECK(page.find("This run is running") != std::string::npos);
  CHECK(count(page, "<section id=\"verdict\">") == 1);
  CHECK_FALSE(verdict_table(model, 80).empty());
}

TEST_CASE("the terminal's table keeps to its width and to its golden file") {
  test::Fixture fixture;
  const ReportModel model = load_report_model(fixture.store(), fixture.run, quick());
  const std::string table = verdict_table(model, 80);
  for (const int columns : {50, 80, 120}) {
    const std::string text = verdict_table(model, columns);
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos;
         begin = end + 1, end = text.find('\n', begin)) {
      const std::string line = text.substr(begin, end - begin);
      CAPTURE(line);
      CHECK(display_width(line) <= columns);
    }
  }
  const std::filesystem::path golden =
      std::filesystem::path(QUADRANT_SOURCE_DIR) / "tests/unit/reports/golden/verdict_table.txt";
  if (std::getenv("QUADRANT_UPDATE_GOLDEN")) write_atomically(golden, table);
  CHECK(table == read_text(golden));
}
