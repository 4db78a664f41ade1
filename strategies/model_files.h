// Where models lie: a path as the user wrote it, or a name that set-up knows.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace quadrant {

// The .gguf file or Hugging Face folder that ModelSpec::path means: itself, or the name of a folder
// of cache_directory()/models. Error naming the models that are there.
std::filesystem::path model_file(const std::string& path);

// All files that decide what such a model says: the .gguf file, or the folder's weights and JSON.
std::vector<std::filesystem::path> files_of_model(const std::filesystem::path& path);

// Likewise the sentence-transformers folder of an embedder.
std::filesystem::path embedder_folder(const std::string& path);

// What set-up has put into the cache.
struct InstalledModel {
  std::string name, kind;  // kind: "language model" | "embedder"
  std::filesystem::path path;
};
std::vector<InstalledModel> installed_models();

}  // namespace quadrant
