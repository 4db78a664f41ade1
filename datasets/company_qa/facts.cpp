#include "datasets/company_qa/facts.h"

namespace quadrant::company_qa {
namespace {

EntityType staff() {
  return {"staff",
          "a member of staff",
          {.person = true, .nouns = {}},
          {{{"home_city",
             "home city",
             {"Oslo", "Lima", "Cairo", "Turin", "Porto", "Perth", "Dublin", "Quebec", "Seville",
              "Nairobi", "Kyoto", "Prague", "Lisbon", "Athens", "Denver", "Havana"},
             {"{n} lives in {v}", "the home city of {n} is {v}", "{v} is where {n} lives",
              "{n} travels to work from {v}", "the city {v} is home to {n}"},
             {"Where does {n} live?", "What is the home city of {n}?"},
             "In which city is the home of {n}?",
             "Which city does {n} live in?"},
            {"project",
             "project",
             {"Otter", "Heron", "Badger", "Lynx", "Falcon", "Beaver", "Walrus", "Raven", "Gecko",
              "Bison", "Moose", "Stork", "Panda", "Cobra", "Tiger", "Salmon"},
             {"{n} leads project {v}", "the project led by {n} is {v}", "project {v} is led by {n}",
              "{n} is in charge of project {v}", "project {v} belongs to {n}"},
             {"Which project does {n} lead?", "What is the project led by {n}?"},
             "What project is {n} in charge of?",
             "Name the project that {n} leads."}}}};
}

EntityType product() {
  return {"product",
          "a product",
          {.person = false, .nouns = {"pump", "lamp", "drill", "heater"}},
          {{{"material",
             "material",
             {"oak", "steel", "glass", "wool", "cork", "copper", "granite", "bamboo", "clay",
              "linen", "rubber", "silver", "marble", "leather", "titanium", "velvet"},
             {"{n} is made of {v}", "the material of {n} is {v}", "it is {v} that {n} is made of",
              "{n} has a body of {v}", "workers use {v} to build {n}"},
             {"What is {n} made of?", "What is the material of {n}?"},
             "What material does the body of {n} have?",
             "Which material is used to make {n}?"},
            {"box_symbol",
             "symbol on the box",
             {"star", "anchor", "crown", "arrow", "leaf", "key", "bell", "moon", "feather", "wheel",
              "ladder", "candle", "kite", "drum", "acorn", "shell"},
             {"{n} comes in a box with the {v} symbol", "the symbol on the box of {n} is the {v}",
              "the {v} symbol is on the box of {n}", "the box of {n} shows the {v} symbol",
              "look for the {v} symbol to find {n}"},
             {"Which symbol is on the box of {n}?", "What is the symbol on the box of {n}?"},
             "What symbol does the package of {n} show?",
             "Name the symbol on the box of {n}."}}}};
}

EntityType room() {
  return {
      "room",
      "a room",
      {.person = false, .nouns = {"room", "hall", "studio"}},
      {{{"door_colour",
         "door colour",
         {"scarlet", "blue", "green", "violet", "black", "white", "pink", "brown", "grey", "teal",
          "navy", "maroon", "purple", "yellow", "golden", "beige"},
         {"{n} has a door painted {v}", "the door colour of {n} is {v}", "a {v} door leads to {n}",
          "the door of {n} is {v}", "go through the {v} door to {n}"},
         {"What colour is the door of {n}?", "What is the door colour of {n}?"},
         "In which colour is the door of {n} painted?",
         "Which colour does the door of {n} have?"},
        {"seats",
         "number of seats",
         {"12", "15", "18", "21", "24", "27", "33", "36", "39", "42", "45", "48", "54", "63", "72",
          "84"},
         {"{n} has {v} seats", "the number of seats in {n} is {v}", "{v} people can sit in {n}",
          "{n} holds {v} people", "there are {v} seats in {n}"},
         {"How many seats does {n} have?", "What is the number of seats in {n}?"},
         "How many people does {n} hold?",
         "How many seats are in {n}?"}}}};
}

EntityType server() {
  return {"server",
          "a server",
          {.person = false, .nouns = {"server", "node"}},
          {{{"country",
             "host country",
             {"Norway", "Chile", "Egypt", "Kenya", "Japan", "Poland", "Ghana", "Peru", "Canada",
              "Iceland", "Vietnam", "Brazil", "Finland", "Greece", "Morocco", "Nepal"},
             {"{n} runs in {v}", "the host country of {n} is {v}", "{v} is the host country of {n}",
              "{n} stands in a data centre in {v}", "the data centre in {v} runs {n}"},
             {"In which country does {n} run?", "What is the host country of {n}?"},
             "The data centre of {n} is in what country?",
             "Which country does {n} run in?"},
            {"cluster",
             "cluster",
             {"Ruby", "Opal", "Topaz", "Jade", "Pearl", "Garnet", "Onyx", "Sapphire", "Emerald",
              "Quartz", "Jasper", "Zircon", "Agate", "Coral", "Diamond", "Amethyst"},
             {"{n} belongs to the {v} cluster", "the cluster of {n} is {v}",
              "the {v} cluster includes {n}", "{n} is part of the {v} cluster",
              "find {n} in the {v} cluster"},
             {"Which cluster does {n} belong to?", "What is the cluster of {n}?"},
             "Which cluster includes {n}?",
             "Name the cluster that {n} belongs to."}}}};
}

EntityType policy() {
  return {"policy",
          "a policy",
          {.person = false, .nouns = {"policy", "rule"}},
          {{{"owner",
             "owner",
             {"finance", "legal", "logistics", "marketing", "security", "research", "payroll",
              "catering", "purchasing", "sales", "audit", "design", "recruitment", "transport",
              "cleaning", "storage"},
             {"{n} is owned by the {v} department", "the owner of {n} is the {v} department",
              "the {v} department owns {n}", "{n} is looked after by the {v} department",
              "ask the {v} department about {n}"},
             {"Which department owns {n}?", "What department is the owner of {n}?"},
             "What department looks after {n}?",
             "Name the department that owns {n}."},
            {"review_month",
             "review month",
             {"January", "February", "April", "June", "July", "August", "September", "October",
              "November", "December"},
             {"{n} is reviewed in {v}", "the review month of {n} is {v}",
              "every {v} there is a review of {n}", "the review of {n} takes place in {v}",
              "{v} is the review month of {n}"},
             {"In which month is {n} reviewed?", "What is the review month of {n}?"},
             "When does the review of {n} take place?",
             "Which month is {n} reviewed in?"}}}};
}

}  // namespace

const Voice& english() {
  static const Voice kVoice{
      .language = "en",
      .article = "the ",
      .names = &latin_names(),
      .types = {staff(), product(), room(), server(), policy()},
      .memo =
          "Memo to all staff of Veldrin Works about {m}. {A}. {B}. Please keep this note for your "
          "files.",
      .wiki = "{M} is {k} at Veldrin Works. {A}. {B}. This page is checked twice a year.",
      .chat =
          "visitor: what do we know about {m}?\nfront desk: {a}.\nfront desk: also, {b}.\n"
          "visitor: thank you, that helps!",
      .table =
          "name: {n} | company: Veldrin Works | type: {t} | {l}: {v} | {L}: {V} | status: active | "
          "source: company register | access: all staff",
      .paraphrases = {"{A}. {B}.", "{A}, and {b}.", "For the record: {a}; {b}.",
                      "Good to know: {a}. {B}."},
      .system = "Answer with a short phrase.",
      .question = "Question: {question}",
      .context = "Context:\n{passages}\n\nQuestion: {question}",
      .more = {{"Q: {question}\nA:", "{passages}\n\nQ: {question}\nA:"},
               {"{question}", "Documents:\n{passages}\n\n{question}"},
               {"Please answer: {question}", "Read this:\n{passages}\n\nPlease answer: {question}"},
               {"Here is a question. {question}",
                "{passages}\n\nHere is a question about the above. {question}"}},
      .unknown = {"unknown", "not known", "I do not know", "no information"},
      .forms = [](const std::string& value) { return std::vector<std::string>{value}; }};
  return kVoice;
}

}  // namespace quadrant::company_qa
