#pragma once

#include "emulator/service_context.hpp"

namespace glacier::emulation {

/// Puts down what is to be sent about jobs that have ended, for the notifier to deliver: one notification for
/// the vault's topic if it wants the event, and one for the job's own. Nothing is put down for topics without
/// a webhook, and without any webhook jobs are left for a later start that has some.
void announce_ended_jobs(service_context& context, transaction& change);

} // namespace glacier::emulation
