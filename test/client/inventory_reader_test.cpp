#include <glacier/inventory_reader.hpp>

#include "net/exchange.hpp"
#include "protocol/inventory.hpp"
#include "support/printing.hpp"
#include "support/run.hpp"

#include <glacier/tree_hash.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

using namespace glacier;
using namespace glacier::test;

namespace {

/// Gives a text in pieces, and then its end or an error.
class text_source final : public job_output_stream::source {
public:
    text_source(std::string text, std::size_t piece, error_code end)
        : text_(std::move(text)), piece_(piece), end_(end)
    {}

    asio::awaitable<std::size_t> read_some(std::span<std::byte> buffer) override
    {
        std::size_t const count = std::min({piece_, buffer.size(), text_.size() - at_});
        if (count == 0 && end_)
            throw boost::system::system_error(end_);
        for (std::size_t i = 0; i < count; ++i)
            buffer[i] = static_cast<std::byte>(text_[at_ + i]);
        at_ += count;
        co_return count;
    }

private:
    std::string text_;
    std::size_t piece_;
    error_code end_;
    std::size_t at_ = 0;
};

std::vector<inventory_archive> const& archives()
{
    static std::vector<inventory_archive> const list = [] {
        std::vector<inventory_archive> made;
        for (int i = 0; i < 500; ++i) {
            inventory_archive archive;
            archive.archive = "archive-" + std::to_string(i);
            archive.description = "box " + std::to_string(i) + ", \"slides\"";
            archive.creation_date = timestamp(std::chrono::milliseconds(1'700'000'000'000 + i));
            archive.size_in_bytes = static_cast<std::uint64_t>(i) * 1'000;
            archive.tree_hash = tree_hash_of(std::as_bytes(std::span(archive.archive)));
            made.push_back(std::move(archive));
        }
        return made;
    }();
    return list;
}

std::string written(inventory_format format)
{
    protocol::inventory_writer writer(format, "arn:attic", timestamp(std::chrono::seconds(1'700'000'000)));
    std::string text = writer.begin();
    for (inventory_archive const& archive : archives())
        text += writer.entry(archive);
    return text + writer.end();
}

job_output_head head_of(std::size_t length, char const* type)
{
    job_output_head head;
    head.status = 200;
    head.content_length = length;
    head.content_type = type;
    return head;
}

struct opened {
    job_output_head head;
    std::string text;
    std::size_t piece = 1'000;
    error_code end;
    inventory_options options;
};

inventory_reader open(opened what)
{
    return inventory_reader(
        job_output_stream(std::move(what.head),
                          std::make_unique<text_source>(std::move(what.text), what.piece, what.end)),
        what.options);
}

/// What a reader gives before its end or its error.
struct outcome {
    std::vector<inventory_archive> archives;
    error_code code;
    std::string message;
};

asio::awaitable<void> read_to_end(inventory_reader& reader, outcome& result)
{
    while (auto archive = co_await reader.next())
        result.archives.push_back(std::move(*archive));
}

outcome read(inventory_reader& reader)
{
    outcome result;
    try {
        run(read_to_end(reader, result));
    } catch (boost::system::system_error const& error) {
        result.code = error.code();
        result.message = error.what();
    }
    return result;
}

outcome read(opened what)
{
    inventory_reader reader = open(std::move(what));
    return read(reader);
}

} // namespace

BOOST_AUTO_TEST_SUITE(inventory_reader_test)

// Every archive comes, in order, in both formats, from pieces of any size.
BOOST_AUTO_TEST_CASE(reads_all_archives)
{
    for (std::size_t const piece : {1U, 7U, 1'000U, 1'000'000U}) {
        std::string const json = written(inventory_format::json);
        inventory_reader reader = open({head_of(json.size(), "application/json"), json, piece, {}, {}});
        auto result = read(reader);
        BOOST_TEST(!result.code, result.message);
        BOOST_TEST((result.archives == archives()));
        BOOST_TEST(reader.parser().archives() == 500U);
        BOOST_TEST(reader.parser().vault_arn().value() == "arn:attic");
        BOOST_TEST((reader.parser().inventory_date() == timestamp(std::chrono::seconds(1'700'000'000))));

        std::string const csv = written(inventory_format::csv);
        result = read({head_of(csv.size(), "text/csv"), csv, piece, {}, {}});
        BOOST_TEST(!result.code, result.message);
        BOOST_TEST((result.archives == archives()));
    }
}

// After the end there is nothing, however often it is asked.
BOOST_AUTO_TEST_CASE(stays_at_the_end)
{
    std::string const text = written(inventory_format::json);
    inventory_reader reader = open({head_of(text.size(), "application/json"), text, 1'000, {}, {}});
    BOOST_TEST(read(reader).archives.size() == 500U);
    BOOST_TEST(!run(reader.next()));
    BOOST_TEST(!run(reader.next()));
}

// The content type decides on the format; any other leaves it to the first byte, and the caller's word goes first.
BOOST_AUTO_TEST_CASE(format)
{
    std::string const text = written(inventory_format::csv);
    for (char const* const type : {"text/csv; charset=utf-8", "application/octet-stream"})
        BOOST_TEST(!read({head_of(text.size(), type), text, 1'000, {}, {}}).code);
    BOOST_TEST(read({head_of(text.size(), "application/json"), text, 1'000, {}, {}}).code ==
               errc::malformed_inventory);

    inventory_options options;
    options.format = inventory_format::csv;
    BOOST_TEST(!read({head_of(text.size(), "application/json"), text, 1'000, {}, options}).code);
}

// A stream that ends before its length is an incomplete inventory, also where the format cannot tell.
BOOST_AUTO_TEST_CASE(stream_shorter_than_its_length)
{
    for (auto const& [format, type] : {std::pair{inventory_format::csv, "text/csv"},
                                       std::pair{inventory_format::json, "application/json"}}) {
        std::string const text = written(format);
        // The end of an entry.
        auto const cut = text.find("archive-250") - (format == inventory_format::csv ? 0 : 15);
        auto const result = read({head_of(text.size(), type), text.substr(0, cut), 1'000, {}, {}});
        BOOST_TEST(result.code == errc::incomplete_inventory, result.message);
        BOOST_TEST(result.archives.size() == 250U);
    }
}

// The connection that breaks says the same, even if everything has come.
BOOST_AUTO_TEST_CASE(closed_connection)
{
    std::string const text = written(inventory_format::csv);
    job_output_head head = head_of(0, "text/csv");
    head.content_length.reset();
    inventory_reader reader = open({head, text, 1'000, errc::connection_closed, {}});

    auto result = read(reader);
    BOOST_TEST(result.code == errc::incomplete_inventory);
    BOOST_TEST(result.message ==
               "the inventory ends before it is complete: the connection was closed after " +
                   std::to_string(text.size()) + " bytes");
    // The last line has no end, so whether it is whole was not known.
    BOOST_TEST(result.archives.size() == 499U);

    result = read(reader);
    BOOST_TEST(result.code == errc::incomplete_inventory);
    BOOST_TEST(result.archives.empty());
}

// Other errors of the stream are passed on as they are.
BOOST_AUTO_TEST_CASE(errors_of_the_stream)
{
    std::string const text = written(inventory_format::json).substr(0, 1'000);
    for (error_code const code :
         {error_code(errc::transfer_stalled), error_code(asio::error::operation_aborted)})
        BOOST_TEST(read({head_of(2'000, "application/json"), text, 1'000, code, {}}).code == code);
}

// A range that is not the whole output is an incomplete inventory; one that is all of it is complete.
BOOST_AUTO_TEST_CASE(ranges)
{
    std::string const text = written(inventory_format::csv);
    auto const line = text.find("archive-2,");
    job_output_head head = head_of(line, "text/csv");
    head.status = 206;
    head.content_range = "bytes 0-" + std::to_string(line - 1) + "/" + std::to_string(text.size());
    auto const part = read({head, text.substr(0, line), 1'000, {}, {}});
    BOOST_TEST(part.code == errc::incomplete_inventory);
    BOOST_TEST(part.archives.size() == 2U);

    head.content_length = text.size();
    BOOST_TEST(!read({head, text, 1'000, {}, {}}).code);
}

// The size of the job's description counts where the stream has no length.
BOOST_AUTO_TEST_CASE(expected_size)
{
    std::string const text = written(inventory_format::csv);
    job_output_head head = head_of(0, "text/csv");
    head.content_length.reset();
    std::string const cut = text.substr(0, text.find("archive-250") - 1);
    BOOST_TEST(!read({head, cut, 1'000, {}, {}}).code);

    inventory_options options;
    options.size_in_bytes = text.size();
    BOOST_TEST(read({head, cut, 1'000, {}, options}).code == errc::incomplete_inventory);
    BOOST_TEST(!read({head, text, 1'000, {}, options}).code);
}

// An error of the inventory comes again with every call.
BOOST_AUTO_TEST_CASE(stays_in_its_error)
{
    std::string const text = "{\"ArchiveList\":[17]}";
    inventory_reader reader = open({head_of(text.size(), "application/json"), text, 1'000, {}, {}});
    for (int i = 0; i < 2; ++i) {
        auto const result = read(reader);
        BOOST_TEST(result.code == errc::malformed_inventory);
        BOOST_TEST(result.archives.empty());
    }
}

// A reader is moved like a handle, with what it has read ahead.
BOOST_AUTO_TEST_CASE(moves)
{
    static_assert(std::is_nothrow_move_constructible_v<inventory_reader>);
    std::string const text = written(inventory_format::json);
    inventory_reader first = open({head_of(text.size(), "application/json"), text, 3'000, {}, {}});
    BOOST_TEST((run(first.next()) == archives()[0]));

    inventory_reader second = std::move(first);
    auto const result = read(second);
    BOOST_TEST(!result.code, result.message);
    BOOST_TEST(result.archives.size() == 499U);
    BOOST_TEST((result.archives[0] == archives()[1]));
}

BOOST_AUTO_TEST_SUITE_END()
