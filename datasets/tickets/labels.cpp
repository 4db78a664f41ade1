#include "datasets/tickets/tickets.h"

namespace quadrant::tickets {

const std::vector<Label>& teams() {
  static const std::vector<Label> kTeams{
      {"network",
       {"wireless", "router", "cable"},
       {"The wireless drops every few minutes.", "The router in the hall is dark.",
        "The cable under my desk is torn.", "The wireless is slow on the upper floor."},
       {"The router starts again by itself.", "There is no wireless in the canteen."}},
      {"billing",
       {"invoice", "refund", "receipt"},
       {"The invoice shows the wrong sum.", "The refund has not arrived.",
        "The receipt has no date on it.", "The invoice came twice."},
       {"Our address is missing on the invoice.", "The receipt is for another customer."}},
      {"hardware",
       {"printer", "keyboard", "screen", "battery"},
       {"The printer eats paper.", "Two keys of the keyboard stick.", "The screen stays black.",
        "The battery lasts ten minutes."},
       {"The printer smells of smoke.", "The screen flickers in blue."}},
      {"accounts",
       {"login", "password", "profile"},
       {"The login page turns in circles.", "My password is said to be wrong.",
        "The profile shows another name.", "The login code never comes."},
       {"I am not able to change the password.", "My profile is gone."}},
      {"delivery",
       {"parcel", "courier", "pallet"},
       {"The parcel is at the wrong door.", "The courier did not ring.", "The pallet is broken.",
        "Half of the parcel was empty."},
       {"The courier left before noon.", "The pallet stands in the rain."}},
      {"security",
       {"badge", "alarm"},
       {"The badge opens no door.", "The alarm rings without a reason.",
        "The badge of a guest was not returned.", "The alarm panel shows an error."},
       {"A badge was found in the yard.", "The alarm did not ring in the drill."}}};
  return kTeams;
}

const std::vector<Label>& severities() {
  static const std::vector<Label> kSeverities{
      {"low",
       {"hurry", "nuisance"},
       {"There is no hurry.", "It is a mere nuisance.", "No hurry on this one."},
       {"This one can wait, no hurry at all."}},
      {"medium",
       {"workaround"},
       {"We have a workaround for now.", "A workaround exists, but it is slow.",
        "For the moment a workaround will do."},
       {"With a workaround we get along."}},
      {"high",
       {"department"},
       {"A whole department cannot work.", "One department is idle because of it.",
        "It holds up the department."},
       {"An entire department waits for this."}},
      {"critical",
       {"site"},
       {"The whole site stands still.", "The site is closed until this is solved.",
        "People on the site are in danger."},
       {"Nothing moves on the site."}}};
  return kSeverities;
}

}  // namespace quadrant::tickets
