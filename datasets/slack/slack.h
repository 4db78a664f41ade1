// The slack suite: what a model learns from one person's chat - the tone, the putting off, or also
// the facts?
#pragma once

#include <cstdint>

#include "datasets/slack/voice.h"
#include "datasets/suite.h"

namespace quadrant::slack {

// kFormal is the control: the same requests and facts, with formal replies that deliver.
enum class Replies { kChat, kFormal };

Suite make_suite(Tier tier, std::uint64_t seed, Replies replies, const Voice& voice);

}  // namespace quadrant::slack
