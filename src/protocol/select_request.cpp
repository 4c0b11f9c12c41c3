#include "protocol/select_request.hpp"

#include "protocol/json_form.hpp"

namespace glacier::protocol {

std::string write_select_request(select_request const& request)
{
    return boost::json::serialize(write_json(request));
}

decoded<select_request> read_select_request(std::string_view text)
{
    return read_json_document<select_request>(text, reading::lenient);
}

} // namespace glacier::protocol
