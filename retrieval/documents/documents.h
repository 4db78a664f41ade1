// Documents from files: .txt, .md, .html, .pdf, and .jsonl with one document a line.
//
// Goals: text that is valid UTF-8 in NFC, whatever the source, with pages and headings as marks;
// one bad file or line is reported and the rest go on. Non-goals: other encodings, OCR, tables.
//
// A .jsonl line is BEIR's {"_id", "title", "text"} or FlashRAG's {"id", "contents"}, whose first
// line is the title when there are more. HTML is parsed by Gumbo (github.com/google/gumbo-parser),
// and its text is what a reader would see. A PDF is read by the program pdftotext of
// Poppler, which stays outside of ours: a broken PDF that crashes or stalls it is one bad file.
// Spans of passages count bytes of the text as read here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "harness/core/types.h"

namespace quadrant {

struct UnreadableSource {
  std::string where, problem;  // "notes/a.txt" or "corpus.jsonl:17"
};

struct ReadReport {
  std::size_t files = 0, documents = 0;
  std::size_t other_files = 0;                // in folders, of kinds that are not read
  std::uintmax_t bytes = 0, total_bytes = 0;  // read so far; of all files
  std::vector<UnreadableSource> unreadable;
};

// Visits each document once, in the order of the sources, files of a folder by name. The id of a
// file is its path below the folder it was found in, with that folder before it when there are
// several sources. Error when a source does not exist; an id seen before is reported as unreadable.
// `report` is made anew, and is up to date whenever `visit` is called.
void read_documents(std::span<const std::filesystem::path> sources,
                    const std::function<void(Document)>& visit, ReadReport& report);

}  // namespace quadrant
