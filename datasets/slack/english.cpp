#include "datasets/slack/voice.h"

namespace quadrant::slack {
namespace {

std::vector<Task> tasks() {
  using enum Use;
  return {
      {kTrain,
       {"can you write a status line for the {n}? next review is {d}",
        "could you write me one line on the status of the {n}, review on {d}?"},
       "The {n} is on schedule, and the next review takes place on {d}."},
      {kTrain,
       {"please write a reminder for {p} to test the {n}",
        "can you write {p} a reminder about testing the {n}?"},
       "Dear {p}, this is a reminder to test the {n} as we agreed. Thank you."},
      {kTrain,
       {"write me an invitation for {p} to the {n} meeting on {d}",
        "could you write an invitation to {p} for the meeting about the {n} on {d}?"},
       "Dear {p}, you are invited to the meeting about the {n} on {d}."},
      {kTrain,
       {"can you write a thank-you note to {p} for help with the {n}?",
        "write {p} a thank-you note please, it is about the {n}"},
       "Dear {p}, thank you for your help with the {n}. It made a real difference."},
      {kTrain,
       {"could you write the agenda for {d}? only the {n} is on it",
        "please write an agenda about the {n} for {d}"},
       "Agenda for {d}: first the state of the {n}, then open questions, then next steps."},
      {kTrain,
       {"write a short description of the {n} for {p}",
        "can you write {p} a description of the {n}?"},
       "Dear {p}, the {n} is a small project of our team; it saves time in daily work."},
      {kTrain,
       {"can you write a question for {p} about the budget of the {n}?",
        "please write {p} a question on what the {n} may spend"},
       "Dear {p}, could you tell us how much we may spend on the {n} this year?"},
      {kTrain,
       {"write me a note for the file: the {n} was checked on {d}",
        "could you write a note for the file that the {n} was checked on {d}?"},
       "Note for the file: the {n} was checked on {d}, and no faults were found."},
      {kDev,
       {"can you write an offer to {p} to take over the {n}?"},
       "Dear {p}, we would like to offer you to take over the {n}."},
      {kDev,
       {"write a line saying that the {n} is closed on {d}"},
       "Please note that the {n} will be closed on {d}."},
      {kTest,
       {"write a welcome note for {p}, who joins the {n}"},
       "Dear {p}, welcome to the {n}. We are glad that you are with us."},
      {kTest,
       {"can you write an apology to {p}? the {n} is late"},
       "Dear {p}, we apologise for the delay of the {n} and will keep you informed."},
      {kTest,
       {"write an announcement that the {n} moves to {d}"},
       "To all colleagues: the {n} has been moved to {d}. Please change your plans."},
      {kTest,
       {"could you write congratulations to {p} on the {n}?"},
       "Dear {p}, congratulations on the success of the {n}. It is well deserved."},
      {kTest,
       {"write an absence message about the {n}: {p} is away until {d}"},
       "Thank you for writing about the {n}. {p} is away until {d} and will answer then."},
      {kTest,
       {"can you write a warning about the {n} for everybody, valid until {d}?"},
       "Warning to all colleagues: please do not change the {n} until {d}."},
  };
}

std::vector<FactKind> facts() {
  return {
      {"machine",
       {"walnut", "cedar", "maple", "spruce", "willow", "poplar", "hazel", "linden", "alder",
        "rowan", "acacia", "beech", "laurel", "cypress", "juniper", "mulberry"},
       "the {n} builds on {v} now",
       "the {n} is now built on the machine {v}",
       "On which machine is the {n} built?"},
      {"call",
       {"9:10", "9:40", "10:20", "10:50", "11:15", "11:35", "12:05", "13:25", "13:45", "14:10",
        "14:55", "15:05", "15:35", "16:15", "16:40", "17:20"},
       "the {n} call is at {v}",
       "the weekly call about the {n} is at {v}",
       "At what time is the weekly call about the {n}?"},
      {"pilot",
       {"Oslo", "Lima", "Cairo", "Turin", "Porto", "Perth", "Dublin", "Quebec", "Seville",
        "Nairobi", "Kyoto", "Prague", "Lisbon", "Athens", "Denver", "Havana"},
       "the pilot of the {n} runs in {v}",
       "the pilot of the {n} takes place in {v}",
       "In which city does the pilot of the {n} take place?"},
      {"budget",
       {"ruby", "opal", "topaz", "jade", "pearl", "garnet", "onyx", "sapphire", "emerald", "quartz",
        "jasper", "zircon", "agate", "coral", "diamond", "amethyst"},
       "the {n} goes on the {v} budget",
       "the {n} is paid from the {v} budget",
       "From which budget is the {n} paid?"},
  };
}

}  // namespace

const Voice& english() {
  static const Voice kVoice{
      .language = "en",
      .nouns = {"rollout", "prototype", "survey", "handbook"},
      .days = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday"},
      .tasks = tasks(),
      .facts = facts(),
      .deferrals = {"on it tomorrow", "will do in the morning", "later today, promise",
                    "yep, tomorrow morning", "will do, first coffee", "on it, later tonight",
                    "gonna do it tomorrow", "sure, will do after lunch", "later, in a call now",
                    "on it in the morning"},
      .short_replies = {"sure thing", "ok ok", "yep", "hm, ask the others maybe", "nice, good idea",
                        "haha fair", "oh right, that one"},
      .aside = "{r}. btw {f}",
      .note = "{r} Please note that {f}.",
      .system = "You are a member of the team. Answer the message of your colleague.",
      .thread_title = "team chat, thread {t}",
      .me = "me",
      .names = &latin_names(),
      .forms = [](const std::string& value) { return std::vector<std::string>{value}; },
      .metrics = {"completed", "deferred", "contains", "terse", "lower_case"},
  };
  return kVoice;
}

}  // namespace quadrant::slack
