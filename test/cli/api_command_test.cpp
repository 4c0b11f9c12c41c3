#include "cli/api_command.hpp"

#include "fixture.hpp"

#include <glacier/tree_hash.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using cli_test::message_of;
using words = std::vector<std::string>;

struct api_fixture : cli_test::service_fixture {
    int api(words const& arguments)
    {
        words all{"api"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return run(all);
    }

    /// A call that must succeed; its document, or null if nothing is printed.
    boost::json::value call(words const& arguments)
    {
        BOOST_TEST_REQUIRE(api(arguments) == 0, err);
        BOOST_TEST(err.empty());
        return out.empty() ? boost::json::value() : boost::json::parse(out);
    }

    /// A text member of what a call prints.
    std::string text(words const& arguments, char const* member)
    {
        return call(arguments).at(member).as_string().c_str();
    }

    std::string refused(words const& arguments, int code = 2)
    {
        BOOST_TEST(api(arguments) == code);
        BOOST_TEST(out.empty());
        return message_of(err);
    }

    void create(std::string const& vault) { call({"create-vault", "--vault-name", vault}); }

    /// Stores an archive; returns its id.
    std::string store(std::string const& vault, std::size_t bytes)
    {
        return text({"upload-archive", "--vault-name", vault, "--body", place.make_file("archive", bytes)},
                    "archiveId");
    }
};

std::string hash_of(std::string const& content)
{
    return glacier::tree_hash_of(std::as_bytes(std::span(content))).hex();
}

std::vector<std::string> names_of(boost::json::value const& page)
{
    std::vector<std::string> names;
    for (auto const& vault : page.at("VaultList").as_array())
        names.emplace_back(vault.at("VaultName").as_string().c_str());
    return names;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(cli_api_command, api_fixture)

// The text is that of the AWS CLI: indented, members in the model's order, nothing where nothing is.
BOOST_AUTO_TEST_CASE(form_of_the_output)
{
    BOOST_TEST(api({"create-vault", "--account-id", "-", "--vault-name", "photos"}) == 0);
    BOOST_TEST(out == "{\n    \"location\": \"/123456789012/vaults/photos\"\n}\n");
    BOOST_TEST(api({"describe-vault", "--vault-name", "photos"}) == 0);
    BOOST_TEST(out.starts_with("{\n"
                               "    \"VaultARN\": \"arn:aws:glacier:us-east-1:123456789012:vaults/photos\",\n"
                               "    \"VaultName\": \"photos\",\n"
                               "    \"CreationDate\": \""));
    BOOST_TEST(out.find("null") == std::string::npos);
    BOOST_TEST(api({"delete-vault", "--vault-name", "photos"}) == 0);
    BOOST_TEST(out.empty());
    BOOST_TEST(api({"list-vaults"}) == 0);
    BOOST_TEST(out == "{\n    \"VaultList\": []\n}\n");
    BOOST_TEST(err.empty());
}

BOOST_AUTO_TEST_CASE(archives)
{
    create("photos");
    std::string const file = place.make_file("file", 1'048'577);
    std::string const hash = hash_of(cli_test::content_of(file));
    auto const stored = call({"upload-archive", "--vault-name", "photos", "--body", file, "--checksum", hash,
                              "--archive-description", "two  words"});
    BOOST_TEST(stored.at("checksum").as_string().c_str() == hash);
    std::string const archive = stored.at("archiveId").as_string().c_str();
    BOOST_TEST(stored.at("location").as_string().c_str() ==
               "/123456789012/vaults/photos/archives/" + archive);
    BOOST_TEST(call({"delete-archive", "--vault-name", "photos", "--archive-id", archive}).is_null());

    // A hash that is wrong is the service's to refuse; one that is none is not sent.
    std::string const other = hash_of("other");
    BOOST_TEST(refused({"upload-archive", "--vault-name", "photos", "--body", file, "--checksum", other}, 5)
                   .find("UploadArchive") != std::string::npos);
    BOOST_TEST(refused({"upload-archive", "--vault-name", "photos", "--body", file, "--checksum", "abc"})
                   .find("64 hexadecimal digits") != std::string::npos);
    BOOST_TEST(refused({"upload-archive", "--vault-name", "photos", "--body", place.file("none")}, 3) ==
               place.file("none") + ": No such file or directory");
}

BOOST_AUTO_TEST_CASE(multipart_uploads)
{
    create("photos");
    std::string const content = cli_test::content_of(place.make_file("all", 1'048'576 + 333));
    auto const initiated = call({"initiate-multipart-upload", "--vault-name", "photos", "--part-size",
                                 "1048576", "--archive-description", "parts"});
    std::string const upload = "--upload-id=" + std::string(initiated.at("uploadId").as_string().c_str());
    BOOST_TEST(initiated.at("location").is_string());

    std::string const first = place.make_file("first", content.substr(0, 1'048'576));
    std::string const second = place.make_file("second", content.substr(1'048'576));
    BOOST_TEST(text({"upload-multipart-part", "--vault-name", "photos", upload, "--body", first, "--range",
                     "bytes 0-1048575/*"},
                    "checksum") == hash_of(content.substr(0, 1'048'576)));
    call({"upload-multipart-part", "--vault-name", "photos", upload, "--body", second, "--range",
          "bytes 1048576-1048908/*"});
    BOOST_TEST(refused({"upload-multipart-part", "--vault-name", "photos", upload, "--body", second,
                        "--range", "1048576-1048908"}) ==
               "--range \"1048576-1048908\": a range such as \"bytes 0-1048575/*\"");

    // Joined pages have nothing but the list; a single one has everything.
    auto const parts = call({"list-parts", "--vault-name", "photos", upload});
    BOOST_TEST(parts.as_object().size() == 1U);
    BOOST_TEST(parts.at("Parts").as_array().size() == 2U);
    auto const page = call({"list-parts", "--no-paginate", "--vault-name", "photos", upload});
    BOOST_TEST(page.at("ArchiveDescription").as_string() == "parts");
    BOOST_TEST(page.at("PartSizeInBytes").as_int64() == 1'048'576);
    BOOST_TEST(!page.as_object().contains("Marker"));

    auto const completed =
        call({"complete-multipart-upload", "--vault-name", "photos", upload, "--archive-size",
              std::to_string(content.size()), "--checksum", hash_of(content)});
    BOOST_TEST(completed.at("checksum").as_string().c_str() == hash_of(content));
    BOOST_TEST(completed.at("archiveId").is_string());

    std::string const other =
        text({"initiate-multipart-upload", "--vault-name", "photos", "--part-size", "2097152"}, "uploadId");
    BOOST_TEST(
        call({"list-multipart-uploads", "--vault-name", "photos"}).at("UploadsList").as_array().size() == 1U);
    BOOST_TEST(call({"abort-multipart-upload", "--vault-name", "photos", "--upload-id=" + other}).is_null());
    BOOST_TEST(refused({"initiate-multipart-upload", "--vault-name", "photos", "--part-size", "1000"})
                   .find("power of two") != std::string::npos);
    BOOST_TEST(refused({"initiate-multipart-upload", "--vault-name", "photos", "--part-size", "1MiB"}) ==
               "--part-size \"1MiB\": a number of bytes");
}

BOOST_AUTO_TEST_CASE(jobs)
{
    create("photos");
    std::string const archive = store("photos", 1'048'576 + 5);
    std::string const parameters = place.make_file(
        "parameters",
        std::string(R"({"Type":"archive-retrieval","Description":"d","ArchiveId":")" + archive + "\"}\n"));
    auto const started =
        call({"initiate-job", "--vault-name", "photos", "--job-parameters", "file://" + parameters});
    std::string const job = started.at("jobId").as_string().c_str();
    BOOST_TEST(started.at("location").as_string().c_str() == "/123456789012/vaults/photos/jobs/" + job);
    BOOST_TEST(started.as_object().size() == 2U);
    std::string const inventory = text(
        {"initiate-job", "--vault-name", "photos", "--job-parameters", "Type=inventory-retrieval,Format=CSV"},
        "jobId");

    auto const described = call({"describe-job", "--vault-name", "photos", "--job-id", job});
    BOOST_TEST(described.at("JobDescription").as_string() == "d");
    BOOST_TEST(!described.as_object().contains("SNSTopic"));
    BOOST_TEST(call({"list-jobs", "--vault-name", "photos"}).at("JobList").as_array().size() == 2U);
    BOOST_TEST(call({"list-jobs", "--vault-name", "photos", "--completed", "false"})
                   .at("JobList")
                   .as_array()
                   .size() == 0U);
    BOOST_TEST(call({"list-jobs", "--vault-name", "photos", "--statuscode", "Succeeded"})
                   .at("JobList")
                   .as_array()
                   .size() == 2U);

    std::string const file = place.file("output");
    auto const whole = call({"get-job-output", "--vault-name", "photos", "--job-id", job, file});
    BOOST_TEST((cli_test::content_of(file) == cli_test::content_of(place.file("archive"))));
    BOOST_TEST(whole.at("checksum").as_string().c_str() == hash_of(cli_test::content_of(file)));
    BOOST_TEST(boost::json::serialize(whole).find(
                   "\"status\":200,\"acceptRanges\":\"bytes\",\"contentType\":") != std::string::npos);
    auto const part = call({"get-job-output", "--range", "bytes=1048576-1048577", "--vault-name", "photos",
                            "--job-id=" + job, "--", file});
    BOOST_TEST(cli_test::content_of(file).size() == 2U);
    BOOST_TEST(part.at("status").as_int64() == 206);
    BOOST_TEST(part.at("contentRange").as_string() == "bytes 1048576-1048577/1048581");
    call({"get-job-output", "--vault-name", "photos", "--job-id=" + inventory, file});
    BOOST_TEST(cli_test::content_of(file).starts_with("ArchiveId,"));

    BOOST_TEST(refused({"initiate-job", "--vault-name", "photos", "--job-parameters", R"({"type":"x"})"})
                   .starts_with("--job-parameters: there is no member type; there may be Type, "));
    BOOST_TEST(refused({"get-job-output", "--vault-name", "photos", "--job-id", job, "--range", "0-1",
                        file}) == "--range \"0-1\": a range such as bytes=0-1048575 or bytes=1048576-");
    BOOST_TEST(refused({"get-job-output", "--vault-name", "photos", "--job-id", job}).find("OUTFILE") !=
               std::string::npos);
    BOOST_TEST(refused({"list-jobs", "--vault-name", "photos", "--completed", "yes"}) ==
               "--completed \"yes\": true or false");
    BOOST_TEST(refused({"list-jobs", "--vault-name", "photos", "--statuscode", "Done"}) ==
               "--statuscode \"Done\": InProgress, Succeeded or Failed");
}

BOOST_AUTO_TEST_CASE(tags)
{
    create("photos");
    BOOST_TEST(call({"add-tags-to-vault", "--vault-name", "photos", "--tags", "owner=alice,place=shelf 7"})
                   .is_null());
    call({"add-tags-to-vault", "--vault-name", "photos", "--tags", "{\"gr\xc3\xbc\xc3\x9f\":\"\"}"});
    BOOST_TEST(api({"list-tags-for-vault", "--vault-name", "photos"}) == 0);
    BOOST_TEST(out == "{\n    \"Tags\": {\n        \"gr\xc3\xbc\xc3\x9f\": \"\",\n"
                      "        \"owner\": \"alice\",\n        \"place\": \"shelf 7\"\n    }\n}\n");
    BOOST_TEST(call({"remove-tags-from-vault", "--tag-keys", "owner", "place", "gr\xc3\xbc\xc3\x9f", "none",
                     "--vault-name", "photos"})
                   .is_null());
    BOOST_TEST(api({"list-tags-for-vault", "--vault-name", "photos"}) == 0);
    BOOST_TEST(out == "{\n    \"Tags\": {}\n}\n");
}

BOOST_AUTO_TEST_CASE(notifications)
{
    create("photos");
    std::string const config = R"({"SNSTopic":"arn:aws:sns:us-east-1:123456789012:t",)"
                               R"("Events":["InventoryRetrievalCompleted"]})";
    call({"set-vault-notifications", "--vault-name", "photos", "--vault-notification-config",
          "SNSTopic=arn:aws:sns:us-east-1:123456789012:t,Events=InventoryRetrievalCompleted"});
    BOOST_TEST(boost::json::serialize(call({"get-vault-notifications", "--vault-name", "photos"})) ==
               "{\"vaultNotificationConfig\":" + config + "}");
    call({"delete-vault-notifications", "--vault-name", "photos"});
    refused({"get-vault-notifications", "--vault-name", "photos"}, 5);
}

BOOST_AUTO_TEST_CASE(access_policy)
{
    create("photos");
    std::string const policy = R"({"Version":"2012-10-17","Statement":[]})";
    boost::json::object const structure{{"Policy", policy}};
    call(
        {"set-vault-access-policy", "--vault-name", "photos", "--policy", boost::json::serialize(structure)});
    auto const set = call({"get-vault-access-policy", "--vault-name", "photos"});
    BOOST_TEST(set.at("policy").at("Policy").as_string().c_str() == policy);
    call({"set-vault-access-policy", "--vault-name", "photos", "--policy", "Policy='{}'"});
    call({"delete-vault-access-policy", "--vault-name", "photos"});
    refused({"get-vault-access-policy", "--vault-name", "photos"}, 5);
}

BOOST_AUTO_TEST_CASE(vault_lock)
{
    create("photos");
    words const initiate{"initiate-vault-lock", "--vault-name", "photos", "--policy",
                         R"({"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[]}"})"};
    call(initiate);
    BOOST_TEST(text({"get-vault-lock", "--vault-name", "photos"}, "State") == "InProgress");
    BOOST_TEST(call({"abort-vault-lock", "--vault-name", "photos"}).is_null());
    std::string const lock = text(initiate, "lockId");
    BOOST_TEST(call({"complete-vault-lock", "--vault-name", "photos", "--lock-id", lock}).is_null());
    auto const locked = call({"get-vault-lock", "--vault-name", "photos"});
    BOOST_TEST(locked.at("State").as_string() == "Locked");
    BOOST_TEST(!locked.as_object().contains("ExpirationDate"));
    refused({"abort-vault-lock", "--vault-name", "photos"}, 5);
}

BOOST_AUTO_TEST_CASE(account)
{
    call({"set-data-retrieval-policy", "--policy", "Rules=[{Strategy=BytesPerHour,BytesPerHour=1024}]"});
    BOOST_TEST(boost::json::serialize(call({"get-data-retrieval-policy"})) ==
               R"({"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":1024}]}})");

    BOOST_TEST(call({"list-provisioned-capacity"}).at("ProvisionedCapacityList").as_array().empty());
    std::string const capacity = text({"purchase-provisioned-capacity"}, "capacityId");
    auto const units = call({"list-provisioned-capacity"}).at("ProvisionedCapacityList").as_array();
    BOOST_TEST_REQUIRE(units.size() == 1U);
    BOOST_TEST(units[0].at("CapacityId").as_string().c_str() == capacity);
}

// Lists are joined, unless a page is named; they may be cut, and gone on with.
BOOST_AUTO_TEST_CASE(paging)
{
    words all;
    for (int i = 0; i < 5; ++i) {
        all.push_back("vault" + std::to_string(i));
        create(all.back());
    }
    BOOST_TEST((names_of(call({"list-vaults", "--page-size", "2"})) == all));
    auto const page = call({"list-vaults", "--limit", "2"});
    BOOST_TEST((names_of(page) == words{"vault0", "vault1"}));
    std::string const marker = page.at("Marker").as_string().c_str();
    auto const rest = call({"list-vaults", "--marker", marker});
    BOOST_TEST((names_of(rest) == words{"vault2", "vault3", "vault4"}));
    BOOST_TEST(!rest.as_object().contains("Marker"));

    auto const cut = call({"list-vaults", "--max-items", "3", "--page-size", "2"});
    BOOST_TEST((names_of(cut) == words{"vault0", "vault1", "vault2"}));
    std::string const token = cut.at("NextToken").as_string().c_str();
    BOOST_TEST((names_of(call({"list-vaults", "--starting-token", token, "--page-size", "2"})) ==
                words{"vault3", "vault4"}));

    BOOST_TEST(refused({"list-vaults", "--limit", "2", "--max-items", "3"})
                   .starts_with("--page-size, --max-items and --starting-token are for joined pages"));
    BOOST_TEST(refused({"list-vaults", "--no-paginate", "--page-size", "3"}).find("joined") !=
               std::string::npos);
    for (char const* const option : {"--limit", "--page-size", "--max-items"})
        BOOST_TEST(refused({"list-vaults", option, "0"}) ==
                   std::string(option) + " \"0\": a number from 1 to 4294967295");
    BOOST_TEST(refused({"describe-vault", "--max-items", "1"}).find("--max-items") != std::string::npos);
}

// --no-paginate is an option of all operations there, and so here.
BOOST_AUTO_TEST_CASE(no_paginate_is_for_all)
{
    create("photos");
    BOOST_TEST(api({"describe-vault", "--no-paginate", "--vault-name", "photos"}) == 0);
    BOOST_TEST(api({"--no-paginate", "list-vaults"}) == 0);
}

BOOST_AUTO_TEST_CASE(ids_with_a_hyphen)
{
    create("photos");
    for (words const& id : {words{"--job-id=-abc"}, words{"--job-id", "-abc"}}) {
        words all{"describe-job", "--vault-name", "photos"};
        all.insert(all.end(), id.begin(), id.end());
        BOOST_TEST(refused(all, 5).find("-abc") != std::string::npos);
    }
    BOOST_TEST(api({"delete-archive", "--archive-id", "-abc", "--vault-name", "photos"}) == 0);
    BOOST_TEST(refused({"delete-archive", "--vault-name", "photos", "-abc"}).find("-abc") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(parameters_in_json)
{
    BOOST_TEST(text({"create-vault", "--cli-input-json", R"({"accountId":"-","vaultName":"photos"})"},
                    "location") == "/123456789012/vaults/photos");
    // A page may be named there too.
    create("films");
    BOOST_TEST(call({"list-vaults", "--cli-input-json", R"({"limit":"1"})"}).as_object().contains("Marker"));
    BOOST_TEST(refused({"create-vault", "--cli-input-json", "{}"}) == "--vault-name is missing");
    BOOST_TEST(refused({"create-vault", "--cli-input-json", R"({"accountId":"1","vaultName":"v"})"})
                   .find("invalid account id") != std::string::npos);
    BOOST_TEST(refused({"get-job-output", "--cli-input-json", "{}", "file"}).find("--cli-input-json") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(errors)
{
    BOOST_TEST(refused({"describe-vault", "--vault-name", "none"}, 5).find("Vault not found") !=
               std::string::npos);
    BOOST_TEST(refused({"describe-vault"}) == "--vault-name is missing");
    BOOST_TEST(refused({"describe-vault", "--vault-name", "a b"}).find("invalid vault name") !=
               std::string::npos);
    BOOST_TEST(
        refused({"describe-vault", "--vault-name", "v", "--account-id", "12"}).find("invalid account id") !=
        std::string::npos);
    BOOST_TEST(refused({"no-such-operation"}).find("describe-vault") != std::string::npos);
    BOOST_TEST(refused({"list-vaults", "--output", "text"}) == "--output text: api prints JSON only");
    BOOST_TEST(api({"list-vaults", "--output", "json"}) == 0);
    BOOST_TEST(refused({"set-vault-access-policy", "--vault-name", "v", "--policy", "{}"})
                   .starts_with("--policy: an object with the one member Policy"));
    BOOST_TEST(
        refused({"set-vault-access-policy", "--vault-name", "v", "--policy", R"({"Policy":"no JSON"})"})
            .find("invalid policy") != std::string::npos);
    BOOST_TEST(
        refused({"add-tags-to-vault", "--vault-name", "v", "--tags", "a=b!"}).find("invalid tag value") !=
        std::string::npos);
    BOOST_TEST(refused({"remove-tags-from-vault", "--vault-name", "v", "--tag-keys", "a", "aws:b"})
                   .find("\"aws:b\"") != std::string::npos);
    BOOST_TEST(
        refused({"set-data-retrieval-policy", "--policy", "Rules=[{Strategy=All}]"}) ==
        "--policy: Rules[0].Strategy: \"All\" is not allowed; there may be BytesPerHour, FreeTier or None");
    BOOST_TEST(refused({"set-vault-notifications", "--vault-name", "v", "--vault-notification-config",
                        R"({"Events":[]})"}) ==
               "--vault-notification-config: the member SNSTopic is missing");
}

// The result may be the only id of an archive, so it is in the message when it cannot be printed.
BOOST_AUTO_TEST_CASE(broken_output)
{
    create("photos");
    std::string const file = place.make_file("file", 1'000);
    out_breaks = true;
    std::string const message = refused({"upload-archive", "--vault-name", "photos", "--body", file}, 3);
    BOOST_TEST(message.starts_with("standard output: "));
    BOOST_TEST(message.find(
                   "; the operation has succeeded: {\"location\":\"/123456789012/vaults/photos/archives/") !=
               std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
