#include "strategies/lm/tokenizer/piece_model.h"

#include <fmt/format.h>
#include <sentencepiece_processor.h>

#include <bit>
#include <cstring>

#include "harness/core/error.h"

namespace quadrant {
namespace {

enum Wire : std::uint64_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

struct Field {
  std::uint64_t number = 0, wire = 0, value = 0;
  std::string_view bytes;  // of kBytes
  std::string_view whole;  // the field as it is written
};

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[0]);
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

template <class T>
std::optional<std::uint64_t> take_fixed(std::string_view& bytes) {
  T value = 0;
  if (bytes.size() < sizeof value) return std::nullopt;
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return value;
}

std::optional<Field> take_field(std::string_view& bytes) {
  const std::string_view start = bytes;
  const auto tag = take_varint(bytes);
  if (!tag) return std::nullopt;
  Field field;
  field.number = *tag >> 3;
  field.wire = *tag & 7;
  std::optional<std::uint64_t> value;
  if (field.wire == kVarint || field.wire == kBytes) value = take_varint(bytes);
  if (field.wire == kFixed64) value = take_fixed<std::uint64_t>(bytes);
  if (field.wire == kFixed32) value = take_fixed<std::uint32_t>(bytes);
  if (!value) return std::nullopt;
  field.value = *value;
  if (field.wire == kBytes) {
    if (field.value > bytes.size()) return std::nullopt;
    field.bytes = bytes.substr(0, field.value);
    bytes.remove_prefix(field.value);
  }
  field.whole = start.substr(0, start.size() - bytes.size());
  return field;
}

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7F) | 0x80);
  out += static_cast<char>(value);
}

void put_number(std::string& out, std::uint64_t field, std::uint64_t value) {
  put_varint(out, field << 3 | kVarint);
  put_varint(out, value);
}

void put_bytes(std::string& out, std::uint64_t field, std::string_view bytes) {
  put_varint(out, field << 3 | kBytes);
  put_varint(out, bytes.size());
  out += bytes;
}

void put_float(std::string& out, std::uint64_t field, float value) {
  put_varint(out, field << 3 | kFixed32);
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

std::optional<PieceModel::Piece> parse_piece(std::string_view bytes) {
  PieceModel::Piece piece;
  while (!bytes.empty()) {
    const auto field = take_field(bytes);
    if (!field) return std::nullopt;
    if (field->number == 1 && field->wire == kBytes) piece.text = field->bytes;
    if (field->number == 2 && field->wire == kFixed32) {
      piece.score = std::bit_cast<float>(static_cast<std::uint32_t>(field->value));
    }
    if (field->number == 3 && field->wire == kVarint) piece.type = static_cast<int>(field->value);
  }
  return piece;
}

[[noreturn]] void refuse_vocabulary(const std::string& problem, const std::string& where) {
  throw Error(fmt::format("sentencepiece cannot use this vocabulary: {}", problem), where,
              "download the model again");
}

void require(const sentencepiece::util::Status& status, const std::string& where) {
  if (!status.ok()) refuse_vocabulary(status.ToString(), where);
}

}  // namespace

std::string PieceModel::serialise() const {
  std::string out;
  for (const Piece& piece : pieces) {
    std::string bytes;
    put_bytes(bytes, 1, piece.text);
    put_float(bytes, 2, piece.score);
    put_number(bytes, 3, static_cast<std::uint64_t>(piece.type));
    put_bytes(out, 1, bytes);
  }
  return out + rest;
}

std::optional<PieceModel> parse_piece_model(std::string_view bytes) {
  PieceModel model;
  while (!bytes.empty()) {
    const auto field = take_field(bytes);
    if (!field) return std::nullopt;
    if (field->number != 1) {
      model.rest += field->whole;
      continue;
    }
    auto piece = parse_piece(field->bytes);
    if (field->wire != kBytes || !piece) return std::nullopt;
    model.pieces.push_back(*std::move(piece));
  }
  return model;
}

std::string write_rules(const PieceRules& rules) {
  std::string trainer, normaliser, out;
  put_number(trainer, 3, rules.unigram ? 1 : 2);  // model_type
  put_number(trainer, 35, rules.byte_fallback);
  put_bytes(normaliser, 1, "identity");
  put_number(normaliser, 3, rules.add_dummy_prefix);
  put_number(normaliser, 4, rules.remove_extra_whitespaces);
  put_number(normaliser, 5, rules.escape_whitespaces);
  put_bytes(out, 2, trainer);
  put_bytes(out, 3, normaliser);
  return out;
}

PieceProcessor::PieceProcessor(const PieceModel& model, std::string where)
    : library_(std::make_unique<sentencepiece::SentencePieceProcessor>()),
      where_(std::move(where)) {
  try {
    require(library_->LoadFromSerializedProto(model.serialise()), where_);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {  // its trie throws on pieces it cannot hold
    refuse_vocabulary(error.what(), where_);
  }
}

PieceProcessor::~PieceProcessor() = default;

void PieceProcessor::encode(std::string_view text, std::vector<std::int32_t>& ids) const {
  std::vector<int> pieces;
  require(library_->Encode({text.data(), text.size()}, &pieces), where_);
  ids.insert(ids.end(), pieces.begin(), pieces.end());
}

std::string PieceProcessor::decode(const std::vector<std::int32_t>& ids) const {
  std::string text;
  require(library_->Decode(ids, &text), where_);
  return text;
}

}  // namespace quadrant
