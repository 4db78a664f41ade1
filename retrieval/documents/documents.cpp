#include "retrieval/documents/documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "harness/core/error.h"
#include "retrieval/documents/readers.h"

namespace quadrant {
namespace fs = std::filesystem;
namespace {

using Reader = Document (*)(const fs::path& file);

struct Kind {
  const char* ending;
  Reader read;  // null: one document a line
};
constexpr Kind kKinds[] = {{".txt", read_plain_text},    {".md", read_markdown},
                           {".markdown", read_markdown}, {".html", read_html},
                           {".htm", read_html},          {".pdf", read_pdf},
                           {".jsonl", nullptr}};

const Kind* kind_of(const fs::path& file) {
  std::string ending = file.extension();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  const auto found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [&](const Kind& kind) { return ending == kind.ending; });
  return found == std::end(kKinds) ? nullptr : found;
}

class SourceReader {
 public:
  SourceReader(bool several_sources, const std::function<void(Document)>& visit)
      : several_sources_(several_sources), visit_(visit) {}

  void read_source(const fs::path& source) {
    if (!fs::exists(source)) {
      throw Error("there is no such file or folder", source.string(), "check the path");
    }
    if (!fs::is_directory(source)) {
      read_file(source, several_sources_ ? source.generic_string() : source.filename().string());
      return;
    }
    std::vector<fs::path> files;
    const auto options = fs::directory_options::skip_permission_denied;
    for (const auto& entry : fs::recursive_directory_iterator(source, options)) {
      std::error_code broken_link;
      if (!fs::is_regular_file(entry.path(), broken_link)) continue;
      if (kind_of(entry.path())) {
        files.push_back(entry.path());
      } else {
        ++report.other_files;
      }
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      const std::string below = file.lexically_relative(source).generic_string();
      read_file(file, several_sources_ ? (source / below).generic_string() : below);
    }
  }

  ReadReport report;

 private:
  void read_file(const fs::path& file, const std::string& id) {
    ++report.files;
    const Kind* kind = kind_of(file);
    try {
      if (!kind) throw Error("no reader for this kind of file", id, "");
      if (kind->read) {
        Document document = kind->read(file);
        document.id = id;
        if (document.title.empty()) document.title = file.stem();
        accept(std::move(document), id);
      } else {
        read_json_lines(
            file,
            [&](Document document, int line) {
              accept(std::move(document), fmt::format("{}:{}", id, line));
            },
            [&](int line, std::string problem) {
              report.unreadable.push_back({fmt::format("{}:{}", id, line), std::move(problem)});
            });
      }
    } catch (const Error& error) {
      report.unreadable.push_back({id, error.problem()});
    }
  }

  void accept(Document document, const std::string& where) {
    if (!ids_.insert(document.id).second) {
      report.unreadable.push_back(
          {where, fmt::format("another document has the id \"{}\"", document.id)});
      return;
    }
    ++report.documents;
    visit_(std::move(document));
  }

  bool several_sources_;
  const std::function<void(Document)>& visit_;
  std::set<std::string> ids_;
};

}  // namespace

ReadReport read_documents(std::span<const fs::path> sources,
                          const std::function<void(Document)>& visit) {
  SourceReader reader(sources.size() > 1, visit);
  for (const fs::path& source : sources) reader.read_source(source);
  return std::move(reader.report);
}

}  // namespace quadrant
