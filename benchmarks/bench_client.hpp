#pragma once

#include "arguments.hpp"

#include <glacier/client.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <string>
#include <utility>

namespace benchmark_support {

/// A client of the server at `port=N`, which trusts `ca=FILE`. The keys are those of Amazon's examples.
inline glacier::client make_client(boost::asio::any_io_executor executor, arguments const& given)
{
    glacier::client_config config;
    config.region = "us-east-1";
    config.endpoint = "https://localhost:" + given.required("port");
    config.tls.ca_bundle = given.required("ca");
    config.credentials = glacier::static_credentials(glacier::credentials(
        given.text("access-key", "AKIAIOSFODNN7EXAMPLE"),
        glacier::secret_string(given.text("secret-key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))));
    return glacier::client(std::move(executor), std::move(config));
}

} // namespace benchmark_support
