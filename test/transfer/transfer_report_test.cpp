#include "transfer/transfer_report.hpp"

#include "support/event_log.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <regex>
#include <stdexcept>
#include <system_error>

namespace glacier::transfer {
namespace {

/// The line without how long it took.
std::string timeless(std::string const& line)
{
    return std::regex_replace(line, std::regex(" duration_us=[0-9]+"), "");
}

struct report_fixture {
    report_fixture() { make(); }

    void make()
    {
        sut.emplace(events.make_observer(), transfer_direction::upload, 300);
        sut->set_resource("photos", "upload", "u");
    }

    std::vector<std::string> told() const
    {
        std::vector<std::string> lines;
        for (std::string const& line : events.lines())
            lines.push_back(timeless(line));
        return lines;
    }

    test::event_log events;
    std::optional<transfer_report> sut;
};

std::string const resource = " direction=upload resource=\"vault photos, upload u\" ";

BOOST_FIXTURE_TEST_SUITE(transfer_report_test, report_fixture)

// Each piece and the transfer are told once.
BOOST_AUTO_TEST_CASE(success)
{
    sut->on_piece_started(0, byte_range(0, 199));
    sut->on_piece_started(1, byte_range(200, 299));
    sut->on_piece_ended(1, nullptr);
    sut->on_piece_ended(0, nullptr);
    sut->on_piece_ended(0, nullptr);
    sut->on_ended(nullptr);
    sut->on_ended(nullptr);
    sut.reset();
    std::vector<std::string> const expected{"trace transfer_part_ended" + resource + "offset=200 size=100",
                                            "trace transfer_part_ended" + resource + "offset=0 size=200",
                                            "info transfer_ended" + resource + "size=300"};
    BOOST_TEST(told() == expected, boost::test_tools::per_element());
}

// The error is the one that was thrown, whatever threw it.
BOOST_AUTO_TEST_CASE(failures)
{
    auto const full = std::make_error_code(std::errc::no_space_on_device);
    for (auto const& error :
         {std::make_exception_ptr(boost::system::system_error(make_error_code(errc::tree_hash_mismatch))),
          std::make_exception_ptr(std::system_error(full)),
          std::make_exception_ptr(std::runtime_error("x"))}) {
        make();
        sut->on_piece_started(0, byte_range(0, 299));
        sut->on_piece_ended(0, error);
        sut->on_ended(error);
    }
    std::vector<std::string> const lines = told();
    BOOST_TEST_REQUIRE(lines.size() == 7U);
    // The first was told of when it was replaced.
    BOOST_TEST(lines[0].ends_with("size=300 error=\"Operation canceled\""), lines[0]);
    BOOST_TEST(lines[1] ==
               "warning transfer_part_ended" + resource + "offset=0 size=300 error=\"tree hash mismatch\"");
    BOOST_TEST(lines[2] == "warning transfer_ended" + resource + "size=300 error=\"tree hash mismatch\"");
    BOOST_TEST(lines[3].ends_with("error=\"No space left on device\""), lines[3]);
    BOOST_TEST(lines[5].ends_with("error=\"State not recoverable\""), lines[5]);
}

// A repetition is the same piece.
BOOST_AUTO_TEST_CASE(repetition)
{
    sut->on_piece_started(0, byte_range(0, 299));
    sut->on_piece_started(0, byte_range(0, 299));
    sut->on_piece_ended(0, nullptr);
    BOOST_TEST(told().size() == 1U);
}

// What has not ended when everything is destroyed was cancelled.
BOOST_AUTO_TEST_CASE(destruction)
{
    sut->on_piece_started(0, byte_range(0, 299));
    sut.reset();
    std::vector<std::string> const expected{
        "warning transfer_part_ended" + resource + "offset=0 size=300 error=\"Operation canceled\"",
        "warning transfer_ended" + resource + "size=300 error=\"Operation canceled\""};
    BOOST_TEST(told() == expected, boost::test_tools::per_element());
}

// The beginning, repetitions and changes of the pace are told with what they are about.
BOOST_AUTO_TEST_CASE(on_the_way)
{
    sut->on_started(200, 100);
    sut->on_piece_started(1, byte_range(200, 299));
    sut->on_piece_repeated(
        1, 2,
        std::make_exception_ptr(boost::system::system_error(make_error_code(errc::tree_hash_mismatch))));
    sut->on_pace_changed(3, make_error_code(errc::response_timeout));
    sut->on_pace_changed(4, {});
    // One that has not begun cannot be repeated.
    sut->on_piece_repeated(7, 1, nullptr);
    std::vector<std::string> const lines = told();
    BOOST_TEST_REQUIRE(lines.size() == 4U);
    BOOST_TEST(lines[0] == "info transfer_started" + resource + "size=300 part_size=200 bytes_resumed=100");
    BOOST_TEST(lines[1] == "info transfer_part_repeated" + resource +
                               "offset=200 size=100 attempt=2 error=\"tree hash mismatch\"");
    BOOST_TEST(lines[2].starts_with("info transfer_pace_changed" + resource + "in_flight_max=3 error="),
               lines[2]);
    BOOST_TEST(lines[3] == "trace transfer_pace_changed" + resource + "in_flight_max=4");
}

// An upload of unknown length is told with its size when that is known.
BOOST_AUTO_TEST_CASE(size_that_comes_later)
{
    sut.emplace(events.make_observer(), transfer_direction::upload, 0);
    sut->on_started(200, 0);
    sut->set_size(700);
    sut->on_ended(nullptr);
    std::vector<std::string> const lines = told();
    BOOST_TEST(lines[lines.size() - 2] ==
               "info transfer_started direction=upload size=0 part_size=200 bytes_resumed=0");
    BOOST_TEST(lines.back() == "info transfer_ended direction=upload size=700");
}

// Nobody is told without an observer.
BOOST_AUTO_TEST_CASE(no_observer)
{
    sut.emplace(nullptr, transfer_direction::download, 1);
    std::size_t const before = told().size();
    sut->set_resource("photos");
    sut->on_started(1, 0);
    sut->on_piece_started(0, byte_range(0, 0));
    sut->on_piece_repeated(0, 1, nullptr);
    sut->on_pace_changed(1, {});
    sut->on_piece_ended(0, nullptr);
    sut->on_ended(nullptr);
    sut.reset();
    BOOST_TEST(told().size() == before);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::transfer
