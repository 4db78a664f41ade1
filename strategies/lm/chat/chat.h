// Chat templates: how a conversation is written for the model.
//
// Contents of messages are never trusted: only the template's own text may become special tokens.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "harness/core/interfaces.h"
#include "strategies/lm/weights/weight_source.h"

namespace quadrant {

// ModelSpec::chat_template: "model" (the source's tokenizer.chat_template), "none", or the path of
// a file that holds a Jinja template. Error when there is none, or when it uses something that
// harness/jinja does not know. The tokens that a template may name come from the GGUF file, or from
// the source's folder (tokenizer_config.json, special_tokens_map.json).
std::unique_ptr<ChatTemplate> load_chat_template(const std::string& choice,
                                                 const WeightSource& source);

// A Jinja template as transformers renders it (apply_chat_template). `tokens`: what the template
// may name, "bos_token" -> "<s>". Left out on purpose: strftime_now, so that a prompt does not
// depend on the day (templates that ask for it fall back to a date of their own). end_of_turn() is
// what the template writes behind an answer; hash() the SHA-256 of its text.
std::unique_ptr<ChatTemplate> make_jinja_template(std::string_view jinja, const std::string& where,
                                                  const std::map<std::string, std::string>& tokens);

// For base models: the contents alone, an empty line between them. An answer follows its question
// on the same line after a colon ("Answer: Paris"), else on the next line; the prompt ends where
// the answer's own text or its leading space begins. Empty contents are left out.
std::unique_ptr<ChatTemplate> make_plain_template();

}  // namespace quadrant
