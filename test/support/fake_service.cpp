#include "support/fake_service.hpp"

#include "crypto/sha256.hpp"
#include "protocol/archive_operations.hpp"
#include "protocol/job_operations.hpp"
#include "protocol/multipart_operations.hpp"
#include "protocol/route.hpp"
#include "protocol/service_error.hpp"
#include "protocol/sigv4.hpp"
#include "protocol/vault_operations.hpp"

#include <glacier/client.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace glacier::test {

namespace {

constexpr std::string_view account = "210987654321";
// 2026-02-03T04:05:06.789Z
constexpr timestamp creation_date(std::chrono::milliseconds(1'770'091'506'789));

struct stored_archive {
    std::string bytes;
    std::optional<glacier::description> description;
};

struct stored_upload {
    std::uint64_t part_bytes = 0;
    std::optional<glacier::description> description;
    std::map<std::uint64_t, std::string> parts;
};

struct stored_job {
    explicit stored_job(job_parameters its_parameters) : parameters(std::move(its_parameters)) {}

    job_parameters parameters;
    int looks = 0;
    bool failed = false;
    std::string message;
    /// Of the whole archive, so that it outlives the archive.
    std::string bytes;
};

struct stored_vault {
    std::map<std::string, stored_archive> archives;
    std::map<std::string, stored_upload> uploads;
    std::map<std::string, std::string> completed_uploads;
    std::map<std::string, stored_job> jobs;
};

std::string arn_of(std::string const& vault)
{
    return "arn:aws:glacier:eu-west-1:" + std::string(account) + ":vaults/" + vault;
}

std::string path_of(std::string const& vault)
{
    return "/" + std::string(account) + "/vaults/" + vault;
}

protocol::http_response error_response(service_errc code, std::string message)
{
    protocol::service_error error;
    error.code = code;
    error.code_text = protocol::code_text_of(code);
    error.message = std::move(message);
    error.status = protocol::status_of(code);
    return protocol::to_response(error);
}

/// Thrown by the operations below; becomes an error answer.
struct refusal {
    service_errc code;
    std::string message;
};

/// The bytes of an answer to GetJobOutput.
class memory_stream final : public job_output_stream::source {
public:
    memory_stream(std::string bytes, fault const& its_fault) : bytes_(std::move(bytes)), fault_(its_fault) {}

    asio::awaitable<std::size_t> read_some(std::span<std::byte> buffer) override
    {
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        if (fault_.output_held_by)
            co_await fault_.output_held_by->pass();
        std::uint64_t const end = fault_.cut_at.value_or(bytes_.size());
        if (offset_ == end && fault_.cut_at)
            throw boost::system::system_error(fault_.error);
        // An odd amount, as TLS records and sockets hand them out.
        std::size_t const count =
            std::min({buffer.size(), static_cast<std::size_t>(end - offset_), std::size_t(100'003)});
        std::span<std::byte const> const part = as_bytes(bytes_).subspan(offset_, count);
        std::copy(part.begin(), part.end(), buffer.begin());
        offset_ += count;
        co_return count;
    }

private:
    std::string bytes_;
    fault fault_;
    std::uint64_t offset_ = 0;
};

} // namespace

/// One coroutine that waits. Timers belong to the loop, so a loop that is destroyed takes the coroutine with it.
class gate::waiter {
public:
    waiter(gate& owner, asio::any_io_executor executor)
        : owner_(owner), timer_(std::move(executor), asio::steady_timer::time_point::max())
    {
        std::lock_guard const lock(owner_.mutex_);
        owner_.waiters_.push_back(this);
    }

    waiter(waiter const&) = delete;
    waiter& operator=(waiter const&) = delete;

    ~waiter()
    {
        std::lock_guard const lock(owner_.mutex_);
        std::erase(owner_.waiters_, this);
    }

    asio::steady_timer& timer() noexcept { return timer_; }

private:
    gate& owner_;
    asio::steady_timer timer_;
};

asio::awaitable<void> gate::pass()
{
    waiter waiting(*this, co_await asio::this_coro::executor);
    if (is_open())
        co_return;
    error_code ended;
    co_await waiting.timer().async_wait(asio::redirect_error(asio::use_awaitable, ended));
    if (!is_open())
        throw boost::system::system_error(asio::error::operation_aborted);
}

void gate::open()
{
    std::lock_guard const lock(mutex_);
    open_ = true;
    for (waiter* const each : waiters_)
        each->timer().cancel();
}

bool gate::is_open() const
{
    std::lock_guard const lock(mutex_);
    return open_;
}

std::size_t gate::waiting() const
{
    std::lock_guard const lock(mutex_);
    return waiters_.size();
}

fault error_answer(service_errc code, std::string message)
{
    fault made;
    made.answer = error_response(code, std::move(message));
    return made;
}

fault gateway_answer(int status)
{
    fault made;
    made.answer.emplace();
    made.answer->status = status;
    made.answer->body = "<html>" + std::to_string(status) + "</html>";
    return made;
}

fault other_status(int status)
{
    fault made;
    made.change = [status](protocol::http_response& answer) { answer.status = status; };
    return made;
}

fault lost_answer(error_code error)
{
    fault made;
    made.error = error;
    made.sent = true;
    made.takes_effect = true;
    return made;
}

fault not_connected(error_code error)
{
    fault made;
    made.error = error;
    return made;
}

fault broken_while_sending()
{
    fault made;
    made.error = make_error_code(boost::system::errc::connection_reset);
    made.sent = true;
    made.cuts_request = true;
    return made;
}

fault stale_connection()
{
    fault made;
    made.error = errc::connection_closed;
    made.sent = true;
    made.reused_connection = true;
    return made;
}

fault wrong_tree_hash()
{
    fault made;
    made.change = [](protocol::http_response& answer) {
        answer.headers.set("x-amz-sha256-tree-hash", reference_tree_hash("something else").hex());
    };
    return made;
}

fault without_header(std::string name)
{
    fault made;
    made.change = [name = std::move(name)](protocol::http_response& answer) { answer.headers.remove(name); };
    return made;
}

fault with_body(std::string body)
{
    fault made;
    made.change = [body = std::move(body)](protocol::http_response& answer) { answer.body = body; };
    return made;
}

fault held(std::shared_ptr<gate> by)
{
    fault made;
    made.held_by = std::move(by);
    return made;
}

fault held_unsent(std::shared_ptr<gate> by)
{
    fault made;
    made.unsent_held_by = std::move(by);
    return made;
}

fault output_held(std::shared_ptr<gate> by)
{
    fault made;
    made.output_held_by = std::move(by);
    return made;
}

fault damaged_output(std::uint64_t at)
{
    fault made;
    made.damage_at = at;
    return made;
}

fault cut_output(std::uint64_t at)
{
    fault made;
    made.cut_at = at;
    made.error = errc::connection_closed;
    return made;
}

fault surplus_output(std::uint64_t bytes)
{
    fault made;
    made.surplus = bytes;
    return made;
}

// ---------------------------------------------------------------------------------------------------

struct fake_service::state {
    struct conditional_fault {
        std::function<bool(recorded_request const&)> applies;
        fault what;
    };

    std::map<std::string, stored_vault> vaults;
    std::vector<recorded_request> requests;
    std::vector<std::uint64_t> output_ranges;
    std::map<std::pair<protocol::operation, int>, fault> faults;
    std::map<protocol::operation, fault> lasting_faults;
    std::vector<conditional_fault> conditional_faults;
    std::map<protocol::operation, int> calls;
    std::map<protocol::operation, std::size_t> flying;
    std::map<protocol::operation, std::size_t> flying_max;
    int last_id = 0;
    int looks_until_done = 1;
    std::optional<std::string> jobs_fail;
    std::function<void(job_description&)> job_change;

    std::string next_id(std::string const& kind)
    {
        // Real ids may begin with a hyphen and are long.
        return "-" + kind + "_" + std::to_string(++last_id) + std::string(60, 'x');
    }

    stored_vault& vault(vault_name const& name)
    {
        auto const found = vaults.find(name.str());
        if (found == vaults.end())
            throw refusal{service_errc::resource_not_found, "Vault not found for ARN: " + arn_of(name.str())};
        return found->second;
    }

    stored_upload& upload(vault_name const& name, upload_id const& id)
    {
        auto& uploads = vault(name).uploads;
        auto const found = uploads.find(id.str());
        if (found == uploads.end())
            throw refusal{service_errc::resource_not_found, "The upload ID was not found: " + id.str()};
        return found->second;
    }

    stored_job& job(vault_name const& name, job_id const& id)
    {
        auto& jobs = vault(name).jobs;
        auto const found = jobs.find(id.str());
        if (found == jobs.end())
            throw refusal{service_errc::resource_not_found, "The job ID was not found: " + id.str()};
        return found->second;
    }

    static void check_hashes(std::string const& content, std::optional<sha256_digest> const& linear,
                             std::optional<tree_hash> const& tree)
    {
        if (!linear || *linear != crypto::sha256_of(content))
            throw refusal{service_errc::invalid_parameter_value, "Invalid x-amz-content-sha256"};
        if (!tree || *tree != reference_tree_hash(content))
            throw refusal{service_errc::invalid_parameter_value, "Checksum mismatch: tree hash"};
    }

    vault_description describe(std::string const& name) const
    {
        vault_description made;
        made.vault_arn = arn_of(name);
        made.vault_name = name;
        made.creation_date = creation_date;
        return made;
    }

    // One function per operation.

    create_vault_result perform(create_vault_request const& request, std::string const& /*content*/)
    {
        vaults[request.vault.str()];
        create_vault_result made;
        made.location = path_of(request.vault.str());
        return made;
    }

    vault_description perform(describe_vault_request const& request, std::string const& /*content*/)
    {
        vault(request.vault);
        return describe(request.vault.str());
    }

    protocol::no_result perform(delete_vault_request const& request, std::string const& /*content*/)
    {
        vaults.erase(request.vault.str());
        return {};
    }

    list_vaults_result perform(list_vaults_request const& request, std::string const& /*content*/)
    {
        list_vaults_result made;
        for (auto const& [name, ignored] : vaults) {
            if (request.marker && name <= *request.marker)
                continue;
            if (made.vaults.size() == request.limit.value_or(10)) {
                made.marker = made.vaults.back().vault_name;
                break;
            }
            made.vaults.push_back(describe(name));
        }
        return made;
    }

    archive_creation_result perform(upload_archive_request const& request, std::string const& content)
    {
        stored_vault& in = vault(request.vault);
        check_hashes(content, request.content_sha256, request.tree_hash);
        return store(request.vault.str(), in, content, request.description);
    }

    archive_creation_result store(std::string const& name, stored_vault& in, std::string bytes,
                                  std::optional<glacier::description> const& text)
    {
        archive_creation_result made(next_id("archive"));
        made.tree_hash = reference_tree_hash(bytes);
        made.location = path_of(name) + "/archives/" + made.archive.str();
        in.archives[made.archive.str()] = {std::move(bytes), text};
        return made;
    }

    protocol::no_result perform(delete_archive_request const& request, std::string const& /*content*/)
    {
        vault(request.vault).archives.erase(request.archive.str());
        return {};
    }

    initiate_multipart_upload_result perform(initiate_multipart_upload_request const& request,
                                             std::string const& /*content*/)
    {
        stored_vault& in = vault(request.vault);
        initiate_multipart_upload_result made(next_id("upload"));
        made.location = path_of(request.vault.str()) + "/multipart-uploads/" + made.upload.str();
        in.uploads[made.upload.str()] = {request.size_of_part.bytes(), request.description, {}};
        return made;
    }

    upload_multipart_part_result perform(upload_multipart_part_request const& request,
                                         std::string const& content)
    {
        stored_upload& to = upload(request.vault, request.upload);
        check_hashes(content, request.content_sha256, request.tree_hash);
        bool const fits = request.range.first() % to.part_bytes == 0 &&
                          request.range.size() <= to.part_bytes && request.range.size() == content.size();
        if (!fits)
            throw refusal{service_errc::invalid_parameter_value, "Content-Range does not fit"};
        to.parts[request.range.first()] = content;
        upload_multipart_part_result made;
        made.tree_hash = reference_tree_hash(content);
        return made;
    }

    archive_creation_result perform(complete_multipart_upload_request const& request,
                                    std::string const& /*content*/)
    {
        stored_vault& in = vault(request.vault);
        if (auto const before = in.completed_uploads.find(request.upload.str());
            before != in.completed_uploads.end())
            return archive_creation_result(before->second);
        stored_upload const& from = upload(request.vault, request.upload);
        std::string whole;
        for (auto const& [first, bytes] : from.parts) {
            if (first != whole.size() || whole.size() % from.part_bytes != 0)
                throw refusal{service_errc::invalid_parameter_value,
                              "Part missing at " + std::to_string(whole.size())};
            whole += bytes;
        }
        if (whole.size() != request.archive_bytes)
            throw refusal{service_errc::invalid_parameter_value, "Size mismatch"};
        if (reference_tree_hash(whole) != request.hash)
            throw refusal{service_errc::invalid_parameter_value, "Checksum mismatch: whole"};
        archive_creation_result made = store(request.vault.str(), in, std::move(whole), from.description);
        in.completed_uploads[request.upload.str()] = made.archive.str();
        in.uploads.erase(request.upload.str());
        return made;
    }

    protocol::no_result perform(abort_multipart_upload_request const& request, std::string const& /*content*/)
    {
        vault(request.vault).uploads.erase(request.upload.str());
        return {};
    }

    list_parts_result perform(list_parts_request const& request, std::string const& /*content*/)
    {
        stored_upload const& from = upload(request.vault, request.upload);
        list_parts_result made;
        made.vault_arn = arn_of(request.vault.str());
        made.upload = request.upload.str();
        if (from.description)
            made.description = from.description->str();
        made.part_size_in_bytes = from.part_bytes;
        made.creation_date = creation_date;
        for (auto const& [first, bytes] : from.parts) {
            if (request.marker && first <= std::stoull(*request.marker))
                continue;
            if (made.parts.size() == std::min<std::size_t>(request.limit.value_or(50), 50)) {
                made.marker =
                    made.parts.back().range_in_bytes.substr(0, made.parts.back().range_in_bytes.find('-'));
                break;
            }
            part_description part;
            part.range_in_bytes = byte_range(first, first + bytes.size() - 1).str();
            part.tree_hash = reference_tree_hash(bytes);
            made.parts.push_back(std::move(part));
        }
        return made;
    }

    list_multipart_uploads_result perform(list_multipart_uploads_request const& request,
                                          std::string const& /*content*/)
    {
        list_multipart_uploads_result made;
        for (auto const& [id, from] : vault(request.vault).uploads) {
            if (request.marker && id <= *request.marker)
                continue;
            if (made.uploads.size() == request.limit.value_or(50)) {
                made.marker = made.uploads.back().upload;
                break;
            }
            upload_description each;
            each.upload = id;
            each.vault_arn = arn_of(request.vault.str());
            if (from.description)
                each.description = from.description->str();
            each.part_size_in_bytes = from.part_bytes;
            each.creation_date = creation_date;
            made.uploads.push_back(std::move(each));
        }
        return made;
    }

    initiate_job_result perform(initiate_job_request const& request, std::string const& /*content*/)
    {
        stored_vault& in = vault(request.vault);
        stored_job job(request.parameters);
        if (request.parameters.archive) {
            auto const found = in.archives.find(request.parameters.archive->str());
            if (found == in.archives.end())
                throw refusal{service_errc::resource_not_found, "The archive ID was not found"};
            job.bytes = found->second.bytes;
        }
        job.failed = jobs_fail.has_value();
        job.message = jobs_fail.value_or("Succeeded");
        return add(request.vault.str(), in, std::move(job));
    }

    initiate_job_result add(std::string const& name, stored_vault& in, stored_job job)
    {
        initiate_job_result made(next_id("job"));
        made.location = path_of(name) + "/jobs/" + made.job.str();
        in.jobs.emplace(made.job.str(), std::move(job));
        return made;
    }

    static byte_range range_of(stored_job const& job)
    {
        return job.parameters.range.value_or(byte_range(0, job.bytes.size() - 1));
    }

    job_description describe(std::string const& name, std::string const& id, stored_job const& job) const
    {
        bool const done = job.looks >= looks_until_done;
        job_description made;
        made.job = id;
        made.vault_arn = arn_of(name);
        made.creation_date = creation_date;
        made.completed = done;
        made.status = job_status::in_progress;
        made.status_message = "Operation in progress.";
        if (job.parameters.description)
            made.description = job.parameters.description->str();
        if (job.parameters.sns_topic)
            made.sns_topic = job.parameters.sns_topic->str();
        if (done) {
            made.completion_date = creation_date + std::chrono::hours(4);
            made.status = job.failed ? job_status::failed : job_status::succeeded;
            made.status_message = job.message;
        }
        if (job.parameters.type == job_type::inventory_retrieval) {
            made.action = job_action::inventory_retrieval;
            made.inventory.emplace();
            made.inventory->format = "JSON";
            if (done)
                made.inventory_size_in_bytes = job.bytes.size();
        } else {
            byte_range const range = range_of(job);
            made.action = job_action::archive_retrieval;
            made.archive = job.parameters.archive->str();
            made.archive_size_in_bytes = job.bytes.size();
            made.archive_tree_hash = reference_tree_hash(job.bytes);
            made.retrieval_byte_range = range;
            made.tier = job.parameters.tier.value_or(tier::standard);
            if (done && is_tree_hash_aligned(range, job.bytes.size()))
                made.tree_hash =
                    reference_tree_hash(std::string_view(job.bytes).substr(range.first(), range.size()));
        }
        if (job_change)
            job_change(made);
        return made;
    }

    job_description perform(describe_job_request const& request, std::string const& /*content*/)
    {
        stored_job& from = job(request.vault, request.job);
        ++from.looks;
        return describe(request.vault.str(), request.job.str(), from);
    }

    list_jobs_result perform(list_jobs_request const& request, std::string const& /*content*/)
    {
        list_jobs_result made;
        for (auto const& [id, from] : vault(request.vault).jobs) {
            job_description each = describe(request.vault.str(), id, from);
            bool const wanted = (!request.marker || id > *request.marker) &&
                                (!request.completed || *request.completed == each.completed) &&
                                (!request.status || *request.status == each.status);
            if (!wanted)
                continue;
            if (made.jobs.size() == request.limit.value_or(50)) {
                made.marker = made.jobs.back().job;
                break;
            }
            made.jobs.push_back(std::move(each));
        }
        return made;
    }

    /// The bytes are left behind here.
    std::string output;

    job_output_head perform(get_job_output_request const& request, std::string const& /*content*/)
    {
        stored_job const& from = job(request.vault, request.job);
        if (from.looks < looks_until_done)
            throw refusal{service_errc::invalid_parameter_value,
                          "The job is not currently available for download"};
        job_output_head made;
        made.accept_ranges = "bytes";
        if (from.parameters.type == job_type::inventory_retrieval) {
            made.content_type = "application/json";
            output = from.bytes;
            return made;
        }
        made.content_type = "application/octet-stream";
        made.description = "box 7";
        byte_range const held = range_of(from);
        byte_range const all(0, held.size() - 1);
        byte_range const asked =
            request.range ? byte_range(request.range->first(), request.range->last().value_or(all.last()))
                          : all;
        if (asked.last() >= held.size())
            throw refusal{service_errc::invalid_parameter_value, "Range beyond the output"};
        output_ranges.push_back(asked.first());
        byte_range const absolute(held.first() + asked.first(), held.first() + asked.last());
        output = from.bytes.substr(absolute.first(), absolute.size());
        if (request.range)
            made.content_range = "bytes " + asked.str() + "/" + std::to_string(held.size());
        if (is_tree_hash_aligned(held, from.bytes.size()) &&
            is_tree_hash_aligned(absolute, from.bytes.size()))
            made.tree_hash = reference_tree_hash(output);
        return made;
    }

    template <class Request>
    protocol::http_response serve(protocol::routed_request const& routed, std::string const& content)
    {
        auto const request = protocol::accept<Request>(routed);
        if (!request)
            return error_response(service_errc::invalid_parameter_value, "Invalid " + request.error().member);
        return protocol::answer<Request>(perform(*request, content));
    }

    protocol::http_response serve(protocol::routed_request const& routed, std::string const& content)
    {
        using protocol::operation;
        switch (routed.id) {
        case operation::create_vault:
            return serve<create_vault_request>(routed, content);
        case operation::describe_vault:
            return serve<describe_vault_request>(routed, content);
        case operation::delete_vault:
            return serve<delete_vault_request>(routed, content);
        case operation::list_vaults:
            return serve<list_vaults_request>(routed, content);
        case operation::upload_archive:
            return serve<upload_archive_request>(routed, content);
        case operation::delete_archive:
            return serve<delete_archive_request>(routed, content);
        case operation::initiate_multipart_upload:
            return serve<initiate_multipart_upload_request>(routed, content);
        case operation::upload_multipart_part:
            return serve<upload_multipart_part_request>(routed, content);
        case operation::complete_multipart_upload:
            return serve<complete_multipart_upload_request>(routed, content);
        case operation::abort_multipart_upload:
            return serve<abort_multipart_upload_request>(routed, content);
        case operation::list_parts:
            return serve<list_parts_request>(routed, content);
        case operation::list_multipart_uploads:
            return serve<list_multipart_uploads_request>(routed, content);
        case operation::initiate_job:
            return serve<initiate_job_request>(routed, content);
        case operation::describe_job:
            return serve<describe_job_request>(routed, content);
        case operation::list_jobs:
            return serve<list_jobs_request>(routed, content);
        case operation::get_job_output:
            return serve<get_job_output_request>(routed, content);
        default:
            return error_response(service_errc::bad_request, "an operation that this service does not have");
        }
    }

    /// The service's answer to a request, without any fault.
    protocol::http_response answer(recorded_request const& request)
    {
        output.clear();
        auto found = protocol::find_route(request.message.method, request.message.target);
        if (!found)
            return error_response(service_errc::bad_request, "no such target");
        if (!protocol::parse_authorization(request.message.headers.get("authorization")))
            return error_response(service_errc::missing_authentication_token, "Missing Authentication Token");
        if (request.message.headers.get("x-amz-glacier-version") != "2012-06-01")
            return error_response(service_errc::missing_parameter_value,
                                  "Required parameter missing: API version");
        protocol::routed_request const routed{found->id, std::move(found->path), std::move(found->query),
                                              request.message.headers, request.message.body};
        if (auto const limit = routed.query.find("limit");
            limit != routed.query.end() && limit->second == "0")
            return error_response(service_errc::invalid_parameter_value, "Invalid limit");
        try {
            return serve(routed, request.content);
        } catch (refusal const& refused) {
            return error_response(refused.code, refused.message);
        }
    }
};

/// Counts a request while it is answered.
class fake_service::flight {
public:
    flight(fake_service& service, protocol::operation id) : service_(service), id_(id)
    {
        std::lock_guard const lock(service_.mutex_);
        std::size_t const now = ++service_.state_->flying[id_];
        service_.state_->flying_max[id_] = std::max(service_.state_->flying_max[id_], now);
    }

    flight(flight const&) = delete;
    flight& operator=(flight const&) = delete;

    ~flight()
    {
        std::lock_guard const lock(service_.mutex_);
        --service_.state_->flying[id_];
    }

private:
    fake_service& service_;
    protocol::operation id_;
};

fake_service::fake_service() : state_(std::make_unique<state>()) {}
fake_service::~fake_service() = default;

namespace {

/// What the body holds, read like a real connection reads it.
asio::awaitable<std::string> read_content(body content)
{
    std::string bytes(content.size(), '\0');
    if (bytes.empty())
        co_return bytes;
    std::shared_ptr<body_source const> const source = content.source();
    if (auto const memory = source->in_memory()) {
        std::copy(memory->begin(), memory->end(), reinterpret_cast<std::byte*>(bytes.data()));
    } else {
        source->read(0, std::as_writable_bytes(std::span(bytes)));
    }
    co_return bytes;
}

} // namespace

std::optional<fault> fake_service::fault_for(recorded_request const& request)
{
    int const nth = ++state_->calls[request.id];
    // All rules are asked, since they may count.
    std::optional<fault> by_condition;
    for (auto const& rule : state_->conditional_faults)
        if (rule.applies(request) && !by_condition)
            by_condition = rule.what;
    if (by_condition)
        return by_condition;
    if (auto const found = state_->faults.find({request.id, nth}); found != state_->faults.end())
        return found->second;
    if (auto const found = state_->lasting_faults.find(request.id); found != state_->lasting_faults.end())
        return found->second;
    return std::nullopt;
}

asio::awaitable<net::exchange_result> fake_service::exchange(net::exchange_request request)
{
    auto const executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);

    auto const found = protocol::find_route(request.message.method, request.message.target);
    if (!found)
        throw std::logic_error("no operation has the target " + request.message.target);
    flight const counted(*this, found->id);

    net::exchange_result result;
    recorded_request recorded{found->id, request.message, {}};
    try {
        recorded.content = co_await read_content(request.content);
    } catch (boost::system::system_error const& error) {
        result.error = error.code();
        co_return result;
    }

    fault its_fault;
    std::string request_id;
    {
        std::lock_guard const lock(mutex_);
        its_fault = fault_for(recorded).value_or(fault());
        state_->requests.push_back(recorded);
        request_id = "request-" + std::to_string(state_->requests.size());
    }
    if (its_fault.unsent_held_by)
        co_await its_fault.unsent_held_by->pass();
    bool const all_sent = !its_fault.cuts_request && (its_fault.sent || !its_fault.error);
    if (request.may_have_arrived && all_sent)
        *request.may_have_arrived = true;
    if (its_fault.held_by)
        co_await its_fault.held_by->pass();
    co_await asio::post(executor, asio::use_awaitable);

    bool const breaks = its_fault.error && !its_fault.cut_at;
    std::string output;
    if (its_fault.answer) {
        result.response = *its_fault.answer;
    } else if (!breaks || its_fault.takes_effect) {
        std::lock_guard const lock(mutex_);
        result.response = state_->answer(recorded);
        output = std::move(state_->output);
    }
    if (its_fault.change) {
        std::lock_guard const lock(mutex_);
        its_fault.change(result.response);
    }
    result.reused_connection = its_fault.reused_connection;
    if (breaks) {
        result.response = protocol::http_response();
        result.error = its_fault.error;
        result.detail = "as the test wants it";
        result.sent = its_fault.sent;
        co_return result;
    }
    result.sent = true;
    // Unless a front end answers, with an id of its own.
    if (result.response.headers.find("x-amz-request-id") == nullptr)
        result.response.headers.set("x-amzn-RequestId", request_id);

    bool const streams = request.streams_answer && result.response.status == 200;
    if (streams) {
        if (its_fault.damage_at && *its_fault.damage_at < output.size())
            output[*its_fault.damage_at] = static_cast<char>(~output[*its_fault.damage_at]);
        output += std::string(its_fault.surplus, 's');
        output.resize(output.size() - std::min<std::uint64_t>(its_fault.shorten_by, output.size()));
        result.response.headers.set("Content-Length", std::to_string(output.size()));
        if (result.response.headers.find("content-range") != nullptr)
            result.response.status = 206;
        result.stream = std::make_unique<memory_stream>(std::move(output), its_fault);
    }
    co_return result;
}

void fake_service::on(protocol::operation id, int nth, fault its_fault)
{
    std::lock_guard const lock(mutex_);
    state_->faults[{id, nth}] = std::move(its_fault);
}

void fake_service::always(protocol::operation id, fault its_fault)
{
    std::lock_guard const lock(mutex_);
    state_->lasting_faults[id] = std::move(its_fault);
}

void fake_service::when(std::function<bool(recorded_request const&)> applies, fault its_fault)
{
    std::lock_guard const lock(mutex_);
    state_->conditional_faults.push_back({std::move(applies), std::move(its_fault)});
}

void fake_service::heal()
{
    std::lock_guard const lock(mutex_);
    state_->faults.clear();
    state_->lasting_faults.clear();
    state_->conditional_faults.clear();
}

void fake_service::add_vault(std::string const& name)
{
    std::lock_guard const lock(mutex_);
    state_->vaults[name];
}

archive_id fake_service::add_archive(std::string const& vault, std::string bytes)
{
    std::lock_guard const lock(mutex_);
    return state_->store(vault, state_->vaults[vault], std::move(bytes), std::nullopt).archive;
}

job_id fake_service::add_job(std::string const& vault, archive_id const& archive,
                             std::optional<byte_range> const& range)
{
    std::lock_guard const lock(mutex_);
    stored_vault& in = state_->vaults[vault];
    stored_job job(job_parameters::archive_retrieval(archive));
    job.parameters.range = range;
    job.bytes = in.archives.at(archive.str()).bytes;
    job.looks = state_->looks_until_done;
    job.message = "Succeeded";
    return state_->add(vault, in, std::move(job)).job;
}

job_id fake_service::add_inventory_job(std::string const& vault)
{
    std::lock_guard const lock(mutex_);
    stored_job job(job_parameters::inventory_retrieval());
    job.bytes = R"({"VaultARN":"arn","InventoryDate":"2026-02-03T04:05:06Z","ArchiveList":[]})";
    job.looks = state_->looks_until_done;
    job.message = "Succeeded";
    return state_->add(vault, state_->vaults[vault], std::move(job)).job;
}

void fake_service::remove_job(std::string const& vault, job_id const& job)
{
    std::lock_guard const lock(mutex_);
    state_->vaults.at(vault).jobs.erase(job.str());
}

void fake_service::set_looks_until_done(int looks)
{
    std::lock_guard const lock(mutex_);
    state_->looks_until_done = looks;
}

void fake_service::set_jobs_fail(std::string message)
{
    std::lock_guard const lock(mutex_);
    state_->jobs_fail = std::move(message);
}

void fake_service::set_jobs_succeed()
{
    std::lock_guard const lock(mutex_);
    state_->jobs_fail.reset();
}

void fake_service::set_job_change(std::function<void(job_description&)> change)
{
    std::lock_guard const lock(mutex_);
    state_->job_change = std::move(change);
}

std::vector<recorded_request> fake_service::requests() const
{
    std::lock_guard const lock(mutex_);
    return state_->requests;
}

std::vector<recorded_request> fake_service::requests(protocol::operation id) const
{
    std::vector<recorded_request> found;
    for (recorded_request const& each : requests())
        if (each.id == id)
            found.push_back(each);
    return found;
}

std::size_t fake_service::count() const
{
    std::lock_guard const lock(mutex_);
    return state_->requests.size();
}

std::size_t fake_service::count(protocol::operation id) const
{
    std::lock_guard const lock(mutex_);
    auto const found = state_->calls.find(id);
    return found == state_->calls.end() ? 0 : static_cast<std::size_t>(found->second);
}

recorded_request fake_service::only_request() const
{
    std::lock_guard const lock(mutex_);
    BOOST_TEST_REQUIRE(state_->requests.size() == 1U);
    return state_->requests.front();
}

std::size_t fake_service::in_flight() const
{
    std::lock_guard const lock(mutex_);
    std::size_t sum = 0;
    for (auto const& [id, count] : state_->flying)
        sum += count;
    return sum;
}

std::size_t fake_service::in_flight_max(protocol::operation id) const
{
    std::lock_guard const lock(mutex_);
    auto const found = state_->flying_max.find(id);
    return found == state_->flying_max.end() ? 0 : found->second;
}

std::string fake_service::archive(std::string const& vault, archive_id const& archive) const
{
    std::lock_guard const lock(mutex_);
    return state_->vaults.at(vault).archives.at(archive.str()).bytes;
}

std::size_t fake_service::archives(std::string const& vault) const
{
    std::lock_guard const lock(mutex_);
    return state_->vaults.at(vault).archives.size();
}

std::size_t fake_service::uploads(std::string const& vault) const
{
    std::lock_guard const lock(mutex_);
    return state_->vaults.at(vault).uploads.size();
}

std::size_t fake_service::jobs(std::string const& vault) const
{
    std::lock_guard const lock(mutex_);
    return state_->vaults.at(vault).jobs.size();
}

std::vector<std::uint64_t> fake_service::output_ranges() const
{
    std::lock_guard const lock(mutex_);
    return state_->output_ranges;
}

// ---------------------------------------------------------------------------------------------------

tree_hash reference_tree_hash(std::string_view bytes)
{
    if (bytes.size() <= tree_hash_leaf_bytes) {
        sha256_digest const leaf = crypto::sha256_of(bytes);
        return tree_hash(leaf.bytes());
    }
    // The left subtree is the greatest whole one that leaves something to the right.
    std::size_t const leaves = (bytes.size() - 1) / tree_hash_leaf_bytes + 1;
    std::size_t const left_bytes = std::bit_floor(leaves - 1) * tree_hash_leaf_bytes;
    tree_hash const left = reference_tree_hash(bytes.substr(0, left_bytes));
    tree_hash const right = reference_tree_hash(bytes.substr(left_bytes));
    std::string both;
    for (tree_hash const& each : {left, right})
        for (std::byte const byte : each.bytes())
            both += static_cast<char>(byte);
    return tree_hash(crypto::sha256_of(both).bytes());
}

std::string some_bytes(std::uint64_t count, std::uint32_t seed)
{
    std::string bytes(count, '\0');
    std::uint32_t value = seed * 2'654'435'761U + 1U;
    for (char& each : bytes) {
        value = value * 1'664'525U + 1'013'904'223U;
        each = static_cast<char>(value >> 24U);
    }
    return bytes;
}

std::span<std::byte const> as_bytes(std::string_view text) noexcept
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

} // namespace glacier::test
