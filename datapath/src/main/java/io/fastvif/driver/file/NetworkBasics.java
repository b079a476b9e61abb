package io.fastvif.driver.file;

/**
 * What every described network has.
 *
 * @param name its name
 * @param mtu in bytes
 * @param hotPlug whether its endpoints may be attached to a running guest
 */
record NetworkBasics(String name, int mtu, boolean hotPlug) {}
