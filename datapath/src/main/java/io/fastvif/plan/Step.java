package io.fastvif.plan;

/**
 * One typed change of the host. {@code toString()} says what it does in the words of the equivalent
 * {@code ip} command.
 *
 * <p>The steps are parted by who does them, and each family is done by a part of the engine that
 * takes no other; {@link PluginStep} is open for a plugin's own.
 */
public sealed interface Step
    permits NetlinkStep,
        DeleteLink,
        LocalStep,
        OvsStep,
        ForwardingStep,
        SlowStep,
        WaitingStep,
        PluginStep {}
