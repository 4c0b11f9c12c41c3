#pragma once

#include <glacier/client.hpp>
#include <glacier/transfer_progress.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace glacier {

/**
 * Produces the bytes of an archive one after the other, each once: a pipe, or the body of a request that a server
 * is receiving.
 *
 * It is asked for more only when there is room for it, so a slow service slows it down.
 */
class stream_source {
public:
    /// For derived classes.
    stream_source() = default;
    stream_source(stream_source const&) = delete;
    stream_source& operator=(stream_source const&) = delete;
    virtual ~stream_source() = default;

    /**
     * Reads at least one byte into `buffer`, which stays valid until it completes; 0 means that there is no more.
     *
     * Runs on a strand of the client's context, once at a time. It must not block, nor wait for another transfer of
     * the same client: each may hold the memory that the other one needs. Cancellation of the upload cancels it. What
     * it throws ends the upload.
     */
    virtual asio::awaitable<std::size_t> read_some(std::span<std::byte> buffer) = 0;
};

/// What all ways to upload have in common.
struct upload_settings {
    upload_settings() = default;

    /// Kept with the archive and shown in inventories. Nothing: none.
    std::optional<glacier::description> description;
    /// Size of each part but the last. Nothing: the smallest of at least 16 MiB with which the content fits into
    /// 10,000 parts; after the service was in trouble, less than 16 MiB for a while, down to 1 MiB.
    std::optional<part_size> size_of_part;
    /// Parts on their way at once, at most; 1 to 1,000. Fewer after the service was in trouble, more again with
    /// each part that goes well. The client's pool_settings::connections_max bounds them too. Errors:
    /// errc::invalid_option.
    std::size_t concurrency = 4;
    /**
     * Content of up to so many bytes goes in one UploadArchive instead of a multipart upload: one request instead
     * of three. Up to 4 GiB; zero: never. Of a stream: if it also ends within its first part. Whoever sets it accepts
     * that after a lost answer nobody knows whether the archive exists: the error says outcome_unknown(), and only
     * the vault's inventory tells, a day later. Ignored where there is a state file, whose upload must be one that
     * can be taken up. Errors: errc::invalid_option.
     */
    std::uint64_t single_request_max = 0;
    /// Both hashes of each part in order, if they are known: they are then not computed. `size_of_part` must be set,
    /// and there must be one for each part. Wrong ones are refused by the service. They are not for single_request_max
    /// unless there is one part. Errors: errc::invalid_option.
    std::vector<body_hashes> known_hashes;
    /// What the tree hash of the whole must be, for instance from a list that was made with the files. If it is
    /// another one the upload fails with errc::tree_hash_mismatch before the archive is made.
    std::optional<tree_hash> expected_tree_hash;
    /// Told the id as soon as the upload exists at the service, or as soon as its state file was read; if that one has
    /// expired, the id of the new one too. Called on an executor of the client's context; must not block or throw.
    std::function<void(upload_id const&)> on_started;
    /// Told after each part. Called on an executor of the client's context; must not block or throw.
    std::function<void(transfer_progress const&)> on_progress;
};

/// How the bytes of a file are read.
enum class file_access {
    /// In blocks, twice: for the hashes and for sending. Little memory, and a file that others truncate meanwhile is
    /// errc::file_changed.
    blocks,
    /// Mapped into memory: about 0.3 s of CPU less for each GiB. Only for files that nobody truncates while they are
    /// sent: the system ends a process that reads a mapped page beyond the end (SIGBUS).
    mapped,
};

/// For upload_file().
struct upload_file_request : upload_settings {
    /// The vault and the file.
    upload_file_request(vault_name its_vault, std::filesystem::path its_file)
        : vault(std::move(its_vault)), file(std::move(its_file))
    {}

    /// The vault that gets the archive.
    vault_name vault;
    /// A regular file of 1 byte to 10,000 x 4 GiB. It must not change until the upload has completed.
    std::filesystem::path file;
    /// See file_access.
    file_access access = file_access::blocks;
    /**
     * Where it is kept how far the upload is, so that another process can take it up. Made if it is not there; the
     * directory must exist, and nothing else may use the file. Nothing: the upload cannot be taken up. Errors:
     * errc::invalid_option for `file` itself.
     *
     * If the file tells of an upload of the same file to the same vault, that upload is taken up: parts that the
     * service has are not sent again.
     */
    std::optional<std::filesystem::path> state_file;
    /// Leaves the state file, with the id of the archive in it, when the archive exists: for programs that must not
    /// lose the id. An upload with such a state file gives that archive and sends nothing.
    bool keep_state_file = false;
};

/// For upload_body().
struct upload_body_request : upload_settings {
    /// The vault and the content.
    upload_body_request(vault_name its_vault, body its_content)
        : vault(std::move(its_vault)), content(std::move(its_content))
    {}

    /// The vault that gets the archive.
    vault_name vault;
    /// 1 byte to 10,000 x 4 GiB. It must stay the same until the upload has completed.
    body content;
    /// As upload_file_request::state_file. Needs `identity`.
    std::optional<std::filesystem::path> state_file;
    /// What the content is, in words of yours of up to 1,024 bytes: an upload is taken up only with the same ones.
    std::string identity;
    /// As upload_file_request::keep_state_file.
    bool keep_state_file = false;
};

/// For upload_stream().
struct upload_stream_request : upload_settings {
    /// The vault, what produces the content, and how many bytes it will be at most.
    upload_stream_request(vault_name its_vault, std::shared_ptr<stream_source> its_source,
                          std::uint64_t its_bytes_max)
        : vault(std::move(its_vault)), source(std::move(its_source)), bytes_max(its_bytes_max)
    {}

    /// The vault that gets the archive.
    vault_name vault;
    /// Produces the content. It is not used by anybody else before the upload has ended.
    std::shared_ptr<stream_source> source;
    /// The promise from which the size of the parts follows: 1 byte to 10,000 x 4 GiB. Content beyond it is
    /// errc::archive_too_large, even where it would fit. A promise of up to 160 GB needs parts of 16 MiB.
    std::uint64_t bytes_max;
};

/// What an upload has stored.
struct upload_result {
    upload_result() = default;
    /// A result with this id.
    explicit upload_result(archive_id its_archive) : archive(std::move(its_archive)) {}

    /// Id of the new archive.
    archive_id archive;
    /// Hash of the whole content, which the service has compared with its own.
    glacier::tree_hash tree_hash;
    /// Size of the content.
    std::uint64_t bytes = 0;
    /// Size of each part but the last, in bytes; 0 for a single request.
    std::uint64_t size_of_part = 0;
    /// Parts that the archive was made of; 0 for a single request.
    std::uint64_t parts = 0;
    /// Those of them that the service had from an earlier run.
    std::uint64_t parts_resumed = 0;
    /// How often a part had to be sent again.
    std::uint64_t repetitions = 0;
    /// As archive_creation_result::location.
    std::string location;
};

/**
 * Stores a file as an archive, as concurrent parts of a multipart upload.
 *
 * Both hashes of each part come from one read of it, off the event loop; several parts are hashed ahead, side by
 * side. The service's own hash of each part is compared, and that of the whole. A part that fails is sent again alone.
 * If it fails for good, no new ones start and those on their way end. Without a state file the upload is then aborted;
 * with one it stays, and the next call takes it up. The completion is repeated like a part. If its answer is lost for
 * good, an upload without a state file is not aborted, and the error says outcome_unknown(): whoever has the id that
 * on_started() was told can complete it again.
 *
 * Taking up: the state file is locked, so that a second process fails with errc::state_file_in_use. The file must
 * have the size and the time of the last change that it had, else errc::file_changed. Parts that ListParts shows with
 * the hash that was recorded are not sent again; those that it shows and that were not recorded are hashed here and
 * compared. If the service does not know the upload any more, a new one is begun, unless that belongs to another
 * account than the old one, which is errc::state_file_mismatch; but if its completion had
 * been asked for and nobody knows the answer, completion is asked for again, and if the service then knows no such
 * upload, the error is errc::upload_gone, with outcome_unknown().
 *
 * Memory: within transfer_settings::memory_max, and not dependent on the size of parts or file: up to 1 MiB for hashing
 * and 256 KiB for each part on its way.
 *
 * Cancellation: prompt; the upload stays at the service, with the id that on_started() was told, until it is taken up,
 *   aborted, or expires after a day or more. It costs nothing. In the moment of completion the archive may be made.
 *
 * Errors: operation_error, or a system_error if a file cannot be read or written; errc::file_empty,
 *   errc::file_changed, errc::archive_too_large; errc::invalid_part_size if the file does not fit into 10,000
 *   parts of the size that was asked for; errc::state_file_invalid, errc::state_file_in_use,
 *   errc::state_file_mismatch.
 */
asio::awaitable<upload_result> upload_file(client service, upload_file_request request);

/// Stores content that can be read more than once, such as bytes in memory or a source of your own; otherwise as
/// upload_file(). Bytes in memory are hashed and sent in place.
asio::awaitable<upload_result> upload_body(client service, upload_body_request request);

/**
 * Stores what a coroutine produces; otherwise as upload_file(). It cannot be taken up by another process.
 *
 * Memory: each part is held from the first byte that is read until it is acknowledged, so that it can be sent
 * again. As many are held as transfer_settings::memory_max allows, and one more than `concurrency` at most. Of
 * content below the size of a part only `bytes_max` is reserved.
 *
 * Errors: also errc::memory_limit_too_low if no part fits; errc::file_empty if nothing was produced; what the source
 *   throws.
 */
asio::awaitable<upload_result> upload_stream(client service, upload_stream_request request);

/**
 * Gives up an upload that a state file tells of: aborts it at the service and removes the file. Gives false if there
 * is no such file, or no upload in it; a file with the id of an archive in it stays.
 *
 * Cancellation: prompt; the file then stays, and the upload may.
 * Errors: operation_error of the abort, after which the file stays; errc::upload_gone if the service does not know the
 *   upload any more whose completion was asked for; errc::state_file_in_use, errc::state_file_invalid,
 *   errc::state_file_mismatch if it is that of another transfer, or of another service, region or account.
 */
asio::awaitable<bool> discard_upload(client service, std::filesystem::path state_file);

} // namespace glacier
