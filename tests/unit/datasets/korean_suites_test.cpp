// The Korean suites: particles by the sound before them, closed pools, nothing left to be filled.
#include <doctest/doctest.h>

#include <algorithm>

#include "datasets/common/wording.h"
#include "datasets/company_qa/templates.h"
#include "datasets/company_qa/writer.h"
#include "datasets/suite.h"

using namespace quadrant;

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("Korean particles follow the sound before them") {
  struct Row {
    const char *wording, *value, *text;
  };
  const Row rows[] = {
      {"{v}{은/는} 좋다", "책", "책은 좋다"},
      {"{v}{은/는} 좋다", "나무", "나무는 좋다"},
      {"{v}{이/가} 있다", "설문", "설문이 있다"},
      {"{v}{이/가} 있다", "배포", "배포가 있다"},
      {"{v}{을/를} 본다", "달", "달을 본다"},
      {"{v}{을/를} 본다", "별자리", "별자리를 본다"},
      {"{v}{으로/로} 간다", "서울", "서울로 간다"},
      {"{v}{으로/로} 간다", "부산", "부산으로 간다"},
      {"{v}{으로/로} 간다", "제주", "제주로 간다"},
      {"{v}{과/와} 함께", "3", "3과 함께"},
      {"{v}{과/와} 함께", "2", "2와 함께"},
      {"{v}{으로/로} 간다", "8", "8로 간다"},
      {"{v}{이에요/예요}", "금요일", "금요일이에요"},
      {"{v}{이에요/예요}", "오후", "오후예요"},
  };
  for (const Row& row : rows) CHECK(fill(row.wording, {{"v", row.value}}) == row.text);
}

TEST_CASE("company_qa_ko: no value is part of another; both stand in each text, name included") {
  std::vector<std::string> values;
  for (const auto& type : company_qa::korean().types) {
    for (const auto& attribute : type.attributes) {
      CHECK(attribute.pool.size() >= 10);
      values.insert(values.end(), attribute.pool.begin(), attribute.pool.end());
    }
  }
  for (const std::string& a : values) {
    CHECK_MESSAGE(std::count_if(values.begin(), values.end(),
                                [&](const std::string& b) { return holds(b, a); }) == 1,
                  a);
  }
  const auto world =
      company_qa::make_world(company_qa::plan_of(Tier::kCpu), 0, company_qa::korean());
  std::size_t twins = 0;
  for (const company_qa::Entity& entity : world) {
    twins += !entity.twin.empty();
    if (entity.part == company_qa::Part::kUnanswerable) continue;
    for (const std::string& text :
         {company_qa::document_text(entity), company_qa::paraphrase(entity, 0),
          company_qa::paraphrase(entity, 1)}) {
      CAPTURE(text);
      CHECK(text.find_first_of("{}") == std::string::npos);
      CHECK(holds(text, entity.name));
      for (const std::string& value : entity.values) CHECK(holds(text, value));
    }
  }
  CHECK(twins >= world.size() / 3);
}

TEST_CASE("the Korean suites are Korean, and no particle is left to be chosen") {
  for (const char* name : {"slack_ko", "house_style_ko", "company_qa_ko"}) {
    const Suite suite = find_suite(name);
    CHECK(suite.language == "ko");
    for (const TrainingExample& line : suite.train) {
      CHECK(line.question.find_first_of("{}/") == std::string::npos);
      CHECK(line.answer.find_first_of("{}/") == std::string::npos);
    }
  }
}
