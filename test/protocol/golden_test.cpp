// Whether the test cases of this program are about all vectors of test/golden that they could be about.

#include "protocol/golden.hpp"

#include "protocol/operation.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace glacier::protocol {
namespace {

/// Operations without a codec.
constexpr std::array<std::string_view, 17> operations_without_codec{
    "set_vault_notifications",
    "get_vault_notifications",
    "delete_vault_notifications",
    "set_vault_access_policy",
    "get_vault_access_policy",
    "delete_vault_access_policy",
    "initiate_vault_lock",
    "complete_vault_lock",
    "abort_vault_lock",
    "get_vault_lock",
    "add_tags_to_vault",
    "remove_tags_from_vault",
    "list_tags_for_vault",
    "get_data_retrieval_policy",
    "set_data_retrieval_policy",
    "list_provisioned_capacity",
    "purchase_provisioned_capacity",
};

/// Vectors of the other operations that need what does not exist: select jobs, and ranges without an end.
constexpr std::array<std::string_view, 3> vectors_left_out{
    "initiate_job.select_minimal.request.http",
    "initiate_job.select_full.request.http",
    "get_job_output.archive_open_range.request.http",
};

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

template <class List>
bool contains(List const& list, std::string_view name)
{
    return std::find(list.begin(), list.end(), name) != list.end();
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

// Each vector is about an operation of the table or an error, and each operation has vectors.
BOOST_AUTO_TEST_CASE(vectors_are_about_operations)
{
    std::set<std::string> known;
    for (operation_info const& info : operations)
        known.insert(snake_case(info.name));
    BOOST_TEST(known.size() == 33U);
    for (std::string_view const name : operations_without_codec)
        BOOST_TEST(known.count(std::string(name)) == 1U, name << " is no operation");

    std::set<std::string> seen;
    for (std::string const& file : golden_files()) {
        std::string const subject = file.substr(0, file.find('.'));
        BOOST_TEST((subject == "error" || known.count(subject) == 1), file << " is about no operation");
        seen.insert(subject);
    }
    for (std::string const& name : known)
        BOOST_TEST(seen.count(name) == 1U, name << " has no vector");
}

// Each vector is tested, or it is in one of the lists above.
BOOST_AUTO_TEST_CASE(every_vector_is_tested)
{
    auto const& tested = test::tested_vectors();
    auto const files = golden_files();
    BOOST_TEST(files.size() >= 227U);
    for (std::string const& file : files) {
        if (contains(operations_without_codec, std::string_view(file).substr(0, file.find('.'))))
            continue;
        bool const left_out = contains(vectors_left_out, file);
        BOOST_TEST((tested.count(file) == 1 || left_out), file << " is not tested");
        BOOST_TEST(!(tested.count(file) == 1 && left_out), file << " is tested, so it need not be left out");
    }
    for (std::string_view const file : vectors_left_out)
        BOOST_TEST(files.count(std::string(file)) == 1U, file << " does not exist");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
