package io.fastvif.agent.keeper;

/**
 * A VIF as the disk has it.
 *
 * @param isToUnplug whether it is to be unplugged
 */
record StoredVif(Declaration declaration, boolean isToUnplug) {}
