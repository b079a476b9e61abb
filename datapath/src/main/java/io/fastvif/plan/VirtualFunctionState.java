package io.fastvif.plan;

import io.fastvif.vif.PciAddress;

/**
 * A virtual function of a network card.
 *
 * @param physicalFunction the PCI address of the physical function that it belongs to
 * @param number its number there
 * @param representor the name of the link that stands for it on the host in switchdev mode; null if
 *     there is none
 */
public record VirtualFunctionState(PciAddress physicalFunction, int number, String representor) {}
