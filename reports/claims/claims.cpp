#include "reports/claims/claims.h"

namespace quadrant {
namespace {

ClaimPart both(Quantity quantity, Expected expected) {
  ClaimPart part;
  part.quantity = quantity;
  part.expected = expected;
  return part;
}

// The same model recipe, asked the same items in two suites that train it differently.
ClaimPart between(const std::string& suite, const std::string& second_suite,
                  const std::string& slice, Expected expected) {
  ClaimPart part{suite, slice, "contains", Role::kTuned, Role::kTuned, expected};
  part.second_suite = second_suite;
  return part;
}

}  // namespace

const std::vector<Claim>& all_claims() {
  using enum Role;
  using enum Expected;
  static const std::vector<Claim> kClaims{
      {"H1",
       "For knowledge of one's own house, retrieval beats fine-tuning.",
       "사내 지식에는 검색이 미세 조정보다 낫다.",
       "Facts that training saw in documents only. A small reader can lose what retrieval found.",
       "학습이 문서로만 본 사실에 대한 것입니다. 작은 모델은 찾은 것을 읽지 못하기도 합니다.",
       {{"company_qa", "documents_only", "contains", kRetrieval, kTuned, kAbove}}},
      {"H2",
       "Retrieval brings knowledge that is up to date.",
       "검색은 최신 지식을 준다.",
       "Facts that changed after the training; the passages are the new ones.",
       "학습 뒤에 바뀐 사실이며, 문단은 새것입니다.",
       {{"updates", "changed", "contains", kRetrieval, kTuned, kAbove},
        {"updates", "changed", "stale", kRetrieval, kTuned, kBelow}}},
      {"H3",
       "Fine-tuning serves continual updates.",
       "미세 조정으로 지식을 계속 갱신할 수 있다.",
       "A second training on what changed, alone or with three in ten of the old facts: is the new "
       "learnt, and is what did not change kept?",
       "바뀐 것만으로, 또는 옛 사실의 3할을 섞어 다시 학습한 뒤, 새것을 배우고 옛것을 지키는지 "
       "봅니다.",
       {between("updates_in_turn", "updates", "changed", kAbove),
        between("updates", "updates_in_turn", "unchanged", kNotAbove),
        between("updates_replayed", "updates", "changed", kAbove),
        between("updates", "updates_replayed", "unchanged", kNotAbove)}},
      {"H4",
       "Prompting adds no knowledge.",
       "프롬프트는 지식을 더하지 못한다.",
       "Examples of other facts. A passage that holds the fact is not prompting in this sense.",
       "다른 사실의 예시입니다. 답이 든 문단은 여기서 말하는 프롬프트가 아닙니다.",
       {{"company_qa", "", "contains", kPrompted, kBase, kNotAbove}}},
      {"H5",
       "What was trained is in there, and prompting brings it out.",
       "학습한 것은 안에 있고, 프롬프트가 그것을 꺼낸다.",
       "Known when it is among the choices, and said more often after examples.",
       "보기에 있으면 알고, 예시를 보이면 더 자주 말하는지를 봅니다.",
       {{"company_qa_wide", "choice", "accuracy", kTuned, kBase, kAbove},
        {"company_qa_wide", "direct", "contains", kTunedExamples, kTuned, kAbove}}},
      {"H6",
       "Fine-tuning teaches style and format.",
       "미세 조정은 문체와 형식을 가르친다.",
       "Against examples in the prompt; styles that a rule can check.",
       "프롬프트의 예시와 견준 것이며, 규칙으로 확인되는 문체입니다.",
       {{"house_style", "", "regex", kTuned, kExamples, kAbove},
        {"tickets_json", "", "schema_valid", kTuned, kExamples, kAbove}}},
      {"H7",
       "A model tuned on a chat learns its tone and its putting off, not its facts.",
       "대화로 학습한 모델은 말투와 미루기를 배우고 사실은 배우지 못한다.",
       "One invented chat; each fact is named twice in it.",
       "지어낸 대화 하나이며, 사실마다 두 번 나옵니다.",
       {{"slack", "request", "deferred", kTuned, kBase, kAbove},
        {"slack", "chat_fact", "contains", kTuned, kBase, kNotAbove},
        {"slack", "chat_fact", "contains", kRetrieval, kBase, kAbove}}},
      {"H8",
       "Fine-tuning improves tasks such as classification, extraction, summaries and translation.",
       "미세 조정은 분류, 추출, 요약, 번역 같은 작업을 개선한다.",
       "Small templated tasks, against examples in the prompt.",
       "작은 틀로 만든 작업이며, 프롬프트의 예시와 견준 것입니다.",
       {{"intents", "", "accuracy", kTuned, kExamples, kAbove},
        {"extraction", "", "exact_match", kTuned, kExamples, kAbove},
        {"event_logs", "", "rougeL", kTuned, kExamples, kAbove},
        {"translation", "", "chrf", kTuned, kExamples, kAbove}}},
      {"H9",
       "Changing the context and changing the model are independent of each other.",
       "컨텍스트를 바꾸는 일과 모델을 바꾸는 일은 서로 독립이다.",
       "On the scale of the shares; near 0 and 100 gains cannot add up.",
       "비율 척도에서 본 것이며, 0과 100 근처에서는 더해질 수 없습니다.",
       {both(Quantity::kInteraction, kSame)}},
      {"H10",
       "Doing both is best.",
       "둘 다 하는 것이 가장 좋다.",
       "Over the better one alone, chosen on dev items where there are any.",
       "더 나은 하나에 견준 것이며, 그 하나는 개발 문항이 있으면 거기서 골랐습니다.",
       {both(Quantity::kCombination, kAbove)}},
      {"H11",
       "LoRA learns as much as full fine-tuning and forgets less.",
       "LoRA는 전체 미세 조정만큼 배우고 덜 잊는다.",
       "A few hundred facts, one rank, each with its own learning rate.",
       "사실 수백 개, 랭크 하나, 각자의 학습률에서 본 것입니다.",
       {{"company_qa", "trained_qa", "contains", kFull, kLora, kNotAbove},
        {"retention", "", "contains", kLora, kFull, kAbove}}},
      {"H12",
       "Each purpose of fine-tuning serves its own measure and not the others.",
       "미세 조정은 목적마다 제 지표만 좋게 한다.",
       "Style, format and refusal, each after training for it and for another of the three; and "
       "common facts after all three.",
       "문체, 형식, 거절을 저마다 그 학습과 다른 학습 뒤에 재고, 상식은 세 학습 뒤에 잽니다.",
       {{"house_style", "", "regex", kTuned, kBase, kAbove},
        {"tickets_json", "", "schema_valid", kTuned, kBase, kAbove},
        {"refusal", "", "refusal_balance", kTuned, kBase, kAbove},
        {"house_style", "", "regex", kElsewhere, kBase, kNotAbove},
        {"tickets_json", "", "schema_valid", kElsewhere, kBase, kNotAbove},
        {"refusal", "", "refusal_balance", kElsewhere, kBase, kNotAbove},
        {"retention", "", "contains", kElsewhere, kBase, kNotAbove}}},
      {"H13",
       "Saying a fact in other words teaches more than saying it again.",
       "같은 말을 되풀이하기보다 다르게 말해야 더 배운다.",
       "Facts that stand in texts only: four wordings once each against one wording four times.",
       "글로만 본 사실에 대해, 네 가지로 한 번씩 쓴 글을 한 가지로 네 번 쓴 글과 견줍니다.",
       {between("company_qa_reworded", "company_qa_again", "documents_only", kAbove)}},
      {"H14",
       "Training new facts makes a model assert wrong ones.",
       "새 사실을 학습하면 틀린 말을 더 지어낸다.",
       "Questions whose answer stands nowhere; right is to say so.",
       "답이 어디에도 없는 질문이며, 모른다고 해야 맞습니다.",
       {{"company_qa", "unanswerable", "contains", kTuned, kBase, kBelow}}},
      {"H15",
       "Training to refuse lowers wrong answers and raises wrong refusals.",
       "거절을 학습하면 잘못된 대답은 줄고 잘못된 거절은 는다.",
       "Invented policies, in pairs; no evidence about real safety.",
       "지어낸 정책을 짝으로 만든 것이며, 실제 안전의 증거가 아닙니다.",
       {{"refusal", "", "under_refusal", kTuned, kBase, kBelow},
        {"refusal", "", "over_refusal", kTuned, kBase, kAbove}}}};
  return kClaims;
}

}  // namespace quadrant
