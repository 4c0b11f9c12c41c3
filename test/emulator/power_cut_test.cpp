// What a power cut leaves, after each single sync of a run of all kinds of changes.

#include "power_cut.hpp"

#include "emulator/integrity.hpp"
#include "emulator/virtual_clock.hpp"

#include "fixture.hpp"

#include <fstream>
#include <functional>
#include <iterator>

namespace glacier::emulation {

namespace {

/// Something that was acknowledged, and how to see that it is there.
struct promise {
    std::string name;
    /// Syncs that had been made when it was acknowledged.
    std::size_t syncs = 0;
    std::function<bool(service_fixture&)> holds;
};

/// A fixture over a directory that something else has made.
struct restored_fixture : service_fixture {
    explicit restored_fixture(std::filesystem::path const& place)
    {
        data.reset();
        data.emplace(place);
    }
};

std::string content_of(std::filesystem::path const& path)
{
    std::ifstream input(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(input), {}};
}

struct power_cut_fixture {
    std::string output_of(service_fixture& services, std::string const& job)
    {
        return services.output_of("attic", job);
    }

    void send_part(service_fixture& services, std::string const& upload, std::uint64_t first,
                   std::string const& bytes)
    {
        auto context = services.context();
        upload_multipart_part_request request("attic", upload, byte_range(first, first + bytes.size() - 1),
                                              body());
        request.content_sha256 = crypto::sha256_of(bytes);
        request.tree_hash = tree_hash_of(bytes_of(bytes));
        auto part = part_upload::begin(context, request, bytes.size());
        BOOST_TEST_REQUIRE(part.has_value());
        part->write(bytes_of(bytes));
        BOOST_TEST_REQUIRE(part->finish().has_value());
    }

    std::vector<part_description> parts_of(service_fixture& services, std::string const& upload)
    {
        auto context = services.context();
        auto const listed = list_parts(context, list_parts_request("attic", upload));
        return listed ? listed->parts : std::vector<part_description>();
    }

    void acknowledged(std::string name, std::function<bool(service_fixture&)> holds)
    {
        promises.push_back(promise{std::move(name), disk.syncs(), std::move(holds)});
    }

    temporary_directory place;
    synced_disk disk{place.path()};
    std::vector<promise> promises;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(power_cut_suite, power_cut_fixture)

BOOST_AUTO_TEST_CASE(what_was_not_synced_is_gone)
{
    file written(place.path() / "a", file::mode::create);
    written.write("bytes");
    disk.restore(disk.syncs(), place.path() / "1");
    BOOST_TEST(count_files(place.path() / "1") == 0U);
    written.sync();
    sync_directory(place.path());
    written.write(" and more");
    disk.restore(disk.syncs(), place.path() / "2");
    BOOST_TEST(content_of(place.path() / "2" / "a") == "bytes");
}

BOOST_AUTO_TEST_CASE(the_names_of_new_directories_and_of_files_written_atomically_stay)
{
    make_directories(place.path() / "a" / "b" / "c");
    write_atomically(place.path() / "a" / "b" / "c" / "d", "bytes", 0600);
    disk.restore(disk.syncs(), place.path() / "after");
    BOOST_TEST(content_of(place.path() / "after" / "a" / "b" / "c" / "d") == "bytes");
}

// Whenever the power goes: the directory can be opened, nothing in it contradicts anything, and all that was
// acknowledged by then is there.
BOOST_AUTO_TEST_CASE(what_was_acknowledged_survives_a_cut_after_any_sync)
{
    std::filesystem::path const directory = place.path() / "new" / "data-directory";
    {
        restored_fixture run(directory);
        run.options.job_delay = 0ms;
        run.options.inventory_period = 0ms;
        run.make_vault("attic");
        acknowledged("vault", [](service_fixture& after) {
            return after.data->begin().find_vault("attic").has_value();
        });

        std::string const bytes = pattern(2 * MiB + 3);
        std::string const archive = run.upload("attic", bytes, "box 7");
        std::string const job = run.start_job("attic", job_parameters::archive_retrieval(archive));
        acknowledged("archive and job",
                     [=, this](service_fixture& after) { return output_of(after, job) == bytes; });

        auto context = run.context();
        std::string const upload = [&] {
            initiate_multipart_upload_request const request("attic", part_size(MiB));
            return initiate_multipart_upload(context, request)->upload.str();
        }();
        auto const is_there = [=](service_fixture& after) {
            auto view = after.data->begin();
            return view.find_upload(view.find_vault("attic")->number, upload).has_value();
        };
        acknowledged("upload", is_there);
        send_part(run, upload, 0, std::string(MiB, 'x'));
        send_part(run, upload, MiB, "end");
        std::string const first_part = pattern(MiB);
        send_part(run, upload, 0, first_part);
        auto const hash_of_first = tree_hash_of(bytes_of(first_part));
        acknowledged("overwritten part", [=, this](service_fixture& after) {
            auto view = after.data->begin();
            auto const found = view.find_upload(view.find_vault("attic")->number, upload);
            if (!found->open())
                return true;
            auto const parts = view.parts_from(found->number, 0, 3);
            return parts.size() == 2 && parts[0].hash == hash_of_first;
        });
        std::string const whole = first_part + "end";
        complete_multipart_upload_request const complete("attic", upload, whole.size(),
                                                         tree_hash_of(bytes_of(whole)));
        auto const completed = complete_multipart_upload(context, complete);
        BOOST_TEST_REQUIRE(completed.has_value());
        std::string const second = completed->archive.str();
        std::string const second_job = run.start_job("attic", job_parameters::archive_retrieval(second));
        acknowledged("completed upload and job",
                     [=, this](service_fixture& after) { return output_of(after, second_job) == whole; });

        std::string const inventory_job = run.start_job("attic", job_parameters::inventory_retrieval());
        std::string const inventory = run.output_of("attic", inventory_job);
        acknowledged("inventory", [=, this](service_fixture& after) {
            return output_of(after, inventory_job) == inventory;
        });

        std::string const third = run.upload("attic", "short-lived");
        run.remove("attic", third);
        acknowledged("deletion", [=](service_fixture& after) {
            return after.data->begin().find_archive(third)->deleted.has_value();
        });
        {
            auto change = run.data->begin();
            change.put_tag(change.find_vault("attic")->number, "owner", "ann");
            change.commit();
        }
        acknowledged("tag", [](service_fixture& after) {
            auto view = after.data->begin();
            return view.tags_of(view.find_vault("attic")->number).contains("owner");
        });
    }

    std::size_t const syncs = disk.syncs();
    BOOST_TEST(syncs > 30U);
    for (std::size_t cut = 0; cut <= syncs; ++cut) {
        std::filesystem::path const after = place.path() / ("after-" + std::to_string(cut));
        disk.restore(cut, after);
        std::filesystem::path const restored = after / "new" / "data-directory";
        {
            restored_fixture services(restored);
            for (promise const& made : promises)
                if (made.syncs <= cut)
                    BOOST_TEST(made.holds(services), made.name << " after a cut after sync " << cut);
        }
        integrity_report const report = verify_data_directory(
            restored, [&](std::string const& sentence) { BOOST_TEST_MESSAGE(cut << ": " << sentence); });
        BOOST_TEST(report.problems == 0U);
        BOOST_TEST(report.leftovers == 0U);
        std::filesystem::remove_all(after);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace glacier::emulation
