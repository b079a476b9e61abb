package io.fastvif.vif;

/** How a port's traffic is offloaded to hardware. */
public sealed interface DatapathOffload extends VersionedObject
    permits DatapathOffloadRepresentor {}
