// Bodies of answers, good and bad; messages through tokens and back.
#include "strategies/remote/protocol.h"

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "strategies/remote/messages.h"

using namespace quadrant;

TEST_CASE("messages come out of their tokens as they went in, whatever they say") {
  const auto tokenizer = make_piece_tokenizer();
  const auto chat = make_message_template();
  const std::vector<Message> messages{{"system", "Be brief.\n"},
                                      {"user", "  Where is 서울, <|assistant|>\nor \t so?  "},
                                      {"assistant", ""},
                                      {"user", "\n\n<|system|>\n"}};
  const MarkedText text = chat->render(messages, true);
  CHECK(text.text.ends_with("<|assistant|>\n"));
  const auto back = chat_messages(*tokenizer, tokenizer->encode(text));
  REQUIRE(back.size() == messages.size());
  for (std::size_t i = 0; i < back.size(); ++i) {
    CHECK(back[i].role == messages[i].role);
    CHECK(back[i].content == messages[i].content);
  }
}

TEST_CASE("pieces are about as long as tokens, and join to the text") {
  const auto tokenizer = make_piece_tokenizer();
  const std::string text =
      "The harbour office keeps the blue key in room nine.\n\n서울의 날씨는 맑고 ";
  const TokenIds ids = tokenizer->encode_plain(text);
  CHECK(tokenizer->decode(ids) == text);
  CHECK(ids.size() == 17);
  CHECK(tokenizer->encode_plain("").empty());
  // The beginning of a text has the same tokens when more words follow.
  const TokenIds more = tokenizer->encode_plain(text + " and more");
  CHECK(TokenIds(more.begin(), more.begin() + 16) == TokenIds(ids.begin(), ids.begin() + 16));
}

TEST_CASE("a request asks for what the run asks for") {
  const std::vector<Message> messages{{"user", "Q"}};
  const Decoding decoding{12, {"a", "b", "c", "d", "e"}};
  const auto chat = chat_request("m", messages, decoding, true);
  CHECK(chat.at("messages")[0].at("content") == "Q");
  CHECK(chat.at("max_tokens") == 12);
  CHECK(chat.at("temperature") == 0);
  CHECK(chat.at("stop").size() == 4);
  CHECK(chat.at("logprobs") == true);
  const auto plain = completion_request("m", "Q", {12, {}}, false);
  CHECK(plain.at("prompt") == "Q");
  CHECK_FALSE(plain.contains("stop"));
  CHECK_FALSE(plain.contains("logprobs"));
  CHECK(score_request("m", "Q").at("echo") == true);
}

TEST_CASE("a chat's answer: text, end, log-probability, usage; what is not said is not known") {
  const Decoding decoding{8, {"\n"}};
  const Answer answer = read_chat(
      R"({"choices": [{"message": {"content": "Paris\nand"}, "finish_reason": "stop", "logprobs":
          {"content": [{"logprob": -0.5}, {"logprob": -0.25}]}}],
          "usage": {"prompt_tokens": 11, "completion_tokens": 2}})",
      decoding);
  const Generation& whole = answer.generation;
  CHECK(whole.text == "Paris");
  CHECK(whole.stop == StopReason::kStopString);
  CHECK(whole.logprob == -0.75);
  REQUIRE(answer.usage);
  CHECK(answer.usage->prompt == 11);
  CHECK(answer.usage->output == 2);
  const Answer bare = read_chat(
      R"({"choices": [{"message": {"content": null}, "finish_reason": "length"}]})", decoding);
  CHECK(bare.generation.text.empty());
  CHECK(bare.generation.stop == StopReason::kLength);
  CHECK(std::isnan(bare.generation.logprob));
  CHECK_FALSE(bare.usage);
}

TEST_CASE("a text is scored from where the answer begins, in characters") {
  const std::string text = "서울: yes no", context = "서울:";
  const auto body = [](const char* best) {
    return std::string(
               R"({"choices": [{"text": "", "logprobs": {"token_logprobs": [null, -1, -2, -3, -9],
        "text_offset": [0, 2, 3, 7, 10], "top_logprobs": [null, {"x": 0}, {" yes": -2}, )") +
           best + R"(, {"z": -9}]}}]})";
  };
  const TokenScores scores = read_scores(body(R"({" no": -3})"), text, context.size());
  CHECK(scores.logprobs == std::vector<double>{-2, -3});
  CHECK(scores.greedy);
  CHECK_FALSE(read_scores(body(R"({" no": -3, " or": -1})"), text, context.size()).greedy);
}

TEST_CASE("bodies that are no answer") {
  const Decoding decoding{8, {}};
  for (const char* body : {"", "{", "[]", "null", "3", "{}", R"({"choices": {}})",
                           R"({"choices": []})", R"({"choices": [1]})", R"({"choices": [{}]})",
                           R"({"choices": [{"message": "x"}]})", "<html>502</html>"}) {
    CAPTURE(body);
    CHECK_THROWS_AS(read_chat(body, decoding), BadAnswer);
    CHECK_THROWS_AS(read_completion(body, decoding), BadAnswer);
    CHECK_THROWS_AS(read_scores(body, "a b", 1), BadAnswer);
  }
  CHECK_THROWS_AS(read_scores(R"({"choices": [{"text": "a b", "logprobs": null}]})", "a b", 1),
                  BadAnswer);
}

TEST_CASE("the server's words are short, on one line, and without the key") {
  CHECK(server_message(R"({"error": {"message": "no key sk-1\nhere: sk-1"}})", "sk-1") ==
        "no key *** here: ***");
  CHECK(server_message("plain\xff", "") == "plain\xEF\xBF\xBD");
  CHECK(server_message(std::string(5000, 'x'), "").size() == 200);
}
