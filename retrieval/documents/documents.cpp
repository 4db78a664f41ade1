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

struct SourceFile {
  fs::path path;
  std::string id;
  std::uintmax_t size = 0;
};

SourceFile source_file(fs::path path, std::string id) {
  std::error_code unreadable;  // the reader will say so
  const std::uintmax_t size = fs::file_size(path, unreadable);
  return {std::move(path), std::move(id), unreadable ? 0 : size};
}

void list_folder(const fs::path& source, bool several_sources, std::vector<SourceFile>& files,
                 std::size_t& other_files) {
  const std::size_t first = files.size();
  const auto options = fs::directory_options::skip_permission_denied;
  for (const auto& entry : fs::recursive_directory_iterator(source, options)) {
    std::error_code broken_link;
    if (!fs::is_regular_file(entry.path(), broken_link)) continue;
    if (!kind_of(entry.path())) {
      ++other_files;
      continue;
    }
    const std::string below = entry.path().lexically_relative(source).generic_string();
    files.push_back(
        source_file(entry.path(), several_sources ? (source / below).generic_string() : below));
  }
  std::sort(files.begin() + static_cast<std::ptrdiff_t>(first), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
}

class SourceReader {
 public:
  SourceReader(const std::function<void(Document)>& visit, ReadReport& report)
      : visit_(visit), report_(report) {}

  void read(const SourceFile& file) {
    const std::uintmax_t before = report_.bytes;
    ++report_.files;
    try {
      read_file(file, before);
    } catch (const Error& error) {
      report_.unreadable.push_back({file.id, error.problem()});
    }
    report_.bytes = before + file.size;
  }

 private:
  void read_file(const SourceFile& file, std::uintmax_t before) {
    const Kind* kind = kind_of(file.path);
    if (!kind) throw Error("no reader for this kind of file", file.id, "");
    if (kind->read) {
      Document document = kind->read(file.path);
      document.id = file.id;
      if (document.title.empty()) document.title = file.path.stem();
      accept(std::move(document), file.id);
      return;
    }
    read_json_lines(
        file.path,
        [&](Document document, const LinePlace& place) {
          report_.bytes = before + place.end;
          accept(std::move(document), fmt::format("{}:{}", file.id, place.number));
        },
        [&](int line, std::string problem) {
          report_.unreadable.push_back({fmt::format("{}:{}", file.id, line), std::move(problem)});
        });
  }

  void accept(Document document, const std::string& where) {
    if (!ids_.insert(document.id).second) {
      report_.unreadable.push_back(
          {where, fmt::format("another document has the id \"{}\"", document.id)});
      return;
    }
    ++report_.documents;
    visit_(std::move(document));
  }

  const std::function<void(Document)>& visit_;
  ReadReport& report_;
  std::set<std::string> ids_;
};

}  // namespace

void read_documents(std::span<const fs::path> sources, const std::function<void(Document)>& visit,
                    ReadReport& report) {
  report = {};
  const bool several = sources.size() > 1;
  std::vector<SourceFile> files;
  for (const fs::path& source : sources) {
    if (!fs::exists(source)) {
      throw Error("there is no such file or folder", source.string(), "check the path");
    }
    if (fs::is_directory(source)) {
      list_folder(source, several, files, report.other_files);
    } else {
      files.push_back(
          source_file(source, several ? source.generic_string() : source.filename().string()));
    }
  }
  for (const SourceFile& file : files) report.total_bytes += file.size;
  SourceReader reader(visit, report);
  for (const SourceFile& file : files) reader.read(file);
}

}  // namespace quadrant
