// What is said in the chat, in one language: requests, replies, facts, questions.
//
// {p} a colleague, {n} a thing the team works on, {d} a day, {v} a value; in Korean, particles as
// datasets/common/korean.h has them.
#pragma once

#include <string>
#include <vector>

#include "datasets/common/names.h"

namespace quadrant::slack {

enum class Use { kTrain, kDev, kTest };

// Something a colleague asks for, and what a formal colleague delivers at once. The keywords are
// {p}, {n} and {d}, as far as the request has them.
struct Task {
  Use use;
  std::vector<std::string> requests;
  std::string delivered;
};

// A fact that is only ever mentioned in passing, at the end of a reply.
struct FactKind {
  std::string key;
  std::vector<std::string> pool;  // closed; no value is part of another
  std::string in_chat, formal, question;
};

struct Voice {
  std::string language;
  std::vector<std::string> nouns, days;
  std::vector<Task> tasks;
  std::vector<FactKind> facts;
  std::vector<std::string> deferrals;      // 60 % of the replies
  std::vector<std::string> short_replies;  // the rest: chat in tone, nothing delivered
  std::string aside, note;                 // how a fact is put behind a reply, in chat and formally
  std::string system, thread_title, me;
  const NameGrammar* names;
  // A value as answers may write it, the plain form first.
  std::vector<std::string> (*forms)(const std::string& value);
  std::vector<std::string> metrics;
};

const Voice& english();
const Voice& korean();

}  // namespace quadrant::slack
