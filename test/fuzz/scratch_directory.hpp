#pragma once

#include "fuzz/property.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

#include <stdlib.h>

namespace glacier::fuzz {

/// Files for what can only be read from one: in memory where the system offers that, because each input writes them.
class scratch_directory {
public:
    scratch_directory()
    {
        std::filesystem::path const in_memory = "/dev/shm";
        std::error_code ignored;
        auto const parent = std::filesystem::is_directory(in_memory, ignored)
                                ? in_memory
                                : std::filesystem::temp_directory_path();
        std::string name = (parent / "glacier-fuzz-XXXXXX").string();
        require(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }

    scratch_directory(scratch_directory const&) = delete;
    scratch_directory& operator=(scratch_directory const&) = delete;

    ~scratch_directory()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    std::filesystem::path write(char const* name, std::string_view content) const
    {
        std::filesystem::path const file = path_ / name;
        std::ofstream stream(file, std::ios::binary);
        stream.write(content.data(), static_cast<std::streamsize>(content.size()));
        stream.close();
        require(stream.good());
        return file;
    }

private:
    std::filesystem::path path_;
};

/// Empty if there is no such file.
inline std::string content_of(std::filesystem::path const& file)
{
    std::ifstream stream(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
}

} // namespace glacier::fuzz
