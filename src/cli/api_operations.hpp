#pragma once

#include "cli/api_parameters.hpp"
#include "cli/run.hpp"
#include "cli/session.hpp"

#include <glacier/client.hpp>

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glacier::cli {

/// One call of an operation, or several for the pages of a list.
class api_call {
public:
    api_call(session& its_session, api_input its_input, std::string output_file)
        : input(std::move(its_input)), session_(its_session), output_file_(std::move(output_file))
    {}

    api_input input;

    asio::io_context& context() const noexcept { return session_.context(); }
    /// Where the bytes of a result go.
    std::string const& output_file() const noexcept { return output_file_; }

    /// Made when it is needed, since wrong values are found without it.
    client const& service();

    /// Carries an operation of the client out.
    template <class Request, class Result>
    Result send(asio::awaitable<Result> (client::*operation)(Request) const, Request request)
    {
        return run(context(), (service().*operation)(std::move(request)));
    }

private:
    session& session_;
    std::string output_file_;
    std::optional<client> service_;
};

/// One operation of the service: a row of the table.
struct api_operation {
    /// As the AWS CLI has it, such as `describe-vault`.
    std::string_view name;
    /// The heading under which the help lists it.
    std::string_view group;
    std::string_view description;
    /// By the service's model, `accountId` included.
    std::vector<api_parameter> parameters;
    /// Carries it out. Returns the members of the result, those without a value as null or not at all.
    boost::json::object (*perform)(api_call&);
    /// The list whose pages are joined; empty if it has none.
    std::string_view list = {};
    /// The result has bytes, which go to a file.
    bool has_output_file = false;
};

/// All 33 operations.
std::vector<api_operation> const& api_operations();

} // namespace glacier::cli
