#include <glacier/inventory.hpp>

#include "protocol/golden.hpp"
#include "protocol/inventory.hpp"
#include "protocol/inventory_reading.hpp"
#include "support/printing.hpp"

#include <malloc.h>

#include <memory>
#include <stdexcept>
#include <type_traits>

namespace glacier::protocol {
namespace {

using namespace glacier::test;

constexpr std::string_view csv_header = "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\n";

/// An archive that is another one for each number, and the same in each run.
inventory_archive archive_number(std::uint64_t number, std::string description)
{
    number_source numbers(number);
    inventory_archive archive;
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (int i = 0; i < 138; ++i)
        archive.archive += alphabet[numbers.below(alphabet.size())];
    archive.description = std::move(description);
    archive.creation_date =
        timestamp(std::chrono::milliseconds(1'600'000'000'000 + numbers.below(100'000'000'000)));
    archive.size_in_bytes = numbers.next() >> (1 + numbers.below(63));
    std::array<std::byte, 32> hash{};
    for (std::byte& byte : hash)
        byte = static_cast<std::byte>(numbers.next());
    archive.tree_hash = tree_hash(hash);
    return archive;
}

/// Up to 1,024 characters, with many of those that matter to the formats.
std::string random_description(number_source& numbers)
{
    constexpr std::string_view special = "\"\"\\\\,, '{}[]:";
    std::string text;
    std::size_t const length = numbers.percent(5) ? numbers.below(1'025) : numbers.below(12);
    while (text.size() < length)
        text += numbers.percent(60) ? special[numbers.below(special.size())]
                                    : static_cast<char>(' ' + numbers.below(95));
    return text;
}

std::string written(inventory_format format, std::vector<inventory_archive> const& archives)
{
    inventory_writer writer(format, attic_arn, time_of("2026-02-03T04:05:06Z"));
    std::string text = writer.begin();
    for (inventory_archive const& archive : archives)
        text += writer.entry(archive);
    return text + writer.end();
}

/// Reads a text of which nobody knows whether it is an inventory, in random pieces, and compares with one piece.
inventory_outcome read_in_random_pieces(std::string const& text, number_source& numbers)
{
    std::vector<std::size_t> ends;
    for (std::size_t at = 0; at < text.size(); at += numbers.below(200))
        ends.push_back(at);
    inventory_outcome const whole = read_inventory(text);
    BOOST_TEST(read_inventory_in_pieces(text, ends) == whole);
    return whole;
}

/// The bytes that the program has allocated.
std::size_t allocated()
{
    struct mallinfo2 const info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

BOOST_AUTO_TEST_SUITE(inventory_parser_test)

// The format follows from the first character that is no space, unless it is given.
BOOST_AUTO_TEST_CASE(format_is_detected)
{
    auto const format_of = [](std::string_view text) {
        inventory_parser parser;
        BOOST_TEST(!parser.format());
        parser.feed(bytes_of(text));
        BOOST_TEST(!parser.next().value());
        return parser.format();
    };
    BOOST_TEST((format_of("{") == inventory_format::json));
    BOOST_TEST((format_of(" \r\n\t{\"VaultARN\"") == inventory_format::json));
    BOOST_TEST((format_of("A") == inventory_format::csv));
    BOOST_TEST((format_of("\nArchiveId,") == inventory_format::csv));
    BOOST_TEST((format_of("") == std::nullopt));
    BOOST_TEST((format_of("  ") == std::nullopt));
    BOOST_TEST((inventory_parser(of_format(inventory_format::csv)).format() == inventory_format::csv));
    BOOST_TEST((inventory_parser(of_format(inventory_format::json)).format() == inventory_format::json));
}

// Without a byte there is no inventory, whatever its format was to be.
BOOST_AUTO_TEST_CASE(nothing_is_incomplete)
{
    for (std::string const& text : {std::string(), std::string("\r\n\n")}) {
        BOOST_TEST(read_inventory_in_all_ways(text).code == errc::incomplete_inventory);
        for (auto const format : {inventory_format::csv, inventory_format::json})
            BOOST_TEST(read_inventory_in_all_ways(text, of_format(format)).code ==
                       errc::incomplete_inventory);
    }
}

// Archives are given as soon as their last byte is there.
BOOST_AUTO_TEST_CASE(archives_come_early)
{
    std::vector<inventory_archive> const archives{archive_number(1, "one"), archive_number(2, "two")};
    for (auto const format : {inventory_format::csv, inventory_format::json}) {
        std::string const text = written(format, archives);
        auto const second = text.find(archives[1].archive);
        inventory_parser parser;
        parser.feed(bytes_of(std::string_view(text).substr(0, second)));
        BOOST_TEST((parser.next().value() == archives[0]));
        BOOST_TEST(parser.archives() == 1U);
        BOOST_TEST(!parser.next().value());
        BOOST_TEST(parser.bytes() == second);
        BOOST_TEST(parser.vault_arn().has_value() == (format == inventory_format::json));
    }
}

// What the emulator writes is read as it was, in JSON exactly.
BOOST_AUTO_TEST_CASE(round_trip_of_json)
{
    number_source numbers(17);
    std::vector<inventory_archive> archives;
    for (std::uint64_t i = 0; i < 400; ++i) {
        std::string description = random_description(numbers);
        if (numbers.percent(20))
            description += std::string("\0\n\x1f\x7f\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 13);
        archives.push_back(archive_number(i, std::move(description)));
    }
    auto const outcome = read_in_random_pieces(written(inventory_format::json, archives), numbers);
    BOOST_TEST(!outcome.code, outcome.message);
    BOOST_TEST(outcome.vault_arn.value() == attic_arn);
    BOOST_TEST((outcome.date == time_of("2026-02-03T04:05:06Z")));
    BOOST_TEST_REQUIRE(outcome.archives.size() == archives.size());
    for (std::size_t i = 0; i < archives.size(); ++i)
        BOOST_TEST((outcome.archives[i] == archives[i]), archives[i].description);
}

// In CSV too, since the backslashes before quotation marks are those that were put there.
BOOST_AUTO_TEST_CASE(round_trip_of_csv)
{
    number_source numbers(18);
    std::vector<inventory_archive> archives;
    for (std::uint64_t i = 0; i < 2'000; ++i)
        archives.push_back(archive_number(i, random_description(numbers)));
    auto const outcome = read_in_random_pieces(written(inventory_format::csv, archives), numbers);
    BOOST_TEST(!outcome.code, outcome.message);
    BOOST_TEST_REQUIRE(outcome.archives.size() == archives.size());
    for (std::size_t i = 0; i < archives.size(); ++i)
        BOOST_TEST((outcome.archives[i] == archives[i]), archives[i].description);
}

// The size of the job's description finds every cut, and bytes too many.
BOOST_AUTO_TEST_CASE(size_is_compared)
{
    std::vector<inventory_archive> const archives{archive_number(1, "one"), archive_number(2, "")};
    for (auto const format : {inventory_format::csv, inventory_format::json}) {
        std::string const text = written(format, archives);
        inventory_options options;
        options.size_in_bytes = text.size();
        BOOST_TEST(!read_inventory_in_all_ways(text, options).code);

        options.size_in_bytes = text.size() + 1;
        auto outcome = read_inventory_in_all_ways(text, options);
        BOOST_TEST(outcome.code == errc::incomplete_inventory);
        BOOST_TEST(outcome.archives.size() == 2U);
        BOOST_TEST(outcome.message ==
                   "the inventory ends before it is complete: " + std::to_string(text.size()) +
                       " bytes instead of " + std::to_string(text.size() + 1));

        options.size_in_bytes = text.size() - 1;
        outcome = read_inventory_in_all_ways(text, options);
        BOOST_TEST(outcome.code == errc::malformed_inventory);
    }
}

// After an error nothing else comes, whatever is fed.
BOOST_AUTO_TEST_CASE(stays_in_its_error)
{
    for (std::string const& text : {std::string("{]"), std::string("no header\n")}) {
        inventory_parser parser;
        parser.feed(bytes_of(text));
        auto const first = parser.next();
        BOOST_TEST_REQUIRE(first.has_error());
        BOOST_TEST(first.error().code() == errc::malformed_inventory);

        std::string const good = written(inventory_format::json, {archive_number(1, "")});
        parser.feed(bytes_of(good));
        BOOST_TEST(parser.next().error().what() == first.error().what());
        parser.finish();
        BOOST_TEST(parser.next().error().what() == first.error().what());
        BOOST_TEST(parser.archives() == 0U);
    }
    inventory_parser incomplete;
    incomplete.finish();
    BOOST_TEST(incomplete.next().error().code() == errc::incomplete_inventory);
    BOOST_TEST(incomplete.next().error().code() == errc::incomplete_inventory);
}

// The end, once reached, stays too.
BOOST_AUTO_TEST_CASE(stays_at_the_end)
{
    std::string const text = written(inventory_format::json, {archive_number(1, "")});
    inventory_parser parser;
    parser.feed(bytes_of(text));
    parser.finish();
    BOOST_TEST(parser.next().value().has_value());
    BOOST_TEST(!parser.next().value());
    BOOST_TEST(!parser.next().value());
}

// Bytes that would be forgotten are refused.
BOOST_AUTO_TEST_CASE(feeds_in_turn)
{
    std::string const text = written(inventory_format::json, {archive_number(1, "")});
    inventory_parser parser;
    parser.feed(bytes_of(text));
    BOOST_CHECK_THROW(parser.feed(bytes_of(text)), std::logic_error);
    while (parser.next().value())
        ;
    parser.finish();
    BOOST_CHECK_THROW(parser.feed(bytes_of(text)), std::logic_error);
}

// value() throws the error itself, with the entry and the text.
BOOST_AUTO_TEST_CASE(error_as_exception)
{
    inventory_parser parser;
    parser.feed(bytes_of("{\"ArchiveList\":[x"));
    try {
        parser.next().value();
        BOOST_ERROR("nothing was thrown");
    } catch (inventory_error const& error) {
        BOOST_TEST(error.code() == errc::malformed_inventory);
        BOOST_TEST(error.entry() == 1U);
        BOOST_TEST(std::string(error.what()) ==
                   "the inventory is not in the format of the service: entry 1: \"x\" instead of an archive");
    }
    BOOST_TEST(!inventory_error().code());
}

// A parser is moved like a handle, in the middle of an entry.
BOOST_AUTO_TEST_CASE(moves)
{
    static_assert(std::is_nothrow_move_constructible_v<inventory_parser>);
    static_assert(!std::is_copy_constructible_v<inventory_parser>);
    inventory_archive const archive = archive_number(1, "x");
    std::string const text = written(inventory_format::json, {archive});
    inventory_parser first;
    first.feed(bytes_of(std::string_view(text).substr(0, text.size() - 50)));
    BOOST_TEST(!first.next().value());

    inventory_parser second = std::move(first);
    second.feed(bytes_of(std::string_view(text).substr(text.size() - 50)));
    BOOST_TEST((second.next().value() == archive));
    inventory_parser third;
    third = std::move(second);
    third.finish();
    BOOST_TEST(!third.next().value());
    BOOST_TEST(third.vault_arn().value() == attic_arn);
}

// Garbage ends in an error, the same one however it arrives.
BOOST_AUTO_TEST_CASE(garbage)
{
    number_source numbers(19);
    for (int round = 0; round < 2'000; ++round) {
        std::string text = numbers.percent(50) ? "{\"ArchiveList\":[" : std::string(csv_header);
        std::size_t const length = text.size() + 10 + numbers.below(300);
        while (text.size() < length)
            text += static_cast<char>(numbers.next());
        text += "\n";
        BOOST_TEST(read_in_random_pieces(text, numbers).code.failed());
    }
}

// Damaged inventories give what is whole, or an error; nothing that was not written as an entry.
BOOST_AUTO_TEST_CASE(damage)
{
    number_source numbers(20);
    std::vector<inventory_archive> const archives{archive_number(1, "a, \"b\""), archive_number(2, ""),
                                                  archive_number(3, "x\\")};
    for (auto const format : {inventory_format::csv, inventory_format::json}) {
        std::string const text = written(format, archives);
        for (int round = 0; round < 2'000; ++round) {
            std::string damaged = text;
            std::size_t const at = numbers.below(damaged.size());
            if (numbers.percent(50))
                damaged[at] = "\"\\,{}[]\n\0a1"[numbers.below(11)];
            else if (numbers.percent(50))
                damaged.erase(at, 1 + numbers.below(100));
            else
                damaged.insert(at, damaged.substr(numbers.below(damaged.size()), numbers.below(50)));
            auto const outcome = read_in_random_pieces(damaged, numbers);
            if (outcome.code)
                BOOST_TEST(outcome.archives.size() <= archives.size());
        }
    }
}

// A string, a line or spaces without an end are refused at the bound, or skipped, in bounded memory.
BOOST_AUTO_TEST_CASE(endless_text)
{
    std::string const megabyte(1'000'000, 'x');
    std::string const spaces(1'000'000, ' ');
    std::size_t const before = allocated();
    for (char const* const begin :
         {"{\"VaultARN\":\"", "{\"", "{\"x\":", "{\"ArchiveList\":[{\"", "ArchiveId,", "\""}) {
        inventory_parser parser;
        parser.feed(bytes_of(begin));
        BOOST_TEST(!parser.next().value());
        // A gigabyte.
        for (int i = 0; i < 1'000; ++i) {
            parser.feed(bytes_of(megabyte));
            BOOST_TEST_REQUIRE(parser.next().has_error());
        }
        BOOST_TEST(parser.next().error().code() == errc::malformed_inventory);
        BOOST_TEST(std::string_view(parser.next().error().what()).size() < 300U);
        BOOST_TEST(allocated() - before < 1'000'000U);
    }
    inventory_parser parser;
    for (int i = 0; i < 20; ++i) {
        parser.feed(bytes_of(spaces));
        BOOST_TEST(!parser.next().value());
        BOOST_TEST(allocated() - before < 1'000'000U);
    }
}

// Memory does not grow with the number of archives: 100,000 of each format. The benchmark reads ten million.
BOOST_AUTO_TEST_CASE(constant_memory)
{
    constexpr std::uint64_t rounds = 500;
    constexpr std::uint64_t per_round = 200;
    for (auto const format : {inventory_format::csv, inventory_format::json}) {
        inventory_writer writer(format, attic_arn, timestamp());
        std::string const begin = writer.begin();
        std::string const first = writer.entry(archive_number(0, "first"));
        std::string block;
        for (std::uint64_t i = 0; i < per_round; ++i)
            block += writer.entry(archive_number(i, "box " + std::to_string(i)));
        std::string const end = writer.end();

        inventory_parser parser;
        auto const drain = [&] {
            while (parser.next().value())
                ;
        };
        parser.feed(bytes_of(begin));
        drain();
        parser.feed(bytes_of(first));
        drain();
        std::size_t const before = allocated();
        std::size_t most = before;
        for (std::uint64_t i = 0; i < rounds; ++i) {
            parser.feed(bytes_of(block));
            drain();
            most = std::max(most, allocated());
        }
        parser.feed(bytes_of(end));
        parser.finish();
        drain();
        BOOST_TEST(parser.archives() == rounds * per_round + 1);
        BOOST_TEST(most - before < 200'000U);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace glacier::protocol
