#include "transfer/upload_journal.hpp"

#include "support/printing.hpp"
#include "transfer/upload_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

using namespace glacier;
using namespace glacier::test;
using transfer::check_same;
using transfer::journal;
using transfer::recorded_upload;
using transfer::upload_identity;
using transfer::upload_journal;

namespace {

tree_hash const some_hash = reference_tree_hash("some");

struct journal_fixture : upload_fixture {
    journal_fixture()
    {
        identity = upload_identity(sut, photos, description("a description"));
        identity.content = "words of mine\nin two lines";
        identity.source.size = 3 * mib + 1;
        identity.source.modified = -5;
        identity.source.changed = 1'770'091'506'123'456'789;
        identity.source.device = 7;
        identity.source.inode = ~std::uint64_t(0);
    }

    upload_journal open() { return upload_journal(path, sut.get_blocking_executor()); }

    /// The records of a small upload, the first of which may be changed.
    std::vector<journal::record> records() const
    {
        std::vector<journal::record> made;
        journal const file(path);
        return file.records();
    }

    void write(std::vector<journal::record> const& records) const
    {
        journal file(path);
        file.replace(records);
    }

    void begin()
    {
        upload_journal file = open();
        run(file.begin(identity, part_size(mib), "the-id", "123456789012"));
    }

    error_code code_of_opening()
    {
        try {
            open();
        } catch (operation_error const& error) {
            BOOST_TEST(error.details().resource == path.string());
            return error.code();
        }
        return {};
    }

    error_code difference_to(upload_identity const& now)
    {
        upload_journal const file = open();
        try {
            check_same(*file.recorded(), now, path);
        } catch (operation_error const& error) {
            message = error.details().message;
            return error.code();
        }
        return {};
    }

    std::filesystem::path path = directory / "state";
    upload_identity identity;
    std::string message;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(upload_journal_test, journal_fixture)

// Of a new file nothing is known.
BOOST_AUTO_TEST_CASE(new_file)
{
    BOOST_TEST(!open().recorded());
    BOOST_TEST(!std::filesystem::exists(path));
}

// What is written step by step is read again.
BOOST_AUTO_TEST_CASE(steps)
{
    {
        upload_journal file = open();
        run(file.begin(identity, part_size(mib), "the-id", "123456789012"));
        run(file.on_part(3, some_hash));
        run(file.on_part(0, reference_tree_hash("other")));
        run(file.on_completing(some_hash));
        archive_creation_result created(archive_id("the-archive"));
        created.location = "/here";
        run(file.on_archive(created, some_hash));
    }
    upload_journal const file = open();
    BOOST_TEST_REQUIRE(file.recorded().has_value());
    recorded_upload const& recorded = *file.recorded();
    BOOST_TEST(recorded.identity.endpoint == sut.get_endpoint());
    BOOST_TEST(recorded.identity.region == "eu-west-1");
    BOOST_TEST(recorded.identity.account == "-");
    BOOST_TEST(recorded.identity.vault == "photos");
    BOOST_TEST(recorded.identity.description == "a description");
    BOOST_TEST(recorded.identity.content == identity.content);
    BOOST_TEST((recorded.identity.source == identity.source));
    BOOST_TEST(recorded.size.bytes() == mib);
    BOOST_TEST(recorded.upload.value().str() == "the-id");
    BOOST_TEST(recorded.account_number == "123456789012");
    BOOST_TEST(recorded.parts.size() == 2U);
    BOOST_TEST((recorded.parts.at(3) == some_hash));
    BOOST_TEST((recorded.completing == some_hash));
    BOOST_TEST(recorded.archive.value().archive.str() == "the-archive");
    BOOST_TEST(recorded.archive.value().location == "/here");
    BOOST_TEST((recorded.archive.value().tree_hash == some_hash));
}

// Beginning anew forgets what was there.
BOOST_AUTO_TEST_CASE(anew)
{
    begin();
    {
        upload_journal file = open();
        run(file.on_part(0, some_hash));
        run(file.begin(identity, part_size(mib), "another-id", ""));
    }
    BOOST_TEST(open().recorded()->upload.value().str() == "another-id");
    BOOST_TEST(open().recorded()->account_number.empty());
    BOOST_TEST(open().recorded()->parts.empty());
}

// A version that did not know whose upload it is left no number.
BOOST_AUTO_TEST_CASE(without_account_number)
{
    begin();
    auto changed = records();
    changed[1].fields.erase("account_number");
    write(changed);
    BOOST_TEST(open().recorded()->upload.value().str() == "the-id");
    BOOST_TEST(open().recorded()->account_number.empty());
}

// Once it is closed it is free for others, and nothing more is written.
BOOST_AUTO_TEST_CASE(closed)
{
    upload_journal file = open();
    run(file.begin(identity, part_size(mib), "the-id", ""));
    BOOST_TEST((code_of_opening() == errc::state_file_in_use));
    {
        transfer::journal_closer const closer(std::shared_ptr<upload_journal>(&file, [](auto*) {}));
    }
    BOOST_TEST(!code_of_opening());
    run(file.on_part(0, some_hash));
    BOOST_TEST(open().recorded()->parts.empty());
}

// The same upload goes on.
BOOST_AUTO_TEST_CASE(same)
{
    begin();
    BOOST_TEST(!difference_to(identity));
    // Whether the hashes can be trusted is another question.
    identity.source.inode = 1;
    identity.source.device = 1;
    identity.source.changed = 1;
    BOOST_TEST(!difference_to(identity));
}

// Another one is refused; the message says what differs.
BOOST_AUTO_TEST_CASE(other_uploads)
{
    begin();
    struct {
        std::string upload_identity::*member;
        std::string name;
    } const members[] = {
        {&upload_identity::endpoint, "endpoint"},       {&upload_identity::region, "region"},
        {&upload_identity::account, "account"},         {&upload_identity::vault, "vault"},
        {&upload_identity::description, "description"}, {&upload_identity::content, "identity"}};
    for (auto const& each : members) {
        upload_identity other = identity;
        other.*each.member = "other";
        BOOST_TEST((difference_to(other) == errc::state_file_mismatch));
        BOOST_TEST(message.find(each.name + " '") != std::string::npos, message);
        BOOST_TEST(message.find("'other'") != std::string::npos, message);
    }
}

// What stood in the file, or is the caller's own words, may be anything: a terminal can show the message all the same.
BOOST_AUTO_TEST_CASE(difference_is_printable)
{
    identity.region = "\x1b]0;x\a\n" + std::string(10'000, 'r');
    begin();
    upload_identity other = identity;
    other.region = "two\nlines";
    BOOST_TEST((difference_to(other) == errc::state_file_mismatch));
    BOOST_TEST(message.find("region '\\x1b]0;x\\x07\\x0arrr") != std::string::npos, message);
    BOOST_TEST(message.find("...' instead of 'two\\x0alines'") != std::string::npos, message);
    BOOST_TEST(message.size() < 1'000U);
}

// Other content is called so.
BOOST_AUTO_TEST_CASE(other_content)
{
    begin();
    upload_identity other = identity;
    ++other.source.size;
    BOOST_TEST((difference_to(other) == errc::file_changed));
    other = identity;
    ++other.source.modified;
    BOOST_TEST((difference_to(other) == errc::file_changed));
}

// ---------------------------------------------------------------------------------------------------
// Files that somebody else has written

// Each field must be there and be what it can be.
BOOST_AUTO_TEST_CASE(bad_fields)
{
    begin();
    {
        upload_journal file = open();
        run(file.on_part(3, some_hash));
        run(file.on_completing(some_hash));
        archive_creation_result const created(archive_id("the-archive"));
        run(file.on_archive(created, some_hash));
    }
    auto const good = records();
    struct {
        std::size_t record;
        std::string name;
        std::vector<std::string> values;
    } const bad[] = {
        {0, "version", {"", "x", "2", "99999999999999999999"}},
        {0, "vault", {"", "a/b", std::string(256, 'v')}},
        {0, "size", {"", "0", "-1", "99999999999999999999", "12346789012345678901"}},
        {0, "part_size", {"", "0", "1", "1048577", "99999999999999999999"}},
        {0, "modified", {"", "-", "--1", "9223372036854775808", "1.5"}},
        {0, "changed", {"", "x"}},
        {0, "device", {"", "-1"}},
        {0, "inode", {"", "-1"}},
        {1, "id", {"", "a b", "../x", std::string(256, 'i')}},
        {2, "number", {"", "-1", "4", "18446744073709551615"}},
        {2, "tree_hash", {"", "x", std::string(63, 'a'), std::string(64, 'g')}},
        {3, "tree_hash", {"", "x"}},
        {4, "id", {"", "a b"}},
        {4, "tree_hash", {"", "x"}},
    };
    for (auto const& each : bad)
        for (std::string const& value : each.values) {
            auto changed = good;
            changed[each.record].set(each.name, value);
            write(changed);
            BOOST_CHECK_EXCEPTION(open(), operation_error, [&](operation_error const& error) {
                BOOST_TEST_INFO(each.name << " = " << value);
                // Which file, so that somebody can look at it.
                return error.code() == errc::state_file_invalid && error.details().resource == path.string();
            });
        }
    write(good);
    BOOST_TEST(!code_of_opening());
}

// Whatever record is missing, the rest is read or refused, and never taken for something else.
BOOST_AUTO_TEST_CASE(missing_records)
{
    begin();
    {
        upload_journal file = open();
        run(file.on_part(3, some_hash));
    }
    auto const good = records();
    auto without = good;
    without.erase(without.begin());
    write(without);
    BOOST_TEST((code_of_opening() == errc::state_file_invalid));
    without = good;
    without.erase(without.begin() + 1);
    write(without);
    BOOST_TEST((code_of_opening() == errc::state_file_invalid));
}

// Records that nobody knows, and files of other transfers.
BOOST_AUTO_TEST_CASE(other_records)
{
    begin();
    auto const good = records();
    auto other = good;
    other.emplace_back("invention");
    write(other);
    BOOST_TEST((code_of_opening() == errc::state_file_invalid));
    other = good;
    other[0].set("kind", "retrieval");
    write(other);
    BOOST_TEST((code_of_opening() == errc::state_file_mismatch));
    other = good;
    other[0].type = "other";
    write(other);
    BOOST_TEST((code_of_opening() == errc::state_file_invalid));
}

// Giving up an upload that is complete would lose its archive, so the message has the id.
BOOST_AUTO_TEST_CASE(difference_to_a_complete_upload)
{
    begin();
    {
        upload_journal file = open();
        run(file.on_completing(some_hash));
        run(file.on_archive(archive_creation_result(archive_id("the-archive")), some_hash));
    }
    upload_identity now = identity;
    now.source.size = 5;
    BOOST_TEST((difference_to(now) == errc::file_changed));
    BOOST_TEST(message.find("its archive is the-archive") != std::string::npos);
    now = identity;
    now.description = "another one";
    BOOST_TEST((difference_to(now) == errc::state_file_mismatch));
    BOOST_TEST(message.find("its archive is the-archive") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
