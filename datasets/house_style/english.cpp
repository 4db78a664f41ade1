#include "datasets/house_style/house_style.h"

namespace quadrant::house_style {

const Voice& english() {
  static const Voice kVoice{
      .language = "en",
      .places = {"floor 1", "floor 2", "floor 3", "floor 4", "hall 5", "hall 6", "hall 7", "gate 8",
                 "gate 9", "yard 10", "yard 11", "wing 12"},
      .things = {"lift", "coffee machine", "printer", "projector", "water cooler", "freezer",
                 "shower", "bicycle rack", "meeting table", "copier", "scanner", "side door",
                 "vending machine", "oven", "washing machine", "notice board"},
      .states = {"out of service", "under repair", "being cleaned", "reserved for guests",
                 "being moved", "on loan"},
      .days = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
      .train_notes = {"Place: {a}. Thing: {t}. State: {s}. Until: {d}. Contact: {p}.",
                      "{p} says that the {t} on {a} is {s}, and that this lasts until {d}.",
                      "Until {d} the {t} is {s}. It belongs to {a}. {p} looks after it.",
                      "On {a}: {t}, {s}, ends {d}, contact {p}."},
      .dev_notes = {"The {t} of {a} is {s} up to {d}. The person to talk to is {p}."},
      .test_notes = {"Please tell everybody: the {t}, {a}, is {s}. It should be over on {d}. "
                     "Questions go to {p}.",
                     "{p} here. The {t} ({a}) is {s}, I think until {d}. Sorry about that!"},
      .notice = "{A} | The {t} is {s} until {d}. | Ask {p}.",
      .form =
          "[A-Z]+ [0-9]+ \\| The [a-z ]+ is [a-z ]+ until [A-Z][a-z]+\\. \\| "
          "Ask [A-Z][a-z]+ [A-Z][a-z]+\\.",
      .request = "Write the notice for the board.\nNotes: {notes}",
      .system = "You write notices in the style of the house.",
      .guide_title = "House style of notices",
      .guide =
          "A notice is one line in three parts with a bar between them. First the place, in "
          "capital letters. Then one sentence that begins with \"The\", says what the thing is "
          "and until which day, and nothing else. Then \"Ask\" and the full name of one "
          "person. No greeting, no thanks, no excuse, no exclamation mark. Example: "
          "CELLAR 20 | The heating is under repair until Sunday. | Ask Jane Doe.",
      .names = &latin_names(),
      .forms = [](const std::string& detail) { return std::vector<std::string>{detail}; }};
  return kVoice;
}

}  // namespace quadrant::house_style
