#pragma once

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <stdlib.h>

namespace glacier::test {

/// A directory of one test: it goes with everything in it.
class temporary_directory {
public:
    temporary_directory()
    {
        std::string name = (std::filesystem::temp_directory_path() / "glacier-test-XXXXXX").string();
        BOOST_TEST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }

    temporary_directory(temporary_directory const&) = delete;
    temporary_directory& operator=(temporary_directory const&) = delete;

    ~temporary_directory()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    std::filesystem::path const& path() const noexcept { return path_; }
    std::filesystem::path operator/(std::string const& name) const { return path_ / name; }

    /// Writes a file and returns its path.
    std::filesystem::path write(std::string const& name, std::string_view bytes) const
    {
        std::filesystem::path const file = path_ / name;
        std::ofstream stream(file, std::ios::binary);
        stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        stream.close();
        BOOST_TEST_REQUIRE(stream.good());
        return file;
    }

    /// Makes a file of so many bytes that takes no space.
    std::filesystem::path write_sparse(std::string const& name, std::uint64_t bytes) const
    {
        std::filesystem::path const file = write(name, {});
        std::filesystem::resize_file(file, bytes);
        return file;
    }

    /// The names in the directory, sorted.
    std::vector<std::string> names() const
    {
        std::vector<std::string> found;
        for (auto const& entry : std::filesystem::directory_iterator(path_))
            found.push_back(entry.path().filename().string());
        std::sort(found.begin(), found.end());
        return found;
    }

private:
    std::filesystem::path path_;
};

/// Everything that a file holds.
inline std::string content_of(std::filesystem::path const& file)
{
    std::ifstream stream(file, std::ios::binary);
    BOOST_TEST_REQUIRE(stream.good());
    return std::string(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
}

} // namespace glacier::test
