#include "strategies/model_files.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/core/error.h"
#include "harness/core/files.h"

namespace quadrant {
namespace fs = std::filesystem;
namespace {

constexpr char kLanguageModel[] = "language model";
constexpr char kEmbedder[] = "embedder";

fs::path gguf_in(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".gguf") return entry.path();
  }
  return {};
}

bool is_model_folder(const fs::path& path) { return fs::is_regular_file(path / "config.json"); }

fs::path find_model(const std::string& name, const std::string& kind, const std::string& mend) {
  std::vector<std::string> names;
  for (const InstalledModel& model : installed_models()) {
    if (model.kind != kind) continue;
    if (model.name == name) return model.path;
    names.push_back(model.name);
  }
  const std::string near = nearest_name(name, names);
  throw Error(fmt::format("no such {}: {}", kind, name),
              near.empty() ? fmt::format("installed: {}", fmt::join(names, ", "))
                           : fmt::format("did you mean {}?", near),
              mend);
}

}  // namespace

std::vector<InstalledModel> installed_models() {
  std::vector<InstalledModel> models;
  const fs::path root = cache_directory() / "models";
  if (!fs::is_directory(root)) return models;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (!entry.is_directory()) continue;
    const std::string name = entry.path().filename();
    if (const fs::path file = gguf_in(entry.path()); !file.empty()) {
      models.push_back({name, kLanguageModel, file});
    } else if (fs::exists(entry.path() / "1_Pooling")) {
      models.push_back({name, kEmbedder, entry.path()});
    } else if (is_model_folder(entry.path())) {
      models.push_back({name, kLanguageModel, entry.path()});
    }
  }
  std::sort(models.begin(), models.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return models;
}

fs::path model_file(const std::string& path) {
  if (fs::is_regular_file(path) || is_model_folder(path)) return path;
  if (fs::is_directory(path)) {
    throw Error("this folder holds no model: it has no config.json", path,
                "name a folder as Hugging Face writes it, or a .gguf file");
  }
  return find_model(path, kLanguageModel,
                    "name a .gguf file or a model folder, or run ./setup.sh --model NAME");
}

std::vector<fs::path> files_of_model(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  static const std::set<std::string> kKinds{".safetensors", ".json", ".jinja", ".model", ".txt"};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.is_regular_file() && kKinds.contains(entry.path().extension())) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

fs::path embedder_folder(const std::string& path) {
  if (fs::is_directory(path)) return path;
  return find_model(path, kEmbedder, "name a sentence-transformers folder, or run ./setup.sh");
}

}  // namespace quadrant
