#pragma once

#include "base/clock.hpp"
#include "crypto/sha256.hpp"
#include "protocol/http_message.hpp"
#include "protocol/sigv4.hpp"

#include <glacier/credentials.hpp>
#include <glacier/tree_hash.hpp>

#include <span>
#include <string>
#include <string_view>

namespace glacier::emulation {

/// The keys that an emulator accepts when nothing else is said.
inline credentials example_identity()
{
    return {"AKIAIOSFODNN7EXAMPLE", secret_string("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")};
}

/// A request of the service, signed by sign().
inline protocol::http_request make_request(protocol::http_method method, std::string target)
{
    protocol::http_request request;
    request.method = method;
    request.target = std::move(target);
    request.headers.add("host", "localhost");
    request.headers.add("x-amz-glacier-version", "2012-06-01");
    return request;
}

/// An upload with the hashes of its body.
inline protocol::http_request make_upload(protocol::http_method method, std::string target,
                                          std::string content)
{
    protocol::http_request request = make_request(method, std::move(target));
    auto const bytes = std::as_bytes(std::span(content.data(), content.size()));
    request.headers.add("x-amz-content-sha256", crypto::sha256_of(bytes).hex());
    request.headers.add("x-amz-sha256-tree-hash", tree_hash_of(bytes).hex());
    request.body = std::move(content);
    return request;
}

inline protocol::http_request sign(protocol::http_request request, timestamp now)
{
    protocol::signer signer(protocol::signing_scope{"us-east-1", "glacier"});
    signer.sign(request, example_identity(), now);
    return request;
}

/// As it goes over a connection.
inline std::string to_wire(protocol::http_request const& request)
{
    std::string text(protocol::to_string(request.method));
    text += " " + request.target + " HTTP/1.1\r\n";
    for (auto const& [name, value] : request.headers)
        text += name + ": " + value + "\r\n";
    if (!request.body.empty())
        text += "content-length: " + std::to_string(request.body.size()) + "\r\n";
    return text + "\r\n" + request.body;
}

} // namespace glacier::emulation
