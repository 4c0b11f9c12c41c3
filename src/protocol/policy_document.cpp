#include <glacier/policy_document.hpp>

#include <boost/json/parse.hpp>

namespace glacier {

bool policy_document_rule::allows(std::string_view text)
{
    constexpr std::size_t bytes_max = 20'480;
    if (text.empty() || text.size() > bytes_max)
        return false;
    boost::system::error_code failed;
    auto const document = boost::json::parse(boost::json::string_view(text.data(), text.size()), failed);
    return !failed && document.is_object();
}

} // namespace glacier
