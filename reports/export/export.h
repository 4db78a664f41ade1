// One run in the formats of other tools: a list of formats, each written piece by piece.
//
// Goals: numbers leave as they are stored or as the report model has them; what is not known or
// could not be scored stays visible (empty in csv, null in JSON); 100,000 records pass through
// without being held. Non-goals: drawing (reports/page), reading such files back.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace quadrant {

class Store;

using TextSink = std::function<void(std::string_view)>;
// Makes one file of a folder; `name` is a relative path of safe characters, `write` fills it.
using FileSink = std::function<void(const std::string& name,
                                    const std::function<void(const TextSink& out)>& write)>;

struct ExportFormat {
  std::string name, description;
  // Exactly one is set: the format is a single file, or a folder of files.
  void (*write)(const Store& store, std::int64_t run_id, const TextSink& out) = nullptr;
  void (*write_folder)(const Store& store, std::int64_t run_id, const FileSink& files) = nullptr;
};

const std::vector<ExportFormat>& export_formats();

// Error with the nearest known name.
const ExportFormat& find_export_format(const std::string& name);

}  // namespace quadrant
