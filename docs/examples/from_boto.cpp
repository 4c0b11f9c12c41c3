// What boto.glacier.layer1.Layer1 does, method by method, in the order of docs/guide/from-boto.md.

#include "local_service.hpp"

#include <glacier/client.hpp>
#include <glacier/tree_hash.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <fstream>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;

/// Layer1(https_connection_factory=...): here a plain connection, made by hand.
asio::awaitable<int> open_connection(std::string host, std::uint16_t port)
{
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    asio::ip::tcp::resolver resolver(executor);
    auto const found = co_await resolver.async_resolve(host, std::to_string(port), asio::use_awaitable);
    asio::ip::tcp::socket socket(executor);
    asio::ip::tcp::endpoint const peer = found.begin()->endpoint();
    co_await socket.async_connect(peer, asio::use_awaitable);
    co_return socket.release();
}

/// The options of Layer1's constructor.
glacier::client_config configure(local_service const& service)
{
    glacier::client_config config;
    glacier::credentials keys("AKIAIOSFODNN7EXAMPLE", glacier::secret_string("the secret access key"));
    keys.session_token = glacier::secret_string("the security token");
    config.credentials = glacier::static_credentials(keys);
    config.account = "123456789012";
    config.region = "eu-west-1";
    config.endpoint = "http://localhost:8080/prefix"; // is_secure=False, port=8080, path='/prefix'
    config.connection_factory = open_connection;

    // For this example, everything as the emulator has it.
    glacier::client_config local = service.config();
    local.connection_factory = config.connection_factory;
    return local;
}

asio::awaitable<void> vaults(glacier::client client)
{
    co_await client.create_vault(glacier::create_vault_request("photos"));
    co_await client.create_vault(glacier::create_vault_request("letters"));

    glacier::list_vaults_request page;
    page.limit = 1;
    glacier::list_vaults_result const first = co_await client.list_vaults(page);
    page.marker = first.marker;
    glacier::list_vaults_result const second = co_await client.list_vaults(page);
    std::cout << first.vaults.at(0).vault_name << ", " << second.vaults.at(0).vault_name << '\n';

    glacier::vault_description const vault =
        co_await client.describe_vault(glacier::describe_vault_request("photos"));
    std::cout << vault.vault_arn << '\n';
    co_await client.delete_vault(glacier::delete_vault_request("letters"));
}

asio::awaitable<void> notifications(glacier::client client)
{
    std::vector<glacier::notification_event> events{
        glacier::notification_event::archive_retrieval_completed,
        glacier::notification_event::inventory_retrieval_completed};
    glacier::vault_notification_config config("arn:aws:sns:us-east-1:123456789012:done", std::move(events));
    glacier::set_vault_notifications_request set("photos", std::move(config));
    co_await client.set_vault_notifications(std::move(set));

    glacier::get_vault_notifications_result const found =
        co_await client.get_vault_notifications(glacier::get_vault_notifications_request("photos"));
    std::cout << found.sns_topic << '\n';
    co_await client.delete_vault_notifications(glacier::delete_vault_notifications_request("photos"));
}

asio::awaitable<glacier::archive_id> archives(glacier::client client, std::filesystem::path file)
{
    // The hashes are computed if they are not given; given ones are sent as they are.
    glacier::upload_archive_request upload("photos", glacier::body::file(file));
    upload.description = "in one request";
    glacier::archive_creation_result const single = co_await client.upload_archive(std::move(upload));
    co_await client.delete_archive(glacier::delete_archive_request("photos", single.archive));

    glacier::part_size const size(1'048'576);
    glacier::initiate_multipart_upload_request initiate("photos", size);
    initiate.description = "in parts";
    glacier::initiate_multipart_upload_result const upload_started =
        co_await client.initiate_multipart_upload(std::move(initiate));

    glacier::body const whole = glacier::body::file(file);
    glacier::tree_hash const hash = (co_await client.hash_body(whole)).tree_hash;
    for (std::uint64_t first = 0; first < whole.size(); first += size.bytes()) {
        std::uint64_t const bytes = std::min(size.bytes(), whole.size() - first);
        glacier::upload_multipart_part_request part("photos", upload_started.upload,
                                                    glacier::byte_range(first, first + bytes - 1),
                                                    whole.slice(first, bytes));
        co_await client.upload_multipart_part(std::move(part));
    }
    glacier::list_parts_request const list("photos", upload_started.upload);
    std::cout << (co_await client.list_parts(list)).parts.size() << " parts\n";
    std::cout << (co_await client.list_multipart_uploads(glacier::list_multipart_uploads_request("photos")))
                     .uploads.size()
              << " upload\n";

    glacier::complete_multipart_upload_request complete("photos", upload_started.upload, whole.size(), hash);
    glacier::archive_creation_result const archive =
        co_await client.complete_multipart_upload(std::move(complete));

    glacier::initiate_multipart_upload_result const given_up =
        co_await client.initiate_multipart_upload(glacier::initiate_multipart_upload_request("photos", size));
    co_await client.abort_multipart_upload(
        glacier::abort_multipart_upload_request("photos", given_up.upload));
    co_return archive.archive;
}

asio::awaitable<void> jobs(glacier::client client, glacier::archive_id archive)
{
    glacier::job_parameters parameters = glacier::job_parameters::archive_retrieval(archive);
    parameters.description = "for the exhibition";
    parameters.sns_topic = "arn:aws:sns:us-east-1:123456789012:done";
    glacier::initiate_job_request initiate("photos", std::move(parameters));
    glacier::initiate_job_result const started = co_await client.initiate_job(std::move(initiate));

    glacier::describe_job_request const describe("photos", started.job);
    bool completed = false;
    while (!completed) // glacier::wait_for_job() waits more cleverly.
        completed = (co_await client.describe_job(describe)).completed;

    glacier::list_jobs_request list("photos");
    list.completed = true;
    list.status = glacier::job_status::succeeded;
    std::cout << (co_await client.list_jobs(list)).jobs.size() << " job\n";

    glacier::get_job_output_request get("photos", started.job);
    get.range = glacier::byte_range(0, 1'048'575);
    glacier::job_output_stream output = co_await client.get_job_output(std::move(get));
    std::vector<std::byte> buffer(65'536);
    glacier::tree_hasher hasher;
    std::uint64_t bytes = 0;
    while (std::size_t const count = co_await output.read_some(buffer)) {
        hasher.update(std::span(buffer).first(count));
        bytes += count;
    }
    bool const verified = hasher.finish() == output.head().tree_hash;
    std::cout << bytes << " bytes, " << (verified ? "verified" : "damaged") << '\n';
}

asio::awaitable<void> errors(glacier::client client)
{
    // except UnexpectedHTTPResponseError as error:
    try {
        co_await client.describe_vault(glacier::describe_vault_request("attic"));
        throw std::logic_error("there is no attic");
    } catch (glacier::operation_error const& error) {
        std::cout << error.http_status() << ' ' // error.status
                  << error.service_code() << ' ' // error.code
                  << error.details().message << '\n'; // json.loads(error.body)['message']
    }
}

asio::awaitable<void> run(glacier::client client, std::filesystem::path file)
{
    co_await vaults(client);
    co_await notifications(client);
    glacier::archive_id const archive = co_await archives(client, std::move(file));
    co_await jobs(client, archive);
    co_await errors(client);
}

int main()
{
    local_service const service;
    std::filesystem::path const file = service.directory() / "photo.raw";
    std::ofstream(file) << std::string(2'500'000, 'x');

    asio::io_context context;
    glacier::client const client(context.get_executor(), configure(service));
    std::exception_ptr failure;
    asio::co_spawn(context, run(client, file), [&failure](std::exception_ptr error) { failure = error; });
    context.run();
    if (failure)
        std::rethrow_exception(failure);
}
