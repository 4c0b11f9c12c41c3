#pragma once

#include <glacier/client.hpp>

#include <boost/asio/io_context.hpp>

#include <string>

namespace glacier::cli {

namespace asio = boost::asio;

/**
 * Saves the output of a job to a file: FILE.part first, which is renamed when all bytes are there and fit the
 * service's hash of them, if it sent one. What is no regular file, such as /dev/stdout, is written to directly.
 *
 * Errors: failure(local_file), failure(not_verified), and those of get_job_output() and of the stream. FILE then is
 *   what it was, and FILE.part is gone.
 */
job_output_head save_job_output(asio::io_context& context, client const& service,
                                get_job_output_request request, std::string const& file);

} // namespace glacier::cli
