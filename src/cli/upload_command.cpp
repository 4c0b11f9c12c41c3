#include "cli/upload_command.hpp"

#include "cli/file.hpp"
#include "cli/run.hpp"
#include "cli/size.hpp"

#include <glacier/transfer.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdint>
#include <exception>
#include <utility>

namespace glacier::cli {

namespace {

constexpr std::uint64_t usual_part_bytes = std::uint64_t(8) * 1'048'576;

/// What became of an upload that was interrupted.
enum class remains { unknown, aborted, gone };

asio::awaitable<void> abort_upload(client service, vault_name vault, std::optional<upload_id> upload,
                                   remains& found)
{
    if (!upload)
        co_return;
    abort_multipart_upload_request request(std::move(vault), std::move(*upload));
    try {
        co_await service.abort_multipart_upload(std::move(request));
        found = remains::aborted;
    } catch (operation_error const& error) {
        if (error.code() == condition::not_found)
            found = remains::gone;
    }
}

std::string told(remains found, std::optional<upload_id> const& upload)
{
    if (!upload)
        return "; nothing was stored";
    switch (found) {
    case remains::aborted:
        return "; the upload was aborted, and nothing was stored";
    case remains::gone:
        return "; the upload had ended at the service: if it was completed, the vault's next inventory shows "
               "the archive";
    case remains::unknown:
        break;
    }
    return "; the upload " + upload->str() +
           " could not be aborted: it costs nothing, and expires after a day or more";
}

part_size size_of_part(upload_options const& options, std::uint64_t bytes)
{
    auto const fitting = part_size::for_archive(bytes, part_size(usual_part_bytes));
    if (!fitting)
        throw failure(exit_code::local_file, options.file + ": " + fitting.error().message());
    if (!options.part_size)
        return *fitting;

    part_size const wanted = parse_part_size(*options.part_size);
    auto const least = part_size::for_archive(bytes);
    if (wanted.bytes() < least->bytes())
        throw failure(exit_code::usage, "--part-size \"" + *options.part_size + "\": " + options.file +
                                            " would have more than 10000 parts; at least " +
                                            std::to_string(least->bytes()) + " is needed");
    return wanted;
}

std::string count_text(std::uint64_t count, std::string const& what)
{
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

void print(output& out, upload_result const& stored)
{
    if (out.form() == output_form::text) {
        out.line(stored.archive.str());
        return;
    }
    out.line(boost::json::serialize(boost::json::object{{"ArchiveId", stored.archive.str()},
                                                        {"SHA256TreeHash", stored.tree_hash.hex()},
                                                        {"SizeInBytes", stored.bytes},
                                                        {"PartSizeInBytes", stored.size_of_part},
                                                        {"Parts", stored.parts},
                                                        {"Location", stored.location}}));
}

} // namespace

part_size parse_part_size(std::string const& text)
{
    auto const bytes = parse_size(text);
    auto const size = bytes ? part_size::from_bytes(*bytes) : result<part_size>(errc::invalid_part_size);
    if (!size)
        throw failure(exit_code::usage,
                      "--part-size \"" + text +
                          "\": a power of two from 1MiB to 4GiB, in bytes or with KiB, MiB or GiB");
    return *size;
}

void upload(session& session, upload_options const& options)
{
    vault_name const vault(options.vault);
    upload_file_request request{vault, options.file};
    if (options.description)
        request.description = description(*options.description);
    if (options.concurrency)
        request.concurrency = parse_count("--concurrency", *options.concurrency, 1, concurrency_max);
    std::uint64_t const bytes = size_of_archive_file(options.file);
    // Set always, so that what is said here is what is done.
    part_size const size = size_of_part(options, bytes);
    request.size_of_part = size;

    console& tell = session.tell();
    client const service = session.connect(request.concurrency);
    std::optional<upload_id> started;
    request.on_started = [&started, &tell](upload_id const& id) {
        started = id;
        tell.note("upload " + id.str() + " started");
    };
    request.on_progress = [&tell](transfer_progress const& progress) { tell.progress(progress); };
    remains found = remains::unknown;
    auto const clean_up = [&] { return abort_upload(service, vault, started, found); };

    tell.note(options.file + ": " + count_text(bytes, "byte") + " in " +
              count_text((bytes + size.bytes() - 1) / size.bytes(), "part") + " of " +
              size_text(size.bytes()));
    tell.begin("upload");
    time_point const start = tell.now();
    std::optional<upload_result> stored;
    try {
        stored = run(session.context(), upload_file(service, std::move(request)), clean_up);
    } catch (interrupted const& signal) {
        throw interrupted(signal, told(found, started));
    } catch (...) {
        throw failure_of(std::current_exception(), options.file);
    }

    tell.note("stored " + count_text(stored->bytes, "byte") + " in " + duration_text(tell.now() - start));
    try {
        print(session.out(), *stored);
    } catch (failure const& failed) {
        // The id is what the user needs to get the archive back.
        throw failure(failed.code(),
                      std::string(failed.what()) + "; the archive is stored: " + stored->archive.str());
    }
}

} // namespace glacier::cli
