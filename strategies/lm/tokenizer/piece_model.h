// sentencepiece's ModelProto (sentencepiece_model.proto) as far as a tokenizer needs to look into
// it or make one: protobuf's wire format by hand, because the library's package has no header for
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace quadrant {

struct PieceModel {
  struct Piece {
    std::string text;
    float score = 0;
    int type = 1;  // TokenType
  };
  std::vector<Piece> pieces;
  std::string rest;  // the other fields, as they are written

  std::string serialise() const;
};

// nullopt: not a ModelProto.
std::optional<PieceModel> parse_piece_model(std::string_view bytes);

// `rest` of a model that is not read from a file: no normalisation beside white space.
struct PieceRules {
  bool unigram = false;  // else merges by score, as BPE
  bool byte_fallback = false;
  bool add_dummy_prefix = false;
  bool remove_extra_whitespaces = false;
  bool escape_whitespaces = true;
};
std::string write_rules(const PieceRules& rules);

// Loads the model into the library: "", or what the library says against it.
std::string load_pieces(const PieceModel& model, sentencepiece::SentencePieceProcessor& processor);

}  // namespace quadrant
