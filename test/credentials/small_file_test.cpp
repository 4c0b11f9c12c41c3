#include "credentials/small_file.hpp"

#include "credentials/sources_fixture.hpp"

#include <sys/stat.h>

namespace glacier::credentials_sources {

namespace {

struct file_fixture {
    std::optional<std::string> read(std::string const& name, std::size_t bytes_max) const
    {
        auto const text = test::run(read_small_file("S", place / name, bytes_max));
        return text ? std::optional<std::string>(text->reveal()) : std::nullopt;
    }

    std::string fault_of(std::string const& name) const
    {
        operation_error const error = test::error_of([&] { read(name, 10); });
        BOOST_TEST(error.code() == errc::credentials_failed);
        BOOST_TEST(test::holds(error.details().message, "S: " + (place / name).string() + ": "));
        return error.details().message;
    }

    test::temporary_directory place;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(small_file_test, file_fixture)

BOOST_AUTO_TEST_CASE(reading)
{
    place.write("file", "0123456789");
    BOOST_TEST(read("file", 10).value() == "0123456789");
    BOOST_TEST(!read("missing", 10).has_value());
    BOOST_TEST(!read("file/x", 10).has_value());
}

// Too large, no file, and a pipe that would be waited for for ever.
BOOST_AUTO_TEST_CASE(unusable)
{
    place.write("large", "0123456789x");
    BOOST_TEST(test::holds(fault_of("large"), "larger than 10 bytes"));
    std::filesystem::create_directory(place / "directory");
    fault_of("directory");
    BOOST_TEST_REQUIRE(::mkfifo((place / "pipe").c_str(), 0600) == 0);
    BOOST_TEST(test::holds(fault_of("pipe"), "is no file"));
}

// A token stands alone, whatever blanks are around it.
BOOST_AUTO_TEST_CASE(tokens)
{
    place.write("token", " \t\r\n a b \n\n");
    BOOST_TEST(test::run(read_token_file("S", place / "token")).reveal() == "a b");
}

// A file is replaced at once, and only its owner can read it.
BOOST_AUTO_TEST_CASE(replacing)
{
    auto const path = place.write("file", "old");
    ::chmod(path.c_str(), 0644);
    BOOST_TEST(!test::run(replace_small_file(path, secret_string("new"))).failed());
    BOOST_TEST(test::content_of(path) == "new");
    struct stat about {};
    BOOST_TEST(::stat(path.c_str(), &about) == 0);
    BOOST_TEST((about.st_mode & 0777U) == 0600U);
    BOOST_TEST(place.names().size() == 1U);
    BOOST_TEST(test::run(replace_small_file(place / "none/file", secret_string("new"))).failed());
    std::filesystem::create_directory(place / "directory");
    BOOST_TEST(test::run(replace_small_file(place / "directory", secret_string("new"))).failed());
    BOOST_TEST(place.names().size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::credentials_sources
