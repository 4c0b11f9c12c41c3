#include "cli/vault_command.hpp"

#include "cli/run.hpp"

#include <glacier/json.hpp>
#include <glacier/pager.hpp>
#include <glacier/vault.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>
#include <vector>

namespace glacier::cli {

namespace {

asio::awaitable<std::vector<vault_description>> all_vaults(client service)
{
    std::vector<vault_description> vaults;
    vault_pager pages(std::move(service), list_vaults_request());
    while (auto vault = co_await pages.next())
        vaults.push_back(std::move(*vault));
    co_return vaults;
}

} // namespace

void create_vault(session& session, std::string const& name)
{
    create_vault_request request{vault_name(name)};
    client const service = session.connect();
    auto const created = run(session.context(), service.create_vault(std::move(request)));
    if (session.out().form() == output_form::json)
        session.out().line(boost::json::serialize(boost::json::object{{"location", created.location}}));
    else
        session.out().line(created.location);
}

void list_vaults(session& session)
{
    auto const vaults = run(session.context(), all_vaults(session.connect()));
    if (session.out().form() == output_form::json) {
        session.out().line(json_list("VaultList", vaults));
        return;
    }
    std::string lines;
    for (vault_description const& vault : vaults)
        lines += member_row(parse_object(to_json(vault)), {"VaultName", "NumberOfArchives", "SizeInBytes",
                                                           "CreationDate", "LastInventoryDate"}) +
                 "\n";
    session.out().lines(lines);
}

void describe_vault(session& session, std::string const& name)
{
    describe_vault_request request{vault_name(name)};
    client const service = session.connect();
    auto const vault = run(session.context(), service.describe_vault(std::move(request)));
    if (session.out().form() == output_form::json)
        session.out().line(to_json(vault));
    else
        session.out().lines(member_lines(parse_object(to_json(vault))));
}

void delete_vault(session& session, std::string const& name)
{
    delete_vault_request request{vault_name(name)};
    client const service = session.connect();
    run(session.context(), service.delete_vault(std::move(request)));
}

} // namespace glacier::cli
