#include "emulator/store.hpp"

#include "fixture.hpp"

namespace glacier::emulation {

BOOST_FIXTURE_TEST_SUITE(store_uploads, service_fixture)

BOOST_AUTO_TEST_CASE(a_part_at_the_same_place_replaces_the_first_with_its_file)
{
    make_vault("attic");
    std::int64_t upload = 0;
    auto const put = [&](std::string const& name, std::string_view bytes) {
        new_content content = data->create(name);
        content.write(bytes);
        content.leaves.push_back(tree_hash_of(bytes_of(bytes)));
        data->seal(content);
        auto change = data->begin();
        if (upload == 0) {
            upload_record record;
            record.vault = change.find_vault("attic")->number;
            record.id = "upload";
            change.insert_upload(record);
            upload = record.number;
        }
        part_record part;
        part.bytes = bytes.size();
        part.hash = content.leaves.front();
        part.content = change.insert_content(std::move(content));
        change.put_part(upload, part);
        change.commit();
    };
    put("00112233445566778899aabbccddeeff", "first");
    put("10112233445566778899aabbccddeeff", "second");
    BOOST_TEST(count_files(directory.path() / "data") == 1U);
    auto change = data->begin();
    auto const parts = change.all_parts(upload);
    BOOST_TEST_REQUIRE(parts.size() == 1U);
    BOOST_TEST(parts.front().bytes == 6U);
    BOOST_TEST(parts.front().hash.hex() == tree_hash_of(bytes_of("second")).hex());
    BOOST_TEST(change.parts_from(upload, 1, 10).empty());
    change.discard_parts(upload);
    change.commit();
    BOOST_TEST(count_files(directory.path() / "data") == 0U);
}

BOOST_AUTO_TEST_CASE(open_uploads_are_those_that_were_neither_ended_nor_left_alone)
{
    make_vault("attic");
    auto change = data->begin();
    std::int64_t const vault = change.find_vault("attic")->number;
    for (std::string const id : {"open", "aborted", "completed", "old"}) {
        upload_record upload;
        upload.vault = vault;
        upload.id = id;
        upload.active = clock.now() - (id == "old" ? 24h : 1h);
        change.insert_upload(upload);
        upload.aborted = id == "aborted";
        if (id == "completed")
            upload.archive_id = "archive";
        change.update_upload(upload);
    }
    auto const open_ones = change.open_uploads(vault, clock.now() - 24h, 0, 10);
    BOOST_TEST_REQUIRE(open_ones.size() == 1U);
    BOOST_TEST(open_ones.front().id == "open");
    BOOST_TEST(change.open_uploads(vault, clock.now() - 24h, open_ones.front().number, 10).empty());
    BOOST_TEST(change.find_upload(vault, "aborted")->open() == false);
    BOOST_TEST(!change.find_upload(vault + 1, "open").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
