#include "transfer/upload_journal.hpp"

#include "async/offload.hpp"
#include "base/decimal.hpp"
#include "base/printable.hpp"

#include <limits>
#include <utility>

namespace glacier::transfer {

namespace {

constexpr std::uint64_t format_version = 1;

[[noreturn]] void refuse(errc reason, std::filesystem::path const& path, std::string message)
{
    error_details details;
    details.operation = "upload";
    details.resource = path.string();
    details.message = std::move(message);
    throw operation_error(reason, std::move(details));
}

journal::record identity_record(upload_identity const& identity, part_size size)
{
    journal::record made("transfer");
    made.set("kind", "upload").set("version", format_version);
    made.set("endpoint", identity.endpoint).set("region", identity.region).set("account", identity.account);
    made.set("vault", identity.vault).set("description", identity.description);
    made.set("content", identity.content).set("size", identity.source.size);
    made.set("modified", std::to_string(identity.source.modified));
    made.set("changed", std::to_string(identity.source.changed));
    made.set("device", identity.source.device).set("inode", identity.source.inode);
    made.set("part_size", size.bytes());
    return made;
}

journal::record started_record(upload_id const& upload, std::string account_number)
{
    journal::record made("upload");
    made.set("id", upload.str()).set("account_number", std::move(account_number));
    return made;
}

/// Reads the records of one file, whose values are not to be trusted.
class record_reader {
public:
    explicit record_reader(std::filesystem::path const& path) : path_(path) {}

    recorded_upload read_first(journal::record const& first) const
    {
        if (first.type != "transfer")
            refuse(errc::state_file_invalid, path_, "it begins with '" + shown(first.type) + "'");
        if (first.get("kind") != "upload")
            refuse(errc::state_file_mismatch, path_,
                   "it is that of a '" + shown(first.get("kind")) + "', not of an upload");
        if (number(first, "version") != format_version)
            refuse(errc::state_file_invalid, path_,
                   "version " + shown(first.get("version")) + ", this library knows " +
                       std::to_string(format_version));
        upload_identity identity;
        identity.endpoint = first.get("endpoint");
        identity.region = first.get("region");
        identity.account = first.get("account");
        identity.vault = text<vault_name>(first, "vault").str();
        identity.description = first.get("description");
        identity.content = first.get("content");
        identity.source.size = number(first, "size");
        identity.source.modified = time(first, "modified");
        identity.source.changed = time(first, "changed");
        identity.source.device = number(first, "device");
        identity.source.inode = number(first, "inode");
        auto const size = part_size::from_bytes(number(first, "part_size"));
        std::uint64_t const bytes = identity.source.size;
        if (!size || bytes == 0 || (bytes - 1) / size->bytes() >= part_size::parts_max)
            refuse_value(first, "part_size");
        return recorded_upload(std::move(identity), *size);
    }

    void read_next(recorded_upload& upload, journal::record const& next) const
    {
        if (next.type == "upload") {
            upload.upload = text<upload_id>(next, "id");
            upload.account_number = next.get("account_number");
        } else if (next.type == "part") {
            std::uint64_t const part = number(next, "number");
            if (part > (upload.identity.source.size - 1) / upload.size.bytes())
                refuse_value(next, "number");
            upload.parts[part] = hash(next);
        } else if (next.type == "completing") {
            upload.completing = hash(next);
        } else if (next.type == "archive") {
            archive_creation_result created(text<archive_id>(next, "id"));
            created.tree_hash = hash(next);
            created.location = next.get("location");
            upload.archive = std::move(created);
        } else {
            refuse(errc::state_file_invalid, path_, "a record '" + shown(next.type) + "', which is unknown");
        }
    }

private:
    static std::string shown(std::string_view text) { return base::printable(text, 100); }

    [[noreturn]] void refuse_value(journal::record const& from, std::string const& name) const
    {
        refuse(errc::state_file_invalid, path_,
               "'" + name + "' of '" + from.type + "' cannot be '" + shown(from.get(name)) + "'");
    }

    std::uint64_t number(journal::record const& from, std::string const& name) const
    {
        auto const parsed = from.number(name);
        if (!parsed)
            refuse_value(from, name);
        return *parsed;
    }

    template <class Text>
    Text text(journal::record const& from, std::string const& name) const
    {
        auto parsed = Text::parse(from.get(name));
        if (!parsed || parsed->str().empty())
            refuse_value(from, name);
        return *parsed;
    }

    tree_hash hash(journal::record const& from) const
    {
        auto const parsed = tree_hash::from_hex(from.get("tree_hash"));
        if (!parsed)
            refuse_value(from, "tree_hash");
        return *parsed;
    }

    /// Files may be older than 1970.
    std::int64_t time(journal::record const& from, std::string const& name) const
    {
        std::string_view text = from.get(name);
        bool const negative = text.starts_with('-');
        if (negative)
            text.remove_prefix(1);
        auto const parsed = base::parse_decimal(text);
        if (!parsed || *parsed > std::uint64_t(std::numeric_limits<std::int64_t>::max()))
            refuse_value(from, name);
        auto const value = static_cast<std::int64_t>(*parsed);
        return negative ? -value : value;
    }

    std::filesystem::path const& path_;
};

} // namespace

upload_identity::upload_identity(client const& service, vault_name const& its_vault,
                                 std::optional<glacier::description> const& its_description)
    : endpoint(service.get_endpoint()), region(service.get_region()), account(service.get_account().str()),
      vault(its_vault.str()), description(its_description ? its_description->str() : std::string())
{}

std::optional<recorded_upload> read_upload(std::vector<journal::record> const& records,
                                           std::filesystem::path const& path)
{
    if (records.empty())
        return std::nullopt;
    record_reader const reader(path);
    recorded_upload upload = reader.read_first(records.front());
    for (std::size_t i = 1; i < records.size(); ++i)
        reader.read_next(upload, records[i]);
    if (!upload.upload && (!upload.parts.empty() || upload.completing || upload.archive))
        refuse(errc::state_file_invalid, path,
               "it tells of parts, but not of the upload that they belong to");
    return upload;
}

namespace {

/// What to do about a state file of another upload.
std::string way_out(recorded_upload const& recorded)
{
    // Giving up what is complete would lose the only trace of the archive.
    if (recorded.archive)
        return "; that upload is complete, and its archive is " + recorded.archive->archive.str() +
               ": write this id down, and remove the state file";
    return "; use another state file, or give that upload up";
}

void check_equal(char const* what, std::string const& before, std::string const& now,
                 recorded_upload const& recorded, std::filesystem::path const& path)
{
    auto const shown = [](std::string const& text) { return "'" + base::printable(text, 300) + "'"; };
    if (before != now)
        refuse(errc::state_file_mismatch, path,
               "it is that of another upload: " + std::string(what) + " " + shown(before) + " instead of " +
                   shown(now) + way_out(recorded));
}

} // namespace

void check_same_service(recorded_upload const& recorded, upload_identity const& now,
                        std::filesystem::path const& path)
{
    upload_identity const& before = recorded.identity;
    check_equal("endpoint", before.endpoint, now.endpoint, recorded, path);
    check_equal("region", before.region, now.region, recorded, path);
    check_equal("account", before.account, now.account, recorded, path);
}

void check_same(recorded_upload const& recorded, upload_identity const& now,
                std::filesystem::path const& path)
{
    check_same_service(recorded, now, path);
    upload_identity const& before = recorded.identity;
    check_equal("vault", before.vault, now.vault, recorded, path);
    check_equal("description", before.description, now.description, recorded, path);
    check_equal("identity", before.content, now.content, recorded, path);
    std::string const changed = difference(before.source, now.source);
    if (!changed.empty())
        refuse(errc::file_changed, path,
               "the content is not what it was when its upload was begun: " + changed + way_out(recorded));
}

upload_journal::upload_journal(std::filesystem::path const& path, asio::any_io_executor blocking)
    : path_(path), blocking_(std::move(blocking)), open_(std::make_shared<open_file>(path)),
      recorded_(read_upload(open_->file->records(), path))
{}

template <class Function>
asio::awaitable<void> upload_journal::write(Function function)
{
    auto locked = [open = open_, function = std::move(function)] {
        std::lock_guard const lock(open->mutex);
        if (open->file)
            function(*open->file);
    };
    co_await async::offload(blocking_, std::move(locked));
}

asio::awaitable<void> upload_journal::begin(upload_identity identity, part_size size, upload_id upload,
                                            std::string account_number)
{
    std::vector<journal::record> records(1, identity_record(identity, size));
    records.push_back(started_record(upload, std::move(account_number)));
    auto replace = [records = std::move(records)](journal& file) { file.replace(records); };
    return write(std::move(replace));
}

asio::awaitable<void> upload_journal::on_part(std::uint64_t number, tree_hash hash)
{
    journal::record record("part");
    record.set("number", number).set("tree_hash", hash.hex());
    auto append = [record = std::move(record)](journal& file) { file.append(record); };
    return write(std::move(append));
}

asio::awaitable<void> upload_journal::on_completing(tree_hash whole)
{
    journal::record record("completing");
    record.set("tree_hash", whole.hex());
    auto append = [record = std::move(record)](journal& file) { file.append(record); };
    return write(std::move(append));
}

asio::awaitable<void> upload_journal::on_archive(archive_creation_result created, tree_hash whole)
{
    journal::record record("archive");
    record.set("id", created.archive.str()).set("tree_hash", whole.hex()).set("location", created.location);
    auto append = [record = std::move(record)](journal& file) { file.append(record); };
    return write(std::move(append));
}

asio::awaitable<void> upload_journal::remove()
{
    auto remove_it = [](journal& file) { file.remove(); };
    return write(std::move(remove_it));
}

void upload_journal::close() noexcept
{
    std::lock_guard const lock(open_->mutex);
    open_->file.reset();
}

} // namespace glacier::transfer
