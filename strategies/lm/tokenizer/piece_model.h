// sentencepiece's ModelProto (sentencepiece_model.proto) as far as a tokenizer needs to look into
// it or make one: protobuf's wire format by hand, because the library's package has no header for
// it.
#pragma once

#include <cstdint>
#include <memory>
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

// The library with a model loaded. Error, naming `where`, when it does not take the model in, or,
// later, when it meets a text that it cannot spell with it: it does not find all faults beforehand.
class PieceProcessor {
 public:
  PieceProcessor(const PieceModel& model, std::string where);
  ~PieceProcessor();
  PieceProcessor(PieceProcessor&&) noexcept = default;

  void encode(std::string_view text, std::vector<std::int32_t>& ids) const;  // appends
  std::string decode(const std::vector<std::int32_t>& ids) const;

 private:
  std::unique_ptr<sentencepiece::SentencePieceProcessor> library_;
  std::string where_;
};

}  // namespace quadrant
