// Whether the test cases of this program are about all vectors of test/golden.

#include "protocol/golden.hpp"

#include "protocol/operation.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace glacier::protocol {
namespace {

/// `DescribeVault` as the names of the vectors write it.
std::string snake_case(std::string_view name)
{
    std::string snake;
    for (char const c : name) {
        bool const capital = c >= 'A' && c <= 'Z';
        if (capital && !snake.empty())
            snake += '_';
        snake += capital ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return snake;
}

std::set<std::string> golden_files()
{
    std::set<std::string> files;
    for (auto const& entry : std::filesystem::directory_iterator(test::data_path("golden")))
        if (entry.path().extension() == ".http")
            files.insert(entry.path().filename().string());
    return files;
}

BOOST_AUTO_TEST_SUITE(golden_test)

// Each vector is about an operation of the table or an error, and each operation has vectors of both directions.
BOOST_AUTO_TEST_CASE(vectors_are_about_operations)
{
    std::set<std::string> known;
    for (operation_info const& info : operations)
        known.insert(snake_case(info.name));
    BOOST_TEST(known.size() == 33U);

    std::set<std::string> seen;
    for (std::string const& file : golden_files()) {
        std::string const subject = file.substr(0, file.find('.'));
        BOOST_TEST((subject == "error" || known.count(subject) == 1), file << " is about no operation");
        // `request` or `response`.
        auto const kind = file.find('.', subject.size() + 1) + 1;
        seen.insert(subject + "." + file.substr(kind, file.rfind('.') - kind));
    }
    for (std::string const& name : known)
        for (char const* const kind : {".request", ".response"})
            BOOST_TEST(seen.count(name + kind) == 1U, "there is no vector of " << name << kind);
}

// Each vector is tested.
BOOST_AUTO_TEST_CASE(every_vector_is_tested)
{
    auto const& tested = test::tested_vectors();
    auto const files = golden_files();
    BOOST_TEST(files.size() >= 227U);
    for (std::string const& file : files)
        BOOST_TEST(tested.count(file) == 1U, file << " is not tested");
    for (std::string const& file : tested)
        BOOST_TEST(files.count(file) == 1U, file << " does not exist");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
