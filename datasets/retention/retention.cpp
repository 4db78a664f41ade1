#include "datasets/retention/retention.h"

#include "datasets/common/suite_parts.h"
#include "datasets/common/wording.h"
#include "datasets/company_qa/writer.h"
#include "harness/core/rng.h"

namespace quadrant::retention {
namespace {

constexpr std::size_t kDev = 10;  // facts for dev.jsonl

std::size_t test_facts(Tier tier) {
  return tier == Tier::kSmoke ? 20 : common_facts().size() - kDev;
}

}  // namespace

Suite make_suite(Tier tier, std::uint64_t seed) {
  const Suite company =
      company_qa::make_suite(company_qa::plan_of(tier), seed, company_qa::english());
  Suite suite = generated_suite("common facts, asked after learning an invented company", seed,
                                "qa", {"contains", "exact_match", "f1"});
  suite.prompt = company.prompt;
  suite.corpus = company.corpus;
  suite.train = company.train;
  std::vector<CommonFact> facts = common_facts();
  Rng(seed, "retention").shuffle(facts);
  facts.resize(kDev + test_facts(tier));
  for (std::size_t i = 0; i < facts.size(); ++i) {
    Item item;
    item.id = numbered("common", i + 1);
    item.question = facts[i].question;
    item.targets = facts[i].answers;
    item.cluster = item.id;
    item.meta = {{"slice", facts[i].field}};
    (i < kDev ? suite.dev : suite.test).push_back(item);
  }
  return suite;
}

}  // namespace quadrant::retention
