#include "retrieval/passage_table.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/core/error.h"
#include "harness/core/json.h"

namespace quadrant {

PassageTable::PassageTable(const std::filesystem::path& file) : file_(file), mapped_(file) {
  const std::string_view bytes = mapped_.bytes();
  for (std::size_t at = 0; at < bytes.size();) {
    lines_.push_back(at);
    at = std::min(bytes.find('\n', at), bytes.size() - 1) + 1;
  }
}

Passage PassageTable::at(std::size_t row) const {
  QUADRANT_CHECK(row < size());
  const std::size_t end = row + 1 < size() ? lines_[row + 1] : mapped_.bytes().size();
  const std::string_view line = mapped_.bytes().substr(lines_[row], end - lines_[row]);
  try {
    const auto json = nlohmann::json::parse(line);
    Passage passage{json.at("doc"), json.at("title"), json.at("text"), json.at("begin"),
                    json.at("end")};
    passage.page = json.value("page", 0);
    passage.heading = json.value("heading", "");
    return passage;
  } catch (const nlohmann::json::exception&) {
    throw Error("this line is not a passage", fmt::format("{}:{}", file_.string(), row + 1),
                "delete the folder and build the index again");
  }
}

std::string passage_line(const Passage& passage) {
  nlohmann::json json{{"doc", passage.doc_id},
                      {"title", passage.title},
                      {"text", passage.text},
                      {"begin", passage.begin},
                      {"end", passage.end}};
  if (passage.page > 0) json["page"] = passage.page;
  if (!passage.heading.empty()) json["heading"] = passage.heading;
  return canonical_json(json) + "\n";
}

std::string searched_text(const Passage& passage) {
  return passage.title.empty() ? passage.text : passage.title + "\n" + passage.text;
}

}  // namespace quadrant
