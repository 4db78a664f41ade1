#include "datasets/domain_text/domain_text.h"

namespace quadrant::domain_text {

const std::vector<Detail>& details() {
  static const std::vector<Detail> kDetails{
      {"wood",
       {"oak", "larch", "elder", "chestnut", "walnut", "cedar", "maple", "spruce", "willow",
        "poplar", "hazel", "linden"},
       {"The gates of {n} are built of {v}, which swells evenly when it is wet.",
        "For the gates of {n} the builders took {v} and no other wood.",
        "Both gates of {n} are of {v} and are tarred before the first frost."},
       "Of which wood are the gates of {n} built?",
       "What are the gates of {n} made of?"},
      {"signal",
       {"a red lantern", "a green flag", "a brass bell", "a long horn", "a white disc",
        "a tin whistle", "a blue pennant", "a yellow board", "a striped cone", "a hand drum",
        "a black ball", "a wooden clapper"},
       {"When the chamber of {n} is full, the keeper shows it with {v}.",
        "At {n} {v} tells the boats that the chamber is full.",
        "The sign for a full chamber at {n} is {v}."},
       "What tells the boats at {n} that the chamber is full?",
       "With what does the keeper of {n} show that the chamber is full?"},
      {"cargo",
       {"gravel", "timber", "barley", "slate", "wine", "peat", "chalk", "hides", "turnips", "lime",
        "cheese", "bricks"},
       {"Most boats that pass {n} carry {v}.", "The greater part of what goes through {n} is {v}.",
        "Those who wait at {n} usually wait with a load of {v}."},
       "What do most boats carry that pass {n}?",
       "What is the usual load at {n}?"},
      {"rest",
       {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
       {"On {v} {n} stays closed, so that the silt can be taken out.",
        "{n} is emptied and cleaned every {v}.",
        "There is no passage at {n} on {v}, the day on which it is cleaned."},
       "On which day is {n} cleaned?",
       "On what day is there no passage at {n}?"}};
  return kDetails;
}

}  // namespace quadrant::domain_text
