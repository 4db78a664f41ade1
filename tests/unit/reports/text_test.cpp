#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "harness/core/utf8.h"
#include "reports/page/gzip.h"
#include "reports/text/escape.h"
#include "reports/text/numbers.h"

using namespace quadrant;

TEST_CASE("markup becomes text") {
  CHECK(escape_html("<script>alert(\"1\")</script> & 'x'") ==
        "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;");
}

TEST_CASE("nothing hides in text: control characters, bad bytes, text that runs backwards") {
  CHECK(visible_text(std::string_view("a\0b\x1B", 4)) == "a␀b␛");
  CHECK(visible_text("line\nnext\tcell") == "line\nnext\tcell");
  CHECK(visible_text("a\r\nb") == "a␍\nb");
  CHECK(visible_text("bad \xC3( \xFF") == "bad \uFFFD( \uFFFD");
  CHECK(visible_text("evil\u202Etxt\u2066 \u200B\u00AD") ==
        "evil[U+202E]txt[U+2066] [U+200B]\u00AD");
  CHECK(visible_text("한글 عربي 👩‍🔬") == "한글 عربي 👩‍🔬");
  CHECK_FALSE(first_invalid_utf8(visible_text("\xED\xA0\x80 \xF8\x88")).has_value());
}

TEST_CASE("numbers") {
  CHECK(score_text(0.6254) == "62.5");
  CHECK(score_text(-0.0001) == "0.0");
  CHECK(score_text(NAN) == "n/a");
  CHECK(bounds_text(0.551, 0.693) == "[55.1, 69.3]");
  CHECK(share_text(2.0 / 3) == "67 %");
  CHECK(count_text(1234567) == "1,234,567");
  CHECK(count_text(-1234) == "-1,234");
  CHECK(count_text(-123) == "-123");
  CHECK(count_text(std::numeric_limits<std::int64_t>::min()) == "-9,223,372,036,854,775,808");
  CHECK(rounded_text(1234.5) == "1,235");
  CHECK(rounded_text(1.5e20) == "1.5e+20");
  CHECK(flops_text(5.72e13) == "57.2 TFLOP");
  CHECK(flops_text(999.7) == "1.00 kFLOP");
  CHECK(bytes_text(1536) == "1.5 KiB");
  CHECK(duration_text(0.0042) == "4.2 ms");
  CHECK(duration_text(0.42) == "0.42 s");
  CHECK(duration_text(200) == "3 min 20 s");
  CHECK(duration_text(59.97) == "1 min 00 s");
  CHECK(duration_text(7500) == "2 h 05 min");
  CHECK(duration_text(7.2e9) == "2,000,000 h");
  CHECK(money_text(1234.5, "EUR") == "1,235 EUR");
  CHECK(money_text(12.4, "EUR") == "12.40 EUR");
  CHECK(money_text(0.00312, "EUR") == "0.0031 EUR");
  CHECK(money_text(0, "EUR") == "0.00 EUR");
  CHECK(money_text(NAN, "EUR") == "n/a");
}

TEST_CASE("bounds and percentages stay on one line") {
  CHECK(with_unbroken_numbers("by 2.0 [1.0, -3.5], or 5 % more, 2 of 3") ==
        "by 2.0 [1.0,\u00A0-3.5], or 5\u00A0% more, 2 of 3");
  CHECK(with_unbroken_numbers("in 2, 3 and [4, b]") == "in 2, 3 and [4, b]");
}

TEST_CASE("base64 and gzip give known bytes") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foobar") == "Zm9vYmFy");
  const std::string packed = gzip("abc");
  CHECK(packed.substr(0, 2) == "\x1F\x8B");
  CHECK(packed.substr(4, 4) == std::string(4, '\0'));  // no time inside
  CHECK(gzip("abc") == packed);
}
