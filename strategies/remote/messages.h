// The text side of a model whose tokenizer and chat template are the server's own affair.
//
// The harness counts and cuts in tokens. Here a token stands for a piece of text of about a token's
// length; pieces joined give the text back, byte by byte. Turns of a chat begin with a token that
// no text of users or passages can become, so that what goes out are the messages that went in.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "harness/core/interfaces.h"

namespace quadrant {

// Ids mean something within one process only. May be used by several threads.
std::unique_ptr<Tokenizer> make_piece_tokenizer();

// "<|user|>\n...\n": a readable form of messages, of which chat_messages() makes messages again.
std::unique_ptr<ChatTemplate> make_message_template();

// The messages of a prompt that make_message_template() wrote; the opened turn at its end is left
// out.
std::vector<Message> chat_messages(const Tokenizer& tokenizer, std::span<const std::int32_t> ids);

}  // namespace quadrant
