#include "cli/size.hpp"

#include "cli/exit_code.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

BOOST_AUTO_TEST_SUITE(cli_size)

using glacier::cli::count_text;
using glacier::cli::exit_code;
using glacier::cli::failure;
using glacier::cli::parse_bytes;
using glacier::cli::parse_count;
using glacier::cli::parse_size;
using glacier::cli::size_text;

constexpr std::uint64_t kib = 1'024;

// Bytes, or a whole number of KiB, MiB or GiB.
BOOST_AUTO_TEST_CASE(sizes)
{
    BOOST_TEST((parse_size("0") == std::uint64_t(0)));
    BOOST_TEST((parse_size("1048576") == kib * kib));
    BOOST_TEST((parse_size("16KiB") == 16 * kib));
    BOOST_TEST((parse_size("16MiB") == 16 * kib * kib));
    BOOST_TEST((parse_size("4GiB") == 4 * kib * kib * kib));
    BOOST_TEST((parse_size("18446744073709551615") == std::numeric_limits<std::uint64_t>::max()));
}

// No other form is guessed at.
BOOST_AUTO_TEST_CASE(no_sizes)
{
    for (char const* const text :
         {"", "MiB", "many", "-1", "+1", " 1", "1 ", "1 MiB", "1.5MiB", "1M", "1MB", "1mib", "1TiB", "0x10",
          "1MiBMiB", "18446744073709551616", "17179869184GiB"})
        BOOST_TEST(!parse_size(text), text);
}

BOOST_AUTO_TEST_CASE(texts)
{
    BOOST_TEST(size_text(0) == "0 bytes");
    BOOST_TEST(size_text(1) == "1 byte");
    BOOST_TEST(size_text(1'023) == "1023 bytes");
    BOOST_TEST(size_text(1'536) == "1.5 KiB");
    BOOST_TEST(size_text(8 * kib * kib) == "8.0 MiB");
    BOOST_TEST(size_text(40'000 * kib * kib * kib) == "39.1 TiB");
    BOOST_TEST(size_text(std::numeric_limits<std::uint64_t>::max()) == "16384.0 PiB");
}

BOOST_AUTO_TEST_CASE(counts)
{
    BOOST_TEST(parse_count("--concurrency", "1", 1, 1'000) == 1U);
    BOOST_TEST(parse_count("--concurrency", "1000", 1, 1'000) == 1'000U);
}

// The error names option, value and rule.
BOOST_AUTO_TEST_CASE(no_counts)
{
    for (char const* const text : {"0", "1001", "-1", "", "many", "4.5", "99999999999999999999"}) {
        BOOST_CHECK_EXCEPTION(parse_count("--concurrency", text, 1, 1'000), glacier::cli::failure,
                              [text](glacier::cli::failure const& error) {
                                  return error.code() == glacier::cli::exit_code::usage &&
                                         error.what() == "--concurrency \"" + std::string(text) +
                                                             "\": a number from 1 to 1000";
                              });
    }
}

BOOST_AUTO_TEST_CASE(bytes_of_an_option)
{
    BOOST_TEST(parse_bytes("--size", "1", 1, 100) == 1U);
    BOOST_TEST(parse_bytes("--size", "1KiB", 1, 1'024) == 1'024U);
    for (char const* const text : {"0", "1025", "2KiB", "", "1.5", "-1", "1kib", "20000000000GiB"})
        BOOST_CHECK_EXCEPTION(parse_bytes("--size", text, 1, 1'024), failure, [text](failure const& error) {
            return error.code() == exit_code::usage &&
                   error.what() == "--size \"" + std::string(text) +
                                       "\": a size from 1 byte to 1.0 KiB, in bytes or with KiB, MiB or GiB";
        });
}

BOOST_AUTO_TEST_CASE(counts_with_words)
{
    BOOST_TEST(count_text(0, "part") == "0 parts");
    BOOST_TEST(count_text(1, "part") == "1 part");
    BOOST_TEST(count_text(44, "part") == "44 parts");
}

BOOST_AUTO_TEST_SUITE_END()
