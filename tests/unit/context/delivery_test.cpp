#include "strategies/context/delivery.h"

#include <doctest/doctest.h>

using namespace quadrant;

TEST_CASE("targets are found whatever case and white space") {
  CHECK(contains_target("The  Blue\n Lantern\tCafe", "blue lantern cafe"));
  CHECK(contains_target("ÉCOLE", "école"));
  CHECK(contains_target("e\u0301cole", "\u00e9cole"));  // decomposed and composed
  CHECK(!contains_target("anything", ""));
  CHECK(!contains_target("anything", " \n"));
  CHECK(!contains_target("", "a"));
}

TEST_CASE("a target is not found inside a longer ASCII word or number") {
  CHECK(!contains_target("it costs 150", "15"));
  CHECK(!contains_target("it costs 115", "15"));
  CHECK(contains_target("it costs 115, then 15.", "15"));
  CHECK(!contains_target("a party", "art"));
  CHECK(contains_target("(art)", "art"));
  CHECK(contains_target("서울에서 만나요", "서울"));
  CHECK(contains_target("was 5% more", "5%"));
}

TEST_CASE("only passages of gold documents are relevant, where the item names some") {
  Item item;
  item.targets = {"forty", "40"};
  const Passage holds{"d1", "", "There are 40.", 0, 13}, lacks{"d1", "", "There are some.", 0, 15};
  const Passage titled{"d1", "Forty thieves", "They hide.", 0, 10};
  CHECK(is_relevant(holds, item));
  CHECK(is_relevant(titled, item));
  CHECK(!is_relevant(lacks, item));
  item.gold_docs = {"d2"};
  CHECK(!is_relevant(holds, item));
  item.gold_docs = {"d2", "d1"};
  CHECK(is_relevant(holds, item));
  item.meta["answerable"] = "false";
  CHECK(!is_relevant(holds, item));
}

TEST_CASE("comparable form") {
  CHECK(comparable("  A\n\n b\t") == "a b");
  CHECK(comparable("").empty());
}
