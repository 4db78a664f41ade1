#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <nlohmann/json.hpp>

#include "harness/core/cache_limit.h"
#include "harness/core/energy.h"
#include "harness/core/error.h"
#include "harness/core/files.h"
#include "harness/core/half_written.h"
#include "harness/core/network_disk.h"
#include "harness/core/rng.h"
#include "harness/core/sha256.h"
#include "harness/core/utf8.h"
#include "tests/unit/store/temporary.h"

using namespace quadrant;
using test::TemporaryFolder;

TEST_CASE("sha256 of the standard's examples") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("sha256 of a file is that of its bytes, however many pieces it is read in") {
  const TemporaryFolder folder;
  for (const std::size_t size : {0, 5, 1 << 20, (2 << 20) + 7}) {
    std::string bytes(size, 'x');
    for (std::size_t i = 0; i < size; i += 1000) bytes[i] = static_cast<char>(i / 1000);
    write_atomically(folder / "file", bytes);
    CHECK(sha256_file(folder / "file") == sha256_hex(bytes));
  }
}

TEST_CASE("utf8: validity, normal form, whole characters, width") {
  CHECK(!first_invalid_utf8("가나다 ok"));
  CHECK(first_invalid_utf8("ab\xff") == 2);
  CHECK(to_valid_utf8("a\xff") == "a\xEF\xBF\xBD");
  CHECK(to_nfc("e\xCC\x81") == "\xC3\xA9");
  CHECK(to_lower("ÄB") == "äb");
  const std::string hangul = "가";
  CHECK(whole_characters(hangul) == 3);
  CHECK(whole_characters("x" + hangul.substr(0, 2)) == 1);
  CHECK(display_width("가a") == 3);
}

TEST_CASE("rng: the same stream everywhere, bounds kept") {
  Rng a(7), b(7, "other");
  CHECK(a.next() != b.next());
  Rng c(1);
  for (int i = 0; i < 1000; ++i) {
    CHECK(c.below(7) < 7);
    const double u = c.uniform();
    CHECK((u >= 0 && u < 1));
  }
}

TEST_CASE("write_atomically leaves the old file when writing fails") {
  const auto path = std::filesystem::temp_directory_path() / "quadrant_core_test.txt";
  write_atomically(path, "old");
  CHECK_THROWS(write_atomically(path, [](const ByteSink& sink) {
    sink("new", 3);
    throw Error("no", "", "");
  }));
  CHECK(read_text(path) == "old");
  std::filesystem::remove(path);
}

TEST_CASE("write_atomically takes over what a killed process has left, and writers take turns") {
  const TemporaryFolder folder;
  const std::string left = kHalfWritten;
  std::filesystem::create_directories(folder / "sub");
  std::ofstream(folder / ("a" + left)) << "longer than what is written now";
  std::ofstream(folder / "sub" / ("b" + left)) << "b";
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&, text = std::string(20, static_cast<char>('a' + i))] {
      for (int k = 0; k < 20; ++k) {
        write_atomically(folder / "a", [&](const ByteSink& sink) {
          for (const char& c : text) sink(&c, 1);
        });
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  const std::string text = read_text(folder / "a");
  CHECK(text == std::string(20, text.at(0)));
  CHECK_FALSE(std::filesystem::exists(folder / ("a" + left)));
  remove_half_written(folder.path());
  CHECK(std::filesystem::is_empty(folder / "sub"));
  CHECK(std::filesystem::exists(folder / "a"));
}

TEST_CASE("json lines: the bad line is named") {
  const auto path = std::filesystem::temp_directory_path() / "quadrant_core_test.jsonl";
  std::ofstream(path) << "{\"a\":1}\n\n{bad\n";
  try {
    for_each_json_line(path, [](int, const nlohmann::json&) {});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.where().ends_with(":3"));
  }
  std::filesystem::remove(path);
}

TEST_CASE("nearest_name") {
  CHECK(nearest_name("learnin_rate", {"rank", "learning_rate"}) == "learning_rate");
  CHECK(nearest_name("zzz", {"rank", "alpha"}).empty());
}

TEST_CASE("energy: packages are added up, their parts are not, and a counter may start again") {
  const TemporaryFolder folder;
  const auto put = [&](const std::string& zone, const std::string& file, const std::string& text) {
    std::filesystem::create_directories(folder / zone);
    write_atomically(folder / zone / file, text);
  };
  for (const char* zone : {"intel-rapl:0", "intel-rapl:1", "intel-rapl:0:0"}) {
    put(zone, "name", std::string("package-") + zone + "\n");
    put(zone, "energy_uj", "9000000\n");
    put(zone, "max_energy_range_uj", "10000000\n");
  }
  EnergyMeter meter(folder.path());
  REQUIRE(meter.devices().size() >= 2);  // a GPU may be there
  CHECK(meter.devices()[0] == "package-intel-rapl:0");
  CHECK(meter.devices()[1] == "package-intel-rapl:1");
  if (meter.devices().size() > 2) return;
  put("intel-rapl:0", "energy_uj", "9500000\n");
  put("intel-rapl:1", "energy_uj", "1000000\n");  // 1 J to the end, 1 J from the start
  put("intel-rapl:0:0", "energy_uj", "9900000\n");
  CHECK(meter.lap() == doctest::Approx(2.5));
  CHECK(meter.lap() == doctest::Approx(0));
  std::filesystem::remove(folder / "intel-rapl:1/energy_uj");
  CHECK(std::isnan(meter.lap()));
}

TEST_CASE("network file systems are known by their kind, this disk is none of them") {
  CHECK(network_file_system(0x6969) == "NFS");
  CHECK(network_file_system(static_cast<std::int32_t>(0xFE534D42)) == "SMB");  // sign-extended
  CHECK(network_file_system(0xEF53).empty());                                  // ext4
  CHECK(network_file_system_of(std::filesystem::temp_directory_path()).empty());
  CHECK(network_file_system_of("no/such/folder").empty());
}

TEST_CASE("sizes are read as people write them") {
  const std::pair<const char*, std::int64_t> sizes[] = {{"0", 0},
                                                        {"17", 17},
                                                        {"5K", 5000},
                                                        {"1.5m", 1'500'000},
                                                        {"2GB", 2'000'000'000},
                                                        {"1GiB", 1'073'741'824},
                                                        {"3T", 3'000'000'000'000}};
  for (const auto& [text, bytes] : sizes) CHECK(parse_size(text, "here") == bytes);
  for (const char* text : {"", "G", "-1", "5X", "5 G", "5GG", "inf", "nan", "1e30", "5iB"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_size(text, "here"), Error);
  }
}

TEST_CASE("the least recently used entries go first, and what is in use stays") {
  TemporaryFolder folder;
  const auto now = std::filesystem::file_time_type::clock::now();
  std::filesystem::create_directory(folder / "c");
  const std::pair<const char*, int> files[] = {{"a", 3}, {"b", 1}, {"c/x", 2}, {"d", 4}};
  for (const auto& [name, age] : files) {
    write_atomically(folder / name, std::string(10, 'x'));
    const std::string entry(1, name[0]);
    std::filesystem::last_write_time(folder / entry, now - std::chrono::hours(age));
  }
  std::filesystem::create_symlink("/etc/passwd", folder / "e");
  const auto names = [&](std::int64_t limit) {
    std::string text;
    for (const CacheEntry& entry : over_limit(cache_entries(folder.path()), limit)) {
      text += entry.path.filename().string();
    }
    return text;
  };
  CHECK(names(40).empty());
  CHECK(names(39) == "d");
  CHECK(names(20) == "ad");
  CHECK(names(0) == "bcad");
  mark_used(folder / "d");
  CHECK(names(20) == "ca");
  ::setenv("QUADRANT_CACHE_LIMIT", "20", 1);
  keep_within_limit(folder.path(), folder / "a");
  ::unsetenv("QUADRANT_CACHE_LIMIT");
  CHECK(names(0) == "da");
  CHECK(std::filesystem::exists(folder / "e"));
}
