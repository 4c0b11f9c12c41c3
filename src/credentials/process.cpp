#include "base/printable.hpp"
#include "credentials/child_process.hpp"
#include "credentials/credentials_json.hpp"
#include "credentials/failure.hpp"
#include "credentials/shell_words.hpp"
#include "credentials/sources.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace glacier::credentials_sources {

namespace {

constexpr std::size_t words_length_max = 500;

class process_provider final : public credentials_provider {
public:
    process_provider(source_context context, std::vector<std::string> words, std::string source_name)
        : state_(std::make_shared<state>(std::move(context), std::move(words), std::move(source_name)))
    {}

    asio::awaitable<credentials> get() override { return run(state_); }

private:
    struct state {
        state(source_context its_context, std::vector<std::string> its_words, std::string its_source_name)
            : context(std::move(its_context)), words(std::move(its_words)),
              source_name(std::move(its_source_name))
        {}

        source_context context;
        std::vector<std::string> words;
        std::string source_name;
    };

    static asio::awaitable<credentials> run(std::shared_ptr<state> self)
    {
        credentials_options const& options = *self->context.options;
        process_result const result = co_await start(self);
        std::string const& program = self->words.front();
        switch (result.how) {
        case process_result::ending::too_slow:
            fail_source(self->source_name, program + " had not ended after " +
                                               std::to_string(options.process_timeout.count()) +
                                               " ms, and was killed" + words_of(result));
        case process_result::ending::too_much:
            fail_source(self->source_name, program + " wrote more than " +
                                               std::to_string(options.answer_bytes_max) +
                                               " bytes, and was killed");
        case process_result::ending::signalled:
            fail_source(self->source_name, program + " was ended by signal " +
                                               std::to_string(result.exit_status) + words_of(result));
        case process_result::ending::exited:
            break;
        }
        if (result.exit_status != 0)
            fail_source(self->source_name, program + " ended with exit status " +
                                               std::to_string(result.exit_status) + words_of(result));
        secret_json const document(self->source_name, result.output.reveal());
        if (document.number(document.root(), "Version") != 1)
            fail_source(self->source_name, "Version is not 1");
        co_return read_credentials(document, document.root(), credentials_names(), self->source_name);
    }

    static asio::awaitable<process_result> start(std::shared_ptr<state> self)
    {
        credentials_options const& options = *self->context.options;
        try {
            co_return co_await run_process(self->words, options.process_timeout, options.answer_bytes_max,
                                           self->context.time);
        } catch (boost::system::system_error const& error) {
            if (error.code() == asio::error::operation_aborted)
                throw;
            fail_source(self->source_name, self->words.front() + ": " + error.what());
        }
    }

    static std::string words_of(process_result const& result)
    {
        std::string_view text = result.error_output;
        while (text.ends_with('\n'))
            text.remove_suffix(1);
        return text.empty() ? "" : ": " + base::printable(text, words_length_max);
    }

    std::shared_ptr<state> state_;
};

} // namespace

std::shared_ptr<credentials_provider> make_process_provider(source_context context,
                                                            std::string const& command,
                                                            std::string source_name)
{
    auto words = split_words(command);
    // The command itself may have a secret among its arguments.
    if (!words || words->empty() || words->front().empty())
        fail(errc::invalid_profile, source_name +
                                        ": credential_process is no command: it is empty, or a quotation "
                                        "in it does not end");
    if (context.options->process_timeout <= std::chrono::milliseconds(0))
        throw invalid_value(errc::invalid_option,
                            "process_timeout = " + std::to_string(context.options->process_timeout.count()));
    return std::make_shared<process_provider>(std::move(context), std::move(*words), std::move(source_name));
}

} // namespace glacier::credentials_sources

namespace glacier {

std::shared_ptr<credentials_provider> process_credentials(std::string const& command,
                                                          credentials_options const& options)
{
    using namespace credentials_sources;
    source_context const context = make_context(options);
    return make_cached_provider(context, make_process_provider(context, command, "credential_process"));
}

} // namespace glacier
