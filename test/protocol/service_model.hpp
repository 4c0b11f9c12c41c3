#pragma once

#include "support/data.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace glacier::test {

/// The official description of the API, test/data/aws-model/service-2.json.
class service_model {
public:
    /// A member of a structure.
    struct member {
        /// In the model.
        std::string name;
        /// `uri`, `querystring`, `header` or `statusCode`; `payload` for the whole body, `json` for a member of it.
        std::string place;
        /// On the wire.
        std::string wire_name;
        std::string shape;
        bool required = false;
    };

    /// Read once.
    static service_model const& get()
    {
        static service_model const model;
        return model;
    }

    boost::json::object const& operations() const { return document_.at("operations").as_object(); }

    boost::json::object const& operation(std::string_view name) const
    {
        return operations().at(boost::json::string_view(name.data(), name.size())).as_object();
    }

    boost::json::object const& shapes() const { return document_.at("shapes").as_object(); }

    boost::json::object const& shape(std::string_view name) const
    {
        return shapes().at(boost::json::string_view(name.data(), name.size())).as_object();
    }

    /// `structure`, `list`, `map`, `string`, ...
    std::string type_of(std::string_view shape_name) const { return text(shape(shape_name), "type"); }

    std::vector<member> members(std::string_view structure_name) const
    {
        boost::json::object const& structure = shape(structure_name);
        std::string const payload = text(structure, "payload");
        std::vector<member> found;
        for (auto const& entry : structure.at("members").as_object()) {
            auto const& description = entry.value().as_object();
            member made;
            made.name = entry.key();
            made.wire_name = text(description, "locationName");
            if (made.wire_name.empty())
                made.wire_name = made.name;
            made.place = text(description, "location");
            if (made.place.empty())
                made.place = payload == made.name ? "payload" : "json";
            made.shape = text(description, "shape");
            if (auto const* const required = structure.if_contains("required")) {
                auto const& names = required->as_array();
                made.required =
                    std::find(names.begin(), names.end(), boost::json::value(made.name)) != names.end();
            }
            found.push_back(std::move(made));
        }
        return found;
    }

    /// The members of what an operation takes (`input`) or gives (`output`).
    std::vector<member> members(std::string_view operation_name, char const* direction) const
    {
        auto const* const reference = operation(operation_name).if_contains(direction);
        if (reference == nullptr)
            return {};
        return members(text(reference->as_object(), "shape"));
    }

    int success_status(std::string_view operation_name) const
    {
        auto const* const status =
            operation(operation_name).at("http").as_object().if_contains("responseCode");
        return status != nullptr ? static_cast<int>(status->as_int64()) : 200;
    }

    /// A member that is text; empty if there is none.
    static std::string text(boost::json::object const& object, char const* name)
    {
        auto const* const value = object.if_contains(name);
        return value != nullptr ? std::string(value->as_string()) : std::string();
    }

private:
    service_model() : document_(boost::json::parse(read_file(data_path("data/aws-model/service-2.json")))) {}

    boost::json::value document_;
};

} // namespace glacier::test
