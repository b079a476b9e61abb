package io.fastvif.fastpath;

/**
 * What has passed a link of the host that is open as an uplink, since it was opened.
 *
 * @param link its name
 * @param ports how many ports share it
 * @param problem what is wrong now, such as that it was deleted; empty for nothing
 * @param fromLink frames that came by it, and went to a port
 * @param toLink frames of ports that left by it
 */
public record UplinkReport(
    String link,
    int ports,
    String problem,
    PortReport.Direction fromLink,
    PortReport.Direction toLink) {}
