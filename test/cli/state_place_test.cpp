#include "cli/state_place.hpp"

#include "cli/exit_code.hpp"
#include "fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <functional>
#include <set>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace glacier::cli;

std::optional<std::filesystem::path> directory_for(std::map<std::string, std::string> const& variables)
{
    return state_directory([&variables](std::string const& name) -> std::optional<std::string> {
        auto const found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
    });
}

std::string error_of(std::function<void()> const& action)
{
    try {
        action();
        return {};
    } catch (failure const& error) {
        BOOST_TEST((error.code() == exit_code::local_file));
        return error.what();
    }
}

mode_t mode_of(std::string const& path)
{
    struct stat status {};
    BOOST_TEST_REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

/// Names for clients of different services and accounts.
struct name_of {
    std::string operator()(std::string const& vault, std::string const& file) const
    {
        asio::io_context context(1);
        glacier::client_config config;
        config.region = region;
        config.account = account;
        config.endpoint = endpoint;
        config.credentials = glacier::anonymous_credentials();
        glacier::client const service(context.get_executor(), std::move(config));
        return state_file_name(service, vault, file);
    }

    std::string region = "eu-west-1";
    glacier::account_id account = "-";
    std::optional<std::string> endpoint;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cli_state_place, cli_test::scratch_directory)

// As the XDG base directories are: what is not absolute does not count.
BOOST_AUTO_TEST_CASE(directories)
{
    BOOST_TEST((directory_for({{"XDG_STATE_HOME", "/state"}, {"HOME", "/users/alice"}}) == "/state/glacier"));
    BOOST_TEST((directory_for({{"HOME", "/users/alice"}}) == "/users/alice/.local/state/glacier"));
    BOOST_TEST((directory_for({{"XDG_STATE_HOME", "state"}, {"HOME", "/users/alice"}}) ==
                "/users/alice/.local/state/glacier"));
    BOOST_TEST((directory_for({{"XDG_STATE_HOME", ""}, {"HOME", "/users/alice"}}) ==
                "/users/alice/.local/state/glacier"));
    BOOST_TEST(!directory_for({}).has_value());
    BOOST_TEST(!directory_for({{"HOME", "alice"}}).has_value());
}

// Whatever makes it another upload makes another name, and nothing of it can be read there.
BOOST_AUTO_TEST_CASE(name_of_a_state_file)
{
    std::string const photos = make_file("photos.tar", 1);
    std::set<std::string> names;
    name_of name;
    names.insert(name("vault", photos));
    names.insert(name("other", photos));
    names.insert(name("vault", make_file("films.tar", 1)));
    name.region = "us-east-1";
    names.insert(name("vault", photos));
    name.account = "123456789012";
    names.insert(name("vault", photos));
    name.endpoint = "https://127.0.0.1:8443";
    names.insert(name("vault", photos));
    BOOST_TEST(names.size() == 6U);
    for (std::string const& each : names) {
        BOOST_TEST(each.size() == 7 + 64U);
        BOOST_TEST(each.find("upload-") == 0U);
        BOOST_TEST(each.find("photos") == std::string::npos);
    }
}

// The same file has one name, however it is called, and whether it is still there or not.
BOOST_AUTO_TEST_CASE(one_name_for_a_file)
{
    name_of const name_for;
    std::string const photos = make_file("photos.tar", 1);
    std::string const name = name_for("vault", photos);
    BOOST_TEST(name_for("vault", file("./inner/../photos.tar")) == name);
    std::filesystem::create_symlink(photos, file("link"));
    BOOST_TEST(name_for("vault", file("link")) == name);

    auto const before = std::filesystem::current_path();
    std::filesystem::current_path(file(""));
    BOOST_TEST(name_for("vault", "photos.tar") == name);
    std::filesystem::remove(photos);
    BOOST_TEST(name_for("vault", "photos.tar") == name);
    std::filesystem::current_path(before);
}

// What it makes is for the user alone; what is there is left alone.
BOOST_AUTO_TEST_CASE(private_directories)
{
    std::filesystem::create_directory(file("outer"));
    ::chmod(file("outer").c_str(), 0755);
    make_private_directory(file("outer/a/b"));
    BOOST_TEST(mode_of(file("outer")) == 0755U);
    BOOST_TEST(mode_of(file("outer/a")) == 0700U);
    BOOST_TEST(mode_of(file("outer/a/b")) == 0700U);
    BOOST_TEST(error_of([&] { make_private_directory(file("outer/a/b")); }).empty());
    make_private_directory(file("outer/c/"));
    BOOST_TEST(mode_of(file("outer/c")) == 0700U);
}

BOOST_AUTO_TEST_CASE(no_directory_possible)
{
    std::string const blocking = make_file("file", 1);
    BOOST_TEST(error_of([&] { make_private_directory(blocking); }) == blocking + ": Not a directory");
    BOOST_TEST(error_of([&] { make_private_directory(blocking + "/inner"); }) ==
               blocking + ": Not a directory");
}

BOOST_AUTO_TEST_CASE(removal)
{
    std::string const record = "0123456789abcdef transfer kind=retrieval\nsomething else\n";
    // A crash may have cut it off anywhere.
    for (std::size_t const bytes :
         {std::size_t(0), std::size_t(7), std::size_t(16), std::size_t(20), record.size()}) {
        std::string const cut = make_file("cut", record.substr(0, bytes));
        BOOST_TEST(is_state_file(cut));
        remove_state_file(cut);
        BOOST_TEST(!std::filesystem::exists(cut));
    }
    std::string const state = file("state");
    BOOST_TEST(error_of([&] { remove_state_file(state); }).empty());
    BOOST_TEST(error_of([&] { remove_state_file(file("no/state")); }).empty());
    BOOST_TEST(error_of([&] { remove_state_file(file("")); }) == file("") + ": Is a directory");
}

// Whatever else has that name is somebody's file, and stays.
BOOST_AUTO_TEST_CASE(no_state_file)
{
    for (char const* const text : {"notes of 2026\n", "0123456789abcdef upload id=x\n",
                                   "0123456789abcdeF transfer ", "0123456789abcdef0transfer "}) {
        std::string const notes = make_file("notes.txt", std::string(text));
        BOOST_TEST(!is_state_file(notes));
        BOOST_TEST(error_of([&] { remove_state_file(notes); }) ==
                   notes + ": not a state file of a transfer, so it stays");
        BOOST_TEST(cli_test::content_of(notes) == text);
    }
    BOOST_TEST(!is_state_file(file("missing")));
    BOOST_TEST(!is_state_file(file("")));
}

// Who uses it has it locked.
BOOST_AUTO_TEST_CASE(removal_while_in_use)
{
    std::string const state = make_file("state", 0);
    int const user = ::open(state.c_str(), O_RDWR | O_CLOEXEC);
    BOOST_TEST_REQUIRE(user >= 0);
    BOOST_TEST_REQUIRE(::flock(user, LOCK_EX | LOCK_NB) == 0);
    BOOST_TEST(error_of([&] { remove_state_file(state); }).find(state + ": the state file is in use") == 0U);
    BOOST_TEST(std::filesystem::exists(state));
    ::close(user);
    remove_state_file(state);
    BOOST_TEST(!std::filesystem::exists(state));
}

BOOST_AUTO_TEST_SUITE_END()
