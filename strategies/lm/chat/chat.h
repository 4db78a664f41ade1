// Chat templates: how a conversation is written for the model.
//
// Contents of messages are never trusted: only the template's own text may become special tokens.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "harness/core/interfaces.h"
#include "strategies/lm/weights/weight_source.h"

namespace quadrant {

// ModelSpec::chat_template: "model" (the template in the file's tokenizer.chat_template), "none",
// or the path of a file that holds a template. Error when there is none, or when it is not ChatML.
std::unique_ptr<ChatTemplate> load_chat_template(const std::string& choice,
                                                 const WeightSource& source);

// ChatML, read from its Jinja text: <|im_start|>role, newline, content, <|im_end|>, newline. A
// conversation that does not start with a system message gets the template's default one, if it has
// one. `where` goes into the Error for a template that writes anything else.
std::unique_ptr<ChatTemplate> make_chatml(std::string_view jinja, const std::string& where);

// For base models: the contents alone, an empty line between them. An answer follows its question
// on the same line after a colon ("Answer: Paris"), else on the next line; the prompt ends where
// the answer's own text or its leading space begins. Empty contents are left out.
std::unique_ptr<ChatTemplate> make_plain_template();

}  // namespace quadrant
