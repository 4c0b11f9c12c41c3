#pragma once

#include <glacier/archive.hpp>
#include <glacier/config.hpp>
#include <glacier/data_retrieval_policy.hpp>
#include <glacier/hashes.hpp>
#include <glacier/job.hpp>
#include <glacier/job_output_stream.hpp>
#include <glacier/multipart.hpp>
#include <glacier/pool_statistics.hpp>
#include <glacier/provisioned_capacity.hpp>
#include <glacier/transfer_limits.hpp>
#include <glacier/vault.hpp>
#include <glacier/vault_access_policy.hpp>
#include <glacier/vault_lock.hpp>
#include <glacier/vault_notifications.hpp>
#include <glacier/vault_tags.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace glacier {

namespace asio = boost::asio;

class client_core;

/**
 * A client of the service. Each operation is a coroutine.
 *
 * A client is a cheap handle: copies share one pool of connections. It starts no thread for requests; its
 * connections live on the execution context that it was given.
 *
 * Completion tokens: `asio::co_spawn(executor, client.describe_vault(request), token)`.
 *
 * Lifetime, of all operations: they take the request by value and keep what they need of the client alive, so
 *   the client object may go while they run.
 *
 * Thread safety: operations may be started from every thread, and each resumes on the executor of the
 *   coroutine that awaits it. Assigning to a client object while another thread uses it is not safe.
 *
 * Cancellation, of all operations: terminal and prompt, with a system_error of operation_aborted; the
 *   connection in use is closed. Reading operations leave nothing behind. What may exist at the service after
 *   others is said at each.
 *
 * Errors, of all operations: invalid_value, before anything is sent, for a request that contradicts the rules
 *   at its members; else operation_error. Its code is one of service_errc for an error answer, of errc for
 *   what the library found, or of the system. An id or a name that was left empty is an operation_error with
 *   the code of its type. All operations on a vault fail with resource_not_found if there is no such vault,
 *   unless they say otherwise.
 *
 * Repetition: failures that are condition::retryable are repeated as client_config::retry says, unless the
 *   operation says otherwise.
 *
 * Deadline: timeout_settings::operation, or that of with(), ends an operation with errc::operation_timeout. Its
 *   outcome_unknown() says whether an operation that must not be done twice may have been done.
 */
class client {
public:
    /// `executor`: of the context that connections, timers and name look-ups use; it must outlive the client and its
    /// copies, as a context outlives its sockets. Errors: invalid_value for a
    /// configuration that cannot work; operation_error with errc::no_region or errc::no_credentials, and those
    /// of tls_settings.
    client(asio::any_io_executor executor, client_config config);

    /// For tests with a network of their own; see src/client/client_core.hpp.
    explicit client(std::shared_ptr<client_core> core) noexcept;

    /**
     * The same client with other settings for what is done through the handle: `client.with(settings)` shares
     * connections, credentials, the bucket of repetitions, the rate of retry_mode::adaptive and what is known of the
     * service's clock. Cheap. Pagers, waiters and transfers that are given it use it for all their operations.
     *
     * What is not set is as in this handle. Errors: invalid_value with errc::invalid_option.
     */
    client with(call_settings settings) const;

    /// Of the context that connections, timers and name look-ups use.
    asio::any_io_executor const& get_executor() const noexcept;

    /// Where this client reads files and hashes: its threads may block. See client_config::blocking_executor.
    asio::any_io_executor get_blocking_executor() const;

    /// As client_config::observer; null if there is none.
    std::shared_ptr<observer> const& get_observer() const noexcept;

    /// Where the requests go: `https://HOST:PORT[/PREFIX]`.
    std::string get_endpoint() const;

    /// As client_config::region. Valid as long as a copy of this client.
    std::string const& get_region() const noexcept;

    /// As client_config::account. Valid as long as a copy of this client.
    account_id const& get_account() const noexcept;

    /// How what is done through this handle is repeated: client_config::retry, or that of with(). Valid as long as this
    /// object.
    retry_settings const& get_retry() const noexcept;

    /// Memory and speed of all transfers of this client and its copies, which can be changed while they run.
    transfer_limits limits() const;

    /// What the connections do now, and did so far.
    glacier::pool_statistics pool_statistics() const;

    /// Opens connections ahead of their use, at the same time, until `connections` are idle or the pool is full;
    /// returns how many it opened. After pool_settings::idle_max they are of no more use. Cancellation: those
    /// that are open by then stay. Errors: that of the first connection that could not be opened, when all have
    /// ended; the others stay.
    asio::awaitable<std::size_t> warm_up(std::size_t connections) const;

    /// Both hashes of a body, computed in blocks off the event loop. Sends nothing. Errors: those of reading
    /// it.
    asio::awaitable<body_hashes> hash_body(body content) const;

    /// Creates a vault; succeeds too if the account has one of that name. After cancellation the vault may
    /// exist. Errors: limit_exceeded above 1,000 vaults in the region.
    asio::awaitable<create_vault_result> create_vault(create_vault_request request) const;

    /// Facts about a vault. Its counts are those of the last inventory.
    asio::awaitable<vault_description> describe_vault(describe_vault_request request) const;

    /// Deletes a vault and its access policy; succeeds too if there is none. After cancellation it may be
    /// deleted. Errors: invalid_parameter_value unless the last inventory shows no archive and nothing was
    /// written since; access_denied if its lock forbids it.
    asio::awaitable<void> delete_vault(delete_vault_request request) const;

    /// One page of the account's vaults.
    asio::awaitable<list_vaults_result> list_vaults(
        list_vaults_request request = list_vaults_request()) const;

    /// Has a topic told when jobs of the vault end, instead of the topic that may be set. The service does
    /// not check that it may publish there. After cancellation either configuration may be set.
    asio::awaitable<void> set_vault_notifications(set_vault_notifications_request request) const;

    /// Which topic is told when jobs of the vault end. Errors: resource_not_found too if the vault has no
    /// notifications.
    asio::awaitable<get_vault_notifications_result> get_vault_notifications(
        get_vault_notifications_request request) const;

    /// Stops the notifications of a vault; succeeds too if there are none. Takes effect within minutes. After
    /// cancellation they may be deleted.
    asio::awaitable<void> delete_vault_notifications(delete_vault_notifications_request request) const;

    /// Sets who may use the vault, instead of the policy that may be set. After cancellation either may be.
    asio::awaitable<void> set_vault_access_policy(set_vault_access_policy_request request) const;

    /// Who may use the vault. Errors: resource_not_found too if the vault has no access policy.
    asio::awaitable<get_vault_access_policy_result> get_vault_access_policy(
        get_vault_access_policy_request request) const;

    /// Deletes the access policy of a vault; succeeds too if there is none. Takes effect within minutes.
    /// After cancellation it may be deleted.
    asio::awaitable<void> delete_vault_access_policy(delete_vault_access_policy_request request) const;

    /**
     * Puts a lock policy into force for 24 hours, in which it can be tried, aborted, or completed for ever.
     *
     * Not repeated once the request may have reached the service: a second one would be refused, and the id
     * of the first would be lost. Then the error says outcome_unknown(): get_vault_lock() tells, and
     * abort_vault_lock() removes it.
     *
     * Cancellation: the lock may be in progress.
     *
     * Errors: access_denied if one is in progress or the vault is locked.
     */
    asio::awaitable<initiate_vault_lock_result> initiate_vault_lock(
        initiate_vault_lock_request request) const;

    /// Locks the vault. This cannot be undone, by nobody. Succeeds too if it is done already with the same
    /// id. After cancellation the vault may be locked. Errors: access_denied or invalid_parameter_value for
    /// another id; resource_not_found if no lock is in progress, perhaps because its 24 hours have passed.
    asio::awaitable<void> complete_vault_lock(complete_vault_lock_request request) const;

    /// Removes the policy of a lock in progress; succeeds too if there is none. After cancellation it may be
    /// removed. Errors: access_denied if the vault is locked.
    asio::awaitable<void> abort_vault_lock(abort_vault_lock_request request) const;

    /// The lock of a vault, in progress or complete. Errors: resource_not_found too if the vault has no lock.
    asio::awaitable<vault_lock_description> get_vault_lock(get_vault_lock_request request) const;

    /// Adds tags, or replaces their values. After cancellation they may be added, all or none. Errors:
    /// limit_exceeded above 50 tags.
    asio::awaitable<void> add_tags_to_vault(add_tags_to_vault_request request) const;

    /// Removes tags; succeeds too for keys that the vault does not have. After cancellation they may be
    /// removed.
    asio::awaitable<void> remove_tags_from_vault(remove_tags_from_vault_request request) const;

    /// All tags of a vault; none is no error.
    asio::awaitable<list_tags_for_vault_result> list_tags_for_vault(
        list_tags_for_vault_request request) const;

    /**
     * Stores an archive in one request.
     *
     * Not repeated once the request may have reached the service: a second archive would be paid for. Then
     * the error says outcome_unknown(); the inventory tells a day later. A multipart upload has no such
     * doubt.
     *
     * Memory: content in a file is read in blocks of 256 KiB, twice: for its hashes and for sending.
     *
     * Cancellation: the archive may exist nevertheless.
     *
     * Errors: also errc::tree_hash_mismatch if the service computed another hash than sent: the archive is stored, and
     *   the message ends with its id; and what reading the content gives, such as errc::file_changed.
     */
    asio::awaitable<archive_creation_result> upload_archive(upload_archive_request request) const;

    /// Deletes an archive; succeeds too if there is none. Jobs that are retrieving it may fail; output that
    /// is ready stays. After cancellation it may be deleted. Errors: access_denied if the vault's lock
    /// forbids it.
    asio::awaitable<void> delete_archive(delete_archive_request request) const;

    /// Starts a multipart upload. Repeated, which may leave a second one behind. After cancellation it may
    /// exist: list_multipart_uploads() shows it, and it costs nothing and expires.
    asio::awaitable<initiate_multipart_upload_result> initiate_multipart_upload(
        initiate_multipart_upload_request request) const;

    /// Sends a part; one that covers the same range replaces it. Parts may be sent in any order and at once.
    /// After cancellation the part may be stored. Errors: resource_not_found if the upload has ended or
    /// expired; also errc::tree_hash_mismatch if the service computed another hash than sent, and what
    /// reading the content gives.
    asio::awaitable<upload_multipart_part_result> upload_multipart_part(
        upload_multipart_part_request request) const;

    /// Makes the archive of the parts. Repeated: the service answers with the same archive for a while. After
    /// cancellation the archive may exist. Errors: invalid_parameter_value if parts are missing or too short,
    /// or size or hash differ; the upload then stays open. resource_not_found if it has ended long ago or
    /// expired. Also errc::tree_hash_mismatch if the service answers another hash than sent: the archive is stored, and
    /// the message ends with its id.
    asio::awaitable<archive_creation_result> complete_multipart_upload(
        complete_multipart_upload_request request) const;

    /// Gives an upload up, with its parts; succeeds too if that was done just now. Parts on their way may
    /// still be accepted or fail. After cancellation it may be aborted. The service refuses it if the upload
    /// is complete.
    asio::awaitable<void> abort_multipart_upload(abort_multipart_upload_request request) const;

    /// One page of the parts that the service has of an upload. Errors: resource_not_found if it has ended or
    /// expired.
    asio::awaitable<list_parts_result> list_parts(list_parts_request request) const;

    /// One page of the uploads that are neither completed nor aborted.
    asio::awaitable<list_multipart_uploads_result> list_multipart_uploads(
        list_multipart_uploads_request request) const;

    /**
     * Starts a job. A job cannot be cancelled at the service.
     *
     * Not repeated once the request may have reached the service, since every job is charged. Then the error
     * says outcome_unknown(), and list_jobs() tells.
     *
     * Cancellation: the job may exist.
     *
     * Errors: also resource_not_found if there is no such archive, or no inventory yet; policy_enforced if
     *   the account's data retrieval policy forbids it now; insufficient_capacity for Expedited retrievals.
     */
    asio::awaitable<initiate_job_result> initiate_job(initiate_job_request request) const;

    /// A job, in progress or ended. Errors: resource_not_found too if there is none of that id, or none any
    /// more: a job goes a day or more after its end.
    asio::awaitable<job_description> describe_job(describe_job_request request) const;

    /// One page of the vault's jobs: those in progress, and those that ended within the last day.
    asio::awaitable<list_jobs_result> list_jobs(list_jobs_request request) const;

    /// Opens the output of a job that has succeeded. The result streams it. Repeated only until the output
    /// begins; what fails after that is reported by the stream. Errors: invalid_parameter_value if the job
    /// has not succeeded; resource_not_found too once the job has gone; errc::unexpected_status for another
    /// range than asked for.
    asio::awaitable<job_output_stream> get_job_output(get_job_output_request request) const;

    /// The account's limit for retrievals in the region. An account that never set one has `None`.
    asio::awaitable<get_data_retrieval_policy_result> get_data_retrieval_policy(
        get_data_retrieval_policy_request request = get_data_retrieval_policy_request()) const;

    /// Sets the account's limit for Standard retrievals in the region, instead of the one that may be set.
    /// Takes effect within minutes; jobs in progress are not affected. After cancellation either policy may
    /// be set.
    asio::awaitable<void> set_data_retrieval_policy(set_data_retrieval_policy_request request) const;

    /// The account's units that have not expired, 2 at most.
    asio::awaitable<list_provisioned_capacity_result> list_provisioned_capacity(
        list_provisioned_capacity_request request = list_provisioned_capacity_request()) const;

    /// Buys a unit for a month. Not repeated once the request may have reached the service, since every unit
    /// is charged; then the error says outcome_unknown(), and list_provisioned_capacity() tells. After
    /// cancellation the unit may be bought. Errors: limit_exceeded above 2 units.
    asio::awaitable<purchase_provisioned_capacity_result> purchase_provisioned_capacity(
        purchase_provisioned_capacity_request request = purchase_provisioned_capacity_request()) const;

    /// For the library.
    std::shared_ptr<client_core> const& core() const noexcept { return core_; }
    /// For the library: to be added to this machine's time, as far as the service has shown it to be wrong.
    std::chrono::seconds clock_offset() const noexcept;

private:
    std::shared_ptr<client_core> core_;
};

} // namespace glacier
