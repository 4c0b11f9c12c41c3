#include "cli/upload_command.hpp"

#include "cli/file.hpp"
#include "cli/run.hpp"
#include "cli/size.hpp"
#include "cli/state_place.hpp"
#include "cli/stream_io.hpp"
#include "cli/transfer_watch.hpp"

#include <glacier/transfer.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

namespace glacier::cli {

namespace {

constexpr std::uint64_t mib = 1'048'576;
constexpr std::uint64_t usual_part_bytes = 16 * mib;
constexpr std::uint64_t archive_bytes_max = part_size::parts_max * part_size::bytes_max;
constexpr char const* standard_input = "standard input";

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
        // Of an upload that is complete the service may say either.
        if (error.code() == condition::not_found || error.code() == service_errc::invalid_parameter_value)
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

/// For the end of a message about an upload in one request.
constexpr char const* may_be_stored =
    "; the archive may be stored nevertheless: if so, the vault's next inventory shows it";

/// For the end of a message about an upload that another run can take up.
std::string how_to_go_on(std::optional<upload_id> const& upload)
{
    if (!upload)
        return "; nothing was stored";
    return "; the upload " + upload->str() +
           " is unfinished: the same command takes it up, and with --discard gives it up";
}

/// An upload with a state file that failed.
struct failed_upload {
    failed_upload(error_code its_code, std::filesystem::path its_state)
        : code(its_code), state(std::move(its_state))
    {}

    error_code code;
    std::filesystem::path state;
    std::optional<upload_id> upload;
    /// With --restart, or to give it up.
    bool anew = false;
    /// With --expect-tree-hash.
    bool expects_hash = false;
    /// It was the completion that failed, so the archive may be there.
    bool completing = false;
};

bool is_of_completion(std::exception_ptr const& error)
{
    try {
        std::rethrow_exception(error);
    } catch (operation_error const& failed) {
        return failed.operation() == "CompleteMultipartUpload";
    } catch (...) {
        return false;
    }
}

/// The same, as far as the error allows it.
std::string how_to_go_on(failed_upload const& of)
{
    if (of.code == errc::file_changed || of.code == errc::state_file_mismatch || of.code == errc::upload_gone)
        return of.anew ? "" : "; with --restart the same command gives up what was begun, and begins anew";
    if (of.code == errc::state_file_invalid)
        return is_state_file(of.state) ? "; remove it to begin anew" : "; name another --state-file";
    if (of.code == errc::state_file_in_use || !of.upload)
        return {};
    std::string const known = "; the upload " + of.upload->str();
    if (of.completing)
        return known + " may be complete: the same command finds out and prints the archive's id, which "
                       "--restart and "
                       "--discard would lose";
    if (of.code == errc::tree_hash_mismatch && of.expects_hash)
        return known +
               " is unfinished: with the right --expect-tree-hash the same command completes it, and with "
               "--discard gives it up";
    return how_to_go_on(of.upload);
}

/// Throws unless the file fits into parts of the size that is asked for.
void check_part_size(upload_options const& options, std::uint64_t bytes)
{
    auto const least = part_size::for_archive(bytes);
    if (!least)
        throw failure(exit_code::local_file, options.file + ": " + least.error().message());
    if (!options.part_size)
        return;
    if (parse_part_size("--part-size", *options.part_size).bytes() < least->bytes())
        throw failure(exit_code::usage, "--part-size \"" + *options.part_size + "\": " + options.file +
                                            " would have more than 10000 parts; at least " +
                                            std::to_string(least->bytes()) + " is needed");
}

tree_hash parse_tree_hash(std::string const& text)
{
    auto const hash = tree_hash::from_hex(text);
    if (!hash)
        throw failure(exit_code::usage, "--expect-tree-hash \"" + text + "\": 64 hexadecimal digits");
    return *hash;
}

std::uint64_t single_request_max_of(upload_options const& options)
{
    return options.single_request_max
               ? parse_bytes("--single-request-max", *options.single_request_max, 0, part_size::bytes_max)
               : 0;
}

void take_settings(upload_settings& settings, upload_options const& options)
{
    if (options.description)
        settings.description = description(*options.description);
    if (options.part_size)
        settings.size_of_part = parse_part_size("--part-size", *options.part_size);
    if (options.expected_tree_hash)
        settings.expected_tree_hash = parse_tree_hash(*options.expected_tree_hash);
    settings.concurrency = concurrency_of(options);
    settings.single_request_max = single_request_max_of(options);
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

void print_id(session& session, upload_result const& stored)
{
    try {
        print(session.out(), stored);
    } catch (failure const& failed) {
        // The id is what the user needs to get the archive back.
        throw failure(failed.code(),
                      std::string(failed.what()) + "; the archive is stored: " + stored.archive.str());
    }
}

/// Says on the console how an upload is getting on, and knows its id.
class upload_report {
public:
    upload_report(console& tell, std::string name, bool size_known)
        : tell_(tell), name_(std::move(name)), size_known_(size_known), start_(tell.now())
    {}

    void on_upload(upload_id const& id) { upload_ = id; }

    void on_started(transfer_started const& event)
    {
        begun_ = true;
        in_one_request_ = upload_in(event.resource).empty();
        start_ = tell_.now();
        tell_.note(name_ + ": " + what_begins(event));
        tell_.begin("upload", size_known_);
    }

    void on_progress(transfer_progress const& progress) { tell_.progress(progress); }

    void on_stored(upload_result const& stored)
    {
        if (!begun_) {
            tell_.note(name_ + ": an earlier run stored it, and was ended before it could say so");
            return;
        }
        std::string text =
            "stored " + count_text(stored.bytes, "byte") + " in " + duration_text(tell_.now() - start_);
        if (stored.parts_resumed > 0)
            text += ", " + count_text(stored.parts_resumed, "part") + " by an earlier run";
        if (stored.repetitions > 0)
            text += ", " + count_text(stored.repetitions, "part") + " sent again";
        tell_.note(text);
    }

    std::optional<upload_id> const& upload() const noexcept { return upload_; }

    /// UploadArchive has begun.
    bool in_one_request() const noexcept { return in_one_request_; }

private:
    std::string what_begins(transfer_started const& event) const
    {
        std::string const id = upload_in(event.resource);
        if (id.empty())
            return count_text(event.size, "byte") + " in one request, which cannot be taken up";
        std::string const size = size_text(event.part_size);
        if (!size_known_)
            return "parts of " + size + ", " + id + ", which cannot be taken up";
        std::string const parts = count_text(parts_of(event.size, event.part_size), "part") + " of " + size;
        if (event.bytes_resumed == 0)
            return count_text(event.size, "byte") + " in " + parts + ", " + id;
        return id + " is taken up, " + std::to_string(parts_of(event.bytes_resumed, event.part_size)) +
               " of " + parts + " are there already";
    }

    /// `upload ID`, or nothing if there is none.
    static std::string upload_in(std::string_view resource)
    {
        auto const found = resource.find(", upload ");
        return found == std::string_view::npos ? std::string() : std::string(resource.substr(found + 2));
    }

    static std::uint64_t parts_of(std::uint64_t bytes, std::uint64_t part_bytes) noexcept
    {
        return bytes / part_bytes + (bytes % part_bytes != 0 ? 1 : 0);
    }

    console& tell_;
    std::string name_;
    bool size_known_;
    time_point start_;
    bool begun_ = false;
    bool in_one_request_ = false;
    std::optional<upload_id> upload_;
};

/// For the end of the message about an interruption that nothing can take up.
std::string told(remains found, upload_report const& report)
{
    return report.in_one_request() ? may_be_stored : told(found, report.upload());
}

/// Has the report told of everything.
void watch(upload_settings& settings, upload_report& report)
{
    settings.on_started = [&report](upload_id const& id) { report.on_upload(id); };
    settings.on_progress = [&report](transfer_progress const& progress) { report.on_progress(progress); };
}

/// A configuration whose transfers tell the report that they begin.
client_config configure(session const& session, upload_options const& options, upload_report* report)
{
    client_config config = session.configure();
    config.transfers.upload_rate_max = rate_of(options);
    set_memory(config.transfers, options);
    if (report != nullptr)
        config.observer = transfer_watch(
            [report](transfer_started const& event) { report->on_started(event); }, config.observer);
    return config;
}

/// Where it is kept how far the upload is; nothing if that is not wanted, or there is no place for it.
std::optional<std::filesystem::path> place_of_state(session& session, upload_options const& options,
                                                    client const& service, vault_name const& vault)
{
    if (options.state_file)
        return *options.state_file;
    auto const directory = state_directory(session.environment());
    try {
        if (!directory)
            throw failure(exit_code::local_file, "neither XDG_STATE_HOME nor HOME is set");
        make_private_directory(*directory);
        return *directory / state_file_name(service, vault, options.file);
    } catch (failure const& reason) {
        if (options.restart || options.discard)
            throw;
        session.tell().note(std::string("the upload cannot be taken up after an interruption: ") +
                            reason.what() + "; --state-file names another place");
        return std::nullopt;
    }
}

/// The state file of an upload. What goes in one request is there or not, so there is nothing to keep, unless the user
/// names a place; but what an earlier run has begun is taken up.
std::optional<std::filesystem::path> state_of_upload(session& session, upload_options const& options,
                                                     client const& service, vault_name const& vault,
                                                     bool in_one_request)
{
    if (options.no_resume)
        return std::nullopt;
    if (!in_one_request || options.state_file)
        return place_of_state(session, options, service, vault);
    auto const directory = state_directory(session.environment());
    if (!directory)
        return std::nullopt;
    std::filesystem::path state = *directory / state_file_name(service, vault, options.file);
    std::error_code ignored;
    return std::filesystem::exists(state, ignored) ? std::optional(std::move(state)) : std::nullopt;
}

/// Gives up what the state file tells of, and says whether there was anything.
bool give_up(session& session, client const& service, std::filesystem::path const& state,
             std::string const& file)
{
    std::exception_ptr error;
    try {
        return run(session.context(), discard_upload(service, state));
    } catch (interrupted const&) {
        throw;
    } catch (...) {
        error = std::current_exception();
    }
    error_code const code = code_of(error);
    failure const failed = failure_of(error, file);
    if (code != errc::upload_gone) {
        failed_upload of(code, state);
        of.anew = true;
        throw failure(failed.code(), failed.what() + how_to_go_on(of));
    }
    // Nobody will ever know more of it here, and it shall be given up.
    session.tell().note(failed.what());
    remove_state_file(state);
    return true;
}

void discard(session& session, upload_options const& options)
{
    vault_name const vault(options.vault);
    client const service = session.connect(1, configure(session, options, nullptr));
    auto const state = place_of_state(session, options, service, vault);
    std::string text = ": the unfinished upload was given up";
    if (!give_up(session, service, *state, options.file))
        text = std::filesystem::exists(*state)
                   ? ": the upload is complete; the same command without --discard prints the archive's id"
                   : ": there is no unfinished upload to this vault";
    session.tell().note(options.file + text);
}

void upload_from_file(session& session, upload_options const& options)
{
    vault_name const vault(options.vault);
    upload_file_request request(vault, options.file);
    take_settings(request, options);
    request.access = options.mapped ? file_access::mapped : file_access::blocks;
    std::uint64_t const bytes = size_of_archive_file(options.file);
    check_part_size(options, bytes);

    console& tell = session.tell();
    upload_report report(tell, options.file, true);
    watch(request, report);
    client const service = session.connect(request.concurrency, configure(session, options, &report));
    std::optional<std::filesystem::path> const state =
        state_of_upload(session, options, service, vault, bytes <= request.single_request_max);
    request.state_file = state;
    request.keep_state_file = state.has_value();

    if (options.restart && state && give_up(session, service, *state, options.file))
        tell.note(options.file + ": the unfinished upload was given up");

    remains found = remains::unknown;
    clean_up_function clean_up;
    if (!state)
        clean_up = [&] { return abort_upload(service, vault, report.upload(), found); };
    std::optional<upload_result> stored;
    try {
        stored = run(session.context(), upload_file(service, std::move(request)), std::move(clean_up));
    } catch (interrupted const& signal) {
        throw interrupted(signal, state ? how_to_go_on(report.upload()) : told(found, report));
    } catch (...) {
        std::exception_ptr const error = std::current_exception();
        failure const failed = failure_of(error, options.file);
        if (!state)
            throw failed;
        failed_upload of(code_of(error), *state);
        of.upload = report.upload();
        of.anew = options.restart;
        of.completing = is_of_completion(error);
        of.expects_hash = options.expected_tree_hash.has_value();
        throw failure(failed.code(), failed.what() + how_to_go_on(of));
    }
    report.on_stored(*stored);
    print_id(session, *stored);
    if (state) {
        std::error_code ignored;
        // If it stays, the next run prints the id once more.
        std::filesystem::remove(*state, ignored);
    }
}

/// What standard input may give at most: what was said, or what goes into parts of the size.
std::uint64_t size_max_of(upload_options const& options)
{
    if (options.size_max)
        return parse_bytes("--size-max", *options.size_max, 1, archive_bytes_max);
    std::uint64_t const part_bytes =
        options.part_size ? parse_part_size("--part-size", *options.part_size).bytes() : usual_part_bytes;
    return part_size::parts_max * part_bytes;
}

void upload_from_input(session& session, upload_options const& options)
{
    if (options.state_file || options.restart || options.discard || options.mapped)
        throw failure(
            exit_code::usage,
            "an upload from standard input cannot be taken up, so it has no --state-file, --restart or "
            "--discard; nor has it --mapped");
    vault_name const vault(options.vault);
    std::uint64_t const bytes_max = size_max_of(options);
    auto source = std::make_shared<descriptor_source>(standard_input, session.in_descriptor());
    upload_stream_request request(vault, std::move(source), bytes_max);
    take_settings(request, options);

    upload_report report(session.tell(), standard_input, false);
    watch(request, report);
    client const service = session.connect(request.concurrency, configure(session, options, &report));
    remains found = remains::unknown;
    auto const clean_up = [&] { return abort_upload(service, vault, report.upload(), found); };
    std::optional<upload_result> stored;
    try {
        stored = run(session.context(), upload_stream(service, std::move(request)), clean_up);
    } catch (interrupted const& signal) {
        throw interrupted(signal, told(found, report));
    } catch (...) {
        throw failure_of(std::current_exception(), standard_input);
    }
    report.on_stored(*stored);
    print_id(session, *stored);
}

} // namespace

void upload(session& session, upload_options const& options)
{
    check_values(options);
    if (options.file == "-")
        upload_from_input(session, options);
    else if (options.size_max)
        throw failure(exit_code::usage, "--size-max is for standard input, that is for the file -");
    else if (options.discard)
        discard(session, options);
    else
        upload_from_file(session, options);
}

} // namespace glacier::cli
